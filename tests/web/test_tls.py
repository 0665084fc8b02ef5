"""The authority kept in a folder and the certificates it issues; TLS spoken in memory, without a socket."""

import ssl
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mockserver.errors import ConfigError
from mockserver.web import tls

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

NOW = datetime.now(UTC)
PATIENCE_S = 30.0
NAMES = tls.names_for("127.0.0.1", [])


def leaf(folder: Path) -> x509.Certificate:
    """Return the certificate kept in a folder."""
    return x509.load_pem_x509_certificate((folder / "leaf.pem").read_bytes())


def shake_hands(certificate: tls.Certificate, name: str) -> str | None:
    """Let a strict client that trusts the authority greet the server by a name; return the version agreed on."""
    trusting = ssl.create_default_context(cafile=certificate.ca_file)
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    server = certificate.context.wrap_bio(to_server, to_client, server_side=True)
    waiting: Sequence[ssl.SSLObject] = (client, server)
    while waiting:
        waiting = [each for each in waiting if not is_done(each)]
    return client.version()


def is_done(side: ssl.SSLObject) -> bool:
    """Go on with a handshake; tell whether this side has finished."""
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "api.nexmo.com", "eu.vonage.com"])
def test_prepare_makes_a_certificate_that_a_strict_client_accepts(name: str, tmp_path: Path) -> None:
    names = tls.names_for("127.0.0.1", ["api.nexmo.com", "*.vonage.com"])

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path, names, NOW), name)


def test_prepare_makes_no_certificate_for_other_names(tmp_path: Path) -> None:
    certificate = tls.prepare(tmp_path, NAMES, NOW)

    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(certificate, "api.nexmo.com")


def test_prepare_makes_the_folder_and_keeps_keys_to_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"

    tls.prepare(folder, NAMES, NOW)

    modes = {each.name: oct(each.stat().st_mode & 0o777) for each in folder.iterdir()}
    assert {"ca.pem": "0o644", "ca.key": "0o600", "leaf.pem": "0o600", "sound.json": "0o600"} == modes


def test_prepare_keeps_everything_across_starts(tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    before = {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in tmp_path.iterdir()}

    certificate = tls.prepare(tmp_path, NAMES, NOW)

    after = {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in tmp_path.iterdir()}
    assert (before, "TLSv1.3") == (after, shake_hands(certificate, "localhost"))


_SECOND_START = """
import sys
from datetime import datetime
from pathlib import Path
from mockserver.web import tls

tls.prepare(Path(sys.argv[1]), tls.names_for("127.0.0.1", ()), datetime.fromisoformat(sys.argv[2]))
print([each for each in ("cryptography", "trustme") if each in sys.modules])
"""


def test_a_later_start_loads_no_library_of_certificates(tmp_path: Path) -> None:
    names = tls.names_for("127.0.0.1", ())
    tls.prepare(tmp_path, names, NOW)
    before = leaf(tmp_path).serial_number

    command = [sys.executable, "-c", _SECOND_START, str(tmp_path), NOW.isoformat()]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S).stdout

    assert ("[]\n", before) == (printed, leaf(tmp_path).serial_number)


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b'{"digest": 1}',
        b'{"digest":"","names":[],"until_s":1e12}',
        b'{"digest":"\xff","names":[],"until_s":1}',
        b"[" * 100_000,
    ],
    ids=["empty", "no-note", "no-digest", "another's", "no-utf-8", "deep"],
)
def test_what_an_earlier_start_is_said_to_have_found_is_not_believed_blindly(written: bytes, tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    noted = (tmp_path / "sound.json").read_bytes()
    (tmp_path / "sound.json").write_bytes(written)

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path, NAMES, NOW), "localhost")
    assert noted == (tmp_path / "sound.json").read_bytes()


def test_names_in_another_order_are_the_same(tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    noted, serial = (tmp_path / "sound.json").stat().st_mtime_ns, leaf(tmp_path).serial_number

    tls.prepare(tmp_path, NAMES[::-1], NOW)

    assert (noted, serial) == ((tmp_path / "sound.json").stat().st_mtime_ns, leaf(tmp_path).serial_number)


def test_a_folder_that_takes_no_note_serves_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "sound.json").mkdir()

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path, NAMES, NOW), "localhost")


def test_prepare_issues_another_certificate_for_other_names_from_the_same_authority(tmp_path: Path) -> None:
    first = tls.prepare(tmp_path, NAMES, NOW)
    trusted, serial = first.ca_file.read_bytes(), leaf(tmp_path).serial_number

    second = tls.prepare(tmp_path, tls.names_for("127.0.0.1", ["api.nexmo.com"]), NOW)

    assert (trusted, True) == (second.ca_file.read_bytes(), serial != leaf(tmp_path).serial_number)
    assert "TLSv1.3" == shake_hands(second, "api.nexmo.com")


@pytest.mark.parametrize(("days", "renewed"), [(366, False), (368, True), (500, True)])
def test_prepare_renews_a_certificate_in_its_last_thirty_days(*, days: int, renewed: bool, tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    serial = leaf(tmp_path).serial_number

    tls.prepare(tmp_path, NAMES, NOW + timedelta(days=days))

    assert renewed == (serial != leaf(tmp_path).serial_number)


def test_a_certificate_is_valid_from_yesterday_and_for_less_than_browsers_allow(tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)

    issued = leaf(tmp_path)
    assert NOW - timedelta(days=1, seconds=1) < issued.not_valid_before_utc < NOW - timedelta(hours=23)
    assert issued.not_valid_after_utc - issued.not_valid_before_utc <= timedelta(days=398)


@pytest.mark.parametrize("kept", [b"", b"not a certificate"], ids=["empty", "words"])
def test_prepare_replaces_a_certificate_that_cannot_be_read(kept: bytes, tmp_path: Path) -> None:
    (tmp_path / "leaf.pem").write_bytes(kept)

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path, NAMES, NOW), "localhost")


def test_prepare_replaces_the_certificate_of_another_authority(tmp_path: Path) -> None:
    tls.prepare(tmp_path / "one", NAMES, NOW)
    tls.prepare(tmp_path / "two", NAMES, NOW)
    (tmp_path / "one" / "leaf.pem").replace(tmp_path / "two" / "leaf.pem")

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path / "two", NAMES, NOW), "localhost")


def test_prepare_writes_the_authority_for_clients_anew_if_it_is_gone(tmp_path: Path) -> None:
    first = tls.prepare(tmp_path, NAMES, NOW)
    trusted = first.ca_file.read_bytes()
    first.ca_file.unlink()

    assert trusted == tls.prepare(tmp_path, NAMES, NOW).ca_file.read_bytes()


def test_servers_that_start_at_once_agree_on_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        prepared = list(pool.map(lambda _: tls.prepare(tmp_path, NAMES, NOW), range(8)))

    assert ["TLSv1.3"] * 8 == [shake_hands(each, "localhost") for each in prepared]
    assert ["ca.key", "ca.pem", "leaf.pem", "sound.json"] == sorted(each.name for each in tmp_path.iterdir())


def test_a_broken_authority_is_a_mistake_that_says_what_to_remove(tmp_path: Path) -> None:
    (tmp_path / "ca.key").write_text("no key", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        tls.prepare(tmp_path, NAMES, NOW)

    assert (
        f"{tmp_path}/ca.key holds no certificate authority of ours. Remove {tmp_path}/ca.key; "
        "the next start makes a new authority, which clients then have to trust."
    ) == str(caught.value)


def test_a_folder_that_is_none_is_a_mistake_that_names_the_flags(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError) as caught:
        tls.prepare(tmp_path / "file" / "tls", NAMES, NOW)

    assert (
        f"Certificates cannot be kept in {tmp_path}/file/tls: Not a directory. "
        "Give another folder by --tls-dir, or go without https by --no-tls."
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("host", "more", "names"),
    [
        ("127.0.0.1", (), tls.LOOPBACK),
        ("0.0.0.0", (), tls.LOOPBACK),  # noqa: S104, named, not bound
        ("::", ("LOCALHOST",), tls.LOOPBACK),
        ("mock.test", ("API.Nexmo.com",), (*tls.LOOPBACK, "mock.test", "api.nexmo.com")),
        ("fe80:0::1", ("*.Café.example",), (*tls.LOOPBACK, "fe80::1", "*.xn--caf-dma.example")),
    ],
    ids=str,
)
def test_names_for_writes_each_name_once_as_certificates_do(
    host: str, more: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert names == tls.names_for(host, more)


def test_names_for_refuses_what_cannot_stand_in_a_certificate() -> None:
    with pytest.raises(ConfigError, match=r"'my_host' cannot stand in a certificate: .*_.* Give a host name"):
        tls.names_for("my_host", [])


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"XDG_STATE_HOME": "/var/state"}, Path("/var/state/messages-mockserver/tls")),
        ({"XDG_STATE_HOME": "relative"}, Path.home() / ".local/state/messages-mockserver/tls"),
        ({}, Path.home() / ".local/state/messages-mockserver/tls"),
    ],
    ids=["set", "relative paths are not to be used", "unset"],
)
def test_default_folder_honours_xdg(environ: dict[str, str], folder: Path) -> None:
    assert folder == tls.default_folder(environ)


def write_pem(path: Path, key: PrivateKey, certificate: x509.Certificate, password: bytes | None = None) -> None:
    """Write a key, locked by a password if there is one, and a certificate."""
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    written = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    path.write_bytes(written + certificate.public_bytes(serialization.Encoding.PEM))


def signed(key: PrivateKey, issuer: x509.Name, by: PrivateKey) -> x509.Certificate:
    """Return a certificate without any extension."""
    builder = x509.CertificateBuilder(issuer, issuer, key.public_key(), x509.random_serial_number())
    valid = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=300))
    return valid.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Return the key and the certificate of the authority kept in a folder."""
    kept = (folder / "ca.key").read_bytes()
    key = serialization.load_pem_private_key(kept, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key, x509.load_pem_x509_certificate(kept)


def test_prepare_replaces_a_certificate_that_names_nobody(tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    key, certificate = authority(tmp_path)
    write_pem(tmp_path / "leaf.pem", key, signed(key, certificate.subject, key))

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path, NAMES, NOW), "localhost")


@pytest.mark.parametrize("password", [None, b"sesame"], ids=["another's", "locked"])
def test_prepare_replaces_a_certificate_whose_key_is_of_no_use(password: bytes | None, tmp_path: Path) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    write_pem(tmp_path / "leaf.pem", ec.generate_private_key(ec.SECP256R1()), leaf(tmp_path), password)

    assert "TLSv1.3" == shake_hands(tls.prepare(tmp_path, NAMES, NOW), "localhost")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("locked", "is locked by a password, which nobody is there to type"),
        ("Ed25519", "holds a key of another kind (Ed25519), expected EC or RSA"),
        ("another's", "holds a key and a certificate that do not belong together"),
    ],
)
def test_an_authority_that_cannot_issue_is_a_mistake_that_says_what_to_remove(
    kind: str, says: str, tmp_path: Path
) -> None:
    tls.prepare(tmp_path, NAMES, NOW)
    key, certificate = authority(tmp_path)
    other = ed25519.Ed25519PrivateKey.generate()
    match kind:
        case "locked":
            write_pem(tmp_path / "ca.key", key, certificate, b"sesame")
        case "Ed25519":
            write_pem(tmp_path / "ca.key", other, signed(other, certificate.subject, other))
        case _:
            write_pem(tmp_path / "ca.key", ec.generate_private_key(ec.SECP256R1()), certificate)

    with pytest.raises(ConfigError) as caught:
        tls.prepare(tmp_path, NAMES, NOW)

    fix = f"Remove {tmp_path}/ca.key; the next start makes a new authority, which clients then have to trust."
    assert f"{tmp_path}/ca.key {says}. {fix}" == str(caught.value)
