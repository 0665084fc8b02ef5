"""The control calls that hold what happened against what was expected: verify and wait."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from mockserver.core.asking import About
from mockserver.core.matching import Miss
from mockserver.core.scenario_values import Bounds, Expect, Wanted
from mockserver.errors import UsageError
from mockserver.model import Account, Json
from mockserver.service.expectations import matcher_for, read_expectations, read_within
from mockserver.service.subjects import Found
from mockserver.service.verify import Near, Outcome, Report
from mockserver.web.control import views
from mockserver.web.control.calls import Calls, duration_of, int_of, limit_of

_WITHIN: Final = "10s"


class CheckCalls(Calls):
    """Waits on the server until what is expected has happened, or its time is over."""

    async def verify(self, request: Request) -> Json:
        """Answer what came of each expectation."""
        account = await self._account(request)
        written = await self._json(request)
        asked = read_expectations(written, self._vocabulary)
        report = await self._runtime.verifier.verify(account.api_key, asked)
        named = written if isinstance(written, list) else [written]
        shown = report_view(report, [each.get("name") for each in named])
        if request.query_params.get("full") == "true":
            for view, outcome in zip(shown["outcomes"], report.outcomes, strict=True):
                view["things"] = [await self._shown(account.api_key, each) for each in outcome.matching]
        return {
            "account": account.api_key,
            **shown,
            "elsewhere": [] if report.passed else await self._elsewhere(account),
            "refused_meanwhile": [] if report.passed else await self._refused_meanwhile(account),
        }

    async def _refused_meanwhile(self, account: Account) -> Json:
        """Return requests that were refused and name no account, so that one may have been meant for this one."""
        return [views.entry_view(each, self._specs) for each in await self._runtime.meanwhile.refused(account.api_key)]

    async def find(self, request: Request) -> Json:
        """Answer what fits."""
        account = await self._account(request)
        body, limit = await self._body(request), limit_of(request)
        if len(body) != 1 or next(iter(body)) not in _ABOUT:
            named = ", ".join(body) or "nothing"
            raise UsageError(f"what to find is {named}", fix='Send {"messages": {"channel": "sms"}}.')
        [(name, asked)] = body.items()
        about = _ABOUT[name]
        matcher = matcher_for(about, asked, name, self._vocabulary)
        found: list[Found] = []
        async for each in self._runtime.subjects.all(account.api_key, about, matcher.known()):
            if matcher.judge(each.subject).fits:
                found.append(each)
            if len(found) == limit:
                break
        return {
            "account": account.api_key,
            name: [await self._shown(account.api_key, each) for each in reversed(found)],
            "elsewhere": [] if found else await self._elsewhere(account),
        }

    async def wait(self, request: Request) -> Json:
        """Answer as soon as a search finds so many, or when the time is over."""
        account = await self._account(request)
        query = request.query_params
        about = _ABOUT[query.get("what", "messages")]
        within_s = read_within(duration_of(query.get("within", _WITHIN), "within"), "within")
        wanted = Wanted(about, {}, self._matcher(about, query.get("q", "")))
        count = int_of(request, "count", 1)
        outcome = await self._runtime.verifier.wait(account.api_key, Expect(wanted, Bounds(count), within_s))
        return {
            "account": account.api_key,
            "what": about,
            "matched": outcome.passed,
            "count": outcome.count,
            "waited_s": round(outcome.waited_s, 3),
            about: [await self._shown(account.api_key, each) for each in outcome.matching],
            "nearest": [near_view(each) for each in outcome.nearest],
            "elsewhere": [] if outcome.passed else await self._elsewhere(account),
        }

    async def _shown(self, account: str, found: Found) -> Json:
        """Return something as the lists of its sort show it; it may have been reset away meanwhile."""
        match found.about:
            case "messages":
                message = await self._store.message(account, found.id)
                return views.message_view(message, self._specs) if message is not None else found_view(found)
            case "deliveries":
                delivery = await self._store.delivery(account, found.id)
                return views.delivery_view(delivery) if delivery is not None else found_view(found)
            case _:
                entry = await self._store.entry(account, int(found.id))
                return views.entry_view(entry, self._specs) if entry is not None else found_view(found)


_ABOUT: Final[Mapping[str, About]] = {"messages": "messages", "requests": "requests", "deliveries": "deliveries"}


def report_view(report: Report, names: list[Json]) -> Json:
    """Return all outcomes; ``passed`` is true if each of them is as expected."""
    outcomes = [outcome_view(each, name) for each, name in zip(report.outcomes, names, strict=True)]
    return {"passed": report.passed, "stopped": report.is_cut, "outcomes": outcomes}


def outcome_view(outcome: Outcome, name: Json = None) -> Json:
    """Return what came of one expectation, with what fits, and what came nearest where there was too little."""
    return {
        "name": name,
        "passed": outcome.passed,
        "asked": outcome.asked,
        "expected": outcome.expected,
        "count": outcome.count,
        "says": outcome.line(),
        "waited_s": round(outcome.waited_s, 3),
        "matching": [found_view(each) for each in outcome.matching],
        "nearest": [near_view(each) for each in outcome.nearest],
    }


def found_view(found: Found) -> Json:
    """Return something found: its id (of a request, the number of its journal entry), and a line."""
    return {"id": found.id, "what": found.about, "line": found.line}


def near_view(near: Near) -> Json:
    """Return something that does not fit, field by field."""
    return {**found_view(near.found), "misses": [miss_view(each) for each in near.misses]}


def miss_view(miss: Miss) -> Json:
    """Return one difference: the field, what was expected in words, and what was found."""
    return {"field": miss.field, "expected": miss.expected, "found": miss.found, "says": miss.line()}
