"""What a webhook looks like that is spoilt on purpose: its body as sent, its secret, the age of its token."""

from collections.abc import Callable, Mapping
from typing import Final

from mockserver.core.faults import BY_NAME
from mockserver.model import DeliveryFault

_DAY_S: Final = 86_400.0
_MEMBER: Final = b'"changed_on_purpose":true'


def fault_of_try(fault: DeliveryFault | None, number: int) -> DeliveryFault | None:
    """Return the fault that spoils a try of a webhook, counted from 1; ``None`` where the try is as it should be."""
    if fault is None or not BY_NAME["webhooks", fault.do].per_try:
        return None
    return fault if fault.tries is None or number <= fault.tries else None


def body_of(fault: DeliveryFault, body: bytes) -> bytes:
    """Return a body as it is sent; its token is that of the body as it was."""
    spoil = _BODIES.get(fault.do)
    return body if spoil is None else spoil(body)


def is_signed(fault: DeliveryFault) -> bool:
    """Return whether there is a token at all."""
    return fault.do != "unsigned"


def secret_of(fault: DeliveryFault, secret: str) -> str:
    """Return the secret to sign with."""
    return f"not {secret}" if fault.do == "wrong_signature" else secret


def issued_s_of(fault: DeliveryFault, now_s: float) -> float:
    """Return when the token is to say that it was issued."""
    return now_s - _DAY_S if fault.do == "stale_signature" else now_s


def _cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _changed(body: bytes) -> bytes:
    """Return a JSON object with one member more."""
    inside = body.rstrip()[:-1]
    comma = b"" if inside.endswith(b"{") else b","
    return inside + comma + _MEMBER + b"}"


_BODIES: Final[Mapping[str, Callable[[bytes], bytes]]] = {"truncate": _cut, "changed_body": _changed}
