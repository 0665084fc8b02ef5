"""Accounts whose webhooks are held back for now, and what is held, in order; sends nothing."""

from collections.abc import Iterable

from mockserver.model import Delivery


class Pausing:
    """Holds the webhooks of whole accounts until someone lets them go."""

    def __init__(self) -> None:
        self._held: dict[str, list[Delivery]] = {}

    def __len__(self) -> int:
        """Return how many webhooks are held."""
        return sum(map(len, self._held.values()))

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that are paused."""
        return tuple(self._held)

    def begin(self, account: str, held: Iterable[Delivery]) -> None:
        """Pause an account; ``held`` are its webhooks in line, in order."""
        self._held.setdefault(account, []).extend(held)

    def end(self, account: str) -> list[Delivery]:
        """Let an account go on, and return what was held, the first in line first."""
        return self._held.pop(account, [])

    def holds(self, delivery: Delivery) -> bool:
        """Hold a webhook if its account is paused; return whether it is."""
        held = self._held.get(delivery.account)
        if held is None:
            return False
        held.append(delivery)
        return True

    def held(self, account: str) -> list[Delivery] | None:
        """Return what is held of an account, the first in line first; ``None`` if it is not paused."""
        return self._held.get(account)

    def clear(self) -> None:
        """Hold nothing any more."""
        self._held.clear()
