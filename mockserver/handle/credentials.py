"""What a system under test needs to be let in: keys, secrets, an application, its key pair, tokens; sends nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Self
from uuid import uuid4

from mockserver.model import ANY_SECRET, Account, Json

_KEY_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An RSA key pair as PEM texts: PKCS#8, as the real dashboard hands them out."""

    private: str
    public: str

    @classmethod
    def new(cls) -> Self:
        """Return a new key pair; making one takes about a tenth of a second."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(private.decode(), public.decode())


@cache
def usual_keys() -> KeyPair:
    """Return the key pair of this process, which accounts share unless they are given one of their own."""
    return KeyPair.new()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is known here of an account. ``None`` is what only others know."""

    api_key: str
    api_secret: str | None = None
    application_id: str | None = None
    keys: KeyPair | None = None
    signature_secret: str | None = None

    @classmethod
    def new(cls, keys: KeyPair | None = None) -> Self:
        """Return credentials that nobody else has."""
        return cls(
            api_key=secrets.token_hex(6),
            api_secret=secrets.token_urlsafe(12),
            application_id=str(uuid4()),
            keys=keys or usual_keys(),
            signature_secret=secrets.token_hex(32),
        )

    def account(self) -> dict[str, Json]:
        """Return the account as the control API takes it: ``{"secrets": [...], "applications": [...]}``."""
        application = {"id": self.application_id, "name": "test", "public_key": self.keys and self.keys.public}
        return {
            "secrets": [self.api_secret] if self.api_secret else [],
            "signature_secret": self.signature_secret,
            "applications": [application] if self.application_id else [],
        }

    @classmethod
    def of(cls, account: Account, signature_secret: str) -> Self:
        """Return what an account that somebody described tells; tokens of an application without a key all pass."""
        application = next(iter(account.applications), None)
        keys = usual_keys() if application is not None and application.public_key is None else None
        return cls(
            api_key=account.api_key,
            api_secret=next(iter(account.secrets), ANY_SECRET),
            application_id=application.id if application is not None else None,
            keys=keys,
            signature_secret=account.signature_secret or signature_secret,
        )


def token(application_id: str, private_key: str, claims: Mapping[str, Json], lives_s: float, now_s: float) -> str:
    """Return a signed token of an application, as official clients make them; ``claims`` add to it or replace."""
    import jwt

    issued_s = int(now_s)
    usual = {
        "application_id": application_id,
        "iat": issued_s,
        "exp": issued_s + int(lives_s),
        "jti": str(uuid4()),
    }
    return jwt.encode({**usual, **claims}, private_key, algorithm="RS256")
