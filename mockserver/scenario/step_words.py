"""What steps and checks of a scenario are about, in words, before they are taken; what came of them is for reports."""

from typing import Final, assert_never

from mockserver.core.asking import matcher_of
from mockserver.core.matching import PatternError, shown
from mockserver.core.scenario_values import (
    Act,
    Advance,
    Await,
    AwaitRule,
    Check,
    Expect,
    Fields,
    Http,
    Inbound,
    Move,
    Sequence,
    SetFault,
    SetState,
    Sleep,
    Step,
    Total,
    Wanted,
)
from mockserver.scenario.durations import spelt

_LINE: Final = {"channel": "", "kind": "", "from": "from ", "to": "to "}
"""What is said of an inbound message in a line, and the words before it."""


def step_words(step: Step) -> str:
    """Return what a step will do, such as ``rule reminder decides, within 10s``."""
    words = _act_words(step.act)
    return words if step.answered is None else f"{words}, and the answer is as expected"


def check_words(check: Check) -> str:
    """Return what a check asks for, such as ``messages with channel "sms": exactly 1``."""
    match check.check:
        case Expect():
            return _expect_words(check.check)
        case Sequence(items=items, within_s=within_s):
            return f"{len(items)} things in order{_within(within_s)}"
        case Total(of=of, bounds=bounds):
            return f"{of}: {bounds.words()}"
        case _:
            assert_never(check.check)


def _act_words(act: Act) -> str:  # noqa: PLR0911 - one line a verb
    match act:
        case AwaitRule(rule=rule, count=count, within_s=within_s):
            times = "" if count == 1 else f" {count} times"
            return f"rule {rule} decides{times}{_within(within_s)}"
        case Await(expect=expect):
            return _expect_words(expect)
        case Expect():
            return _expect_words(act)
        case Inbound(fields=fields):
            return _inbound_words(fields)
        case Move(message=message, status=status, code=code):
            return f"message {message} is {status.value}" + ("" if code is None else f", code {code}")
        case Advance(seconds=seconds) | Sleep(seconds=seconds):
            return f"{spelt(seconds)} pass"
        case SetState(states=states, key=key):
            named = ", ".join(f"{name} {state}" for name, state in states.items())
            return named if key is None else f"{named} for {key}"
        case SetFault(fault=fault, clear=clear):
            return "all that is broken on purpose is mended" if clear else _fault_words(fault)
        case Http(method=method, url=url):
            return f"{method} {url}"
        case _:
            assert_never(act)


def _inbound_words(fields: Fields) -> str:
    line = " ".join(f"{before}{fields[name]}" for name, before in _LINE.items() if name in fields)
    rest = {name: each for name, each in fields.items() if name not in _LINE}
    said = rest["text"] if rest.keys() == {"text"} else shown(rest)
    return f"{line}: {said}" if rest else line


def _fault_words(fault: Fields) -> str:
    rest = {name: fault[name] for name in sorted(fault) if name not in {"on", "do"}}
    return f"{fault['do']} on {fault['on']}" + (f" {shown(rest)}" if rest else "")


def _expect_words(expect: Expect) -> str:
    answered = {None: "", True: ", acknowledged", False: ", not acknowledged"}[expect.acknowledged]
    return f"{_wanted_words(expect.wanted)}{answered}: {expect.bounds.words()}{_within(expect.within_s)}"


def _wanted_words(wanted: Wanted) -> str:
    if not wanted.fields:
        return wanted.about
    try:
        return f"{wanted.about} with {matcher_of(wanted.about, wanted.fields).words()}"
    except PatternError:  # an expression stands where only its value would be a pattern
        return f"{wanted.about} with {shown(dict(wanted.fields))}"


def _within(seconds: float) -> str:
    return f", within {spelt(seconds)}" if seconds else ""
