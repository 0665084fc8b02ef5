"""What the fuzzer judges, by name: each check, what it claims, and a finding that says it does not hold."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from mockserver.errors import UsageError

Side: TypeAlias = Literal["webhooks", "sends"]
"""Which way is fuzzed: what comes to the system under test, or what it sends."""
CaseT = TypeVar("CaseT")


@dataclass(frozen=True, slots=True)
class Check:
    """One claim on the system under test. ``needs`` says what the fuzzer must be told before it can judge it."""

    side: Side
    name: str
    claims: str
    needs: str = ""


CHECKS: Final = (
    Check("webhooks", "no-5xx", "no webhook, whatever is in it, is answered with a 5xx"),
    Check("webhooks", "no-hang", "each webhook is answered in time"),
    Check("webhooks", "no-break", "no connection breaks before the answer"),
    Check("webhooks", "acknowledges", "a webhook of the contract is answered with 200 to 205: twice too, in any order"),
    Check("webhooks", "unknown-members", "members that are not known yet change nothing in that"),
    Check("webhooks", "refuses", "a webhook without a right token is answered with a 4xx", "--secret"),
    Check("webhooks", "heeds-no-refused", "a webhook without a right token makes it send nothing", "--secret"),
    Check("webhooks", "sends-once", "a webhook that comes twice makes it send nothing the second time"),
    Check("webhooks", "state-once", "a webhook that comes twice, or is refused, changes nothing", "--state-url"),
    Check("sends", "no-crash", "it ends by itself with a code that was declared, and no stack trace"),
    Check("sends", "no-hang", "it ends in time"),
    Check("sends", "tells-of-loss", "it does not end well with a message that was not taken"),
    Check("sends", "no-loss", "a message that only met a 429 or a 503 for a moment is sent in the end"),
    Check("sends", "no-double", "no message is taken more often than in a calm run"),
    Check("sends", "no-repeat", "what was refused for good is not sent again"),
    Check("sends", "heeds-hint", "it waits as long as Retry-After says"),
)
"""Every check of the fuzzer."""


def checks_of(side: Side, without: tuple[str, ...] = (), told: tuple[str, ...] = ()) -> tuple[Check, ...]:
    """Return the checks of a side that can be judged; raise UsageError if ``without`` names one there is not."""
    mine = tuple(each for each in CHECKS if each.side == side)
    names = tuple(each.name for each in mine)
    for name in without:
        if name not in names:
            raise UsageError(f"there is no check {name}", where="--without", fix=f"There are: {', '.join(names)}.")
    return tuple(each for each in mine if each.name not in without and (not each.needs or each.needs in told))


@dataclass(frozen=True, slots=True)
class Finding(Generic[CaseT]):
    """A check that does not hold. ``at`` is where: ``inbound``, ``status``, ``sends``.

    ``said`` is what happened, ``lines`` are the case step by step, ``case`` is what makes it happen again.
    """

    check: str
    at: str
    said: str
    case: CaseT
    lines: tuple[str, ...] = ()
    scenario: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What two findings share that are of one kind."""
        return self.check, self.at

    @property
    def name(self) -> str:
        """What it is called: ``no-5xx-inbound``."""
        return f"{self.check}-{self.at}"


@dataclass(slots=True)
class Judged:
    """How often each check was judged, and where; and which failing checks ended cases that could have broken it."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _hiding: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _beside: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def note(self, check: str, at: str) -> None:
        """Count one more judgement."""
        self.counts[check, at] += 1

    def hide(self, check: str, at: str, by: str, *, is_broken: bool = False) -> None:
        """Note that a case that could have broken a check, or did, was ended by a finding of another."""
        known = self._beside if is_broken else self._hiding
        known.setdefault((check, at), set()).add(by)

    def places(self, check: str) -> list[str]:
        """Return where a check was judged, or would have been."""
        return sorted({at for name, at in (*self.counts, *self._hiding, *self._beside) if name == check})

    def hidden_by(self, check: str, at: str) -> tuple[str, ...]:
        """Return the checks that hid one: in any case where it did not hold either, else in every case it could not."""
        beside = self._beside.get((check, at), set())
        hiding = set() if self.counts[check, at] else self._hiding.get((check, at), set())
        return tuple(sorted(beside | hiding))
