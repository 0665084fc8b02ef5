"""What the provider makes of a message: gathers what is known, asks the rules, and notes what follows from it.

What it notes lives in the store's documents: when users wrote and opted out, who was greeted, whom the sandbox
approved, what is left of the balance and in the buckets. An account that nothing was told of has none of these.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from mockserver.core import provider, rates
from mockserver.core.forms import FORMS
from mockserver.core.prices import price_of, priced
from mockserver.core.provider import NOTHING_TOLD, Case, Cell, Facts, Ruling
from mockserver.core.rates import Bucket
from mockserver.model import Account, Json, LimitAnswer, Message, Planned, Provider, Rate, Rates, Status
from mockserver.problem import Finding, Problem, Violation
from mockserver.service.accounts import Caller
from mockserver.service.versions import Versions
from mockserver.surroundings import Surroundings
from mockserver.wire.dialects import Dialect

_SEEN: Final = "provider"
"""The kind of the documents that hold what was seen of an account; one for each talk, and one for the channels."""
_LIMITS: Final = "provider-limits"
"""The kind of the documents that hold the balance and the buckets."""
_CHANNELS: Final = "channels"
_BALANCE: Final = "balance"
_SANDBOXES: Final = ""
"""The world, of no account, that knows in which account's sandbox a user was approved last."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the provider makes of a message: a ``problem``, or ``steps`` of its own; ``None`` for the usual ones."""

    problem: Problem | None = None
    steps: tuple[Planned, ...] | None = None
    findings: tuple[Finding, ...] = ()


_NOTHING_TO_SAY: Final = Decision()
_NO_FACTS: Final = Facts(now_s=0)
"""Of a talk in which no user has written; the time then matters to no rule."""


class ProviderSide:
    """Judges the messages of all accounts, and listens to their users."""

    def __init__(self, around: Surroundings, versions: Versions) -> None:
        specs = versions.specs
        self._dialects = versions.dialects
        self._settings = around.settings
        self._store = around.store
        self._times = around.times
        self._errors = specs.errors
        self._rules = specs.provider
        self._cells = provider.cells_of(specs.capabilities, specs.provider)
        self._greeting = frozenset(
            channel for rule in self._rules.rules if rule.name == "first_message" for channel in rule.channels
        )
        self._is_open = self._settings.realism == "open" and self._settings.auth == "any"

    async def judge(self, caller: Caller, message: Message) -> Decision:
        """Return what the provider makes of a message, and note that it was sent."""
        cell = self._cells[message.dialect, message.channel, message.kind]
        account = caller.account
        if caller.sandbox or self._settings.sandbox:
            return await self._judge_in_sandbox(account, message, cell)
        if (
            account.provider is None
            and not account.senders
            and self._is_open
            and await self._store.document(message.account, _SEEN, _CHANNELS) is None
        ):
            return await self._judge_untold(account, message, cell) if cell.untold else _NOTHING_TO_SAY
        return await self._judge(account, account.provider or NOTHING_TOLD, message, cell)

    async def _judge(
        self, account: Account, told: Provider, message: Message, cell: Cell, *, whitelisted: bool | None = None
    ) -> Decision:
        if told.rates is not None:
            limited = await self._limit(told.rates, told.throttled, message)
            if limited is not None:
                return limited
        price = Decimal(price_of(message, priced(cell.channel, account))) if told.balance is not None else Decimal()
        left = await self._balance(message.account, told)
        if left is not None and left < price:
            return self._no_credit(told.low_balance, left, price, self._dialects[message.dialect])
        facts = await self._facts(message, whitelisted=whitelisted)
        case = Case(message, account, told, facts, self._rules, cell)
        is_strict = self._settings.realism == "strict"
        ruling = provider.judge(cell.rules, case, strict=is_strict)
        if ruling.rule is not None:
            return Decision(steps=self._ending(ruling, message.dialect), findings=ruling.findings)
        if left is not None:
            await self._charge(message.account, told, left - price)
        if message.channel in self._greeting and not facts.greeted:
            await self._greet(message)
        return Decision(findings=ruling.findings) if ruling.findings else _NOTHING_TO_SAY

    async def _judge_untold(self, account: Account, message: Message, cell: Cell) -> Decision:
        """Judge a message of an account that nothing was told of, by the few rules that speak all the same."""
        facts = _NO_FACTS
        if message.channel in self._greeting:
            facts = await self._facts(message, whitelisted=None)
            if not facts.greeted:
                await self._greet(message)
        case = Case(message, account, NOTHING_TOLD, facts, self._rules, cell)
        ruling = provider.judge(cell.untold, case, strict=False)
        if ruling.rule is not None:
            return Decision(steps=self._ending(ruling, message.dialect), findings=ruling.findings)
        return Decision(findings=ruling.findings) if ruling.findings else _NOTHING_TO_SAY

    async def _facts(self, message: Message, *, whitelisted: bool | None) -> Facts:
        heard = await self._store.document(message.account, _SEEN, _CHANNELS) or ()
        talk = await self._store.document(
            message.account, _SEEN, _talk(message.channel, message.sender, message.recipient)
        )
        talk = talk or {}
        return Facts(
            now_s=self._times.seconds(message.account),
            heard_s=talk.get("heard_s"),
            channel_heard=message.channel in heard,
            stopped=talk.get("stopped"),
            greeted=talk.get("greeted", False),
            whitelisted=whitelisted,
            must_own=self._settings.auth == "strict" and whitelisted is None,
        )

    def _ending(self, ruling: Ruling, dialect: str) -> tuple[Planned, ...]:
        """Return the steps of a message that a closed rule stops."""
        settings, code = self._settings, ruling.code
        submitted = Planned(settings.submitted_after_s, Status.SUBMITTED)
        if code is None:
            return (submitted,)
        status = Status(self._errors[code].carried_by(dialect))
        after_s = ruling.objection.after_s if ruling.objection is not None else None
        if status is Status.REJECTED and after_s is None:
            return (Planned(settings.submitted_after_s, status, code),)
        lost_s = settings.delivered_after_s if after_s is None else after_s
        return (submitted, Planned(lost_s, status, code))

    async def _greet(self, message: Message) -> None:
        """Note that a user got a first message that was no promotion."""
        if message.options.get("category") != "promotion":
            await self._note(message.account, _talk(message.channel, message.sender, message.recipient), greeted=True)

    # Users

    async def hear(self, message: Message) -> None:
        """Note that a user wrote: the window opens, STOP and START take effect, the pass-phrase approves."""
        rules, account = self._rules, message.account
        await self.open_window(account, message.channel, sender=message.recipient, user=message.sender)
        opts = provider.opts(rules.opt_out, message.channel, message.content)
        if opts is not None:
            await self._note(account, _talk(message.channel, message.recipient, message.sender), stopped=opts)
        if rules.sandbox.senders.get(message.channel) == message.recipient:
            await self._approve(message)

    async def open_window(
        self, account: str, channel: str, *, sender: str, user: str, heard_s: float | None = None
    ) -> None:
        """Note that a user wrote to a sender, now or at a moment in seconds since 1970."""
        heard_s = self._times.seconds(account) if heard_s is None else heard_s
        await self._note(account, _talk(channel, sender, user), heard_s=heard_s)
        heard = await self._store.document(account, _SEEN, _CHANNELS) or []
        if channel not in heard:
            await self._store.put_document(account, _SEEN, _CHANNELS, [*heard, channel])

    async def _note(self, account: str, talk: str, **members: Json) -> None:
        known = await self._store.document(account, _SEEN, talk) or {}
        await self._store.put_document(account, _SEEN, talk, known | members)

    async def seen(self, account: str) -> Json:
        """Return all that was noted of an account: talks by ``channel sender user``, balance and buckets."""
        seen = await self._store.documents(account, _SEEN)
        limits = await self._store.documents(account, _LIMITS)
        return {
            "channels_heard": seen.pop(_CHANNELS, []),
            "talks": seen,
            "balance": limits.pop(_BALANCE, {}).get("left"),
            "buckets": limits,
        }

    # The sandbox

    async def _judge_in_sandbox(self, account: Account, message: Message, cell: Cell) -> Decision:
        """Judge by the rules of the sandbox: its senders, its templates, its rate, approved users; free of charge."""
        sandbox = self._rules.sandbox
        violation = self._sandbox_violation(message, cell)
        if violation is not None:
            return Decision(self._dialects[message.dialect].refusal((violation,)))
        told = account.provider or NOTHING_TOLD
        told = msgspec.structs.replace(
            told,
            templates=sandbox.templates,
            rates=Rates(key=sandbox.rate),
            throttled="refused",
            balance=None,
            rules=told.rules | {"sender": "off", "template": "on", "whitelist": "on"},
        )
        approved = await self._is_approved(message)
        return await self._judge(account, told, message, cell, whitelisted=approved)

    def _sandbox_violation(self, message: Message, cell: Cell) -> Violation | None:
        senders = self._rules.sandbox.senders
        own = senders.get(message.channel)
        if own is None:
            known = ", ".join(senders)
            reason = f"The sandbox carries no {cell.channel.title}; it carries {known}."
            return Violation(
                FORMS[message.dialect].channel_at[0], "sandbox", reason, expected=known, found=message.channel
            )
        if own != message.sender:
            name = cell.sender_at
            reason = f"`{name}` is {message.sender}; the sandbox sends {cell.channel.title} only from {own}."
            return Violation(name, "sandbox", reason, expected=own, found=message.sender, nearest=own)
        return None

    async def _approve(self, message: Message) -> None:
        """Approve a user who sent the pass-phrase; the approval in another account's sandbox ends."""
        account = await self._store.account(message.account)
        told = account.provider if account is not None else None
        phrase = (told.pass_phrase if told is not None else None) or self._rules.sandbox.pass_phrase
        text = message.content.get("text")
        if isinstance(text, str) and text.strip().lower() == phrase.strip().lower():
            talk = _talk(message.channel, message.recipient, message.sender)
            await self._note(message.account, talk, approved=True)
            await self._store.put_document(_SANDBOXES, _SEEN, talk, message.account)

    async def _is_approved(self, message: Message) -> bool:
        talk = _talk(message.channel, message.sender, message.recipient)
        known = await self._store.document(message.account, _SEEN, talk) or {}
        owner = await self._store.document(_SANDBOXES, _SEEN, talk)
        return bool(known.get("approved")) and owner == message.account

    # Limits

    async def _limit(self, limits: Rates, answer: LimitAnswer, message: Message) -> Decision | None:
        """Take a token from each bucket, or return what an empty one means."""
        asked: list[tuple[str, Bucket | None, Rate]] = []
        for scope, rate, name in (
            ("key", limits.key, "key"),
            ("sender", limits.sender, f"sender {message.channel} {message.sender}"),
            ("recipient", limits.recipient, f"recipient {message.channel} {message.recipient}"),
        ):
            if rate is not None:
                kept = await self._store.document(message.account, _LIMITS, name)
                asked.append((f"{scope} {name}", Bucket(*kept) if kept is not None else None, rate))
        taken = rates.take(asked, self._times.seconds(message.account))
        if isinstance(taken, str):
            return self._throttled(taken.partition(" ")[0], answer, self._dialects[message.dialect])
        for name, bucket in taken.items():
            left = [bucket.tokens, bucket.at_s]
            await self._store.put_document(message.account, _LIMITS, name.partition(" ")[2], left)
        return None

    def _throttled(self, scope: str, answer: LimitAnswer, dialect: Dialect) -> Decision:
        """Return the answer to a message too many; what goes to one recipient is only ever told by a status."""
        limits = self._rules.limits
        code = {"key": limits.key, "sender": limits.sender, "recipient": limits.recipient}[scope]
        if answer == "refused" and code == limits.key:
            return Decision(dialect.throttled(f"The {scope} has sent more messages than its rate allows."))
        return self._rejected(code, Finding("body", "rate", f"The {scope} has had more messages than its rate allows."))

    async def _balance(self, account: str, told: Provider) -> Decimal | None:
        """Return what is left; another balance told than before begins anew."""
        if told.balance is None:
            return None
        kept = await self._store.document(account, _LIMITS, _BALANCE)
        return Decimal(kept["left"] if kept is not None and kept["told"] == told.balance else told.balance)

    async def _charge(self, account: str, told: Provider, left: Decimal) -> None:
        await self._store.put_document(account, _LIMITS, _BALANCE, {"told": told.balance, "left": f"{left:.4f}"})

    def _no_credit(self, answer: LimitAnswer, left: Decimal, price: Decimal, dialect: Dialect) -> Decision:
        if answer == "refused":
            return Decision(dialect.low_balance(f"the balance is {left}, the message costs {price}"))
        return self._rejected(
            self._rules.limits.balance, Finding("body", "balance", f"The balance is {left}, the message costs {price}.")
        )

    def _rejected(self, code: int, finding: Finding) -> Decision:
        steps = (Planned(self._settings.submitted_after_s, Status.REJECTED, code),)
        return Decision(steps=steps, findings=(finding,))


def _talk(channel: str, sender: str, user: str) -> str:
    return f"{channel} {sender} {user}"
