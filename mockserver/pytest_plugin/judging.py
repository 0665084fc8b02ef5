"""What of a test's journal must fail the test, and in which words; pure over entries as the control API shows them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mockserver.core.words import cut
from mockserver.handle import words
from mockserver.model import Json
from mockserver.pytest_plugin.options import Marked

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Breach:
    """A request of the test with what it broke, or, being strict, with what is odd about it."""

    entry: Json
    broken: tuple[Json, ...]
    odd: tuple[Json, ...] = ()

    @property
    def number(self) -> int:
        """The number of its journal entry."""
        number: int = self.entry["id"]
        return number


def breaches(entries: Iterable[Json], marked: Marked, *, is_strict: bool) -> list[Breach]:
    """Return the requests that must fail a test, oldest first."""
    if marked.allows_all:
        return []
    found = []
    for entry in entries:
        request = entry.get("request") or {}
        broken = tuple(each for each in request.get("violations", ()) if not _is_allowed(each, marked))
        odd = tuple(each for each in request.get("findings", ()) if is_strict and not _is_allowed(each, marked))
        if broken or odd:
            found.append(Breach(entry, broken, odd))
    return sorted(found, key=lambda each: each.number)


def _is_allowed(rule: Json, marked: Marked) -> bool:
    return not marked.allowed.isdisjoint((rule["rule"], rule["name"]))


def sentence(found: Sequence[Breach]) -> str:
    """Return why the test fails: each request, what it broke and the nearest valid choice, and what to do about it."""
    is_broken = any(each.broken for each in found)
    number, it = ("1 request", "it") if len(found) == 1 else (f"{len(found)} requests", "them")
    broke = f"broke the contract, and the test did not look at {it}:"
    lines = [f"{number} of this test {broke if is_broken else 'had findings, and the test is strict:'}"]
    for each in found:
        lines += ["", *_lines(each)]
    rules = dict.fromkeys(rule["rule"] for each in found for rule in (*each.broken, *each.odd))
    allowed = ", ".join(f'"{each}"' for each in rules)
    verb = "violations" if is_broken else "findings"
    mend = "Mend the request." if len(found) == 1 else "Mend the requests."
    return "\n".join(
        [
            *lines,
            "",
            f"{mend} Is it meant? Then assert on messages_api.{verb}(), or mark the test:",
            f"@pytest.mark.messages_api(allow_violations=[{allowed}])",
        ]
    )


def _lines(breach: Breach) -> list[str]:
    request = breach.entry["request"]
    lines = [f"  {words.request_line(breach.entry)}"]
    lines += [f"    {each['reason']} ({each['rule']})" for each in breach.broken]
    lines += [f"    {each['name']}: {each['detail']} ({each['rule']}, a finding)" for each in breach.odd]
    return [*lines, f"    body: {_cut(str(request['body']))}"]


def refusals(hooks: Sequence[str]) -> str:
    """Return that webhooks came wrongly signed, and what to do about it."""
    came, it = ("1 webhook", "it") if len(hooks) == 1 else (f"{len(hooks)} webhooks", "them")
    return "\n".join(
        [
            f"{came} of this test did not have the right signature, and the test did not look at {it}:",
            *(f"  {_cut(each)}" for each in hooks),
            "Is it meant? Then assert on messages_sink.refused.",
        ]
    )


def rules_told(scenarios: Iterable[Json]) -> str:
    """Return how each rule fared, with the line it stands in: that of the test which made it, or its scenario file."""
    return "\n".join(
        line
        for scenario in scenarios
        for rule in scenario["rules"]
        for line in words.fared(f"{scenario['source']}: {rule['rule']}", rule)
    )


def scenario_failure(report: Json) -> Iterator[str]:
    """Yield what failed of a scenario, if it did."""
    if not report["passed"]:
        yield words.report_failure(report)


def _cut(text: str) -> str:
    return cut(text, _LONGEST, f"... ({len(text)} characters)")
