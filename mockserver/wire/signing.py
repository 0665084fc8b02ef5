"""Signatures: writes the token of a webhook, reads the token or the key and secret of a request.

Source: domain facts, messages-v0.1 parts 1.2 and 4.2.
"""

import base64
import hashlib
import hmac
from binascii import b2a_base64
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec

from mockserver.model import Json

SKEW_S: Final = 30.0
"""How far a client's clock may be off; undocumented, so a value that hides no real mistake."""
DEFAULT_LIFE_S: Final = 900.0
LONGEST_LIFE_S: Final = 86_400.0
SHORTEST_LIFE_S: Final = 30.0

_END_OF_TIME_S: Final = 1e15
"""Beyond this no number of seconds is meant; milliseconds are within, and are refused by a better reason."""
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_HEADER: Final = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")


@dataclass(frozen=True, slots=True)
class Basic:
    """Key and secret as sent."""

    api_key: str
    api_secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token of the right form, kept so that its signature can be checked. Times in seconds since 1970."""

    token: str
    application: str
    expires_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Why credentials cannot be read or believed; for the journal, the client is told less.

    ``account`` is the API key they were meant for, where that is known. ``unprovisioned``: they are believed, but do
    not give access to this product.
    """

    reason: str
    account: str | None = None
    unprovisioned: bool = False


def basic_header(api_key: str, api_secret: str) -> str:
    """Return the ``Authorization`` header of a key and a secret."""
    return "Basic " + base64.b64encode(f"{api_key}:{api_secret}".encode()).decode()


def webhook_token(
    body: bytes, secret: str, *, issued_s: float, token_id: str, api_key: str, application: str | None
) -> str:
    """Return the HS256 token of a webhook, over exactly these bytes.

    It has no ``aud``, ``exp`` or ``nbf``: the official verifiers refuse or misread them. Written here rather than by
    PyJWT, which takes five times as long and warns at every call of a short secret, though real accounts have them.
    """
    claims: dict[str, Json] = {
        "iat": int(issued_s),
        "jti": token_id,
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": api_key,
    }
    if application is not None:
        claims["application_id"] = application
    signed = _HEADER + b"." + _base64url(msgspec.json.encode(claims))
    signature = _base64url(_signature(secret, signed))
    return (signed + b"." + signature).decode()


def _signature(secret: str, signed: bytes) -> bytes:
    made = _begun_with(secret).copy()
    made.update(signed)
    return made.digest()


@lru_cache(maxsize=64)
def _begun_with(secret: str) -> hmac.HMAC:
    """Return a signature not yet over anything; begun anew for each webhook, it takes a third longer.

    The last few secrets are remembered for it, for as long as the process lives.
    """
    return hmac.new(secret.encode(), digestmod="sha256")


@dataclass(frozen=True, slots=True)
class Signed:
    """What the token of a webhook says. ``verifies``: by the secret given; ``payload_hash`` is that of the body."""

    token: str
    header: Json
    claims: Json
    verifies: bool
    payload_hash: str

    @property
    def is_of_body(self) -> bool:
        """True if the token says so of exactly this body."""
        return isinstance(self.claims, dict) and self.claims.get("payload_hash") == self.payload_hash


def read_webhook_token(token: str, secret: str, body: bytes) -> Signed:
    """Return what a token of ours says, held against a secret and the bytes that were sent with it."""
    signed, _, signature = token.encode().rpartition(b".")
    header, claims = (msgspec.json.decode(_from_base64url(each)) for each in signed.split(b"."))
    right = _base64url(_signature(secret, signed))
    return Signed(token, header, claims, hmac.compare_digest(signature, right), hashlib.sha256(body).hexdigest())


def _from_base64url(text: bytes) -> bytes:
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def _base64url(raw: bytes) -> bytes:
    return b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=")


def read_credentials(headers: list[str], now_s: float) -> Basic | Bearer | Refused:
    """Read the values of all ``Authorization`` headers of a request."""
    if not headers:
        return Refused("there is no Authorization header")
    if len(headers) > 1:
        return Refused(f"there are {len(headers)} Authorization headers; send one, Basic or Bearer")
    if _names_both(headers[0]):
        return Refused("both Basic and Bearer credentials were sent; send one of them")
    scheme, _, rest = headers[0].strip().partition(" ")
    match scheme.lower():
        case "basic":
            return _read_basic(rest.strip())
        case "bearer":
            return _read_bearer(rest.strip(), now_s)
        case _:
            return Refused(f"the scheme of the Authorization header is {scheme!r}; expected Basic or Bearer")


def claims_of(headers: list[str]) -> tuple[str | None, str | None]:
    """Return the API key and the application that credentials name, though nobody may believe them."""
    for scheme, _, rest in (each.strip().partition(" ") for each in headers):
        match scheme.lower():
            case "basic":
                return _key_in(rest.strip()), None
            case "bearer":
                return None, _application_in(rest.strip())
    return None, None


def _key_in(encoded: str) -> str | None:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0] or None
    except ValueError:  # see _read_basic
        return None


def _application_in(token: str) -> str | None:
    import jwt  # see _read_bearer

    try:
        application = jwt.decode(token, options={"verify_signature": False}).get("application_id")
    except (jwt.InvalidTokenError, RecursionError):
        return None
    return application if _is_text(application) else None


def _names_both(header: str) -> bool:
    lowered = header.lower()
    return "," in header and "basic " in lowered and "bearer " in lowered


def _read_basic(encoded: str) -> Basic | Refused:
    try:
        key, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # not ASCII, not base64, or not UTF-8 beneath it
        return Refused("the Basic credentials are not base64 of key:secret")
    if not (key and colon):
        return Refused("the Basic credentials lack a key or a colon; expected base64 of key:secret")
    return Basic(key, secret)


def _read_bearer(token: str, now_s: float) -> Bearer | Refused:
    if not token:
        return Refused("the Bearer token is empty (is the token inside the quoted header?)")
    import jwt  # with all of its cryptography, which a server that sees no token need not load

    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError) as error:
        return Refused(f"the Bearer token is not a JWT: {error}")
    if header.get("alg") != "RS256":
        return Refused(f"the token is signed with {header.get('alg')!r}; expected RS256")
    if header.get("typ") != "JWT":
        return Refused(f"the token's header has typ {header.get('typ')!r}; expected JWT")
    return _read_claims(token, claims, now_s)


def _read_claims(token: str, claims: dict[str, Json], now_s: float) -> Bearer | Refused:
    for name in ("application_id", "iat", "jti"):
        if claims.get(name) in (None, ""):
            return Refused(f"the token lacks the claim {name}")
    application = claims["application_id"]
    if not _is_text(application):
        return Refused(f"the claim application_id is {application!r:.60}; expected a text")
    times = {name: claims[name] for name in ("iat", "exp", "nbf") if name in claims}
    for name, value in times.items():
        if not _is_moment(value):
            return Refused(f"the claim {name} is {value!r:.60}; expected seconds since 1970")
    expires_s = times.get("exp", times["iat"] + DEFAULT_LIFE_S)
    reason = _wrong_times(times["iat"], expires_s, times.get("nbf"), now_s)
    if reason is not None:
        return Refused(reason)
    return Bearer(token, application, expires_s)


def _is_text(value: Json) -> bool:
    """Return whether a claim is a string that can be written again; JSON escapes can spell half a character."""
    return isinstance(value, str) and value.isprintable()


def _is_moment(value: Json) -> bool:
    """Return whether a claim is a number with which times can be reckoned: not infinite, no 400 digits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _END_OF_TIME_S


def _wrong_times(issued_s: float, expires_s: float, not_before_s: float | None, now_s: float) -> str | None:
    if issued_s > now_s + SKEW_S:
        return f"the token's iat is {issued_s - now_s:.0f} s in the future"
    if not SHORTEST_LIFE_S <= expires_s - issued_s <= LONGEST_LIFE_S:
        life = expires_s - issued_s
        return f"the token lives {life:.0f} s; expected {SHORTEST_LIFE_S:.0f} to {LONGEST_LIFE_S:.0f}"
    if not_before_s is not None and not_before_s > now_s + SKEW_S:
        return f"the token is not valid for another {not_before_s - now_s:.0f} s (nbf)"
    if now_s > expires_s + SKEW_S:
        return f"the token expired {now_s - expires_s:.0f} s ago"
    return None


def signature_fault(bearer: Bearer, public_key: str) -> str | None:
    """Return why the token's signature does not belong to this PEM public key, ``None`` if it does.

    By PyJWT's lower half, which leaves the claims alone: the upper half demands strings of ``iss`` and ``jti``.
    """
    import jwt  # see _read_bearer

    try:
        jwt.PyJWS(algorithms=["RS256"]).decode(bearer.token, public_key, algorithms=["RS256"])
    except jwt.PyJWTError as error:
        return f"the token's signature does not match the public key of application {bearer.application}: {error}"
    return None
