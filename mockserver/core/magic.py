"""Magic values: what a recipient or a client_ref asks the server to do with a message; decides nothing else.

The table is ``specs/magic.yaml``. Plain values: every answer and every step stands in it, this module only finds rows.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Final, Protocol, TypeAlias

from msgspec import Meta, Struct, convert, to_builtins

from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import V0_1, V1
from mockserver.model import Json, Planned, Status
from mockserver.problem import Finding, Problem
from mockserver.settings import Settings

_RULE: Final = "magic"
"""The rule of every finding about a magic value."""


class Code(Protocol):
    """An asynchronous error code, as far as the table needs it."""

    @property
    def label(self) -> str:
        """Its name."""
        ...

    @property
    def status(self) -> str:
        """The status that carries it in v0.1."""
        ...

    def carried_by(self, dialect: str) -> str:
        """Return the status that carries it in a dialect."""
        ...


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """An error answered at once; without a ``type`` where the documented answer has none."""

    status: int
    title: str
    detail: str
    type: str | None = None


class MagicStep(Struct, frozen=True, forbid_unknown_fields=True):
    """One step after the 202; without ``after_s`` it comes when the settings say."""

    status: Status
    after_s: float | None = None
    code: int | None = None


class Magic(Struct, frozen=True, forbid_unknown_fields=True):
    """One row: either an ``answer`` at once, or ``steps`` after the 202, each told in so many ``copies``.

    ``digits`` end the recipient that asks for it; ``directive`` follows the prefix in the client_ref that does.
    ``documented`` tells whether the sources have it for v0.1; ``v1`` names the error of v1 it is there instead.
    """

    digits: str
    directive: str
    about: str
    answer: Answer | None = None
    steps: tuple[MagicStep, ...] = ()
    copies: int = 1
    documented: bool = False
    v1: str | None = None


class Misspelt(Struct, frozen=True):
    """A value meant to be magic that no row has; ``name`` is the member it stands in, ``nearest`` a row's value."""

    name: str
    value: str
    nearest: str


class Recipients(Struct, frozen=True, forbid_unknown_fields=True):
    """The reserved range: a prefix, and how many digits after it name the outcome."""

    prefix: str
    digits: int


class Directives(Struct, frozen=True, forbid_unknown_fields=True):
    """How a directive in a client_ref begins."""

    prefix: str


_Steps: TypeAlias = Annotated[tuple[MagicStep, ...], Meta(min_length=1)]


class CodeSteps(Struct, frozen=True, forbid_unknown_fields=True):
    """The steps that tell of a code, by the status that carries it; the last of them has the code."""

    rejected: _Steps
    undeliverable: _Steps


class MagicFile(Struct, frozen=True, forbid_unknown_fields=True):
    """``specs/magic.yaml`` as it is written; ``problems`` are digits of answers, by name and dialect."""

    version: int
    source: str
    recipients: Recipients
    directives: Directives
    answers: tuple[Magic, ...]
    codes: CodeSteps
    outcomes: tuple[Magic, ...]
    problems: dict[str, dict[str, str]]


class MagicTable:
    """Every magic value, found by recipient or by client_ref."""

    def __init__(
        self, file: MagicFile, placed: tuple[tuple[str, Magic], ...], others: tuple[tuple[Magic, bool], ...] = ()
    ) -> None:
        """Take the rows, and those of codes with the other status, each with whether v1 carries the code so."""
        self.placed: Final = placed
        self.rows: Final = tuple(row for _, row in placed)
        self._recipients = file.recipients
        self._directives = file.directives
        self._by_recipient = {self.recipient(each): each for each in self.rows}
        self._by_directive = {self.directive(each): each for each in (*self.rows, *(each for each, _ in others))}
        self._in_v1 = {self.recipient(each): each for each, is_in_v1 in others if is_in_v1}
        self._by_digits = {each.digits: each for each in self.rows}
        self.problems: Final = file.problems
        numbers = ((each, each.rpartition(":")[2]) for each in self._by_directive)
        self._numbered = {each: int(number) for each, number in numbers if number.isdecimal()}

    @property
    def width(self) -> int:
        """How many digits name an outcome."""
        return self._recipients.digits

    def problem(self, name: str, dialect: str) -> Magic:
        """Return the row of an answer at once by one of the names in ``problems``."""
        return self._by_digits[self.problems[name][dialect]]

    def recipient(self, magic: Magic) -> str:
        """Return the number that asks for an outcome, such as ``99900001300``."""
        return self._recipients.prefix + magic.digits

    def directive(self, magic: Magic) -> str:
        """Return the client_ref that asks for an outcome, such as ``mock:rejected:1300``."""
        return self._directives.prefix + magic.directive

    def listed(self) -> Json:
        """Return every row as plain values, with the whole ``recipient`` and ``client_ref`` that ask for it."""
        return [
            {"recipient": self.recipient(each), "client_ref": self.directive(each), **to_builtins(each)}
            for each in self.rows
        ]

    def find(self, recipient: str, client_ref: str | None, dialect: str = V0_1) -> Magic | Misspelt | None:
        """Return what a message asks for: the row, what it may have meant to ask for, or nothing.

        A directive goes before a number, being the more explicit of the two: it also says which status carries a code.
        A number ends in the status that carries its code in the message's dialect.
        """
        if client_ref is not None and client_ref.startswith(self._directives.prefix):
            return self._by_client_ref(client_ref)
        if recipient.startswith(self._recipients.prefix):
            return (self._in_v1.get(recipient) if dialect == V1 else None) or self._by_number(recipient)
        return None

    def _by_client_ref(self, client_ref: str) -> Magic | Misspelt:
        value = client_ref.split(maxsplit=1)[0]
        return self._by_directive.get(value) or Misspelt("client_ref", value, self._nearest_directive(value))

    def _by_number(self, recipient: str) -> Magic | Misspelt | None:
        digits = recipient.removeprefix(self._recipients.prefix)
        if len(digits) != self._recipients.digits or not digits.isdecimal():
            return None
        found = self._by_recipient.get(recipient)
        return found or Misspelt("to", recipient, self._nearest_number(recipient))

    def _nearest_directive(self, value: str) -> str:
        """Return the directive of the nearest code or status if there is one in it, else the one spelt most alike."""
        number = value.rpartition(":")[2]
        if number.isdecimal():
            return min(self._numbered, key=lambda each: abs(self._numbered[each] - int(number)))
        return get_close_matches(value, self._by_directive, 1, 0)[0]

    def _nearest_number(self, recipient: str) -> str:
        return min(self._by_recipient, key=lambda each: abs(int(each) - int(recipient)))


def read_magic(document: Json, codes: Mapping[int, Code]) -> MagicTable:
    """Return the table of ``specs/magic.yaml``, a row added for each code; raise ValidationError if it does not fit."""
    file = convert(document, MagicFile)
    placed = [(f"answers[{index}]", each) for index, each in enumerate(file.answers)]
    placed += [("codes", each) for each in _of_codes(file, codes)]
    placed += [(f"outcomes[{index}]", each) for index, each in enumerate(file.outcomes)]
    others = (
        (_of_code(file, code, each, other), each.carried_by(V1) == other)
        for code, each in codes.items()
        for other in CodeSteps.__struct_fields__
        if other != each.status
    )
    return MagicTable(file, tuple(placed), tuple(others))


def _of_codes(file: MagicFile, codes: Mapping[int, Code]) -> Iterator[Magic]:
    return (_of_code(file, code, each, each.status) for code, each in codes.items())


def _of_code(file: MagicFile, code: int, named: Code, status: str) -> Magic:
    """Return the row of a code that a status carries."""
    *before, last = getattr(file.codes, status)
    return Magic(
        digits=str(code).zfill(file.recipients.digits),
        directive=f"{status}:{code}",
        about=f"{named.label}.",
        steps=(*before, MagicStep(last.status, last.after_s, code)),
        documented=True,
    )


def mistakes(table: MagicTable) -> Iterator[tuple[str, str]]:
    """Yield what types cannot say of the table: a place, and a sentence; of names only once the rows are sound."""
    found = list(_row_mistakes(table))
    yield from found or _name_mistakes(table)


def _row_mistakes(table: MagicTable) -> Iterator[tuple[str, str]]:
    width = table.width
    seen: set[str] = set()
    for place, each in table.placed:
        if len(each.digits) != width or not each.digits.isdecimal():
            yield f"{place}.digits", f"The digits are {each.digits!r}; they must be {width} digits."
        for name, value in (("digits", each.digits), ("directive", each.directive)):
            if value in seen:
                yield f"{place}.{name}", f"{value} stands here twice."
            seen.add(value)
        if each.answer is not None and each.steps:
            yield place, "A row has an answer or steps, not both."


def _name_mistakes(table: MagicTable) -> Iterator[tuple[str, str]]:
    answers = {each.digits for each in table.rows if each.answer is not None}
    for name, by_dialect in table.problems.items():
        for dialect, digits in by_dialect.items():
            if digits not in answers:
                yield f"problems.{name}.{dialect}", f"There is no answer with the digits {digits!r}."


def problem_of(magic: Magic) -> Problem | None:
    """Return the error to answer at once, if a row asks for one."""
    answer = magic.answer
    if answer is None:
        return None
    reason = f"asked for by a magic value: {magic.directive}"
    return Problem(answer.status, answer.title, answer.detail, type=answer.type, reason=reason)


def plan_of(magic: Magic, channel: ChannelRow, settings: Settings) -> tuple[Planned, ...]:
    """Return the steps a row asks for, without those its channel never reports."""
    times = {
        Status.SUBMITTED: settings.submitted_after_s,
        Status.REJECTED: settings.submitted_after_s,
        Status.DELIVERED: settings.delivered_after_s,
        Status.UNDELIVERABLE: settings.delivered_after_s,
        Status.READ: settings.read_after_s,
    }
    return tuple(
        Planned(times[each.status] if each.after_s is None else each.after_s, each.status, each.code)
        for each in magic.steps
        if each.status in channel.statuses
    )


def findings_of(magic: Magic, channel: ChannelRow) -> tuple[Finding, ...]:
    """Return what a tester should know of a row on this channel: the steps that will not come."""
    return tuple(
        Finding("to", _RULE, f"`{magic.directive}` asks for {each.status.value}, which {channel.title} never reports.")
        for each in magic.steps
        if each.status not in channel.statuses
    )


def misspelt_finding(misspelt: Misspelt) -> Finding:
    """Return what a tester should know of a value that asks for nothing."""
    detail = (
        f"`{misspelt.name}` is {misspelt.value}, which is no magic value; the message takes its usual way. "
        f"Did you mean {misspelt.nearest}? See `mockserver rules --magic`."
    )
    return Finding(misspelt.name, _RULE, detail)


def does(magic: Magic) -> str:
    """Return what a row does, in a few words: the status answered, or the statuses that follow the 202."""
    if magic.answer is not None:
        return str(magic.answer.status)
    words = [each.status.value if each.code is None else f"{each.status.value} {each.code}" for each in magic.steps]
    return ", ".join(("202", *words))
