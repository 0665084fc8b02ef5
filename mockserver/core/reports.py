"""What came of a scenario, as values: step by step, check by check; it judges nothing and prints nothing.

Times of the machine (``took_s``) differ from run to run; everything else is the same for the same seed, the same
requests and a manual clock. ``transcript`` holds only what is the same.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Outcome: TypeAlias = Literal["running", "passed", "failed", "stopped"]
"""What became of a scenario."""


class Near(Struct, frozen=True, omit_defaults=True):
    """Something that came close to what was asked for: ``what`` it is, and line by line what is amiss.

    ``about`` is ``messages``, ``requests`` or ``deliveries``, and ``id`` which of them; a request's is the number of
    its journal entry.
    """

    what: str
    lines: tuple[str, ...] = ()
    about: str = ""
    id: str = ""


class StepResult(Struct, frozen=True, omit_defaults=True):
    """What came of one step of the timeline, or of one check at the end.

    ``at_s`` is when it ended, in seconds of the account's clock since the scenario began; ``took_s`` how long it took
    by the machine's. ``place`` is ``file:line:column``. ``difference`` are the lines that say what is amiss, ``near``
    what came close.
    """

    index: int
    verb: str
    name: str
    ok: bool
    detail: str = ""
    place: str = ""
    at_s: float = 0.0
    took_s: float = 0.0
    difference: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    skipped: bool = False


class Tally(Struct, frozen=True, omit_defaults=True):
    """What a rule met: ``seen`` sends that fit it, ``decided`` those it took, and the nearest it left to others."""

    rule: str
    seen: int = 0
    decided: int = 0
    near: Near | None = None


class Report(Struct, frozen=True, omit_defaults=True):
    """What came of a scenario.

    ``entries`` are the numbers of its first and its last entry in the journal. ``why`` says what ended it
    before its time. ``seed`` is what its chance was drawn by.
    """

    scenario: str
    account: str
    outcome: Outcome
    seed: int
    steps: tuple[StepResult, ...] = ()
    checks: tuple[StepResult, ...] = ()
    rules: tuple[Tally, ...] = ()
    transcript: tuple[str, ...] = ()
    entries: tuple[int, int] = (0, 0)
    about: str = ""
    source: str = ""
    why: str = ""
    took_s: float = 0.0

    @property
    def passed(self) -> bool:
        """True if every step and every check was as expected."""
        return self.outcome == "passed"

    @property
    def is_over(self) -> bool:
        """True if nothing of it is still under way."""
        return self.outcome != "running"
