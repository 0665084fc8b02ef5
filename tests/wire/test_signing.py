"""Webhook tokens hold for independent libraries; credentials are believed, or refused with a reason one can use."""

import base64
import hashlib
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import OctKey

from mockserver.config.load import SECRET_BYTES
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.wire.signing import (
    Basic,
    Bearer,
    Refused,
    read_credentials,
    signature_fault,
    webhook_token,
)

_SECRET = Settings().signature_secret
_NOW_S = 1_790_000_000
_APPLICATION = "7b8a3c1e-5f02-4b7d-9d8e-2f6a1c0b4e99"


@dataclass(frozen=True, slots=True)
class Keys:
    """The two halves of an RSA key, as PEM."""

    private: str
    public: str


def _new_keys() -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Keys(private.decode(), public.decode())


@pytest.fixture(scope="module")
def keys() -> Keys:
    """Return the key of an application."""
    return _new_keys()


@pytest.fixture(scope="module")
def other_keys() -> Keys:
    """Return the key of somebody else."""
    return _new_keys()


def _token(body: bytes = b"{}", secret: str = _SECRET, application: str | None = None) -> str:
    return webhook_token(
        body, secret, issued_s=_NOW_S + 0.9, token_id="id-1", api_key="abcd1234", application=application
    )


def _claims(**changes: Json) -> dict[str, Json]:
    """Return the claims of a good token; a change to ``None`` leaves a claim out."""
    claims = {"application_id": _APPLICATION, "iat": _NOW_S, "jti": "id-1"} | changes
    return {name: value for name, value in claims.items() if value is not None}


def _unsigned(claims: Json, **header: Json) -> str:
    """Return a token whose signature is nonsense, as an unknown application's might be."""
    parts = ({"alg": "RS256", "typ": "JWT"} | header, claims)
    return ".".join(_base64url(json.dumps(each).encode()) for each in parts) + ".c2lnbmF0dXJl"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


# Tokens of webhooks


def _verified_by_pyjwt(token: str, secret: str) -> dict[str, Json]:
    """Verify as the provider's Python package does: PyJWT with the algorithm named and everything else by default."""
    return jwt.decode(token, secret, algorithms=["HS256"])


def _verified_by_joserfc(token: str, secret: str) -> dict[str, Json]:
    return joserfc_jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims


@pytest.mark.parametrize("verify", [_verified_by_pyjwt, _verified_by_joserfc], ids=["pyjwt", "joserfc"])
@pytest.mark.parametrize("application", [None, _APPLICATION], ids=["key-and-secret", "application"])
def test_webhook_token_is_verified_by_other_libraries(
    verify: Callable[[str, str], dict[str, Json]], application: str | None
) -> None:
    body = '{"text":"Grüße/🍽"}'.encode()

    claims = verify(_token(body, application=application), _SECRET)

    expected = {
        "iat": _NOW_S,
        "jti": "id-1",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": "abcd1234",
    }
    assert claims == expected | ({} if application is None else {"application_id": application})


def test_webhook_token_has_the_documented_header() -> None:
    assert jwt.get_unverified_header(_token()) == {"alg": "HS256", "typ": "JWT"}


def test_webhook_token_holds_only_under_its_own_secret() -> None:
    with pytest.raises(jwt.InvalidSignatureError):
        _verified_by_pyjwt(_token(), "another-secret-that-is-long-enough-for-hs256")


def test_webhook_token_holds_only_untampered() -> None:
    header, claims, signature = _token().split(".")
    forged = _base64url(json.dumps({**_claims(), "payload_hash": "0" * 64}).encode())
    assert claims != forged

    with pytest.raises(jwt.InvalidSignatureError):
        _verified_by_pyjwt(f"{header}.{forged}.{signature}", _SECRET)


@given(body=st.binary(max_size=64), other=st.binary(max_size=64))
def test_payload_hash_tells_bodies_apart(body: bytes, other: bytes) -> None:
    told = _verified_by_pyjwt(_token(body), _SECRET)["payload_hash"]

    assert (told == hashlib.sha256(other).hexdigest()) is (body == other)


def test_webhook_token_is_byte_for_byte_that_of_pyjwt() -> None:
    token = _token(application=_APPLICATION)

    assert token == jwt.encode(_verified_by_pyjwt(token, _SECRET), _SECRET, algorithm="HS256")


@pytest.mark.parametrize("secret", ["s", "é", "x" * 31])
def test_webhook_token_of_a_short_secret_does_not_warn(secret: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        token = _token(secret=secret)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyJWT warns its user; what counts is that the signature holds
        assert _verified_by_pyjwt(token, secret)["iss"] == "Vonage"


def test_default_secret_is_long_enough_for_every_client() -> None:
    assert len(_SECRET.encode()) >= SECRET_BYTES


# Key and secret of a request


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (_basic("key:secret"), Basic("key", "secret")),
        (_basic("key:"), Basic("key", "")),
        (_basic("key:se:cret"), Basic("key", "se:cret")),
        (_basic("schlüssel:geheim"), Basic("schlüssel", "geheim")),
        (_basic("key:secret").replace("Basic", "bAsIc"), Basic("key", "secret")),
        (f"  {_basic('key:secret')}  ", Basic("key", "secret")),
        (_basic("key:secret").replace(" ", "   "), Basic("key", "secret")),
    ],
    ids=["plain", "empty secret", "colon in secret", "utf-8", "case", "spaces around", "spaces between"],
)
def test_read_credentials_reads_key_and_secret(header: str, expected: Basic) -> None:
    assert read_credentials([header], _NOW_S) == expected


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ([], "there is no Authorization header"),
        ([_basic("k:s"), "Bearer x.y.z"], "2 Authorization headers"),
        ([_basic("k:s"), _basic("k:s")], "2 Authorization headers"),
        ([f"{_basic('k:s')}, Bearer x.y.z"], "both Basic and Bearer"),
        (["Digest abc"], "'Digest'; expected Basic or Bearer"),
        ([""], "''; expected Basic or Bearer"),
        (["Basic"], "lack a key or a colon"),
        (["Basic a:b"], "not base64"),
        (["Basic é"], "not base64"),
        (["Basic /w=="], "not base64"),
        ([_basic("keyonly")], "lack a key or a colon"),
        ([_basic(":secret")], "lack a key or a colon"),
    ],
    ids=[
        "none", "two headers", "the same twice", "both in one", "scheme", "empty", "no value", "not base64",
        "not ascii", "not utf-8", "no colon", "no key",
    ],
)  # fmt: skip
def test_read_credentials_refuses_with_the_reason(headers: list[str], words: str) -> None:
    refused = read_credentials(headers, _NOW_S)

    assert isinstance(refused, Refused)
    assert words in refused.reason


# Tokens of a request


@pytest.mark.parametrize(
    ("claims", "expires_s"),
    [
        (_claims(), _NOW_S + 900),
        (_claims(exp=_NOW_S + 30), _NOW_S + 30),
        (_claims(exp=_NOW_S + 86_400), _NOW_S + 86_400),
        (_claims(iat=_NOW_S + 0.5, exp=_NOW_S + 60.25), _NOW_S + 60.25),
        (_claims(iat=_NOW_S + 30), _NOW_S + 930),
        (_claims(iat=_NOW_S - 930), _NOW_S - 30),
        (_claims(nbf=_NOW_S), _NOW_S + 900),
        (_claims(nbf=_NOW_S + 30), _NOW_S + 900),
        (_claims(jti=[17], acl={"paths": {"/*/messages/**": {}}}, sub="x", aud=["a"]), _NOW_S + 900),
    ],
    ids=[
        "default life", "shortest", "longest", "fractions", "clock ahead", "just expired", "nbf", "nbf soon",
        "any jti and further claims",
    ],
)  # fmt: skip
def test_read_credentials_reads_a_token(claims: Json, expires_s: float) -> None:
    token = _unsigned(claims)

    assert read_credentials([f"Bearer {token}"], _NOW_S) == Bearer(token, _APPLICATION, expires_s)


def test_read_credentials_reads_the_scheme_in_any_case() -> None:
    assert isinstance(read_credentials([f"bearer {_unsigned(_claims())}"], _NOW_S), Bearer)


_REFUSED: dict[str, tuple[Json, str]] = {
    "no application": (_claims(application_id=None), "lacks the claim application_id"),
    "empty application": (_claims(application_id=""), "lacks the claim application_id"),
    "application a number": (_claims(application_id=17), "application_id is 17; expected a text"),
    "application a surrogate": (_claims(application_id="a\ud800"), "expected a text"),
    "no iat": (_claims(iat=None), "lacks the claim iat"),
    "no jti": (_claims(jti=None), "lacks the claim jti"),
    "iat a text": (_claims(iat="1790000000"), "iat is '1790000000'; expected seconds"),
    "iat true": (_claims(iat=True), "iat is True; expected seconds"),
    "iat beyond all time": (_claims(iat=10**400), "iat is 1000"),
    "iat not a number": (_claims(iat=float("nan")), "iat is nan; expected seconds"),
    "exp a text": (_claims(exp="later"), "exp is 'later'; expected seconds"),
    "exp beyond all time": (_claims(exp=10**400), "exp is 1000"),
    "exp infinite": (_claims(exp=float("inf")), "exp is inf; expected seconds"),
    "nbf a list": (_claims(nbf=[1]), "nbf is [1]; expected seconds"),
    "nbf beyond all time": (_claims(nbf=-(10**400)), "nbf is -1000"),
    "future": (_claims(iat=_NOW_S + 31), "iat is 31 s in the future"),
    "iat of 1970": (_claims(iat=0), "expired"),
    "expired": (_claims(iat=_NOW_S - 931), "expired 31 s ago"),
    "exp past": (_claims(iat=_NOW_S - 100, exp=_NOW_S - 31), "expired 31 s ago"),
    "life too short": (_claims(exp=_NOW_S + 29), "lives 29 s; expected 30 to 86400"),
    "life too long": (_claims(exp=_NOW_S + 86_401), "lives 86401 s; expected 30 to 86400"),
    "exp before iat": (_claims(exp=_NOW_S - 5), "lives -5 s; expected 30 to 86400"),
    "not yet": (_claims(nbf=_NOW_S + 31), "not valid for another 31 s (nbf)"),
    "not an object": ([1], "not a JWT"),
    "milliseconds": (_claims(iat=_NOW_S * 1000), "in the future"),
}


@pytest.mark.parametrize(("claims", "words"), _REFUSED.values(), ids=_REFUSED)
def test_read_credentials_refuses_claims_with_the_reason(claims: Json, words: str) -> None:
    refused = read_credentials([f"Bearer {_unsigned(claims)}"], _NOW_S)

    assert isinstance(refused, Refused)
    assert words in refused.reason


_DEEP = _base64url(b"[" * 100_000)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Bearer", "is empty (is the token inside the quoted header?)"),
        ("Bearer ", "is empty"),
        ("Bearer abc", "not a JWT"),
        ("Bearer a.b.c", "not a JWT"),
        ("Bearer é.é.é", "not a JWT"),
        (f"Bearer {_DEEP}.{_DEEP}.", "not a JWT"),
        (f"Bearer {_unsigned({}).split('.')[0]}.{_DEEP}.c2ln", "not a JWT"),
        (f"Bearer {_unsigned(_claims(), alg='HS256')}", "signed with 'HS256'; expected RS256"),
        (f"Bearer {_unsigned(_claims(), alg='none')}", "signed with 'none'; expected RS256"),
        (f"Bearer {_unsigned(_claims(), alg=7)}", "expected RS256"),
    ],
    ids=[
        "no token",
        "blank",
        "no dots",
        "no base64",
        "not ascii",
        "deep header",
        "deep claims",
        "hs256",
        "none",
        "alg",
    ],
)
def test_read_credentials_refuses_tokens_with_the_reason(header: str, words: str) -> None:
    refused = read_credentials([header], _NOW_S)

    assert isinstance(refused, Refused)
    assert words in refused.reason


@given(st.text(st.characters(max_codepoint=255)), st.sampled_from(["", "Basic ", "Bearer ", "Bearer a.b."]))
def test_read_credentials_never_fails(text: str, scheme: str) -> None:
    """Headers reach us decoded as Latin-1."""
    assert isinstance(read_credentials([scheme + text], _NOW_S), Basic | Bearer | Refused)


# Signatures of a request's token


def _signed(keys: Keys, claims: Json) -> Bearer:
    token = jwt.PyJWS().encode(json.dumps(claims).encode(), keys.private, algorithm="RS256")
    return Bearer(token, _APPLICATION, _NOW_S + 900)


def test_signature_fault_finds_none_under_the_right_key(keys: Keys) -> None:
    assert signature_fault(_signed(keys, _claims()), keys.public) is None


def test_signature_fault_leaves_claims_to_others(keys: Keys) -> None:
    """Times are judged by the clock handed in, and nobody demands these claims of a client."""
    claims = _claims(iat=1, exp=2, nbf=9_999_999_999, aud="x", sub=5, jti=7, iss=["a"])

    assert signature_fault(_signed(keys, claims), keys.public) is None


def test_signature_fault_names_the_application_of_a_wrong_key(keys: Keys, other_keys: Keys) -> None:
    fault = signature_fault(_signed(other_keys, _claims()), keys.public)

    assert fault is not None
    assert f"does not match the public key of application {_APPLICATION}" in fault


def test_signature_fault_notices_changed_claims(keys: Keys) -> None:
    header, _, signature = _signed(keys, _claims()).token.split(".")
    forged = Bearer(f"{header}.{_unsigned(_claims(jti='2')).split('.')[1]}.{signature}", _APPLICATION, 0)

    assert signature_fault(forged, keys.public) is not None


def test_signature_fault_does_not_take_the_public_key_for_a_shared_secret(keys: Keys) -> None:
    """The classic confusion: a token signed by HS256 with the text of the public key."""
    claims = _unsigned(_claims(), alg="HS256").rsplit(".", 1)[0]

    assert signature_fault(Bearer(f"{claims}.c2lnbmF0dXJl", _APPLICATION, 0), keys.public) is not None


def test_signature_fault_says_so_if_the_key_is_none(keys: Keys) -> None:
    fault = signature_fault(_signed(keys, _claims()), "no key at all")

    assert fault is not None
    assert "public key" in fault
