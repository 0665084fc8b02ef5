"""What contradicts itself: counts, times that are drawn, and the members of faults; knows no names."""

from collections.abc import Iterator
from typing import Any, Final

from mockserver.config.places import KeyPath
from mockserver.core.faults import BY_NAME, SELECTORS
from mockserver.scenario.asked import fields_of
from mockserver.scenario.complaints import Mistake
from mockserver.scenario.expectations import Bounds
from mockserver.scenario.faults import AnswerFaultSpec, Latency, WebhookFaultSpec

_LIMITS: Final = ("per_s", "after")
"""The two ways to say what a throttle lets through."""


def count_mistakes(expected: Any, path: KeyPath) -> Iterator[Mistake]:
    """Yield what contradicts itself in how many there must be."""
    given = [
        each for each in ("count", "absent", "at_least", "at_most") if getattr(expected, each) not in (None, False)
    ]
    first = given[0] if given else ""
    if first in {"count", "absent"} and len(given) > 1:
        yield Mistake((*path, given[1]), f"stands beside {first}, which says it all.", "Keep one.", at_key=True)
    elif expected.at_least is not None and expected.at_most is not None and expected.at_least > expected.at_most:
        yield Mistake((*path, "at_most"), f"is {expected.at_most}, less than at_least.")


def amount_mistakes(amount: int | Bounds, path: KeyPath) -> Iterator[Mistake]:
    """Yield what contradicts itself in a number or its bounds."""
    if not isinstance(amount, Bounds):
        return
    if not amount.model_fields_set:
        yield Mistake(path, "says nothing.", "Write a number, at_least or at_most.")
    elif amount.at_least is not None and amount.at_most is not None and amount.at_least > amount.at_most:
        yield Mistake((*path, "at_most"), f"is {amount.at_most}, less than at_least.")


def fault_members(fault: AnswerFaultSpec | WebhookFaultSpec, path: KeyPath) -> Iterator[Mistake]:
    """Yield what a kind of fault does not take, and what it needs."""
    kind = BY_NAME[fault.on, fault.do]
    given = list(fields_of(fault))
    for name in given:
        if name not in kind.members:
            says = f"does not go with {fault.do}."
            yield Mistake((*path, name), says, f"It takes: {', '.join(kind.members[2:])}.", at_key=True)
    if kind.needs and not set(kind.needs) & set(given):
        yield Mistake(path, f"is {fault.do}, which needs {' or '.join(kind.needs)}.", f"Add {kind.needs[0]}.")
    for together in (SELECTORS, _LIMITS, (*_LIMITS, "nth", "every", "probability")):
        chosen = [each for each in together if each in given]
        if len(chosen) > 1:
            yield Mistake((*path, chosen[1]), f"stands beside {chosen[0]}.", "Keep one of them.", at_key=True)
            break


def latency_mistakes(delay: float | Latency | None, path: KeyPath) -> Iterator[Mistake]:
    """Yield what contradicts itself in a time that is drawn."""
    if not isinstance(delay, Latency):
        return
    given = delay.model_fields_set
    shares = [getattr(delay, each) for each in ("p50", "p95", "p99") if each in given]
    if given not in ({"fixed"}, {"min", "max"}) and (not given or given & {"fixed", "min", "max"}):
        yield Mistake(path, "mixes ways to say a time.", "Write fixed, or min and max, or some of p50, p95, p99.")
    elif shares != sorted(shares):
        yield Mistake(path, "falls with a higher percentile.", "Let p50, p95 and p99 rise.")
    elif given == {"min", "max"} and (delay.min or 0) > (delay.max or 0):
        yield Mistake((*path, "max"), "is less than min.")
