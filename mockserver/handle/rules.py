"""Rules that a test makes in its own lines, each a scenario of one rule; both the blocking and the awaited form."""

import os
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mockserver.client import Call, call_of
from mockserver.errors import UnknownError, UsageError
from mockserver.handle import given
from mockserver.handle.asking import Term, content_of, fields_of
from mockserver.handle.words import fared
from mockserver.model import Json

if TYPE_CHECKING:
    from mockserver.handle.access import Notes

_PACKAGE: Final = str(Path(__file__).parent)
_ACCEPTED: Final = "accepted"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it is written so far. ``place`` is the line of the test that makes it."""

    id: str
    place: str
    when: Mapping[str, Json]
    respond: Json = _ACCEPTED
    then: tuple[Json, ...] = ()

    def responding(self, answer: str, members: Mapping[str, Json]) -> "RuleText":
        """Return it with an answer: ``accepted``, or members such as ``{"problem": "throttled"}``."""
        if answer != _ACCEPTED:
            fix = 'Write respond(problem="throttled"), respond(status=503) or respond(fault="reset").'
            raise UsageError(f"{answer!r} is no answer by itself", where=self.place, fix=fix)
        return replace(self, respond=content_of(members) or answer)

    def going_on(self, steps: tuple[Json, ...], members: Mapping[str, Json]) -> "RuleText":
        """Return it with more steps; ``members`` are those of the one step that is given."""
        if members and len(steps) > 1:
            fix = 'Write then("submitted").then("rejected", code=1300).'
            raise UsageError("members go with one step only", where=self.place, fix=fix)
        for each in steps:
            if not isinstance(each, str | Mapping):
                raise given.wrong("a step", each, 'a status such as "delivered", or a mapping such as {"inbound": {}}')
            given.json("a step", each)
        more = content_of(members)
        written = [{"status": each, **more} if isinstance(each, str) else {**each, **more} for each in steps]
        return replace(self, then=(*self.then, *(written or [more])))

    def call(self) -> Call:
        """Return the call that puts it in force, in the place of what it was before."""
        rule: dict[str, Json] = {"id": self.id, "when": dict(self.when), "respond": self.respond}
        if self.then:
            rule["then"] = list(self.then)
        text = msgspec.json.encode({"scenario": self.id, "about": f"A rule of {self.place}.", "rules": [rule]}).decode()
        return call_of("PUT", f"scenarios/{self.id}", text, query={"start": True, "name": self.place})

    def mistake(self, error: UsageError) -> UsageError:
        """Return a mistake in it with the line of the test."""
        return UsageError(error.what, where=self.place, fix=error.fix)


def new_rule(query: str, matcher: Mapping[str, Term]) -> RuleText:
    """Return a rule of the line that called the handle."""
    return RuleText(f"rule-{next(_numbers)}", place_of_caller(), fields_of(query, matcher))


def place_of_caller() -> str:
    """Return the file and line outside of this package from which it was called: ``tests/test_orders.py:12``."""
    frame = sys._getframe()  # noqa: SLF001, what inspect.currentframe returns, without its None
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    path = frame.f_code.co_filename
    try:
        near = os.path.relpath(path)
    except ValueError:  # on another drive
        near = path
    return f"{path if near.startswith('..') else near}:{frame.f_lineno}"


def decided_in(scenario: Json) -> int:
    """Return how many sends a rule decided, from the view of its scenario."""
    return sum(each["decided"] for each in scenario["rules"])


def unused(text: RuleText, scenario: Json, wanted: int | None) -> str:
    """Return why a rule was not used as it should have been; empty if it was."""
    given.number_or_none("count", wanted)
    decided = decided_in(scenario)
    if decided == wanted or (wanted is None and decided):
        return ""
    [tally] = scenario["rules"]
    expected = "at least one send" if wanted is None else f"{wanted} sends"
    return "\n".join(fared(f"{text.place}: the rule was to decide {expected}", tally))


class _Rules:
    """What both forms remember."""

    def __init__(self, ask: Callable[[Call], Any], notes: "Notes") -> None:
        self._ask = ask
        self._notes = notes

    def _note(self, text: RuleText) -> None:
        if text.id not in self._notes.rules:
            self._notes.rules.append(text.id)


class Rules(_Rules):
    """What becomes of messages that the system under test sends, where a rule fits; the first that does decides."""

    def when(self, query: str = "", **matcher: Term) -> "Rule":
        """Begin a rule for sends that fit a search, fields with patterns, or both; see docs/scenarios.md, ``when``.

        ``mock.rules.when(channel="sms", times=1).respond(problem="throttled")`` throttles the next SMS.
        It is in force from ``respond`` or ``then`` on.
        """
        return Rule(self, new_rule(query, matcher))

    def clear(self) -> None:
        """Let go of all rules made here."""
        while self._notes.rules:
            self._forget(self._notes.rules.pop())

    def _put(self, text: RuleText) -> None:
        try:
            self._ask(text.call())
        except UsageError as error:
            raise text.mistake(error) from None
        self._note(text)

    def _forget(self, identity: str) -> None:
        try:
            self._ask(call_of("DELETE", f"scenarios/{identity}"))
        except UnknownError:
            return  # the account was forgotten, and its rules with it

    def _state(self, text: RuleText) -> Json:
        return self._ask(call_of("GET", f"scenarios/{text.id}"))


class Rule:
    """One rule. Each word that is added puts it in force anew."""

    def __init__(self, rules: Rules, text: RuleText) -> None:
        self._rules = rules
        self._text = text

    def respond(self, answer: str = _ACCEPTED, **members: Json) -> "Rule":
        """Answer so: ``problem="throttled"``, ``status=503``, ``fault="reset"``, ``delay="2s"``."""
        self._text = self._text.responding(answer, members)
        self._rules._put(self._text)  # noqa: SLF001, one thing in two classes
        return self

    def then(self, *steps: Json, **members: Json) -> "Rule":
        """Move the message on: ``then("submitted", "delivered")``, ``then("rejected", code=1300, after="1s")``.

        A step may also be a mapping of docs/scenarios.md, such as ``{"inbound": {"text": "yes"}, "after": "2s"}``.
        """
        self._text = self._text.going_on(steps, members)
        self._rules._put(self._text)  # noqa: SLF001, see above
        return self

    @property
    def decided(self) -> int:
        """How many sends it decided so far."""
        return decided_in(self._rules._state(self._text))  # noqa: SLF001, see above

    def assert_used(self, count: int | None = None) -> None:
        """Raise AssertionError unless it decided so many sends, at least one without a ``count``."""
        __tracebackhide__ = True
        why = unused(self._text, self._rules._state(self._text), count)  # noqa: SLF001, see above
        if why:
            raise AssertionError(why)

    def remove(self) -> None:
        """Let go of it."""
        self._rules._forget(self._text.id)  # noqa: SLF001, see above
        if self._text.id in self._rules._notes.rules:  # noqa: SLF001, see above
            self._rules._notes.rules.remove(self._text.id)  # noqa: SLF001, see above


class AsyncRules(_Rules):
    """``Rules``, to be awaited."""

    def when(self, query: str = "", **matcher: Term) -> "AsyncRule":
        """Begin a rule, as ``Rules.when`` does; it is in force once it was awaited.

        ``await mock.rules.when(channel="sms", times=1).respond(problem="throttled")``.
        """
        return AsyncRule(self, new_rule(query, matcher))

    async def clear(self) -> None:
        """Let go of all rules made here."""
        while self._notes.rules:
            await self._forget(self._notes.rules.pop())

    async def _put(self, text: RuleText) -> None:
        try:
            await self._ask(text.call())
        except UsageError as error:
            raise text.mistake(error) from None
        self._note(text)

    async def _forget(self, identity: str) -> None:
        try:
            await self._ask(call_of("DELETE", f"scenarios/{identity}"))
        except UnknownError:
            return  # the account was forgotten, and its rules with it

    async def _state(self, text: RuleText) -> Json:
        return await self._ask(call_of("GET", f"scenarios/{text.id}"))


class AsyncRule(Awaitable["AsyncRule"]):
    """One rule; awaiting it puts it in force."""

    def __init__(self, rules: AsyncRules, text: RuleText) -> None:
        self._rules = rules
        self._text = text

    def respond(self, answer: str = _ACCEPTED, **members: Json) -> "AsyncRule":
        """Answer so; see ``Rule.respond``."""
        self._text = self._text.responding(answer, members)
        return self

    def then(self, *steps: Json, **members: Json) -> "AsyncRule":
        """Move the message on; see ``Rule.then``."""
        self._text = self._text.going_on(steps, members)
        return self

    def __await__(self) -> Generator[Any, Any, "AsyncRule"]:
        """Put it in force."""
        yield from self._rules._put(self._text).__await__()  # noqa: SLF001, one thing in two classes
        return self

    async def decided(self) -> int:
        """Return how many sends it decided so far."""
        return decided_in(await self._rules._state(self._text))  # noqa: SLF001, see above

    async def assert_used(self, count: int | None = None) -> None:
        """Raise AssertionError unless it decided so many sends, at least one without a ``count``."""
        __tracebackhide__ = True
        why = unused(self._text, await self._rules._state(self._text), count)  # noqa: SLF001, see above
        if why:
            raise AssertionError(why)

    async def remove(self) -> None:
        """Let go of it."""
        await self._rules._forget(self._text.id)  # noqa: SLF001, see above
        if self._text.id in self._rules._notes.rules:  # noqa: SLF001, see above
            self._rules._notes.rules.remove(self._text.id)  # noqa: SLF001, see above
