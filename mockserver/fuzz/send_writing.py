"""Writes scenario files of troubles for a program that sends: the rules of a case, and what must hold after it."""

from collections.abc import Iterator
from typing import Final

from mockserver.fuzz.cases import one_line
from mockserver.fuzz.checks import CHECKS
from mockserver.fuzz.sending import SendCase, SendFinding, Trouble
from mockserver.model import Json
from mockserver.scenario.durations import spelt
from mockserver.scenario.recorded import flow

SCENARIO: Final = "fuzz"
"""The id of the scenario of a case under way."""
_LONGER_S: Final = 2.0
"""How much longer than it took in the search the end may be off when a case is tried again."""
_HINT_SHARE: Final = 0.9


def rules_of(case: SendCase) -> str:
    """Return the scenario that lets requests meet the troubles of a case."""
    return f"scenario: {SCENARIO}\n" + "".join(_rules(case))


def _rules(case: SendCase) -> Iterator[str]:
    if case.troubles:
        yield "rules:\n"
    for number, each in enumerate(case.troubles, 1):
        yield f"  - {flow({'id': f'request-{number}', 'when': {'times': 1}, 'respond': _respond(each)})}\n"


def _respond(trouble: Trouble) -> Json:
    if trouble.status is not None:
        headers = {} if trouble.hint_s is None else {"headers": {"Retry-After": str(trouble.hint_s)}}
        return {"status": trouble.status, **headers}
    if trouble.fault is not None:
        return {"fault": trouble.fault}
    return {"delay": spelt(trouble.delay_s)} if trouble.delay_s else "accepted"


def written(finding: SendFinding, command: str, seed: int) -> str:
    """Return the text of the scenario file of a finding; ``command`` is how the program is run."""
    claim = next(each.claims for each in CHECKS if each.side == "sends" and each.name == finding.check)
    failed = finding.case
    lines = [
        f"# Found by mockserver fuzz --sends, seed {seed}: {one_line(finding.said).rstrip('.')}.\n",
        f"# It must hold that {claim}.\n",
        f"# Again: mockserver run FILE --sender {one_line(command)}\n",
        f"scenario: {finding.name}\n",
        *_rules(failed.case),
        "timeline:\n",
        *_timeline(finding),
    ]
    return "".join(lines)


def _timeline(finding: SendFinding) -> Iterator[str]:
    """Yield the steps that see whether it happened again."""
    failed = finding.case
    long = spelt(round(failed.ended.took_s + _LONGER_S, 1))
    wanted = failed.calm.total()
    yield f"  - await: {{requests: {{}}, within: {spelt(30.0)}}}\n"
    match finding.check:
        case "no-loss":
            yield f"  - await: {{messages: {{direction: outbound}}, at_least: {wanted}, within: {long}}}\n"
        case "no-double":
            yield f"  - expect: {{messages: {{direction: outbound}}, at_most: {wanted}, within: {long}}}\n"
        case "no-repeat":
            most = len(failed.ended.requests) - 1
            yield f"  - expect: {{requests: {{}}, at_most: {most}, within: {long}}}\n"
        case "heeds-hint":
            yield from _hint(failed.case)
        case _:
            yield f"  - await: {{requests: {{}}, at_least: {len(failed.ended.requests)}, within: {long}}}\n"


def _hint(case: SendCase) -> Iterator[str]:
    number = next(index for index, each in enumerate(case.troubles, 1) if each.hint_s is not None)
    hint_s = case.troubles[number - 1].hint_s or 1
    yield f"  - await: {{rule: request-{number}, within: {spelt(30.0)}}}\n"
    yield f"  - expect: {{requests: {{}}, at_most: {number}, within: {spelt(hint_s * _HINT_SHARE)}}}\n"
