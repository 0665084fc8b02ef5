"""What every part with effects needs around it: settings, the seed, time, state, the journal and the tally."""

from dataclasses import dataclass, field

from mockserver.core.chance import numbered_uuid
from mockserver.journal import Journal
from mockserver.model import Account
from mockserver.settings import Settings
from mockserver.store.base import Store
from mockserver.tally import Tally
from mockserver.times import Times


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Handed in as one, since whoever needs one of these needs most of them."""

    settings: Settings
    seed: int
    store: Store
    journal: Journal
    times: Times
    tally: Tally = field(default_factory=Tally)

    async def next_uuid(self, account: str, purpose: str) -> str:
        """Return the next id of a purpose in an account; the same seed gives the same ids."""
        return numbered_uuid(self.seed, account, await self.store.count(account, purpose), purpose)

    async def account(self, api_key: str) -> Account:
        """Return an account as it is now: it may have changed since a request, or been forgotten."""
        return await self.store.account(api_key) or Account(api_key)
