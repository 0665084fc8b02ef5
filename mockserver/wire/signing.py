"""Signatures: writes the token of a webhook, reads the token or the key and secret of a request.

Source: domain facts, messages-v0.1 parts 1.2 and 4.2.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

import jwt
import msgspec

from mockserver.model import Json

SKEW_S: Final = 30.0
"""How far a client's clock may be off; undocumented, so a value that hides no real mistake."""
DEFAULT_LIFE_S: Final = 900.0
LONGEST_LIFE_S: Final = 86_400.0
SHORTEST_LIFE_S: Final = 30.0
SHORTEST_SECRET_BYTES: Final = 32
"""Under this, PyJWT warns and the PHP client's library refuses."""

_HEADER: Final = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")


@dataclass(frozen=True, slots=True)
class Basic:
    """Key and secret as sent."""

    api_key: str
    api_secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token whose form is right; ``token`` is kept so that its signature can be checked. Times in seconds since 1970."""

    token: str
    application: str
    expires_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Why credentials cannot be read or believed; for the journal, the client is told less."""

    reason: str


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
    signature = _base64url(hmac.digest(secret.encode(), signed, "sha256"))
    return (signed + b"." + signature).decode()


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def read_credentials(headers: list[str], now_s: float) -> Basic | Bearer | Refused:
    """Read the values of all ``Authorization`` headers of a request."""
    if not headers:
        return Refused("there is no Authorization header")
    if len(headers) > 1 or _names_both(headers[0]):
        return Refused("both Basic and Bearer credentials were sent; send one of them")
    scheme, _, rest = headers[0].strip().partition(" ")
    match scheme.lower():
        case "basic":
            return _read_basic(rest.strip())
        case "bearer":
            return _read_bearer(rest.strip(), now_s)
        case _:
            return Refused(f"the scheme of the Authorization header is {scheme!r}; expected Basic or Bearer")


def _names_both(header: str) -> bool:
    lowered = header.lower()
    return "," in header and "basic " in lowered and "bearer " in lowered


def _read_basic(encoded: str) -> Basic | Refused:
    try:
        key, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return Refused("the Basic credentials are not base64 of key:secret")
    if not (key and colon):
        return Refused("the Basic credentials lack a key or a colon; expected base64 of key:secret")
    return Basic(key, secret)


def _read_bearer(token: str, now_s: float) -> Bearer | Refused:
    if not token:
        return Refused("the Bearer token is empty (is the token inside the quoted header?)")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        return Refused(f"the Bearer token is not a JWT: {error}")
    if header.get("alg") != "RS256":
        return Refused(f"the token is signed with {header.get('alg')!r}; expected RS256")
    return _read_claims(token, claims, now_s)


def _read_claims(token: str, claims: dict[str, Json], now_s: float) -> Bearer | Refused:
    for name in ("application_id", "iat", "jti"):
        if not claims.get(name):
            return Refused(f"the token lacks the claim {name}")
    times = {name: claims[name] for name in ("iat", "exp", "nbf") if name in claims}
    for name, value in times.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Refused(f"the claim {name} is {value!r}; expected seconds since 1970")
    expires_s = times.get("exp", times["iat"] + DEFAULT_LIFE_S)
    reason = _wrong_times(times["iat"], expires_s, times.get("nbf"), now_s)
    if reason is not None:
        return Refused(reason)
    return Bearer(token, str(claims["application_id"]), expires_s)


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
    """Return why the token's signature does not belong to this PEM public key, ``None`` if it does."""
    try:
        jwt.decode(
            bearer.token,
            public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
        )
    except jwt.InvalidTokenError as error:
        return f"the token's signature does not match the public key of application {bearer.application}: {error}"
    return None
