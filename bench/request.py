"""The requests that are measured, the bad ones of the smoke gate, and how much of each is measured."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

import msgspec

ACCOUNT: Final = "benchkey"
SECRET: Final = "benchsecret"  # noqa: S105 - it guards nothing
V0_1_PATH: Final = "/v0.1/messages"
V1_PATH: Final = "/v1/messages"
NO_CREDENTIALS: Final = {"Content-Type": "application/json"}
SERIAL: Final = "########"
"""Stands in a body for the number of the request, from 0 on, in so many digits: see bench/load.py."""
RECIPIENT: Final = "@@@@@@@@"
"""Stands for the number of a recipient, each of whom gets ten messages of a million."""

_TEXT: Final = "Your table for four is ready at half past seven."
_V1: Final = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900001",
    "from": "AcmeCo",
    "text": _TEXT,
    "client_ref": "bench",
}
_V0_1: Final = {
    "from": {"type": "sms", "number": "AcmeCo"},
    "to": {"type": "sms", "number": "447700900001"},
    "message": {"content": {"type": "text", "text": _TEXT}},
    "client_ref": "bench",
}
_FALLBACKS: Final = (
    {"channel": "whatsapp", "message_type": "text", "to": "447700900001", "from": "447700900010", "text": _TEXT},
    {"channel": "rcs", "message_type": "text", "to": "447700900001", "from": "AcmeAgent", "text": _TEXT},
)


def basic(api_key: str) -> dict[str, str]:
    """Return the headers of a request of an account."""
    credentials = b64encode(f"{api_key}:{SECRET}".encode()).decode()
    return NO_CREDENTIALS | {"Authorization": f"Basic {credentials}"}


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a request of an application."""
    return NO_CREDENTIALS | {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Load:
    """A request as it is sent over and over, and the status that each answer must have.

    ``SERIAL`` and ``RECIPIENT`` in the body are replaced, so that no two are the same.
    """

    path: str
    body: bytes
    headers: Mapping[str, str]
    status: int = HTTPStatus.ACCEPTED

    @property
    def is_varied(self) -> bool:
        """True if the body has places that differ from one request to the next."""
        return SERIAL.encode() in self.body

    def sample(self) -> bytes:
        """Return the body of one request."""
        return self.body.replace(SERIAL.encode(), b"00000000").replace(RECIPIENT.encode(), b"00000000")


V1: Final = Load(V1_PATH, msgspec.json.encode(_V1), basic(ACCOUNT))
V0_1: Final = Load(V0_1_PATH, msgspec.json.encode(_V0_1), basic(ACCOUNT))
FAILOVER: Final = replace(V1, body=msgspec.json.encode(_V1 | {"failover": _FALLBACKS}))
REFUSED: Final = replace(
    V1, body=V1.body.replace(b'"text":"Your', b'"tetx":"Your'), status=HTTPStatus.UNPROCESSABLE_ENTITY
)
READ: Final = replace(
    V1, body=msgspec.json.encode(_V1 | {"channel": "whatsapp", "from": "447700900010", "to": "447700900001"})
)
"""A message on a channel that tells when it is read, so that its life has three webhooks."""
VARIED: Final = replace(
    V1,
    body=msgspec.json.encode(
        _V1 | {"to": f"4477{RECIPIENT}", "text": f"{_TEXT} It is number {SERIAL}.", "client_ref": f"ref-{SERIAL}"}
    ),
)
VARIED_READ: Final = replace(
    VARIED, body=VARIED.body.replace(b'"sms"', b'"whatsapp"').replace(b"AcmeCo", b"447700900010")
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a server must show before it is measured: it takes a good request and refuses bad ones."""

    good: Load
    bad: tuple[bytes, ...]
    refusal: int | None = None
    """The status of a refusal; any of the client's mistakes but 401 where nothing is said."""


def _spoilt(good: Load) -> tuple[bytes, ...]:
    """Return a body that is no JSON, one without its text, and one with a number the API does not take."""
    return (
        good.body[:10],
        good.body.replace(b'"text":"Your', b'"tetx":"Your'),
        good.body.replace(b"447700900001", b"+447700900001"),
    )


V1_GATE: Final = Gate(V1, _spoilt(V1), HTTPStatus.UNPROCESSABLE_ENTITY)
V0_1_GATE: Final = Gate(V0_1, _spoilt(V0_1), HTTPStatus.BAD_REQUEST)
PEER_GATE: Final = replace(V1_GATE, refusal=None)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure. Seconds are those of one round; ``lives_s`` those of sends whose webhooks are waited for."""

    rounds: int
    seconds: int
    warm_s: int
    lives_s: int
    stored: int
    asked: int
    waiting: int
    starts: int
    retried: int
    peers: bool
