"""Keeps a certificate authority in a folder and issues the server's certificate from it; knows no server."""

import ssl
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from mockserver.errors import ConfigError
from mockserver.files import replace_file, written_beside

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509Certificate
    from trustme import CA

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names every certificate carries: clients differ in which of them they call this machine."""

_WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104, recognised here, not bound
_VALID_FOR = timedelta(days=397)
"""Apple's systems refuse certificates valid for longer than 825 days, browsers for longer than 398."""
_RENEW_BEFORE = timedelta(days=30)
_STARTED_BEFORE = timedelta(days=1)
"""A certificate begins in the past, so that a client whose clock is slow accepts it."""


_SOUND: Final = "sound.json"


class _Sound(msgspec.Struct, frozen=True):
    """What a start found sound: files of this digest, for these names, until then (seconds since 1970).

    To look at them takes the libraries of certificates, which take 50 ms to load: a tenth of a start.
    """

    digest: str
    names: list[str]
    until_s: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server needs for https: the file its clients are to trust, and the context that speaks TLS."""

    ca_file: Path
    context: ssl.SSLContext


def default_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of this user for what is to survive a restart; XDG_STATE_HOME is honoured."""
    state = environ.get("XDG_STATE_HOME", "")
    base = Path(state) if Path(state).is_absolute() else Path("~/.local/state").expanduser()
    return base / "messages-mockserver" / "tls"


def names_for(host: str, more: Iterable[str]) -> tuple[str, ...]:
    """Return the names a certificate is to carry for a server listening on ``host``, each once."""
    listening = () if host in _WILDCARDS else (host,)
    return tuple(dict.fromkeys(_normal(name) for name in (*LOOPBACK, *listening, *more)))


def prepare(folder: Path, names: tuple[str, ...], now: datetime) -> Certificate:
    """Return a certificate for the names, from the authority kept in ``folder``; either is made if missing.

    The folder holds ``ca.pem`` for clients to trust, ``ca.key`` with the authority's key and certificate,
    ``leaf.pem``, the server's, and ``sound.json``, which says that these were looked at. Servers that start at once on
    the same new folder agree on one authority. Raise ConfigError if the folder cannot be written or holds something
    else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _as_before(folder, names, now) or _looked_at(folder, names, now)
    except OSError as error:
        what = f"Certificates cannot be kept in {folder}: {error.strerror or error}."
        raise ConfigError(what, fix="Give another folder by --tls-dir, or go without https by --no-tls.") from None


def _as_before(folder: Path, names: tuple[str, ...], now: datetime) -> Certificate | None:
    """Return the certificate of files that an earlier start found sound for these names; ``None`` if there are none."""
    try:
        sound = msgspec.json.decode((folder / _SOUND).read_bytes(), type=_Sound)
        key, trusted, leaf = ((folder / name).read_bytes() for name in ("ca.key", "ca.pem", "leaf.pem"))
        if sound.names != sorted(names) or sound.digest != _digest(key, trusted, leaf):
            return None
        if now.timestamp() >= sound.until_s:
            return None
        return Certificate(folder / "ca.pem", _speaking("leaf.pem", leaf))
    except (OSError, ValueError, RecursionError, msgspec.DecodeError):  # files that are missing, or hold anything
        return None


def _looked_at(folder: Path, names: tuple[str, ...], now: datetime) -> Certificate:
    """Look at what is kept, or make it, and note for the next start that it is sound."""
    authority, key = _authority(folder)
    ca_file, trusted = folder / "ca.pem", authority.cert_pem.bytes()
    replace_file(ca_file, trusted)
    context, leaf, until = _context(folder / "leaf.pem", authority, names, now)
    sound = _Sound(_digest(key, trusted, leaf), sorted(names), until.timestamp())
    with suppress(OSError):  # the next start looks again where the folder may only be read
        replace_file(folder / _SOUND, msgspec.json.encode(sound), mode=0o600)
    return Certificate(ca_file, context)


def _digest(*files: bytes) -> str:
    return sha256(b"".join(sha256(each).digest() for each in files)).hexdigest()


def _authority(folder: Path) -> tuple["CA", bytes]:
    """Return the authority of a folder, made if there is none, and its key and certificate as PEM."""
    import trustme

    path = folder / "ca.key"
    if not path.exists():
        _write_new(path, _new_authority())
    kept = path.read_bytes()
    if says := _unfit(kept):
        fix = f"Remove {path}; the next start makes a new authority, which clients then have to trust."
        raise ConfigError(f"{path} {says}.", fix=fix)
    return trustme.CA.from_pem(kept, kept), kept


def _unfit(kept: bytes) -> str | None:
    """Say why a PEM text is no authority that can issue certificates; ``None`` if it is one."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = load_pem_private_key(kept, password=None)
        public_key = load_pem_x509_certificate(kept).public_key()
    except TypeError:
        return "is locked by a password, which nobody is there to type"
    except (ValueError, UnsupportedAlgorithm):
        return "holds no certificate authority of ours"
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        return f"holds a key of another kind ({type(key).__name__.removesuffix('PrivateKey')}), expected EC or RSA"
    return None if key.public_key() == public_key else "holds a key and a certificate that do not belong together"


def _new_authority() -> bytes:
    """Return the key and the certificate of a new authority, as one PEM text."""
    import trustme

    authority = trustme.CA(organization_name="messages-mockserver")
    return authority.private_key_pem.bytes() + authority.cert_pem.bytes()


def _context(
    path: Path, authority: "CA", names: tuple[str, ...], now: datetime
) -> tuple[ssl.SSLContext, bytes, datetime]:
    """Return a TLS context with the certificate kept at ``path``, issued anew unless it still serves.

    With the certificate, and the moment from which it serves no longer.
    """
    kept = path.read_bytes() if path.exists() else b""
    until = _serves_until(kept, authority, names)
    if until is not None and now < until:
        with suppress(ssl.SSLError):  # its key is missing, locked, or another's
            return _speaking(path.name, kept), kept, until
    leaf = _issue(authority, names, now)
    replace_file(path, leaf, mode=0o600)
    return _speaking(path.name, leaf), leaf, (now + _VALID_FOR - _RENEW_BEFORE).replace(microsecond=0)


def _speaking(name: str, leaf: bytes) -> ssl.SSLContext:
    """Return a TLS context with a certificate; raise SSLError if its key is not there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # From a copy of our own: OpenSSL opens the file twice, and another server may replace it in between.
    with written_beside(Path(tempfile.gettempdir(), name), leaf, mode=0o600) as copy:
        context.load_cert_chain(copy, password="")
    return context


def _serves_until(kept: bytes, authority: "CA", names: tuple[str, ...]) -> datetime | None:
    """Return when a certificate is to be renewed; ``None`` if it is not the authority's or carries other names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509 import DuplicateExtension, ExtensionNotFound, load_pem_x509_certificate

    try:
        certificate = load_pem_x509_certificate(kept)
        certificate.verify_directly_issued_by(load_pem_x509_certificate(authority.cert_pem.bytes()))
        carried = _names_of(certificate)
    except (ValueError, TypeError, InvalidSignature, ExtensionNotFound, DuplicateExtension):
        return None
    return certificate.not_valid_after_utc - _RENEW_BEFORE if carried == set(names) else None


def _names_of(certificate: "X509Certificate") -> set[str]:
    """Return the names a certificate carries."""
    from cryptography.x509 import DNSName, IPAddress, SubjectAlternativeName

    carried = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    addresses = carried.get_values_for_type(IPAddress)
    return {*carried.get_values_for_type(DNSName), *(str(each) for each in addresses)}


def _issue(authority: "CA", names: tuple[str, ...], now: datetime) -> bytes:
    """Return the key and the certificate of a server, as one PEM text."""
    leaf = authority.issue_cert(
        *names,
        organization_name="messages-mockserver",
        not_before=now - _STARTED_BEFORE,
        not_after=now + _VALID_FOR,
    )
    return leaf.private_key_and_cert_chain_pem.bytes()


def _normal(name: str) -> str:
    """Return a name as certificates write it: addresses compressed, other letters than ASCII encoded."""
    with suppress(ValueError):
        return str(ip_address(name))
    import idna

    try:
        star = "*." if name.startswith("*.") else ""
        return star + idna.encode(name.removeprefix("*."), uts46=True).decode()
    except idna.IDNAError as error:
        what = f"{name!r} cannot stand in a certificate: {error}."
        raise ConfigError(what, fix="Give a host name or an address by --host and --tls-name.") from None


def _write_new(path: Path, content: bytes) -> None:
    """Write a file only its owner may read; if another was quicker, theirs stands."""
    with written_beside(path, content, mode=0o600) as fresh, suppress(FileExistsError):
        path.hardlink_to(fresh)
