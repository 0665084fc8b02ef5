"""The request that is measured, the bad ones of the smoke gate, and how much of each is measured."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

import msgspec

PATH: Final = "/v0.1/messages"
ACCOUNT: Final = "benchkey"
HEADERS: Final = {
    "Content-Type": "application/json",
    "Authorization": "Basic " + b64encode(f"{ACCOUNT}:benchsecret".encode()).decode(),
}
NO_CREDENTIALS: Final = {"Content-Type": "application/json"}
BODY: Final = msgspec.json.encode(
    {
        "from": {"type": "sms", "number": "AcmeCo"},
        "to": {"type": "sms", "number": "447700900001"},
        "message": {"content": {"type": "text", "text": "Your table for four is ready at half past seven."}},
        "client_ref": "bench",
    }
)
BAD_BODIES: Final = (
    b'{"from": {',
    BODY.replace(b'"text":"Your', b'"tetx":"Your'),
    BODY.replace(b"447700900001", b"+447700900001"),
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure."""

    rounds: int
    seconds: int
    starts: int
    messages: int
    retried: int
