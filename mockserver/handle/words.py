"""The words of failures: expected, found, what came nearest and why; pure over answers of the control API."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mockserver.core.words import cut
from mockserver.model import Json

_SHOWN: Final = 10
_LONGEST: Final = 300
_WORTH_TELLING_S: Final = 0.05
_UNAUTHORIZED: Final = 401
_CREDENTIALS: Final = "This account's credentials: api_key and api_secret, both in basic; for programs, env()."
_SORTS: Final = {
    'messages with direction "outbound"; ': "Messages sent with ",
    'messages with direction "outbound"': "Messages sent",
    "deliveries": "Webhooks",
}
"""What a test calls the sorts of things, by how the server says what it looked for."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is worth knowing of a failure.

    ``is_missing``: there was too little. ``total`` is how many there are of the sort that was asked for, ``refused``
    are entries of requests that were refused, ``refused_meanwhile`` those of requests that name no account, ``rules``
    are scenarios made of the test's own rules, ``dropped`` webhooks that would have fitted but were not sent.
    """

    account: str
    is_missing: bool = False
    total: int = 0
    refused: Sequence[Json] = ()
    refused_meanwhile: Sequence[Json] = ()
    dropped: Sequence[Json] = ()
    rules: Sequence[Json] = ()
    elsewhere: Sequence[str] = ()


def failure(outcome: Json, around: Surroundings) -> str:
    """Return why an expectation failed: what was expected, what was found, and what came nearest, field by field."""
    waited_s = outcome["waited_s"]
    within = f" within {waited_s:.1f} s" if waited_s >= _WORTH_TELLING_S else ""
    found = outcome["count"] or "none"
    lines = [f"{_asked(outcome)}: expected {outcome['expected']}, found {found}{within}."]
    lines += _fitting(outcome)
    if around.is_missing:
        lines += _nearest(outcome, around)
        lines += _dropped(around.dropped)
        lines += _refused(around)
        lines += _meanwhile(around.refused_meanwhile)
        lines += _rules(around.rules)
        lines += _elsewhere(around)
    return "\n".join(lines)


def _asked(outcome: Json) -> str:
    """Return what was asked for; that messages are the system's own goes without saying."""
    asked: str = outcome["asked"]
    for written, said in _SORTS.items():
        if asked.startswith(written):
            return said + _without_tried(asked.removeprefix(written))
    return asked


def _without_tried(asked: str) -> str:
    """Return what is asked of webhooks without what goes without saying: that they were tried."""
    return asked.removesuffix("attempts at least 1").removesuffix(" with ").removesuffix("; ")


def _fitting(outcome: Json) -> Iterator[str]:
    """Yield what fits where there was too much of it, or not enough."""
    fitting = outcome["matching"]
    if not fitting:
        return
    yield from ("", "These fit:")
    yield from (f"  {on_a_line(each['line'])}  [{each['id']}]" for each in fitting[:_SHOWN])
    if outcome["count"] > _SHOWN:
        yield f"  and {outcome['count'] - _SHOWN} more"


def _nearest(outcome: Json, around: Surroundings) -> Iterator[str]:
    near = [each for each in outcome["nearest"] if not _is_inbound(each)]
    if near:
        of = f" (of {around.total})" if around.total > len(near) else ""
        yield from ("", f"Nearest{of}:")
    for each in near:
        yield f"  {on_a_line(each['line'])}  [{each['id']}]"
        yield from (f"    {on_a_line(miss['says'])}" for miss in each["misses"])
    if not near and not outcome["count"] and not around.refused and not around.dropped:
        yield from ("", f"Nothing of the sort came to account {around.account} at all.")


def _is_inbound(near: Json) -> bool:
    """Tell whether this is a user's message, which nobody takes for one of the system under test."""
    return any(miss["field"] == "direction" for miss in near["misses"])


def _refused(around: Surroundings) -> Iterator[str]:
    entries = around.refused
    if entries:
        number = "one request was" if len(entries) == 1 else f"{len(entries)} requests were"
        nothing = "Refused, and so not sent:" if around.total else f"Nothing was sent; {number} refused:"
        yield from ("", nothing)
    for each in entries[:_SHOWN]:
        yield f"  {request_line(each)}"
        yield from (f"    {on_a_line(why)}" for why in _reasons(each["request"]))
    if len(entries) > _SHOWN:
        yield f"  and {len(entries) - _SHOWN} more"
    if any(each["request"]["status"] == _UNAUTHORIZED for each in entries):
        yield f"  {_CREDENTIALS}"


def request_line(entry: Json) -> str:
    """Return a request and its answer, with the entry that tells of them."""
    request = entry["request"]
    return f"{request['method']} {request['path']} was answered {request['status']} (journal entry {entry['id']})"


def _meanwhile(entries: Sequence[Json]) -> Iterator[str]:
    """Yield the requests that name no account: one of them may have been meant for this one."""
    if entries:
        requests = [each["request"] for each in entries]
        told = dict.fromkeys(f"{each['method']} {each['path']} {each['status']}{_why(each)}" for each in requests)
        yield from ("", "Other requests the server refused meanwhile:", *(f"  {each}" for each in told))


def _why(request: Json) -> str:
    """Return the first reason of a refusal, set off from what it is of."""
    return next((f": {on_a_line(reason)}" for reason in _reasons(request)), "")


def _dropped(webhooks: Sequence[Json]) -> Iterator[str]:
    """Yield how many webhooks had nowhere to go, and what to set."""
    if webhooks:
        yield ""
    for why, number in Counter(map(_why_dropped, webhooks)).items():
        yield f"{number} {'was' if number == 1 else 'were'} dropped {why}"


def _why_dropped(webhook: Json) -> str:
    if webhook["url"] is not None:
        return "on purpose, by a fault"
    name = "inbound_url" if webhook["event"] == "inbound" else "status_url"
    return f"as no {name} is set: configure({name}=...) sets one"


def _reasons(request: Json) -> Iterable[str]:
    return [each["reason"] for each in request["violations"]] or ([request["reason"]] if request["reason"] else [])


def _rules(scenarios: Sequence[Json]) -> Iterator[str]:
    """Yield how the test's own rules fared, each with its line in the test."""
    if scenarios:
        yield from ("", "Rules of the test:")
    yield from (f"  {line}" for each in scenarios for rule in each["rules"] for line in fared(each["source"], rule))


def fared(place: str, rule: Json) -> Iterator[str]:
    """Yield how often a rule decided and, if it never did, what came nearest; ``place`` is where it stands."""
    yield f"{place}: decided {rule['decided']} of {rule['seen']} sends that fit it"
    if not rule["decided"]:
        yield from (f"  {line}" for line in _near(rule["near"]))


def _near(near: Json) -> Iterator[str]:
    """Yield what came nearest, if anything did, and what it misses."""
    if near:
        yield f"nearest: {on_a_line(near['what'])}"
        yield from (f"  {on_a_line(line)}" for line in near.get("lines", ()))


def _elsewhere(around: Surroundings) -> Iterator[str]:
    if around.elsewhere and not around.total:
        others = ", ".join(around.elsewhere)
        yield from ("", f"Looked at account {around.account}; other accounts with traffic: {others}.")
        yield f"Was it sent with another key? {_CREDENTIALS}"


def report_failure(report: Json) -> str:
    """Return what failed of a scenario: each step and check that did, with its place and what is amiss."""
    source = f" ({report['source']})" if report.get("source") else ""
    why = f": {report['why']}" if report.get("why") else ""
    lines = [f"scenario {report['scenario']} {report['outcome']}{source}{why}"]
    for each in (*report.get("steps", ()), *report.get("checks", ())):
        if not each["ok"] and not each.get("skipped"):
            place = f"{each['place']}: " if each.get("place") else ""
            lines.append(f"  {place}{each['name']}: {each.get('detail', '')}")
            lines += [f"    {on_a_line(line)}" for line in each.get("difference", ())]
            lines += [f"    {line}" for near in each.get("near", ()) for line in _near(near)]
    return "\n".join(lines)


def timeline(entries: Sequence[Json]) -> str:
    """Return entries, oldest first, as a text: a line each, under it what was wrong with a request."""
    return "\n".join(line for each in entries for line in _told(each))


def _told(entry: Json) -> Iterator[str]:
    message = f" [{entry['message_uuid'][:8]}]" if entry["message_uuid"] else ""
    yield f"{entry['at']}  {entry['kind']:<9}  {on_a_line(entry['about'])}{message}"
    request = entry.get("request") or {}
    yield from (f"    {on_a_line(each['reason'])}" for each in request.get("violations", ()))
    yield from (f"    finding: {on_a_line(each['detail'])}" for each in request.get("findings", ()))


def on_a_line(text: str) -> str:
    """Return a text as one line of bearable length."""
    return cut(" ".join(text.split()), _LONGEST)
