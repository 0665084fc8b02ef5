"""The words of failures: expected, found, what came nearest and why; pure over answers of the control API."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mockserver.model import Json

_SHOWN: Final = 10
_LONGEST: Final = 300
_WORTH_TELLING_S: Final = 0.05
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
    are entries of requests that were refused, ``rules`` are scenarios made of the test's own rules.
    """

    account: str
    is_missing: bool = False
    total: int = 0
    refused: Sequence[Json] = ()
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
        lines += _refused(around.refused)
        lines += _rules(around.rules)
        lines += _elsewhere(around)
    return "\n".join(lines)


def _asked(outcome: Json) -> str:
    """Return what was asked for; that messages are the system's own goes without saying."""
    asked: str = outcome["asked"]
    for written, said in _SORTS.items():
        if asked.startswith(written):
            return said + asked.removeprefix(written)
    return asked


def _fitting(outcome: Json) -> Iterator[str]:
    """Yield what fits where there was too much of it, or not enough."""
    fitting = outcome["matching"]
    if not fitting:
        return
    yield from ("", "These fit:")
    yield from (f"  {_cut(each['line'])}  [{each['id']}]" for each in fitting[:_SHOWN])
    if outcome["count"] > _SHOWN:
        yield f"  and {outcome['count'] - _SHOWN} more"


def _nearest(outcome: Json, around: Surroundings) -> Iterator[str]:
    near = [each for each in outcome["nearest"] if not _is_inbound(each)]
    if near:
        of = f" (of {around.total})" if around.total > len(near) else ""
        yield from ("", f"Nearest{of}:")
    for each in near:
        yield f"  {_cut(each['line'])}  [{each['id']}]"
        yield from (f"    {_cut(miss['says'])}" for miss in each["misses"])
    if not near and not outcome["count"]:
        yield from ("", f"Nothing of the sort came to account {around.account} at all.")


def _is_inbound(near: Json) -> bool:
    """Tell whether this is a user's message, which nobody takes for one of the system under test."""
    return any(miss["field"] == "direction" for miss in near["misses"])


def _refused(entries: Sequence[Json]) -> Iterator[str]:
    if entries:
        yield from ("", "Refused, and so not sent:")
    for each in entries[:_SHOWN]:
        request = each["request"]
        yield f"  {request['method']} {request['path']} was answered {request['status']} (journal entry {each['id']})"
        yield from (f"    {_cut(why)}" for why in _reasons(request))
    if len(entries) > _SHOWN:
        yield f"  and {len(entries) - _SHOWN} more"


def _reasons(request: Json) -> Iterable[str]:
    return [each["reason"] for each in request["violations"]] or ([request["reason"]] if request["reason"] else [])


def _rules(scenarios: Sequence[Json]) -> Iterator[str]:
    """Yield how the test's own rules fared, each with its line in the test."""
    if scenarios:
        yield from ("", "Rules of the test:")
    for each in scenarios:
        for rule in each["rules"]:
            yield f"  {each['source']}: decided {rule['decided']} of {rule['seen']} sends that fit it"
            if rule["near"] and not rule["decided"]:
                yield f"    nearest: {_cut(rule['near']['what'])}"
                yield from (f"      {_cut(line)}" for line in rule["near"]["lines"])


def _elsewhere(around: Surroundings) -> Iterator[str]:
    if around.elsewhere and not around.total:
        others = ", ".join(around.elsewhere)
        yield from ("", f"Looked at account {around.account}; other accounts with traffic: {others}.")


def report_failure(report: Json) -> str:
    """Return what failed of a scenario: each step and check that did, with its place and what is amiss."""
    source = f" ({report['source']})" if report.get("source") else ""
    why = f": {report['why']}" if report.get("why") else ""
    lines = [f"scenario {report['scenario']} {report['outcome']}{source}{why}"]
    for each in (*report.get("steps", ()), *report.get("checks", ())):
        if not each["ok"] and not each.get("skipped"):
            place = f"{each['place']}: " if each.get("place") else ""
            lines.append(f"  {place}{each['name']}: {each.get('detail', '')}")
            lines += [f"    {_cut(line)}" for line in each.get("difference", ())]
            for near in each.get("near", ()):
                lines.append(f"    nearest: {_cut(near['what'])}")
                lines += [f"      {_cut(line)}" for line in near.get("lines", ())]
    return "\n".join(lines)


def timeline(entries: Sequence[Json]) -> str:
    """Return entries, oldest first, as a text: a line each, under it what was wrong with a request."""
    return "\n".join(line for each in entries for line in _told(each))


def _told(entry: Json) -> Iterator[str]:
    message = f" [{entry['message_uuid'][:8]}]" if entry["message_uuid"] else ""
    yield f"{entry['at']}  {entry['kind']:<9}  {_cut(entry['about'])}{message}"
    request = entry.get("request") or {}
    yield from (f"    {_cut(each['reason'])}" for each in request.get("violations", ()))
    yield from (f"    finding: {_cut(each['detail'])}" for each in request.get("findings", ()))


def _cut(text: str) -> str:
    """Return a text as one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
