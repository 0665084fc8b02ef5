"""What is broken on purpose in each account: keeps the faults and their counts, and chooses the one that hits."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from mockserver.contract.specs import Specs
from mockserver.core.asking import Vocabulary
from mockserver.core.chance import Draws, draws_for
from mockserver.core.faults import USUAL, Armed, Count, Fault, Handling, Hit, On, handling_of, is_spent, pick
from mockserver.core.matching import Subject
from mockserver.errors import UnknownError
from mockserver.model import Delivery, Json, Message
from mockserver.service.subjects import of_webhook
from mockserver.service.written_faults import Names, read_fault
from mockserver.surroundings import Surroundings

_KIND: Final = "faults"
_COUNTS: Final = "fault-counts"


class Standing(Struct, frozen=True):
    """A fault as it stands: what it is, and what it has met."""

    fault: Fault
    count: Count

    @property
    def is_spent(self) -> bool:
        """True if it can hit no more."""
        return is_spent(self.fault, self.count)


class Faults:
    """The faults of all accounts. They lie in the store, in the order they were added; an id is never used again."""

    def __init__(self, around: Surroundings, specs: Specs) -> None:
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._seed = around.seed
        self._names = Names(Vocabulary.of(specs.capabilities), tuple(specs.magic.problems))
        self._armed: dict[tuple[str, str], Armed] = {}

    async def add(self, account: str, written: Json) -> Standing:
        """Break something from now on; raise UsageError for what is no fault."""
        fault = read_fault(written, self._names)
        identity = f"f{await self._store.count(account, _KIND)}"
        fault = replace(fault, id=identity)
        await self._store.put_document(account, _KIND, identity, to_builtins(fault))
        self._journal.tell(_KIND, account)
        return Standing(fault, Count())

    async def put(self, account: str, written: Iterable[Json]) -> list[Standing]:
        """Break exactly this from now on; raise UsageError, and change nothing, if one of them is no fault."""
        wanted = list(written)
        for each in wanted:
            read_fault(each, self._names)
        await self.clear(account)
        return [await self.add(account, each) for each in wanted]

    async def listed(self, account: str) -> list[Standing]:
        """Return the faults of an account, in the order they are tried."""
        kept = await self._store.documents(account, _KIND)
        counts = await self._counts(account, kept)
        return [Standing(convert(each, Fault), counts.get(identity, Count())) for identity, each in kept.items()]

    async def one(self, account: str, identity: str) -> Standing:
        """Return one fault; raise UnknownError if there is none of that id."""
        standing = await self.listed(account)
        found = next((each for each in standing if each.fault.id == identity), None)
        if found is None:
            known = ", ".join(each.fault.id for each in standing)
            raise UnknownError(f"no fault {identity!r} in account {account}", fix=f"Known: {known or 'none'}.")
        return found

    async def remove(self, account: str, identity: str) -> None:
        """Mend what one fault broke; raise UnknownError if there is none of that id."""
        await self.one(account, identity)
        await self._forget(account, identity)

    async def clear(self, account: str) -> int:
        """Mend everything; return how many faults there were."""
        kept = await self._store.documents(account, _KIND)
        for identity in kept:
            await self._forget(account, identity)
        return len(kept)

    async def restore(self, account: str, standing: Iterable[Standing]) -> None:
        """Put faults back as they stood, since they are no part of what was forgotten."""
        for each in standing:
            await self._store.put_document(account, _KIND, each.fault.id, to_builtins(each.fault))
            await self._store.put_document(account, _COUNTS, each.fault.id, to_builtins(each.count))

    async def _forget(self, account: str, identity: str) -> None:
        self._armed.pop((account, identity), None)
        for kind in (_KIND, _COUNTS):
            await self._store.put_document(account, kind, identity, None)
        self._journal.tell(_KIND, account)

    async def has_any(self, account: str) -> bool:
        """Return whether anything is broken on purpose."""
        return bool(await self._store.documents(account, _KIND))

    async def hit_on_answer(self, account: str, subject: Callable[[], Subject], *, is_plain: bool) -> Hit | None:
        """Return the fault that hits the answer to a request; ``subject`` reads what faults may ask of it.

        ``is_plain``: only what faults may know that look at no body; the body of this request is not sound.
        """
        kept = await self._store.documents(account, _KIND)
        armed = [each for each in self._armed_on(account, "answers", kept) if each.is_plain or not is_plain]
        return await self._pick(account, armed, subject)

    async def handling_for(self, message: Message, delivery: Delivery) -> Handling:
        """Return how a webhook is to be handed over."""
        kept = await self._store.documents(message.account, _KIND)
        if not kept:
            return USUAL
        armed = self._armed_on(message.account, "webhooks", kept)
        if not armed:
            return USUAL
        if not delivery.signed:
            armed = [each for each in armed if each.fault.kind.any_webhook]
        return handling_of(await self._pick(message.account, armed, partial(of_webhook, delivery, message)))

    def _armed_on(self, account: str, on: On, kept: Mapping[str, Json]) -> list[Armed]:
        return [self._arm(account, identity, each) for identity, each in kept.items() if each["on"] == on]

    def _arm(self, account: str, identity: str, kept: Json) -> Armed:
        armed = self._armed.get((account, identity))
        if armed is None:
            armed = self._armed[account, identity] = Armed.of(convert(kept, Fault))
        return armed

    async def _pick(self, account: str, armed: list[Armed], subject: Callable[[], Subject]) -> Hit | None:
        if not armed:
            return None
        asked = subject() if any(each.matcher.conditions for each in armed) else {}
        counts = await self._counts(account, (each.fault.id for each in armed))

        def chance(identity: str, number: int) -> Draws:
            return draws_for(self._seed, account, "fault", identity, number)

        hit, changed = pick(armed, counts, asked, self._times.seconds(account), chance)
        for identity, count in changed.items():
            await self._store.put_document(account, _COUNTS, identity, to_builtins(count))
        if changed:
            self._journal.tell(_KIND, account)
        return hit

    async def _counts(self, account: str, identities: Iterable[str]) -> Mapping[str, Count]:
        """Return the counts of these faults, of those that have met something."""
        kept = await self._store.documents(account, _COUNTS)
        return {each: convert(kept[each], Count) for each in identities if each in kept}
