"""What is broken on purpose: the kinds of faults, which of them hits which request or webhook, how often.

Plain values; nothing here sends, waits, or keeps counts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mockserver.core.asking import About, matcher_of
from mockserver.core.chance import Draws
from mockserver.core.matching import Matcher, Subject
from mockserver.core.rates import Bucket, take
from mockserver.core.scenario_values import Latency
from mockserver.model import Deliver, DeliveryFault, Json, Rate, Status

On: TypeAlias = Literal["answers", "webhooks"]
"""What a fault is done to."""
Delay: TypeAlias = float | dict[str, float]
"""Seconds: ``2``, ``{"min": 1, "max": 3}``, or by percentile as in ``{"p50": 0.1, "p95": 0.8, "p99": 2}``."""
PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
"""The shares that a delay may name."""
Chance: TypeAlias = Callable[[str, int], Draws]
"""The source of chance for the n-th request or webhook that a fault, by its id, had to decide on."""

SELECTORS: Final = ("next", "nth", "every", "probability")
"""How a fault chooses among what fits; one of them at most. Without any, it hits always."""
_COMMON: Final = ("on", "do", "when", *SELECTORS)
ASKED: Final[Mapping[On, About]] = {"answers": "sends", "webhooks": "deliveries"}
"""What ``when`` is asked of."""
UNASKED: Final[Mapping[On, tuple[str, ...]]] = {
    "answers": ("state",),
    "webhooks": ("state", "acknowledged", "attempts", "answered"),
}
"""Fields that are not known yet when a fault is chosen."""
PLAIN: Final = frozenset({"operation", "method", "path", "version", "application", "headers"})
"""Fields of any request, whatever its body."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault. ``takes`` are the parameters it has beside those of all kinds, ``needs`` one of which it must.

    ``taken``: whether the message is accepted all the same unless the fault says otherwise; ``None`` where that cannot
    be said. ``per_try``: it is done to each try of a webhook, not to the webhook as a whole. ``any_webhook``: it can
    also be done to the receipts of the older SMS API, which are not signed and may have no body.
    """

    on: On
    name: str
    about: str
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    taken: bool | None = None
    per_try: bool = False
    any_webhook: bool = False

    @property
    def members(self) -> tuple[str, ...]:
        """Every member a fault of this kind may have."""
        return _COMMON + self.takes


_SPOILT: Final = ("tries",)
KINDS: Final = (
    Kind(
        "answers", "status",
        "The status or documented problem named, in the words of the version asked; or a body of your own.",
        ("status", "problem", "body", "headers", "retry_after", "delay", "taken"), ("status", "problem"), taken=False,
    ),
    Kind("answers", "latency", "The usual answer, later.", ("delay",), ("delay",)),
    Kind("answers", "hang", "No answer, until the client leaves or the server stops.", ("taken",), taken=True),
    Kind("answers", "reset", "No answer; the connection is reset.", ("delay", "taken"), taken=True),
    Kind(
        "answers", "truncate", "Half of the body, then the end of the connection.", ("delay", "taken"), taken=True
    ),
    Kind("answers", "malformed", "The whole body, but no longer JSON.", ("delay", "taken"), taken=True),
    Kind(
        "answers", "throttle", "A 429 to all that comes beyond so many requests a second, or beyond the first few.",
        ("per_s", "after", "retry_after", "delay", "taken"), ("per_s", "after"), taken=False,
    ),
    Kind("webhooks", "drop", "Never sent.", any_webhook=True),
    Kind("webhooks", "duplicate", "Sent several times, each with a token of its own.", ("copies",), any_webhook=True),
    Kind(
        "webhooks", "reorder",
        "Held until the next webhook of its message was tried; an inbound one, until the account's next inbound one.",
        ("within",), any_webhook=True,
    ),
    Kind(
        "webhooks", "delay", "Sent later; those after it do not wait for it.", ("delay",), ("delay",),
        any_webhook=True,
    ),
    Kind(
        "webhooks", "truncate", "Only the first half of the body; the token is that of the whole.",
        _SPOILT, per_try=True,
    ),
    Kind("webhooks", "unsigned", "No Authorization header.", _SPOILT, per_try=True),
    Kind("webhooks", "wrong_signature", "Signed with another secret.", _SPOILT, per_try=True),
    Kind("webhooks", "stale_signature", "Signed rightly, a day ago.", _SPOILT, per_try=True),
    Kind(
        "webhooks", "changed_body", "A member is added after signing, so payload_hash is of another body.",
        _SPOILT, per_try=True,
    ),
    Kind("webhooks", "trickle", "The body comes slowly, in pieces.", ("over", *_SPOILT), per_try=True),
)  # fmt: skip
"""Every kind of fault."""
BY_NAME: Final[Mapping[tuple[str, str], Kind]] = {(each.on, each.name): each for each in KINDS}
"""The kinds by what they are done to and their names."""

COPIES: Final = 2
HELD_S: Final = 30.0
TRICKLE_S: Final = 2.0


class Fault(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something broken on purpose, as it is kept; times in seconds.

    ``when`` is what it is done to, in the grammar of matchers. ``taken``: the message is accepted and told of by
    webhooks though its sender does not learn so. ``within`` is how long a webhook is held at most, ``over`` how long
    one trickles; ``tries`` is how many of a webhook's first tries are spoilt, all of them without it.
    """

    on: On
    do: str
    id: str = ""
    when: dict[str, Json] = {}
    next: int | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    delay: Delay | None = None
    status: int | None = None
    problem: str | None = None
    body: Json = None
    headers: dict[str, str] = {}
    retry_after: float | None = None
    per_s: float | None = None
    after: int | None = None
    copies: int = COPIES
    within: float = HELD_S
    over: float = TRICKLE_S
    tries: int | None = None
    taken: bool | None = None

    @property
    def kind(self) -> Kind:
        """What kind of fault it is."""
        return BY_NAME[self.on, self.do]

    @property
    def is_taken(self) -> bool:
        """True if the message is accepted all the same."""
        usual = self.kind.taken
        return self.taken if self.taken is not None else usual is None or usual

    def words(self) -> str:
        """Return its name for the journal, such as ``fault reset (f1)``."""
        return named(self.do, self.id)


def named(do: str, by: str) -> str:
    """Return a fault's name for the journal; ``by`` is its id, or who else asked for it."""
    return f"fault {do} ({by})"


class Count(Struct, frozen=True, omit_defaults=True, gc=False):
    """What a fault has met: how much that fits it, and how often it hit; ``tokens`` are those of a throttle."""

    seen: int = 0
    hits: int = 0
    tokens: float | None = None
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault ready to be chosen."""

    fault: Fault
    matcher: Matcher
    latency: Latency
    is_plain: bool

    @classmethod
    def of(cls, fault: Fault) -> "Armed":
        """Return a fault with its matcher; raise PatternError if it asks for what cannot be asked."""
        is_plain = PLAIN.issuperset(fault.when)
        return cls(fault, matcher_of(ASKED[fault.on], fault.when), latency_of(fault.delay), is_plain)


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that was chosen, and how many seconds it takes this time."""

    fault: Fault
    delay_s: float = 0.0

    def words(self) -> str:
        """Return what is done for the journal, such as ``fault latency (f1), 2 s late``."""
        return self.fault.words() + (f", {self.delay_s:g} s late" if self.delay_s else "")


def latency_of(delay: Delay | None) -> Latency:
    """Return the times a delay as written may take."""
    if not isinstance(delay, dict):
        return Latency(delay or 0.0, delay or 0.0)
    if "max" in delay:
        return Latency(delay["min"], delay["max"])
    return Latency(percentiles=tuple((share, delay[name]) for name, share in PERCENTILES.items() if name in delay))


def pick(
    faults: Iterable[Armed], counts: Mapping[str, Count], subject: Subject, now_s: float, chance: Chance
) -> tuple[Hit | None, dict[str, Count]]:
    """Return the first fault that hits a subject, if one does, and the counts that changed.

    Every fault that fits counts the subject, also those behind the one that hits: the third is the third for each.
    """
    hit: Hit | None = None
    changed: dict[str, Count] = {}
    for each in faults:
        if each.matcher.conditions and not each.matcher.judge(subject).fits:
            continue
        fault = each.fault
        count, is_over = _counted(fault, counts.get(fault.id, Count()), now_s)
        rng = chance(fault.id, count.seen)
        if hit is None and is_over and _is_due(fault, count, rng):
            count = replace(count, hits=count.hits + 1)
            hit = Hit(fault, each.latency.pick_s(rng))
        changed[fault.id] = count
    return hit, changed


def is_spent(fault: Fault, count: Count) -> bool:
    """Return whether a fault can hit no more."""
    if fault.next is not None:
        return count.hits >= fault.next
    return fault.nth is not None and count.seen >= fault.nth


def _counted(fault: Fault, count: Count, now_s: float) -> tuple[Count, bool]:
    """Return the count with one more seen, and whether that one is beyond the limit if there is one."""
    count = replace(count, seen=count.seen + 1)
    if fault.after is not None:
        return count, count.seen > fault.after
    if fault.per_s is None:
        return count, True
    bucket = None if count.tokens is None else Bucket(count.tokens, count.at_s)
    left = take((("", bucket, Rate(fault.per_s, max(round(fault.per_s), 1))),), now_s)
    if isinstance(left, str):
        return count, True
    return replace(count, tokens=left[""].tokens, at_s=left[""].at_s), False


def _is_due(fault: Fault, count: Count, rng: Draws) -> bool:
    """Return whether a fault hits what it has seen last; ``hits`` does not count that yet."""
    if fault.next is not None:
        return count.hits < fault.next
    if fault.nth is not None:
        return count.seen == fault.nth
    if fault.every is not None:
        return count.seen % fault.every == 0
    return fault.probability is None or rng.random() < fault.probability


# Webhooks


class Handling(Struct, frozen=True, gc=False):
    """How one webhook is handed over.

    ``until`` names the event it is held for, the empty text any that is written next; ``within_s`` is how long at most.
    ``fault`` is what is done to it on purpose, if anything is.
    """

    copies: int = 1
    delay_s: float = 0.0
    until: str | None = None
    within_s: float | None = None
    is_dropped: bool = False
    fault: DeliveryFault | None = None

    def words(self) -> str:
        """Return what is done to the webhook as a whole, ``""`` if nothing is."""
        parts = [
            f"held until that of {self.until} was tried" if self.until else "",
            f"held until the next one was tried, {self.within_s or 0:g} s at most" if self.until == "" else "",
            f"sent {self.delay_s:g} s later" if self.delay_s else "",
            f"sent {self.copies} times" if self.copies > 1 else "",
        ]
        return ", ".join(filter(None, parts))


USUAL: Final = Handling()
"""Once, at once, in line."""
SCRIPT: Final = "its script"
"""Who asked for what a step of a script says of its webhook."""


def handling_of(hit: Hit | None) -> Handling:
    """Return how a webhook is handed over that a fault hit, or none did."""
    return USUAL if hit is None else _handling(hit.fault, hit.fault.id, hit.delay_s)


def handling_of_step(deliver: Deliver | None, copies: int, waits_for: Status | None) -> Handling | None:
    """Return how a step of a script has its webhook handed over, ``None`` if it leaves that open.

    ``waits_for`` is the status of a later step that wants its webhook to go ahead of this one.
    """
    if deliver is None and waits_for is None:
        return Handling(copies=copies) if copies > 1 else None
    deliver = deliver or Deliver()
    found = Handling(delay_s=deliver.delay_s)
    if deliver.fault is not None:
        found = _handling(Fault("webhooks", deliver.fault), SCRIPT, deliver.delay_s)
    marked = found.fault or DeliveryFault(_deed(deliver, waits_for), SCRIPT)
    return replace(
        found,
        copies=max(found.copies, deliver.copies, copies),
        until=found.until if waits_for is None else waits_for.value,
        within_s=found.within_s if waits_for is None else None,
        fault=marked if marked.do else None,
    )


def _deed(deliver: Deliver, waits_for: Status | None) -> str:
    """Return the kind of fault that a step's delivery comes to; an empty text if it is the usual one."""
    if waits_for is not None:
        return "reorder"
    if deliver.delay_s:
        return "delay"
    return "duplicate" if deliver.copies > 1 else ""


def _handling(fault: Fault, by: str, delay_s: float) -> Handling:
    kind = fault.kind
    marked = DeliveryFault(fault.do, by, fault.tries, fault.over if "over" in kind.takes else 0.0)
    return Handling(
        copies=fault.copies if "copies" in kind.takes else 1,
        delay_s=delay_s,
        until="" if "within" in kind.takes else None,
        within_s=fault.within if "within" in kind.takes else None,
        is_dropped=fault.do == "drop",
        fault=marked,
    )
