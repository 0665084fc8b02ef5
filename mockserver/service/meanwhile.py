"""What happened in other accounts since one began, since a client may use another key or path than a tester expects."""

from dataclasses import dataclass
from typing import Final

from mockserver.model import Entry
from mockserver.surroundings import Surroundings

_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class _Beginning:
    """How many requests there had been in all accounts, and how far the journal of the default account was."""

    requests: int = 0
    default: int = 0


class Meanwhile:
    """Remembers how far the journals were when each account was made or cleared."""

    def __init__(self, around: Surroundings) -> None:
        self._store = around.store
        self._journal = around.journal
        self._default = around.settings.api_key
        self._began: dict[str, _Beginning] = {}

    async def begin(self, account: str) -> None:
        """Leave out of what is told beside an account all that happened so far."""
        self._began[account] = _Beginning(self._journal.requests, await self._store.last_number(self._default))

    def forget(self, account: str) -> None:
        """Forget when an account began."""
        self._began.pop(account, None)

    async def elsewhere(self, account: str) -> list[str]:
        """Return the other accounts to which requests came; what still became of earlier ones does not count."""
        began = self._began.get(account, _Beginning()).requests
        others = [each.api_key for each in await self._store.accounts() if each.api_key != account]
        asked = [each for each in others if self._journal.last_request(each) > began]
        return [each for each in asked if await self._store.entries(each, limit=1)]

    async def refused(self, account: str) -> list[Entry]:
        """Return the newest refused requests of the default account, oldest first: those of nobody are told of there.

        An account asks for none of its own.
        """
        if account == self._default:
            return []
        began = self._began.get(account, _Beginning()).default
        where = [("verdict", "refused")]
        found: list[Entry] = []
        async for entry in self._store.entries_back(self._default, where=where):
            if entry.id <= began or len(found) == _SHOWN:
                break
            if entry.exchange is not None and entry.exchange.verdict == "refused":
                found.append(entry)
        return found[::-1]
