"""Whether what was expected has happened: looks, waits for it in real time, and says what came nearest; moves nothing.

It waits on the journal, so nobody has to ask again and again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, assert_never

from mockserver.core.asking import About
from mockserver.core.expressions import Context, ExpressionError
from mockserver.core.matching import Condition, Matcher, Miss, PatternError, tests_of
from mockserver.core.scenario_values import Arrived, Bounds, Expect, Fired, Total, Wanted
from mockserver.core.scenario_values import Sequence as InOrder
from mockserver.model import Entry, Json
from mockserver.service.subjects import Found, Subjects
from mockserver.service.waiting import until_first
from mockserver.store.tags import Where
from mockserver.surroundings import Surroundings

Asked: TypeAlias = Expect | InOrder | Total
"""One thing that is expected."""
Marks: TypeAlias = Callable[[Fired | Arrived], Iterable[int]]
"""Tells the journal entries at which a rule decided, or the message of a step arrived."""

SHOWN: Final = 50
"""How many of those that fit an outcome lists, the newest of them."""
_NEAREST: Final = 3
_NEWEST: Final = 1000
"""Among how many, the newest, the nearest are looked for."""
_ORDER: Final = "all in this order"
_BREATH: Final = 200
"""Subjects read before others get the event loop again; a memory store never yields by itself."""
_REST: Final = 2
"""How many times as long as a look took to leave things alone after it, but for the first look."""
_LONGEST_REST_S: Final = 1.0
_SOON: Final = 200
"""Of more entries than that, it takes less time to look at all there is."""


@dataclass(frozen=True, slots=True)
class Near:
    """Something that does not fit, with what keeps it from it."""

    found: Found
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expectation.

    ``asked`` and ``expected`` say in words what and how many; ``count`` is how many there were. ``matching`` are the
    newest of them, the oldest first; ``nearest`` what came closest where there were too few. ``detail`` says why it
    failed where that is not the number.
    """

    asked: str
    expected: str
    passed: bool
    count: int
    matching: tuple[Found, ...] = ()
    nearest: tuple[Near, ...] = ()
    detail: str = ""
    waited_s: float = 0.0

    def line(self) -> str:
        """Return it as a sentence."""
        if self.passed or not self.detail:
            return f"{self.asked}: {self.count or 'none'} found, expected {self.expected}"
        return f"{self.asked}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes, in the order of what was asked. ``is_cut`` if the server stopped before the time was over."""

    outcomes: tuple[Outcome, ...]
    is_cut: bool = False

    @property
    def passed(self) -> bool:
        """True if everything was as expected."""
        return all(each.passed for each in self.outcomes)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where to look: ``after`` leaves out what the journal told of up to that entry."""

    account: str
    context: Context
    after: int
    marks: Marks
    at_once: bool


@dataclass(slots=True)
class _Look:
    """One look at an account: what there is, read once for all that ask for it, the newest first.

    ``is_last`` if what it finds is told whatever it is. Only then does it matter what came nearest, which takes longer
    to find than all else, and would make each look of a wait long.
    """

    account: str
    after: int
    subjects: Subjects
    is_last: bool
    _read: dict[About, list[Found]] = field(default_factory=dict)
    _newest: dict[About, list[Found]] = field(default_factory=dict)

    async def all(self, about: About) -> list[Found]:
        """Return all there is of one sort."""
        if about not in self._read:
            self._read[about] = [each async for each in self._each(about)]
        return self._read[about]

    async def where(self, about: About, where: Where) -> list[Found]:
        """Return at least what fits; all, where that is read already."""
        if about in self._read or not where:
            return await self.all(about)
        return [each async for each in self._each(about, where)]

    async def newest(self, about: About) -> list[Found]:
        """Return the newest there are of one sort."""
        if about not in self._newest:
            found: list[Found] = []
            async for each in self._each(about):
                found.append(each)
                if len(found) == _NEWEST:
                    break
            self._newest[about] = found
        return self._newest[about]

    async def _each(self, about: About, where: Where = ()) -> AsyncIterator[Found]:
        number = 0
        async for each in self.subjects.all(self.account, about, where):
            number += 1
            if number % _BREATH == 0:
                await asyncio.sleep(0)
            if not self.after or await self.subjects.is_later(self.account, each, self.after):
                yield each

    async def order(self, found: Found) -> int | None:
        """Return the number of the entry something begins with."""
        return await self.subjects.order(self.account, found)


def _no_marks(item: Fired | Arrived) -> Iterable[int]:
    raise ValueError(f"{item} can be asked for in a scenario only")


class Verifier:
    """Holds what happened in an account against what was expected."""

    def __init__(self, around: Surroundings, subjects: Subjects, stopping: asyncio.Event) -> None:
        self._journal = around.journal
        self._subjects = subjects
        self._stopping = stopping

    async def verify(
        self,
        account: str,
        asked: Sequence[Asked],
        *,
        context: Context | None = None,
        after: int = 0,
        marks: Marks = _no_marks,
    ) -> Report:
        """Return what came of each expectation, once all are decided.

        One with an upper end is watched until its time is over. What has no time of its own is looked at last.
        ``context`` is what expressions stand for; ``after`` leaves out all up to that journal entry.
        """
        return await self._judge(asked, _Scene(account, context or {}, after, marks, at_once=False))

    async def wait(self, account: str, asked: Expect, *, context: Context | None = None, after: int = 0) -> Outcome:
        """Return the outcome of an expectation as soon as it holds, or when its time is over."""
        scene = _Scene(account, context or {}, after, _no_marks, at_once=True)
        return (await self._judge([asked], scene)).outcomes[0]

    async def _judge(self, asked: Sequence[Asked], scene: _Scene) -> Report:
        began_s = _now_s()
        pending = {index: each for index, each in enumerate(asked) if _within_s(each) > 0}
        found: dict[int, Outcome] = {}
        rest = 0
        while pending and not self._stopping.is_set():
            seen, looked_s = await self._journal.last_number(scene.account), _now_s()
            decided, unmet = await self._decided(pending, scene, began_s)
            found |= decided
            pending = {index: each for index, each in pending.items() if index not in found}
            if pending:
                await asyncio.sleep(min((_now_s() - looked_s) * rest, _LONGEST_REST_S))
                rest = _REST
                told = await self._told_since(seen, pending, scene, began_s)
                met = {index: _met(pending[index], scene, told.get(index, [])) for index in unmet}
                found |= {index: replace(each, waited_s=_now_s() - began_s) for index, each in met.items() if each}
                pending = {index: each for index, each in pending.items() if index not in found}
        look = self._look(scene, is_last=True)
        last = {index: await self._outcome(each, scene, look) for index, each in enumerate(asked) if index not in found}
        found |= {index: replace(each, waited_s=_now_s() - began_s) for index, each in last.items()}
        return Report(tuple(found[index] for index in range(len(asked))), is_cut=bool(pending))

    async def _decided(
        self, pending: Mapping[int, Asked], scene: _Scene, began_s: float
    ) -> tuple[dict[int, Outcome], frozenset[int]]:
        """Look once; return the outcomes that more time cannot change, or for which there is none left.

        Return also the numbers of those that go on and that nothing fits yet.
        """
        passed_s = _now_s() - began_s
        over = {index for index, each in pending.items() if passed_s >= _within_s(each)}
        look = self._look(scene, is_last=bool(over))
        found: dict[int, Outcome] = {}
        unmet: set[int] = set()
        for index, each in pending.items():
            outcome = await self._outcome(each, scene, look)
            if index in over or _is_decided(each, outcome, at_once=scene.at_once):
                found[index] = replace(outcome, waited_s=_now_s() - began_s)
            elif not outcome.count:
                unmet.add(index)
        return found, frozenset(unmet)

    def _look(self, scene: _Scene, *, is_last: bool) -> _Look:
        return _Look(scene.account, scene.after, self._subjects, is_last)

    async def _told_since(
        self, seen: int, pending: Mapping[int, Asked], scene: _Scene, began_s: float
    ) -> dict[int, list[Found]]:
        """Wait until an entry numbered above ``seen`` may decide something, for the end of a time, or for the stop.

        Return what fits each expectation of what the entries tell of; nothing where they do not tell enough to know.
        """
        until_s = min(map(_within_s, pending.values())) + began_s
        while not self._stopping.is_set() and _now_s() < until_s:
            entry = self._journal.follow(scene.account, after=seen, wait_s=until_s - _now_s(), limit=1)
            await until_first(entry, self._stopping.wait())
            entries, seen = await self._journal.follow(scene.account, after=seen, wait_s=0.0, limit=_SOON)
            if entries:
                told = await self._told_by(entries, pending, scene)
                if told is None or any(told.values()):
                    return told or {}
        return {}

    async def _told_by(
        self, entries: Sequence[Entry], pending: Mapping[int, Asked], scene: _Scene
    ) -> dict[int, list[Found]] | None:
        """Return what fits of what entries tell of: that is much less than all there is. ``None``: nobody knows."""
        if len(entries) == _SOON or scene.context:  # what names stand for may have changed, too
            return None
        found: dict[int, list[Found]] = {}
        for index, asked in pending.items():
            if not isinstance(asked, Expect):
                return None
            try:
                matcher = _matcher(asked, scene.context)
            except (ExpressionError, PatternError):
                return None
            fitting: dict[str, Found] = {}
            for entry in entries:
                for each in await self._subjects.touched(scene.account, entry, asked.wanted.about):
                    if matcher.judge(each.subject).fits:
                        fitting[each.id] = each
            found[index] = [each for each in fitting.values() if await self._has_begun(scene, each)]
        return found

    async def _has_begun(self, scene: _Scene, found: Found) -> bool:
        return not scene.after or await self._subjects.is_later(scene.account, found, scene.after)

    async def _outcome(self, asked: Asked, scene: _Scene, look: _Look) -> Outcome:
        try:
            match asked:
                case Expect():
                    return await _expected(asked, scene, look)
                case InOrder():
                    return await _in_order(asked, scene, look)
                case Total():
                    return await self._total(asked, scene)
                case _:
                    assert_never(asked)
        except (ExpressionError, PatternError) as error:  # it speaks of something that has not happened yet
            about = asked.wanted.about if isinstance(asked, Expect) else "sequence"
            return Outcome(about, "what it stands for to be known", passed=False, count=0, detail=str(error))

    async def _total(self, asked: Total, scene: _Scene) -> Outcome:
        count, matching = 0, []
        async for entry in self._subjects.requests(scene.account, scene.after):
            if complaints := _complaints(entry, asked):
                count += len(complaints)
                subject = await self._subjects.of_request(scene.account, entry)
                matching.append(Found("requests", str(entry.id), subject))
        passed = asked.bounds.holds(count)
        return Outcome(asked.of, asked.bounds.words(), passed, count, tuple(matching[:SHOWN][::-1]))


def _complaints(entry: Entry, asked: Total) -> tuple[Json, ...]:
    if entry.exchange is None:
        return ()
    return entry.exchange.violations if asked.of == "violations" else entry.exchange.findings


async def _expected(asked: Expect, scene: _Scene, look: _Look) -> Outcome:
    matcher = _matcher(asked, scene.context)
    about = asked.wanted.about
    candidates = await look.where(about, matcher.known())
    outcome = _outcome_of(asked, matcher, [each for each in candidates if matcher.judge(each.subject).fits])
    if not look.is_last or outcome.count >= asked.bounds.at_least:
        return outcome
    newest = await look.newest(about)
    detail = "" if newest else f"there are no {about} at all, expected {asked.bounds.words()}"
    return replace(outcome, nearest=_nearest(matcher, newest), detail=detail)


def _met(asked: Asked, scene: _Scene, told: list[Found]) -> Outcome | None:
    """Return the outcome of an expectation that nothing met before, if it is plain from what was told of since.

    That is so of one thing where one is enough. Of several, only another look knows the order, and webhooks may change
    without an entry that tells of it.
    """
    if not isinstance(asked, Expect) or len(told) != 1 or asked.wanted.about == "deliveries":
        return None
    is_enough = asked.bounds.at_least <= 1 and asked.bounds.at_most is None
    return _outcome_of(asked, _matcher(asked, scene.context), told) if is_enough else None


def _outcome_of(asked: Expect, matcher: Matcher, fitting: list[Found]) -> Outcome:
    """Return the outcome where this is all that fits, the newest first."""
    about = asked.wanted.about
    words = f"{about} with {matcher.words()}" if matcher.conditions else about
    passed = asked.bounds.holds(len(fitting))
    return Outcome(words, asked.bounds.words(), passed, len(fitting), tuple(fitting[:SHOWN][::-1]))


def _matcher(asked: Expect, context: Context) -> Matcher:
    matcher = asked.wanted.bind(context)
    if asked.acknowledged is None:
        return matcher
    name = "acknowledged"
    return Matcher((*matcher.conditions, Condition(name, tests_of(asked.acknowledged), name)))


async def _in_order(asked: InOrder, scene: _Scene, look: _Look) -> Outcome:
    """Find each item after the one before it; things of one entry may follow each other, but each counts once."""
    last, used, matching = 0, set[tuple[str, str]](), list[Found]()
    words = " then ".join(_item_words(each, scene.context) for each in asked.items)
    for number, item in enumerate(asked.items, 1):
        found = [each for each in await _occurrences(item, scene, look) if each[0] >= last and each[1] not in used]
        if not found:
            detail = f"number {number}, {_item_words(item, scene.context)}, did not follow"
            nearest: tuple[Near, ...] = ()
            if isinstance(item, Wanted) and look.is_last:
                nearest = _nearest(item.bind(scene.context), await look.all(item.about))
            return _ordered(words, number - 1, matching, nearest, detail)
        last, key, thing = min(found, key=lambda each: each[:2])
        used.add(key)
        matching += [thing] if thing is not None else []
    return _ordered(words, len(asked.items), matching)


def _ordered(
    words: str, count: int, matching: list[Found], nearest: tuple[Near, ...] = (), detail: str = ""
) -> Outcome:
    return Outcome(words, _ORDER, not detail, count, tuple(matching), nearest, detail)


async def _occurrences(
    item: Fired | Arrived | Wanted, scene: _Scene, look: _Look
) -> list[tuple[int, tuple[str, str], Found | None]]:
    """Return where an item happened: the entry, what tells it from others, and the thing itself if it is one."""
    if not isinstance(item, Wanted):
        return [(number, (str(item), str(number)), None) for number in scene.marks(item)]
    matcher = item.bind(scene.context)
    fitting = [each for each in await look.all(item.about) if matcher.judge(each.subject).fits]
    numbered = [(await look.order(each), each) for each in fitting]
    return [(number, (each.about, each.id), each) for number, each in numbered if number is not None]


def _nearest(matcher: Matcher, candidates: Iterable[Found]) -> tuple[Near, ...]:
    """Return the few that miss least, of those that miss something."""
    judged = [Near(each, matcher.judge(each.subject).misses) for each in candidates]
    return tuple(sorted((each for each in judged if each.misses), key=lambda near: len(near.misses))[:_NEAREST])


def _item_words(item: Fired | Arrived | Wanted, context: Context) -> str:
    match item:
        case Fired(rule=rule):
            return f"rule:{rule}"
        case Arrived(step=step):
            return f"the message of step {step + 1}"
        case Wanted():
            return f"{item.about} with {item.bind(context).words()}"


def _within_s(asked: Asked) -> float:
    return 0.0 if isinstance(asked, Total) else asked.within_s


def _is_decided(asked: Asked, outcome: Outcome, *, at_once: bool) -> bool:
    """Tell whether more time can change nothing."""
    if not isinstance(asked, Expect):
        return outcome.passed
    bounds: Bounds = asked.bounds
    return bounds.is_broken(outcome.count) or (outcome.passed and (at_once or bounds.at_most is None))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
