"""Scripts under way: takes each message's planned steps at their time, and holds them while the outbox is full."""

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from msgspec import Struct
from msgspec.structs import replace

from mockserver.clock import at
from mockserver.contract.specs import Specs
from mockserver.core import lifecycle
from mockserver.core.faults import Handling, handling_of_step
from mockserver.delivery import Outbox
from mockserver.model import EntryKind, Message, Move, Planned, Status
from mockserver.service.updates import is_taken_back
from mockserver.surroundings import Surroundings

Mover = Callable[[Message, Status, int | None, Handling | None], Awaitable[object]]
"""Moves a message to a status, with an error code or none, and has its webhook handled in a way of its own or not."""


class _Step(Struct, frozen=True, gc=False):
    """The next planned step of a message's script; ``steps`` are those left, this one first.

    ``accepted_s`` is when the message was accepted, by ``Times.passed_s``: setting a clock does not hurry its steps.
    """

    scripts: "Scripts"
    account: str
    uuid: str
    accepted_s: float
    steps: tuple[Planned, ...]
    copies: int

    def run(self) -> Coroutine[None, None, None]:
        """Take the step and plan the one after it, or hold it while the outbox is full."""
        return self.scripts.take_step(self)

    async def abandon(self) -> str | None:
        """Record the steps that will not be taken."""
        return await self.scripts.abandon_steps(self)


class Scripts:
    """Follows the scripts of all messages; ``move`` is what takes a step."""

    def __init__(self, around: Surroundings, specs: Specs, outbox: Outbox, move: Mover) -> None:
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._specs = specs
        self._outbox = outbox
        self._move = move
        self._under_way: dict[str, dict[str, _Step]] = {}
        self._held: dict[str, deque[_Step]] = {}
        outbox.tell_of_room(self._call_held)

    @property
    def held(self) -> int:
        """How many events are due and wait unwritten, since the outbox holds enough of their account."""
        return sum(map(len, self._held.values()))

    def is_under_way(self, message: Message) -> bool:
        """Return whether a message has steps before it."""
        return message.uuid in self._under_way.get(message.account, ())

    def ahead(self, message: Message) -> tuple[Move, ...]:
        """Return the moves a message has before it by its script, each at its moment by the account's clock."""
        step = self._under_way.get(message.account, {}).get(message.uuid)
        if step is None or is_taken_back(message):
            return ()
        begun_s = step.accepted_s + self._times.skipped_s(message.account)
        return tuple(Move(each.status, at(begun_s + each.after_s), each.code) for each in step.steps)

    def begin(self, message: Message, accepted_s: float, steps: tuple[Planned, ...], copies: int = 1) -> None:
        """Plan the first step; each plans the one after it. ``accepted_s`` is in seconds since 1970."""
        if steps:
            passed_s = accepted_s - self._times.skipped_s(message.account)
            step = _Step(self, message.account, message.uuid, passed_s, steps, copies)
            self._under_way.setdefault(message.account, {})[message.uuid] = step
            self._times.at(message.account, accepted_s + steps[0].after_s, step)

    def _plan_next(self, step: _Step) -> None:
        under_way = self._under_way.get(step.account, {})
        if step.steps and step.uuid in under_way:
            under_way[step.uuid] = step
        if step.steps:
            due_s = step.accepted_s + step.steps[0].after_s + self._times.skipped_s(step.account)
            self._times.at(step.account, due_s, step)
        else:
            self._end(step)

    def _end(self, step: _Step) -> None:
        self._under_way.get(step.account, {}).pop(step.uuid, None)

    async def take_step(self, step: _Step) -> None:
        """Move a message as its script says, unless it was reset away or moved elsewhere meanwhile."""
        if not self._outbox.room(step.account):
            self._held.setdefault(step.account, deque()).append(step)
            return
        try:
            await self._follow(step)
        finally:
            if self._held:
                self._call_held(step.account, 1)  # in its stead, should it have written no webhook
        if len(step.steps) == 1:
            await self._outbox.let_go(step.uuid)

    async def _follow(self, step: _Step) -> None:
        message = await self._store.message(step.account, step.uuid)
        if message is None or is_taken_back(message):
            self._end(step)
            await self._outbox.let_go(step.uuid)
            return
        # Before the move: a mistake of ours in this step must not lose the others.
        self._plan_next(replace(step, steps=step.steps[1:]))
        planned = step.steps[0]
        channel = self._specs.capabilities.channels[message.channel]
        if lifecycle.may_move(channel, message.status, planned.status):
            await self._move(message, planned.status, planned.code, _handling(step))
        else:
            await self._journal.write(
                message.account,
                EntryKind.SKIPPED,
                f"not {planned.status.value}: {lifecycle.refusal(channel, message.status, planned.status)}",
                message=message.uuid,
            )

    def _call_held(self, account: str, most: int) -> None:
        """Bring back so many held steps of an account at most, the longest held first."""
        held = self._held.get(account)
        if not held:
            return
        for _ in range(min(most, len(held))):
            self._times.after(account, 0, held.popleft())
        if not held:
            del self._held[account]

    def forget(self, account: str) -> None:
        """Take no more steps of an account, once the store has forgotten its messages."""
        self._held.pop(account, None)
        self._under_way.pop(account, None)
        self._times.drop(account, _Step)

    async def abandon_held(self) -> list[str]:
        """Journal the steps that were held when the server stopped; return the lines for the log."""
        lines = [await self.abandon_steps(step) for held in self._held.values() for step in held]
        self._held.clear()
        return [line for line in lines if line is not None]

    async def abandon_steps(self, step: _Step) -> str | None:
        """Journal the rest of a script that the server stopped before; return the line for the log."""
        message = await self._store.message(step.account, step.uuid)
        if message is None:
            return None
        rest = ", ".join(each.status.value for each in step.steps)
        about = f"statuses abandoned: the server stopped before {rest}{_next_item(message, step.steps)}"
        await self._journal.write(step.account, EntryKind.ABANDONED, about, message=step.uuid)
        return f"message {step.uuid} of account {step.account}: {about}"


def _handling(step: _Step) -> Handling | None:
    """Return how the webhook of a step is to be handled, where its script says so; it may wait for a later one."""
    planned = step.steps[0]
    waits_for = None
    for later in step.steps[1:]:
        if later.deliver is not None and later.deliver.before is planned.status:
            waits_for = later.status
            break
    return handling_of_step(planned.deliver, step.copies, waits_for)


def _next_item(message: Message, steps: tuple[Planned, ...]) -> str:
    """Return what else does not happen: the next message of a failover, where this one was to be rejected."""
    if message.step is None or message.steps in {None, message.step + 1}:
        return ""
    is_next = any(each.status is Status.REJECTED for each in steps)
    return f", and before the next message of workflow {message.workflow}" if is_next else ""
