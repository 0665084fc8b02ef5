"""The verbs of a test, to be awaited; ``blocking.py`` is made of this file by ``python -m docs.twins``.

Each verb is a call of the control API, as those of the command line are; none has a private way in.
"""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from mockserver.client import AsyncTransport, Call, Query, call_of, meaning
from mockserver.errors import ConflictError
from mockserver.handle import given
from mockserver.handle.access import Access, Notes, Place
from mockserver.handle.asking import (
    Term,
    content_of,
    dropped_fields,
    expectation,
    fields_of,
    read_scenario,
    sent_fields,
    tried_fields,
    uuid_of,
)
from mockserver.handle.credentials import Credentials, KeyPair
from mockserver.handle.given import Seconds
from mockserver.handle.message import Message
from mockserver.handle.rules import AsyncRules
from mockserver.handle.words import Surroundings, failure, report_failure, timeline
from mockserver.model import Json

Jsons: TypeAlias = list[Json]
"""A list, in classes that have a verb of that name."""

_MOST: Final = 1000
"""The largest page of the control API."""
_UNNAMED: Final = ("accounts", "applications", "explain", "health", "livez", "openapi", "readyz", "rules")
"""Paths that are of no account."""
_NUMBER: Final = '"447700900001"'
_FORGETS_RULES: Final = frozenset({"all", "scenarios", "accounts"})


class AsyncMockServer(Access):
    """A running mock server and one account of it, with everything that a test does to it and asks of it.

    Its verbs speak of the account: of its messages, webhooks, clock, faults and rules. Threads and tasks may share it.
    """

    def __init__(
        self, transport: AsyncTransport, place: Place, credentials: Credentials, notes: Notes | None = None
    ) -> None:
        super().__init__(place, credentials, notes)
        self._transport = transport
        self.rules = AsyncRules(self._call, self._notes)
        self.clock = AsyncClock(self)
        self.faults = AsyncFaults(self)
        self.webhooks = AsyncWebhooks(self)

    # The account

    def account(self, name: str) -> "AsyncMockServer":
        """Return the same verbs on another account, by its API key."""
        given.text("name", name, "the API key of an account")
        return AsyncMockServer(self._transport, self._place, self._credentials_of(name))

    async def new_account(self, *, keys: KeyPair | None = None, **members: Json) -> "AsyncMockServer":
        """Return a new account: its own key, secret, application and signature secret, and nothing in it.

        Accounts of one process share one key pair, for making one takes a tenth of a second; ``KeyPair.new()`` as
        ``keys`` is one of its own. ``members`` are more members of the account, such as ``inbound_url`` and
        ``status_url``.
        """
        if keys is not None:
            given.instance("keys", keys, KeyPair, "a KeyPair", "Make one by KeyPair.new().")
        given.members(members)
        credentials = Credentials.new(keys)
        whole = {**credentials.account(), **members}
        await self._call(call_of("PUT", f"accounts/{credentials.api_key}", whole), named=False)
        self._place.known[credentials.api_key] = credentials
        return AsyncMockServer(self._transport, self._place, credentials, Notes(whole))

    async def configure(self, **members: Json) -> None:
        """Set members of an account made here, such as ``inbound_url``, ``senders`` or ``provider``."""
        given.members(members)
        whole = self._with_members(members)
        await self._call(call_of("PUT", f"accounts/{self.api_key}", whole), named=False)
        self._notes.members = whole

    async def forget(self) -> None:
        """Forget the account, and all that happened in it."""
        await self._call(call_of("DELETE", f"accounts/{self.api_key}"), named=False)
        self._place.known.pop(self.api_key, None)

    # What the system under test sent

    async def sent(self, query: str = "", **terms: Term) -> list[Message]:
        """Return the messages that the system under test sent, oldest first, those that fit if something is asked.

        ``mock.sent(channel="sms", to="447700900001")``, ``mock.sent(text={"contains": "order"})``,
        ``mock.sent("channel:sms to:4477*")``; ``from_`` is the sender. At most the newest 1000.
        """
        return [Message(each) for each in await self._find("messages", sent_fields(query, terms))]

    async def wait_for(self, query: str = "", *, within_s: Seconds = 5.0, **terms: Term) -> Message:
        """Return the first message sent that fits, as soon as there is one; raise AssertionError if none comes in time.

        ``mock.wait_for(to="447700900001", status="delivered")``.
        """
        __tracebackhide__ = True
        found = await self._assert(expectation("messages", sent_fields(query, terms), None, within_s))
        return Message(found[0])

    async def assert_sent(
        self, query: str = "", *, count: int | None = None, within_s: Seconds = 0.0, **terms: Term
    ) -> list[Message]:
        """Return the messages sent that fit; raise AssertionError unless there are so many, at least one by default.

        With ``within_s`` it waits for the first; with a ``count`` too, to the end, lest more should come. Of more than
        50 the newest are returned.
        """
        __tracebackhide__ = True
        found = await self._assert(expectation("messages", sent_fields(query, terms), count, within_s))
        return [Message(each) for each in found]

    async def assert_nothing_sent(self, query: str = "", *, within_s: Seconds = 0.0, **terms: Term) -> None:
        """Raise AssertionError if a message was sent that fits, or within so many seconds is."""
        __tracebackhide__ = True
        await self._assert(expectation("messages", sent_fields(query, terms), 0, within_s))

    async def message(self, message: Json) -> Message:
        """Return a message as it is now, by its uuid or by anything that names it, such as the answer to its send."""
        return Message((await self.ask("GET", f"messages/{uuid_of(message)}"))["message"])

    # What users and the provider do

    async def inbound(
        self, channel: str, kind: str = "text", *, from_: str | None = None, to: str | None = None, **content: Json
    ) -> Json:
        """Let a user's message arrive; return its ``message_uuid``, its ``delivery`` and the ``body`` of its webhook.

        ``mock.inbound("sms", text="yes", from_="447700900001", to="447700900010")``. Without the parties, the user last
        written to answers the sender last used; without content, it is made up.
        """
        given.text("channel", channel, '"sms"')
        given.text("kind", kind, '"text"')
        parties = {"from": given.text_or_none("from_", from_, _NUMBER), "to": given.text_or_none("to", to, _NUMBER)}
        body = {"channel": channel, "kind": kind, **content_of(parties), **content_of(content)}
        return await self.ask("POST", "inbound", body)

    async def reply(self, message: Json, text: str | None = None, *, kind: str | None = None, **content: Json) -> Json:
        """Let the user to whom a message was sent answer it, with a text or any other kind; return as ``inbound`` does.

        ``mock.reply(message, "yes")``, ``mock.reply(message, kind="image", url="https://example.com/a.jpg")``.
        """
        given.text_or_none("kind", kind, '"image"')
        found = await self.message(message)
        said = {"text": text, **content}
        return await self.inbound(found.channel, kind or "text", from_=found.to, to=found.from_, **said)

    async def status(self, message: Json, status: str, *, code: int | None = None, force: bool = False) -> Message:
        """Move a message now, and send the webhook; a ``code`` goes with ``rejected`` and ``undeliverable``.

        ``force`` moves it even where its channel could not.
        """
        given.text("status", status, '"delivered"')
        given.number_or_none("code", code)
        body = content_of({"status": status, "code": code, "force": given.flag("force", force) or None})
        return Message(await self.ask("POST", f"messages/{uuid_of(message)}/status", body))

    async def settle(self, within_s: Seconds = 2.0) -> None:
        """Wait until all that is due within so many seconds has happened, and every webhook in line was tried.

        By a manual clock nothing more becomes due, so only what is due by now happens. Next tries of webhooks that
        were not acknowledged, due later, do not hold it up.
        """
        waited_s = given.seconds("within_s", within_s)
        await self._call(call_of("POST", "settle", query={"within": waited_s}, patience_s=waited_s))

    # Scenarios

    async def scenario(self, path: str | os.PathLike[str], **sets: str) -> "AsyncScenario":
        """Load a scenario file and begin it; ``sets`` are values of its variables.

        Its rules hold from now on, and its timeline plays; ``finish`` judges it.
        """
        text = read_scenario(path)
        for name, value in sets.items():
            given.instance(name, value, str, "the text of a variable's value")
        query: dict[str, Query] = {"name": str(path), "set": [f"{name}={value}" for name, value in sets.items()]}
        query["start"] = True
        loaded = await self._call(call_of("POST", "scenarios", text, query=query))
        return AsyncScenario(self, loaded["id"])

    # What happened

    async def journal(self, query: str = "", *, limit: int = _MOST, **filters: Query) -> list[Json]:
        """Return the newest entries of the journal, oldest first; all that happened is in there.

        ``mock.journal(has="violation")``; the filters are those of ``/_mock/journal``.
        """
        given.number("limit", limit, 1)
        asked: dict[str, Query] = {"q": given.query(query) or None, "limit": limit, **filters}
        page = await self._call(call_of("GET", "journal", query=asked))
        entries: list[Json] = page["entries"]
        return sorted(entries, key=lambda each: each["id"])

    async def timeline(self) -> str:
        """Return the journal as a text to read, a line an entry."""
        return timeline(await self.journal())

    async def violations(self) -> list[Json]:
        """Return what requests broke of the contract: ``name`` of the field, ``rule``, ``reason``, ``found`` and more.

        The pytest plugin takes them for looked at.
        """
        return await self._complaints("violation")

    async def findings(self) -> list[Json]:
        """Return what the real API lets pass and a careful tester wants to know: ``name``, ``rule``, ``detail``."""
        return await self._complaints("finding")

    async def explain(self, body: Json, *, version: str | None = None, method: str | None = None) -> Json:
        """Return the verdict on a request body without sending it: ``valid``, ``violations``, ``nearest`` and more."""
        query: dict[str, Query] = {
            "version": given.text_or_none("version", version, '"v1"'),
            "method": given.text_or_none("method", method, '"PATCH"'),
        }
        return await self._call(call_of("POST", "explain", body, query=query), named=False)

    async def reset(self, what: str | Sequence[str] = "all") -> None:
        """Forget all or parts of what happened in the account: journal, messages, faults, clock, scenarios.

        Rules made by ``rules.when`` go with the scenarios; those of files begin anew.
        """
        what = given.texts("what", what, '"journal"')
        parts = {each.strip() for each in what.split(",")}
        if parts & _FORGETS_RULES:
            await self.rules.clear()
        await self._call(call_of("POST", "reset", query={"what": what}))
        if parts & {"all", "journal"}:
            self._notes.looked.clear()

    # The way out

    async def ask(
        self, method: str, path: str, body: Json = None, /, *, patience_s: Seconds = 0.0, **query: Query
    ) -> Json:
        """Return the answer of ``/_mock/<path>`` about this account; the way to what has no verb here.

        A ``body`` that is text goes as it is, as scenarios do; ``patience_s`` is how long the answer may take longer.
        Raise UsageError with the server's own words for what it refuses, UnreachableError where none answers.
        """
        given.text("method", method, '"GET"')
        given.text("path", path, '"messages"')
        patient_s = given.seconds("patience_s", patience_s)
        return await self._call(
            call_of(method, path, body, query=query, patience_s=patient_s), named=not path.startswith(_UNNAMED)
        )

    async def _call(self, call: Call, *, named: bool = True) -> Json:
        asked = replace(call, query={"account": self.api_key, **call.query}) if named else call
        return meaning(asked, await self._transport.ask(asked), self.url)

    async def _find(self, about: str, fields: dict[str, Json]) -> list[Json]:
        page = await self._call(call_of("POST", "find", {about: fields}, query={"limit": _MOST}))
        found: list[Json] = page[about]
        return found

    async def _assert(self, expected: dict[str, Json]) -> list[Json]:
        """Return what fits; raise AssertionError, with all there is to say, unless what is expected is so."""
        __tracebackhide__ = True
        patience_s = float(expected.get("within", 0.0))
        report = await self._call(call_of("POST", "verify", expected, query={"full": True}, patience_s=patience_s))
        [outcome] = report["outcomes"]
        if not outcome["passed"]:
            raise AssertionError(failure(outcome, await self._surroundings(report, expected)))
        found: list[Json] = outcome["things"]
        return found

    async def _surroundings(self, report: Json, expected: dict[str, Json]) -> Surroundings:
        """Return what else may explain that something is missing: what was refused, how the test's rules fared."""
        wanted = expected.get("count", 1)
        if report["outcomes"][0]["count"] >= wanted:
            return Surroundings(report["account"])
        loaded = (await self.ask("GET", "scenarios"))["scenarios"] if self._notes.rules else []
        around = Surroundings(
            report["account"],
            is_missing=True,
            rules=[each for each in loaded if each["id"] in self._notes.rules],
            elsewhere=report["elsewhere"],
        )
        if "deliveries" in expected:
            dropped = dropped_fields(expected["deliveries"])
            return replace(
                around,
                total=len(await self._find("deliveries", {})),
                dropped=await self._find("deliveries", dropped) if dropped else [],
            )
        return replace(
            around,
            total=len(await self._find("messages", {"direction": "outbound"})),
            refused=await self.journal(verdict="refused"),
            refused_meanwhile=report["refused_meanwhile"],
        )

    async def _complaints(self, what: str) -> list[Json]:
        entries = await self.journal(has=what)
        self._notes.looked.update(each["id"] for each in entries)
        return [complaint for each in entries for complaint in each["request"][f"{what}s"]]


class AsyncClock:
    """The clock of the account, which statuses and tries of webhooks go by."""

    def __init__(self, mock: AsyncMockServer) -> None:
        self._mock = mock

    async def read(self) -> Json:
        """Return how it stands: ``mode``, ``at``, and ``next_at`` when something is due next."""
        return await self._mock.ask("GET", "clock")

    async def freeze(self, at: str | datetime | None = None) -> Json:
        """Stop it, at a moment (ISO 8601) if given; from now on ``advance`` moves it. Return how it stands."""
        return await self.set("manual", at)

    async def advance(self, by: Seconds) -> Json:
        """Move a frozen clock by seconds or a text such as ``24h``, and run everything due on the way, in order.

        Return what happened: ``entries`` of the journal, and how many there are in all.
        """
        body = {"by": given.seconds("by", by)}
        try:
            return await self._mock.ask("POST", "clock/advance", body, patience_s=_ADVANCE_S)
        except ConflictError as error:
            raise ConflictError(error.what, fix="Stop it first: clock.freeze().") from None

    async def real(self) -> Json:
        """Let it run by itself again; return how it stands."""
        return await self.set("real")

    async def set(self, mode: str, at: str | datetime | None = None) -> Json:
        """Give it a mode, ``real``, ``manual`` or so many times as fast, such as ``60x``; return how it stands."""
        given.text("mode", mode, '"real", "manual" or "60x"')
        at = given.moment("at", at)
        return await self._mock.ask("PUT", "clock", {"mode": mode, **content_of({"at": at})})


_ADVANCE_S: Final = 300.0
"""A year of retries to a slow system under test takes its time."""


class AsyncFaults:
    """What is broken on purpose in the account; see docs/faults.md."""

    def __init__(self, mock: AsyncMockServer) -> None:
        self._mock = mock

    async def add(self, on: str, do: str, **members: Json) -> Json:
        """Break something from now on; return the fault with its ``id``.

        ``mock.faults.add("answers", "status", status=503, next=2)``, ``mock.faults.add("webhooks", "drop")``.
        """
        given.text("on", on, '"answers" or "webhooks"')
        given.text("do", do, '"status"')
        return await self._mock.ask("POST", "faults", {"on": on, "do": do, **content_of(members)})

    async def list(self) -> Jsons:
        """Return the faults, each with how often it ``hits``."""
        found: Jsons = (await self._mock.ask("GET", "faults"))["faults"]
        return found

    async def remove(self, fault: Json) -> None:
        """Mend what one fault broke, by its id or by what ``add`` returned."""
        identity = given.identity("the fault", fault, "faults.add()")
        await self._mock.ask("DELETE", f"faults/{identity}")

    async def clear(self) -> None:
        """Mend everything."""
        await self._mock.ask("DELETE", "faults")


class AsyncWebhooks:
    """The webhooks of the account: what was sent to the system under test, and what it answered.

    ``list`` also has those that had no URL to go to: their ``state`` is ``dropped``. They were never sent, so nothing
    else here counts them, unless ``state`` or ``attempts`` is asked for.
    """

    def __init__(self, mock: AsyncMockServer) -> None:
        self._mock = mock

    async def list(self, query: str = "", **terms: Term) -> Jsons:
        """Return the webhooks, oldest first, those that fit if something is asked; each with ``body`` and ``attempts``.

        ``mock.webhooks.list(event="inbound")``, ``mock.webhooks.list(status="delivered", acknowledged=False)``.
        """
        return await self._mock._find("deliveries", fields_of(query, terms))  # noqa: SLF001

    async def wait_for(self, query: str = "", *, within_s: Seconds = 5.0, **terms: Term) -> Json:
        """Return the first webhook that fits, as soon as it was tried; raise AssertionError if none is in time."""
        __tracebackhide__ = True
        return (await self._assert(query, terms, None, within_s))[0]

    async def assert_sent(
        self, query: str = "", *, count: int | None = None, within_s: Seconds = 0.0, **terms: Term
    ) -> Jsons:
        """Return the webhooks that fit and were tried, whatever was answered.

        Raise AssertionError unless there are so many, at least one by default.
        """
        __tracebackhide__ = True
        return await self._assert(query, terms, count, within_s)

    async def assert_acknowledged(
        self, query: str = "", *, count: int | None = None, within_s: Seconds = 5.0, **terms: Term
    ) -> Jsons:
        """Return the webhooks that fit and were answered with a 2xx; raise AssertionError unless there are so many."""
        __tracebackhide__ = True
        return await self._assert(query, {**terms, "acknowledged": True}, count, within_s)

    async def assert_none(self, query: str = "", *, within_s: Seconds = 0.0, **terms: Term) -> None:
        """Raise AssertionError if a webhook that fits was tried or is about to be, or within so many seconds is."""
        __tracebackhide__ = True
        await self._assert(query, terms, 0, within_s)

    async def redeliver(self, webhook: Json) -> Json:
        """Send a webhook once more, now; return it."""
        identity = given.identity("the webhook", webhook, "webhooks.list()")
        return await self._mock.ask("POST", f"deliveries/{identity}/redeliver")

    async def pause(self) -> int:
        """Hold the account's webhooks back from now on, in order; return how many are held."""
        held: int = (await self._mock.ask("POST", "deliveries/pause"))["held"]
        return held

    async def resume(self) -> int:
        """Send webhooks again, those held first; return how many were. ``reset()`` lets go of them, too."""
        sent: int = (await self._mock.ask("POST", "deliveries/resume"))["sent"]
        return sent

    async def _assert(self, query: str, terms: Mapping[str, Term], count: int | None, within_s: Seconds) -> Jsons:
        __tracebackhide__ = True
        fields = tried_fields(query, terms, none=count == 0)
        return await self._mock._assert(expectation("deliveries", fields, count, within_s))  # noqa: SLF001


class AsyncScenario:
    """A scenario that was begun."""

    def __init__(self, mock: AsyncMockServer, identity: str) -> None:
        self._mock = mock
        self.id = identity

    async def finish(self, within_s: Seconds = 30) -> Json:
        """Judge it, once its timeline is at its end if it has one; return the report, and end it."""
        wait_s = math.ceil(given.seconds("within_s", within_s))
        return await self._mock.ask("POST", f"scenarios/{self.id}/finish", patience_s=wait_s, wait_s=wait_s)

    async def assert_passed(self, within_s: Seconds = 30) -> None:
        """Finish it; raise AssertionError with each step and check that failed."""
        __tracebackhide__ = True
        report = await self.finish(within_s)
        if not report["passed"]:
            raise AssertionError(report_failure(report))

    async def report(self) -> Json:
        """Return what came of it so far, step by step and check by check."""
        return await self._mock.ask("GET", f"scenarios/{self.id}/report")

    async def state(self) -> Json:
        """Return what it remembers, and the states of its machines."""
        return await self._mock.ask("GET", f"scenarios/{self.id}/state")

    async def stop(self) -> Json:
        """End it without a judgement; return the report."""
        return await self._mock.ask("POST", f"scenarios/{self.id}/stop")

    async def remove(self) -> None:
        """End it and forget it, so that a file of the same scenario can be loaded again."""
        await self._mock.ask("DELETE", f"scenarios/{self.id}")
