"""Webhooks held back on purpose: which of them waits for what; knows neither time nor sending."""

from collections.abc import Callable
from dataclasses import dataclass

from mockserver.model import Delivery

_INBOUND = "inbound"


@dataclass(slots=True)
class Parked:
    """A webhook held back. ``until`` names the event it waits for, the empty text any that is written next.

    ``awaited`` is the id of the webhook it waits for, once that is written. ``delay_s`` begins when it is let go.
    """

    delivery: Delivery
    until: str | None = None
    delay_s: float = 0.0
    awaited: str | None = None


class Parking:
    """Keeps webhooks until others were tried, or until someone asks for them."""

    def __init__(self) -> None:
        self._parked: dict[str, Parked] = {}

    def __len__(self) -> int:
        """Return how many are held."""
        return len(self._parked)

    def put(self, parked: Parked) -> None:
        """Hold a webhook."""
        self._parked[parked.delivery.id] = parked

    def written(self, delivery: Delivery) -> None:
        """Learn that a webhook was written: the first that fits is what an earlier one waits for."""
        for each in self._parked.values():
            if each.awaited is None and each.delivery.id != delivery.id and _waits_for(each, delivery):
                each.awaited = delivery.id

    def tried(self, delivery: Delivery) -> list[Parked]:
        """Let go of those that waited until this webhook was tried, the first written first."""
        return self._take(lambda each: each.awaited == delivery.id)

    def take(self, identity: str) -> Parked | None:
        """Let go of one webhook, if it is held."""
        return self._parked.pop(identity, None)

    def take_waiting(self, message: str) -> list[Parked]:
        """Let go of the webhooks of a message that wait for others of it."""
        return self._take(lambda each: each.until is not None and group_of(each.delivery) == message)

    def take_all(self, account: str | None = None) -> list[Parked]:
        """Let go of all that wait for others; with an account, of all that is held there for whatever reason."""
        if account is None:
            return self._take(lambda each: each.until is not None)
        return self._take(lambda each: each.delivery.account == account)

    def clear(self) -> None:
        """Hold nothing any more."""
        self._parked.clear()

    def _take(self, is_wanted: Callable[[Parked], bool]) -> list[Parked]:
        found = [each for each in self._parked.values() if is_wanted(each)]
        for each in found:
            del self._parked[each.delivery.id]
        return found


def group_of(delivery: Delivery) -> str:
    """Return what webhooks follow each other in: a message, or what comes in at an account."""
    return f"{_INBOUND} {delivery.account}" if delivery.event == _INBOUND else delivery.message


def _waits_for(parked: Parked, delivery: Delivery) -> bool:
    fits = parked.until in {"", delivery.event}
    return fits and group_of(parked.delivery) == group_of(delivery)
