"""What a scenario comes to once its file was read: rules, steps and checks as plain values; runs none of them.

Whatever was written in the file once stands here in seconds, statuses and names of ours. ``${vars...}``,
``${scenario...}`` and ``${given...}`` were replaced when the file was loaded; values that may still hold other
expressions are marked as such and worked out by ``bind`` or ``core.expressions.evaluate`` when they are needed.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from mockserver.core.asking import About, matcher_of
from mockserver.core.chance import Draws
from mockserver.core.expressions import Context, evaluate, has_names
from mockserver.core.matching import Matcher
from mockserver.model import Account, Json, Planned, Status

Fields: TypeAlias = Mapping[str, Json]
"""Members by name; their values may hold expressions."""


class Place(Struct, frozen=True):
    """Where something was written: ``file:line:column``, and the path in the file, such as ``timeline[2].inbound``."""

    where: str
    path: str


class Wanted(Struct, frozen=True):
    """A matcher as it was written. ``about`` is what it is asked of; ``fields`` may hold expressions."""

    about: About
    fields: Fields
    fixed: Matcher | None

    def bind(self, context: Context) -> Matcher:
        """Return the matcher, worked out anew only where it holds expressions; raise ExpressionError, PatternError."""
        return matcher_of(self.about, evaluate(self.fields, context)) if self.fixed is None else self.fixed


def wanted(about: About, fields: Fields) -> Wanted:
    """Return what is asked for, its matcher made at once where it can be; raise PatternError for no pattern."""
    return Wanted(about, fields, None if has_names(fields) else matcher_of(about, evaluate(fields, {})))


class Latency(Struct, frozen=True):
    """How long something is held back: from ``min_s`` to ``max_s``, or by percentiles in the order of rising time.

    ``percentiles`` are ``(share, seconds)`` such as ``((0.5, 0.1), (0.95, 0.8))``; between two, time rises evenly.
    """

    min_s: float = 0.0
    max_s: float = 0.0
    percentiles: tuple[tuple[float, float], ...] = ()

    def pick_s(self, rng: Draws) -> float:
        """Return the seconds of one time; the same chance gives the same seconds."""
        if not self.percentiles:
            return self.min_s if self.min_s == self.max_s else self.min_s + (self.max_s - self.min_s) * rng.random()
        drawn, before = rng.random(), (0.0, 0.0)
        for share, seconds in self.percentiles:
            if drawn <= share:
                part = (drawn - before[0]) / (share - before[0])
                return before[1] + part * (seconds - before[1])
            before = (share, seconds)
        return before[1]


class Machine(Struct, frozen=True):
    """A state machine. ``key`` holds an expression: each value of it has a state of its own."""

    name: str
    key: str
    initial: str
    states: tuple[str, ...]


class Respond(Struct, frozen=True):
    """What the request is answered with: nothing set is the usual 202.

    ``problem`` is a name of ``problems`` in ``specs/magic.yaml``. ``status`` with ``body`` (may hold expressions; a
    text is sent as it is, anything else as JSON) and ``headers`` is an answer of the tester's own. ``fault`` is
    what is done to the answer on purpose, by its name among the faults on answers.
    """

    problem: str | None = None
    status: int | None = None
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    delay: Latency = Latency()

    @property
    def is_accepted(self) -> bool:
        """True if the message is taken: it gets its uuid, and the steps that follow."""
        return self.problem is None and self.status is None


class SetState(Struct, frozen=True):
    """A machine takes a state. ``key`` (may be an expression) is whose; ``None`` means: of the message at hand."""

    states: Mapping[str, str]
    key: str | None = None


class Inbound(Struct, frozen=True):
    """A user's message arrives. ``fields`` (may hold expressions) are those of ``POST /_mock/inbound``.

    In a rule, what is left out comes from the message at hand: its channel, and its parties swapped.
    """

    fields: Fields


class Later(Struct, frozen=True):
    """What a rule does beside moving the message: so many seconds after its acceptance."""

    after_s: float
    act: Inbound | SetState
    place: Place


class Rule(Struct, frozen=True):
    """What happens when the system under test sends something that fits; the first rule that fits decides.

    Counted are the sends that fit ``when``: only the ``nth`` is taken, or each ``every``-th, or at most ``times``
    of them, or each with a ``probability``; a send not taken goes on to the next rule.
    ``capture`` maps names to bare paths such as ``message.uuid``. ``sets`` are states taken at once, on acceptance.
    ``script`` are the statuses, each with its way of delivery; ``None`` means: the usual ones. ``later`` is the rest.
    """

    id: str
    when: Wanted
    place: Place
    nth: int | None = None
    times: int | None = None
    every: int | None = None
    probability: float | None = None
    capture: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    respond: Respond = Respond()
    script: tuple[Planned, ...] | None = None
    later: tuple[Later, ...] = ()


class Bounds(Struct, frozen=True):
    """How many there must be: ``count`` exactly, or between ``at_least`` and ``at_most``."""

    at_least: int = 1
    at_most: int | None = None

    def holds(self, found: int) -> bool:
        """Return whether a number is within."""
        return self.at_least <= found and (self.at_most is None or found <= self.at_most)

    def is_broken(self, found: int) -> bool:
        """Return whether a number is too high already, which no waiting mends."""
        return self.at_most is not None and found > self.at_most

    def words(self) -> str:
        """Return the bounds in words: ``none``, ``exactly 2``, ``at least 1``, ``1 to 3``."""
        if self.at_most is None:
            return f"at least {self.at_least}"
        if self.at_most == self.at_least:
            return "none" if self.at_most == 0 else f"exactly {self.at_most}"
        return f"{self.at_least} to {self.at_most}"


class Expect(Struct, frozen=True):
    """So many messages, requests or deliveries that fit, within so many seconds of real time.

    Where ``bounds`` set an upper end, it is watched for all of ``within_s``; else the first that suffice end the wait.
    ``acknowledged``: deliveries answered with a 2xx, or not; ``None`` does not ask.
    """

    wanted: Wanted
    bounds: Bounds = Bounds()
    within_s: float = 0.0
    acknowledged: bool | None = None


class AwaitRule(Struct, frozen=True):
    """A rule decided so many times since the scenario began."""

    rule: str
    count: int
    within_s: float


class Await(Struct, frozen=True):
    """Wait for what is expected; unlike an ``Expect`` it ends as soon as there are enough."""

    expect: Expect


class Move(Struct, frozen=True):
    """A message takes a status now. ``message`` is its uuid or the expression of it."""

    message: str
    status: Status
    code: int | None = None


class Advance(Struct, frozen=True):
    """The account's manual clock moves by so much, and everything due on the way runs."""

    seconds: float


class Sleep(Struct, frozen=True):
    """So many seconds of the account's clock pass; a manual clock is advanced."""

    seconds: float


class SetFault(Struct, frozen=True):
    """Something is broken on purpose from now on, or with ``clear`` what is broken on purpose is mended.

    ``fault`` are the members that the control API takes too, times in seconds; they may hold expressions.
    """

    fault: Fields
    clear: bool = False


TokenForm: TypeAlias = Literal[
    "right", "wrong_signature", "stale_signature", "other_body", "no_algorithm", "cut_signature", "no_jwt", "unsigned"
]
"""How the token of a request comes about that looks like a webhook."""


class Http(Struct, frozen=True):
    """The system under test is asked to do something. ``url``, ``headers``, ``json`` and ``body`` may hold expressions.

    ``json`` is sent as JSON where ``sends_json``, else ``body`` or ``raw`` as it is. ``token`` names the form of the
    webhook's token that is sent with it.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Json = None
    sends_json: bool = False
    body: str | None = None
    raw: bytes | None = None
    token: TokenForm | None = None
    timeout_s: float = 10.0


Act: TypeAlias = AwaitRule | Await | Inbound | Move | Advance | Sleep | SetState | SetFault | Http | Expect
"""The one thing a step of the timeline does."""


class Answered(Struct, frozen=True):
    """What the answer to a step must be: of the receiver to a webhook, or of the system under test to a request.

    ``statuses`` are inclusive ranges such as ``((200, 299),)``, none meaning any. ``fields`` (may hold expressions)
    ask for ``json``, ``headers``, ``text`` of the answer.
    """

    statuses: tuple[tuple[int, int], ...]
    within_s: float
    fields: Fields = field(default_factory=dict)

    def fits(self, status: int) -> bool:
        """Return whether a status is one of those asked for."""
        return not self.statuses or any(low <= status <= high for low, high in self.statuses)

    def bind(self, context: Context) -> Matcher:
        """Return what is asked of the answer beside its status."""
        return matcher_of("answers", evaluate(self.fields, context))


class Step(Struct, frozen=True):
    """One step of the timeline. ``verb`` is its key in the file; ``name`` was given to it, or ``inbound 2``."""

    index: int
    verb: str
    name: str
    act: Act
    place: Place
    answered: Answered | None = None
    capture: Mapping[str, str] = field(default_factory=dict)


class Fired(Struct, frozen=True):
    """In a sequence: a rule decided."""

    rule: str


class Arrived(Struct, frozen=True):
    """In a sequence: the message of an ``inbound`` step arrived; ``step`` is the index of that step."""

    step: int


class Sequence(Struct, frozen=True):
    """These happened in this order; other things may have happened between them."""

    items: tuple[Fired | Arrived | Wanted, ...]
    within_s: float = 0.0


class Total(Struct, frozen=True):
    """How many ``violations`` or ``findings`` the account's requests had since the scenario began."""

    of: Literal["violations", "findings"]
    bounds: Bounds


class Check(Struct, frozen=True):
    """One item of ``verify``."""

    index: int
    check: Expect | Sequence | Total
    place: Place
    name: str


class Window(Struct, frozen=True):
    """A user wrote to a sender so many seconds before the scenario begins."""

    channel: str
    user: str
    own: str
    opened_s: float


class Timing(Struct, frozen=True):
    """When statuses come by default, in seconds after acceptance; ``None`` leaves the server's settings."""

    submitted_after_s: float | None = None
    delivered_after_s: float | None = None
    read_after_s: float | None = None


class Given(Struct, frozen=True):
    """How the account is to be at the start. ``account`` bears no key of its own: whoever runs it chooses one.

    ``members`` are the members of ``Account`` and ``Provider`` that the file gives; the others are to stay as they are.
    """

    account: Account = field(default_factory=lambda: Account(api_key="scenario"))
    members: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    timing: Timing = Timing()


class ClockWish(Struct, frozen=True):
    """The clock a scenario runs on: ``real``, ``manual``, or ``scaled`` so many times as fast."""

    mode: Literal["real", "manual", "scaled"] = "real"
    rate: float = 1.0


class Scenario(Struct, frozen=True):
    """A scenario file, read. ``source`` is the name of the file, ``given_vars`` its ``vars`` after overriding."""

    id: str
    source: str
    about: str = ""
    seed: int | None = None
    clock: ClockWish = ClockWish()
    given_vars: Mapping[str, Json] = field(default_factory=dict)
    given: Given = Given()
    machines: Mapping[str, Machine] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    timeline: tuple[Step, ...] = ()
    verify: tuple[Check, ...] = ()
