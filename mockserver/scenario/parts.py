"""Makes values for the engine of those parts of a scenario that need nothing but themselves."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from mockserver.core.expressions import has_names
from mockserver.core.scenario_values import (
    Act,
    Advance,
    Answered,
    Bounds,
    ClockWish,
    Fields,
    Http,
    Latency,
    Move,
    Respond,
    SetState,
    Sleep,
)
from mockserver.model import Deliver, Planned, Status
from mockserver.scenario import expectations, faults, steps
from mockserver.scenario.asked import fields_of
from mockserver.scenario.step_checks import FOR

ANSWER_S: Final = 10.0
"""How long an answer of the system under test may take unless a step says so."""
_SPEED: Final = "x"
_CLASS_WIDTH: Final = 99


def plain_act(step: steps.StatusStep | steps.AdvanceStep | steps.SleepStep | steps.SetStep | steps.HttpStep) -> Act:
    """Return the act of a step that needs nothing but itself."""
    match step:
        case steps.StatusStep():
            return Move(step.status.message, Status(step.status.status), step.status.code)
        case steps.AdvanceStep():
            return Advance(step.advance)
        case steps.SleepStep():
            return Sleep(step.sleep)
        case steps.SetStep():
            return SetState({name: each for name, each in step.set.items() if name != FOR}, step.set[FOR])
        case steps.HttpStep():
            return _http(step)


def latency(delay: float | faults.Latency | None) -> Latency:
    """Return the times a delay may take."""
    if delay is None:
        return Latency()
    if not isinstance(delay, faults.Latency):
        return Latency(delay, delay)
    if delay.fixed is not None:
        return Latency(delay.fixed, delay.fixed)
    if delay.min is not None and delay.max is not None:
        return Latency(delay.min, delay.max)
    shares = ((0.5, delay.p50), (0.95, delay.p95), (0.99, delay.p99))
    return Latency(percentiles=tuple((share, seconds) for share, seconds in shares if seconds is not None))


def clock(word: str) -> ClockWish:
    """Return the clock that a word asks for."""
    if word.endswith(_SPEED):
        return ClockWish("scaled", float(word.removesuffix(_SPEED)))
    return ClockWish("manual", 0.0) if word == "manual" else ClockWish()


def or_else(seconds: float | None, default_s: float) -> float:
    """Return seconds that were given, or else the usual ones."""
    return default_s if seconds is None else seconds


def paths(capture: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is captured as texts with expressions, bare paths put between braces."""
    return {name: written if has_names(written) else f"${{{written}}}" for name, written in capture.items()}


def respond(respond: steps.Respond) -> Respond:
    """Return what a request is answered with."""
    if isinstance(respond, str):
        return Respond()
    return Respond(
        problem=respond.problem,
        status=respond.status,
        body=respond.body,
        headers=respond.headers or {},
        fault=respond.fault,
        delay=latency(respond.delay),
    )


def script(then: list[steps.Then]) -> tuple[Planned, ...]:
    """Return the statuses that follow, in the order of time, those of one moment as they are written."""
    listed = [each for each in then if isinstance(each, steps.ThenStatus)]
    return tuple(
        Planned(each.after, Status(each.status), each.code, _deliver(each.deliver))
        for each in sorted(listed, key=lambda each: each.after)
    )


def _deliver(deliver: steps.Deliver) -> Deliver | None:
    found = Deliver(
        copies=deliver.copies,
        before=None if deliver.before is None else Status(deliver.before),
        delay_s=deliver.delay,
        fault="drop" if deliver.drop else deliver.fault,
    )
    return None if found == Deliver() else found


def answered(expected: expectations.Answered | None) -> Answered | None:
    """Return what the answer to a step must be, ``None`` where nothing is asked of it."""
    if expected is None:
        return None
    written = expected.answered if isinstance(expected.answered, list) else [expected.answered]
    statuses = tuple((each, each) if isinstance(each, int) else _class(each) for each in written)
    fields: Fields = fields_of(expected, ("answered", "within"))
    return Answered(statuses, or_else(expected.within, ANSWER_S), fields)


def _class(word: str) -> tuple[int, int]:
    first = int(word[0]) * 100
    return first, first + _CLASS_WIDTH


def _http(step: steps.HttpStep) -> Http:
    request = step.http
    sends_json = "json_" in request.model_fields_set
    sends = sends_json or request.body is not None or request.base64 is not None
    within = None if step.expect is None else step.expect.within
    return Http(
        method=request.method or ("POST" if sends else "GET"),
        url=request.url,
        headers=request.headers,
        json=request.json_,
        sends_json=sends_json,
        body=request.body,
        raw=None if request.base64 is None else b64decode(request.base64),
        token=request.token,
        timeout_s=or_else(within, ANSWER_S),
    )


def bounds(expected: Any) -> Bounds:
    """Return how many there must be; at least one where nothing is said."""
    if expected.absent:
        return Bounds(0, 0)
    if expected.count is not None:
        return Bounds(expected.count, expected.count)
    if expected.at_least is None and expected.at_most is not None:
        return Bounds(0, expected.at_most)
    return Bounds(1 if expected.at_least is None else expected.at_least, expected.at_most)


def amount(amount: int | expectations.Bounds) -> Bounds:
    """Return how many there may be; without a lower end, from none on."""
    if isinstance(amount, int):
        return Bounds(amount, amount)
    return Bounds(amount.at_least or 0, amount.at_most)
