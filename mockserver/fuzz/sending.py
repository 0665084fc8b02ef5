"""Judges how a program that sends bears errors, silence and delays of the API; runs no program."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from mockserver.fuzz.cases import one_line
from mockserver.fuzz.checks import Check, Finding, Judged
from mockserver.model import Json

DECLARED: Final = frozenset({0, 1})
"""What a program may end with unless told otherwise: all is well, or it says that something is not."""
AT: Final = "sends"
"""Where the findings of this side are."""
_EARLY_S: Final = 0.1
"""How much too early a further try may be: clocks and rounding."""
_TRACES: Final = re.compile(
    r"^(Traceback \(most recent call last\):|Exception in thread |panic: |Unhandled exception\b|Fatal error: Uncaught"
    r"|.*Uncaught .*Error\b|.*UnhandledPromiseRejection|\s+at .+\(.+:\d+:\d+\)$|\S+:\d+:in .+ \(\w+Error\)$)",
    re.MULTILINE,
)
"""What the runtimes of Python, Java, Go, .NET, PHP, Node and Ruby print when nothing caught an error."""
_NO_REFERENCE: Final = frozenset({"client_ref"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one request meets. Without anything it is answered as ever.

    ``status`` is the documented error of that status, with ``hint_s`` in its Retry-After; ``fault`` is ``reset``,
    ``hang``, ``truncate`` or ``malformed``, which take the message all the same; ``delay_s`` is for how long the answer
    is held back.
    """

    status: int | None = None
    hint_s: int | None = None
    fault: str | None = None
    delay_s: float = 0.0

    @property
    def is_passing(self) -> bool:
        """True for an error that says: not taken, try again."""
        return self.status in PASSING

    @property
    def is_final(self) -> bool:
        """True for an error that stays what it is, however often it is asked. A 401 may be of a token grown old."""
        return self.status in _FINAL

    def words(self) -> str:
        """Return it in words."""
        if self.status is not None:
            hint = "" if self.hint_s is None else f" with Retry-After {self.hint_s}"
            return f"is answered {self.status}{hint}"
        if self.fault is not None:
            return f"is taken, and the answer: {self.fault}"
        return f"is answered {self.delay_s:g} s later" if self.delay_s else "is answered as ever"


PASSING: Final = (429, 503)
"""Errors that say: not taken, try again."""
_FINAL: Final = (400, 402, 403, 404, 413, 415, 422)
STATUSES: Final = (400, 401, 402, 403, 404, 413, 415, 422, 429, 500, 503)
"""Every error of the documents that can answer a send, by its HTTP status."""


@dataclass(frozen=True, slots=True)
class SendCase:
    """What the first request meets, what the second one, and so on; those beyond meet nothing."""

    troubles: tuple[Trouble, ...]

    @property
    def size(self) -> tuple[int, int, float]:
        """How large it is, to tell the smaller of two."""
        shown = sum(each != Trouble() for each in self.troubles)
        return len(self.troubles), shown, sum(each.delay_s + (each.hint_s or 0.0) for each in self.troubles)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the program as our journal has it. ``message`` is its body, without references of the sender."""

    at_s: float
    message: str
    is_taken: bool
    status: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one run of the program. ``code`` is ``None`` for one that had to be ended, negative for a signal."""

    code: int | None
    requests: tuple[Request, ...]
    output: str = ""
    took_s: float = 0.0


class Program(Protocol):
    """The program that sends."""

    def run(self, case: SendCase) -> Ended:
        """Run it once, its requests meeting the troubles of a case."""
        ...


@dataclass(frozen=True, slots=True)
class SendFailed:
    """A case and the run that failed; ``calm`` counts the messages of a run without troubles."""

    case: SendCase
    ended: Ended
    calm: Counter[str]


SendFinding: TypeAlias = Finding[SendFailed]


def message_of(path: str, body: str) -> str:
    """Return what tells the messages of a program apart: path and body, without the sender's own references."""
    try:
        value: Json = json.loads(body)
    except ValueError:
        value = body
    if isinstance(value, dict):
        value = {name: each for name, each in value.items() if name not in _NO_REFERENCE}
    return f"{path} {json.dumps(value, sort_keys=True)}"


def has_crashed(code: int | None, output: str, declared: frozenset[int]) -> str:
    """Return in words how a program ended that did so in an undeclared way, nothing if it did not."""
    if code is not None and code < 0:
        return f"it was ended by signal {-code}"
    if code is not None and code not in declared:
        return f"it ended with code {code}, which was not declared"
    trace = _TRACES.search(output)
    return f"it ended by an error that nothing caught: {_last_line(output)}" if trace and code != 0 else ""


def _last_line(output: str) -> str:
    return one_line(next((each for each in reversed(output.splitlines()) if each.strip()), ""))


@dataclass(slots=True)
class SendExaminer:
    """Tries cases on a program and judges each run. ``calm`` are the messages it sends when nothing is wrong."""

    program: Program
    checks: tuple[Check, ...]
    calm: Counter[str]
    declared: frozenset[int]
    judged: Judged = field(default_factory=Judged)

    def attempt(self, case: SendCase) -> SendFinding | None:
        """Run the program on a case; return the first check that does not hold."""
        ended = self.program.run(case)
        found = dict(self._found(case, ended))
        due = [each.name for each in self.checks if each.name in found or _can_break(each.name, case, ended)]
        failing = next((each for each in due if each in found), None)
        for name in due:
            if name == failing or (name not in found and ended.code is not None):
                self.judged.note(name, AT)
            elif failing is not None:
                self.judged.hide(name, AT, failing, is_broken=name in found)
        if failing is None:
            return None
        return Finding(failing, AT, found[failing], SendFailed(case, ended, self.calm), tuple(_lines(case, ended)))

    def _found(self, case: SendCase, ended: Ended) -> Iterator[tuple[str, str]]:
        """Yield the checks that do not hold, and what happened."""
        if ended.code is None:
            yield "no-hang", f"it had not ended after {ended.took_s:.0f} s"
            return
        if crash := has_crashed(ended.code, ended.output, self.declared):
            yield "no-crash", crash
        taken = Counter(each.message for each in ended.requests if each.is_taken)
        lost = self.calm - taken
        if lost and ended.code == 0:
            yield "tells-of-loss", untold(ended) or f"it ended with code 0, and {_messages(lost)} never sent"
        if any(_met_passing_once(message, ended) for message in lost):
            yield "no-loss", f"{_messages(lost)} not taken, though the trouble was over at the next try"
        if doubled := taken - self.calm:
            yield "no-double", f"{_messages(doubled)} taken once too often"
        if repeated := next(_repeated(ended), None):
            yield "no-repeat", f"a message that was refused with {repeated} was sent again"
        if early := next(_early(case, ended), None):
            yield "heeds-hint", early


def untold(ended: Ended) -> str:
    """Return in words what a program kept to itself that ended well: that something it sent was not taken."""
    taken = Counter(each.message for each in ended.requests if each.is_taken)
    lost = Counter({each.message: 1 for each in ended.requests if each.message not in taken})
    return f"it ended with code 0, and {_messages(lost)} not taken" if lost and ended.code == 0 else ""


def _can_break(check: str, case: SendCase, ended: Ended) -> bool:
    """Return whether a run met what a check is about; some are about any run."""
    is_about = _ABOUT.get(check)
    return is_about is None or any(each is not None and is_about(each) for each, _ in _met(case, ended))


_ABOUT: Final[Mapping[str, Callable[[Trouble], bool]]] = {
    "tells-of-loss": lambda each: each.status is not None,
    "no-loss": lambda each: each.is_passing,
    "no-repeat": lambda each: each.is_final,
    "heeds-hint": lambda each: each.hint_s is not None,
}
"""The troubles without which a check cannot be broken."""


def _met_passing_once(message: str, ended: Ended) -> bool:
    """Return whether all that kept a message from being taken was one error that asks for another try."""
    met = [each.status for each in ended.requests if each.message == message]
    return len(met) == 1 and met[0] in PASSING


def _repeated(ended: Ended) -> Iterator[int]:
    refused: dict[str, int] = {}
    for each in ended.requests:
        if each.message in refused:
            yield refused[each.message]
        if each.status in _FINAL and not each.is_taken:
            refused[each.message] = each.status


def _early(case: SendCase, ended: Ended) -> Iterator[str]:
    """Yield the tries that came before the time an earlier answer had named."""
    hints: dict[str, tuple[float, int]] = {}
    for trouble, each in _met(case, ended):
        if each.message in hints:
            told_s, hint_s = hints.pop(each.message)
            waited_s = each.at_s - told_s
            if waited_s < hint_s - _EARLY_S:
                yield f"it tried again after {waited_s:.1f} s; Retry-After had said {hint_s}"
        if trouble is not None and trouble.hint_s is not None:
            hints[each.message] = (each.at_s, trouble.hint_s)


def _met(case: SendCase, ended: Ended) -> Iterator[tuple[Trouble | None, Request]]:
    """Yield each request with the trouble it met, if any was left for it."""
    for number, each in enumerate(ended.requests):
        yield case.troubles[number] if number < len(case.troubles) else None, each


def _messages(counted: Counter[str]) -> str:
    return "a message was" if counted.total() == 1 else f"{counted.total()} messages were"


def _lines(case: SendCase, ended: Ended) -> Iterator[str]:
    """Yield what happened, a line each request, then how it ended."""
    for number, (trouble, _) in enumerate(_met(case, ended), 1):
        yield f"request {number} {(trouble or Trouble()).words()}"
    yield "it was ended by us" if ended.code is None else f"it ended with code {ended.code}"
