"""Tries a case on the webhook endpoints of a system under test and judges how it bears it; knows no HTTP client."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from mockserver.core.scenario_values import TokenForm
from mockserver.fuzz.cases import Case, Event, FreshIds, Hook, Renamer, Sort, Talk, about_talk, bytes_of, lines_of
from mockserver.fuzz.checks import Check, Finding, Judged
from mockserver.wire.forging import WRONG, Signer, authorization

ACKNOWLEDGED: Final = range(200, 206)
"""Source: domain facts, messages-v0.1 part 4.6: any status from 200 to 205."""
REFUSED: Final = range(400, 500)
_ANSWERED: Final[Mapping[Sort, str]] = {"valid": "acknowledges", "unknown": "unknown-members"}
"""The check on the answer to each sort of webhook that has one."""
_SERVER_ERRORS: Final = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: a status; or none, in time (``broken`` says why) or not."""

    status: int | None = None
    broken: str = ""


class Sut(Protocol):
    """The system under test, and what our journal shows of it."""

    def begin(self, *, is_judged: bool) -> None:
        """Begin a case; what it sends from now on belongs to it. ``is_judged``: how much that is will matter."""
        ...

    def ask(self, number: int, user: str) -> Talk | None:
        """Have it do one of the things it can be asked for; return the message it sent to the user, if it sent one."""
        ...

    def post(self, event: Event, content: bytes, headers: dict[str, str]) -> Reply:
        """Send one webhook."""
        ...

    def sends(self) -> int:
        """Return how many messages it has sent since the case began, once it is quiet."""
        ...

    def state(self) -> bytes | None:
        """Return what it shows of its state, ``None`` if it shows nothing."""
        ...


# What was done in a trial, step by step, with what must hold then: what a scenario file is written of.


@dataclass(frozen=True, slots=True)
class Asked:
    """It was asked for something, and sent ``talk``."""

    number: int
    user: str
    talk: Talk | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A webhook was sent. ``wanted`` are the answers it must have, ``None`` where that is not the point."""

    event: Event
    content: bytes
    token: TokenForm | None
    wanted: tuple[int | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """It had sent so many messages by then, and waits for nothing; ``is_most`` where no more is what must hold."""

    sends: int
    is_most: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """Its state was looked at; ``is_same`` where it must be that of the look before."""

    is_same: bool = False


Step: TypeAlias = Asked | Posted | Quiet | Looked
_Claim: TypeAlias = tuple[str, str, Step]
"""A check, what shows that it does not hold (nothing if it does), and the step that is to show it again."""
NO_5XX: Final = ("1xx", "2xx", "3xx", "4xx")


@dataclass(frozen=True, slots=True)
class Failed:
    """A case, what was done of it, and the finding that is its end."""

    case: Case
    steps: tuple[Step, ...]


WebhookFinding: TypeAlias = Finding[Failed]


@dataclass(slots=True)
class _Trial:
    """One case under way, ``tried`` webhooks of it by now.

    ``sends`` is how much was sent, known as long as nothing came since it was quiet.
    """

    case: Case
    talk: Talk | None = None
    steps: list[Step] = field(default_factory=list)
    sends: int | None = None
    tried: int = 0


class Examiner:
    """Tries cases, one after the other. ``signer`` signs webhooks; without one they carry no token."""

    def __init__(self, sut: Sut, signer: Signer | None, checks: tuple[Check, ...], fresh: FreshIds) -> None:
        self._sut = sut
        self._signer = signer
        self._checks = frozenset(each.name for each in checks)
        self._fresh = fresh
        self.judged = Judged()

    def attempt(self, case: Case) -> WebhookFinding | None:
        """Try a case; return the first check that does not hold."""
        trial = _Trial(case)
        self._sut.begin(is_judged=any(each.copies > 1 or each.token in WRONG for each in case.hooks))
        if case.asks is not None:
            user = self._fresh.user()
            trial.talk = self._sut.ask(case.asks, user)
            trial.steps.append(Asked(case.asks, user, trial.talk))
        names = Renamer(self._fresh)
        finding = next((found for hook in case.hooks for found in self._hook(trial, hook, names)), None)
        if finding is not None:
            for hook in case.hooks:
                for check in self._checks.intersection(_checks_of(hook)):
                    self.judged.hide(check, hook.event, finding.check)
        return finding

    def _hook(self, trial: _Trial, hook: Hook, names: Renamer) -> Iterator[WebhookFinding]:
        """Send a webhook as often as it comes; yield what does not hold."""
        trial.tried += 1
        body = hook.body if hook.event == "status" and hook.is_ours and trial.talk else names.renamed(hook.body)
        if hook.is_ours and trial.talk is not None:
            changed = Hook(hook.event, body, is_ours=True)
            body = about_talk(changed, trial.talk)
        content = bytes_of(body)
        if hook.token in WRONG:
            yield from self._refusal(trial, hook, content)
            return
        yield from self._answer(trial, hook, content)
        for _ in range(hook.copies - 1):
            yield from self._again(trial, hook, content)

    def _answer(self, trial: _Trial, hook: Hook, content: bytes) -> Iterator[WebhookFinding]:
        """Send a rightly signed webhook and judge the answer."""
        reply = self._post(trial, hook, content)
        claims = self._answered(hook, content, reply)
        if hook.sort in _ANSWERED:
            step = Posted(hook.event, content, self._token(hook), tuple(ACKNOWLEDGED))
            said = f"it answered {reply.status}; 200 to 205 acknowledge, anything else is sent again for 24 hours"
            claims.append((_ANSWERED[hook.sort], "" if reply.status in ACKNOWLEDGED else said, step))
        yield from self._judged(trial, hook, claims)
        trial.steps.append(Posted(hook.event, content, self._token(hook)))

    def _answered(self, hook: Hook, content: bytes, reply: Reply) -> list[_Claim]:
        """Return the claims on any answer, whatever was asked."""
        step = Posted(hook.event, content, self._token(hook), NO_5XX)
        is_late = reply.status is None and not reply.broken
        is_error = reply.status is not None and reply.status >= _SERVER_ERRORS
        return [
            ("no-break", f"no answer: {reply.broken}" if reply.broken else "", step),
            ("no-hang", "it did not answer in time" if is_late else "", step),
            ("no-5xx", f"it answered {reply.status}" if is_error else "", step),
        ]

    def _again(self, trial: _Trial, hook: Hook, content: bytes) -> Iterator[WebhookFinding]:
        """Send the same webhook once more, and see that nothing comes of it."""
        yield from self._unmoved(trial, hook, "sends-once", lambda: self._answer(trial, hook, content))

    def _refusal(self, trial: _Trial, hook: Hook, content: bytes) -> Iterator[WebhookFinding]:
        """Send a webhook that must be refused, and see that nothing comes of it."""
        yield from self._unmoved(trial, hook, "heeds-no-refused", lambda: self._refused(trial, hook, content))

    def _refused(self, trial: _Trial, hook: Hook, content: bytes) -> Iterator[WebhookFinding]:
        reply = self._post(trial, hook, content)
        is_taken = reply.status is not None and reply.status not in REFUSED
        said = f"it answered {reply.status}: {WRONG[hook.token]}" if is_taken else ""
        step = Posted(hook.event, content, hook.token, ("4xx",))
        yield from self._judged(trial, hook, [*self._answered(hook, content, reply), ("refuses", said, step)])
        trial.steps.append(Posted(hook.event, content, hook.token))

    def _unmoved(self, trial: _Trial, hook: Hook, check: str, act: "Acting") -> Iterator[WebhookFinding]:
        """Do something, and yield a finding if the system under test sends anything or changes for it."""
        watches = {check, "state-once"} & self._checks
        watches_state = "state-once" in watches
        before = self._sends(trial) if watches else 0
        state = self._sut.state() if watches_state else None
        trial.steps += [Quiet(before)] if watches else []
        trial.steps += [Looked()] if watches_state else []
        yield from act()
        after = self._sends(trial) if watches else 0
        now = self._sut.state() if watches_state else None
        what = f"a webhook that was {'refused' if hook.token in WRONG else 'sent a second time'}"
        sent = f"{what} made it send {_messages(after - before)}" if after > before else ""
        changed = "" if now == state else f"{what} changed its state: {_difference(state, now)}"
        claims: list[_Claim] = [
            (check, sent, Quiet(before, is_most=True)),
            ("state-once", changed, Looked(is_same=True)),
        ]
        yield from self._judged(trial, hook, claims)

    def _judged(self, trial: _Trial, hook: Hook, claims: Iterable[_Claim]) -> Iterator[WebhookFinding]:
        """Judge claims on one moment; yield the first that does not hold, which hides others that do not."""
        first: _Claim | None = None
        for claim in claims:
            check, said, _ = claim
            if check not in self._checks:
                continue
            if first is None:
                self.judged.note(check, hook.event)
                first = claim if said else None
            elif said:
                self.judged.hide(check, hook.event, first[0], is_broken=True)
        if first is not None:
            check, said, step = first
            yield self._finding(check, hook, trial, said, step)

    def _sends(self, trial: _Trial) -> int:
        if trial.sends is None:
            trial.sends = self._sut.sends()
        return trial.sends

    def _token(self, hook: Hook) -> TokenForm | None:
        return None if self._signer is None else hook.token

    def _post(self, trial: _Trial, hook: Hook, content: bytes) -> Reply:
        trial.sends = None
        headers = {"Content-Type": "application/json"}
        if self._signer is not None:
            token_id = self._fresh.next()
            headers |= authorization(hook.token, content, self._signer, now_s=time.time(), token_id=token_id)
        return self._sut.post(hook.event, content, headers)

    def _finding(self, check: str, hook: Hook, trial: _Trial, said: str, step: Step) -> WebhookFinding:
        case = Case(trial.case.hooks[: trial.tried], trial.case.asks)
        return Finding(check, hook.event, said, Failed(case, (*trial.steps, step)), tuple(lines_of(case)))


def _checks_of(hook: Hook) -> Iterator[str]:
    """Yield the checks that a webhook is judged by if none before them fails."""
    yield from ("no-break", "no-hang", "no-5xx")
    if hook.token in WRONG:
        yield from ("refuses", "heeds-no-refused", "state-once")
        return
    if hook.sort in _ANSWERED:
        yield _ANSWERED[hook.sort]
    if hook.copies > 1:
        yield from ("sends-once", "state-once")


class Acting(Protocol):
    """Does something and yields what does not hold of it."""

    def __call__(self) -> Iterator[WebhookFinding]:
        """Do it."""
        ...


def _messages(count: int) -> str:
    return "a message" if count == 1 else f"{count} messages"


_AROUND: Final = 60


def _difference(before: bytes | None, after: bytes | None) -> str:
    """Return where two states begin to differ."""
    old, new = (each or b"" for each in (before, after))
    place = next((index for index, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    start = max(place - _AROUND // 2, 0)
    first, second = (each[start : start + _AROUND].decode("utf-8", "replace") for each in (old, new))
    return f"...{first}... became ...{second}..."
