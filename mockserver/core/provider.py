"""The rules of the provider: pure functions from a message and what is known to a rejection or findings.

The rows stand in ``specs/provider.yaml``; what each rule looks at stands here, under the rule's name. What is known
is handed in: nothing here asks a store or a clock.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from mockserver.core import templates, windows
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.forms import FORMS, joined
from mockserver.core.media import extension, host, urls
from mockserver.core.windows import WindowRule
from mockserver.model import Account, Json, MediaFile, Message, Provider, Rate, RuleMode, Template
from mockserver.problem import Finding

NOTHING_TOLD: Final = Provider()


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row: the code by channel (``None``: none of its own), and when the rule is closed.

    ``kinds``: those it looks at, all without them. ``strict``: strict realism closes it. ``remark`` is the finding, by
    channel, while it is open.
    """

    name: str
    channels: dict[str, int | None]
    kinds: tuple[str, ...] = ()
    about: str
    default: RuleMode = "auto"
    strict: bool = False
    remark: dict[str, str] = {}
    source: str = ""


class OptOutRule(Struct, frozen=True, forbid_unknown_fields=True):
    """The channels on which a user opts out and in again by a word, and the words, in lower case."""

    channels: tuple[str, ...]
    stop: tuple[str, ...]
    start: tuple[str, ...]


class LimitCodes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code of each limit that is passed; ``refused`` by HTTP status, for what cannot be refused any more.

    ``unexplained`` is that of a rejection for which none is given.
    """

    key: int
    sender: int
    recipient: int
    balance: int
    refused: dict[int, int]
    other: int
    unexplained: int

    def all(self) -> tuple[int, ...]:
        """Return every code named."""
        named = (self.key, self.sender, self.recipient, self.balance, self.other, self.unexplained)
        return (*named, *self.refused.values())


class Sandbox(Struct, frozen=True, forbid_unknown_fields=True):
    """What the sandbox allows: its senders by channel, its templates, its rate; ``hosts`` are its host names."""

    hosts: tuple[str, ...]
    senders: dict[str, str]
    pass_phrase: str
    rate: Rate
    templates: tuple[Template, ...]


class ProviderRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """The whole of ``specs/provider.yaml``."""

    version: int
    rules: tuple[Rule, ...]
    limits: LimitCodes
    named_senders: tuple[str, ...]
    linked_senders: tuple[str, ...]
    recipients_by_inbound: tuple[str, ...]
    window: WindowRule
    opt_out: OptOutRule
    tags: tuple[str, ...]
    barred_countries: tuple[str, ...]
    media_max_bytes: dict[str, int]
    template_max_chars: dict[str, int]
    sandbox: Sandbox

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the rules, in their order."""
        return tuple(each.name for each in self.rules)

    def of(self, channel: str, kind: str) -> tuple[Rule, ...]:
        """Return the rules that concern a cell, in their order."""
        return tuple(each for each in self.rules if channel in each.channels and (not each.kinds or kind in each.kinds))


class Facts(Struct, frozen=True, gc=False):
    """What the server saw: of the talk between sender and recipient, and of the account as a whole.

    ``heard_s`` is when the user last wrote, ``channel_heard`` whether any user ever wrote on this channel.
    ``stopped`` is what the user last asked by STOP or START. ``greeted``: got a first message that was no promotion.
    ``whitelisted`` says whether a recipient may be reached at all; ``None``: not known here, ask the account.
    ``must_own``: only owned and linked senders are let in, by the setting ``auth``.
    """

    now_s: float
    heard_s: float | None = None
    channel_heard: bool = False
    stopped: bool | None = None
    greeted: bool = False
    whitelisted: bool | None = None
    must_own: bool = False


class Cell(Struct, frozen=True):
    """The rules of one channel and kind, found once. ``untold`` are those that say something though nothing is told.

    ``sender_at`` and ``recipient_at`` name the fields of both parties; ``sender_pattern`` is what a sender looks like.
    """

    channel: ChannelRow
    row: Row
    sender_at: str
    recipient_at: str
    sender_pattern: str
    rules: tuple[Rule, ...]
    untold: tuple[Rule, ...]


class Case(Struct, frozen=True, gc=False):
    """All that a rule may look at: the message, what is known, and where it belongs in the tables."""

    message: Message
    account: Account
    told: Provider
    facts: Facts
    rules: ProviderRules
    cell: Cell

    @property
    def channel(self) -> ChannelRow:
        """The channel of the message."""
        return self.cell.channel

    @property
    def row(self) -> Row:
        """The row of the message's channel and kind."""
        return self.cell.row


class Objection(Struct, frozen=True, gc=False):
    """A rule broken: ``at`` is the field, ``why`` half a sentence. ``told``: it rests on something that was told.

    ``why`` may hold ``{sender}`` and ``{recipient}``, filled in only when the rule decides: most objections do not.

    ``code`` overrides the row's; ``after_s`` is when the message is lost, for want of which it is at the usual time.
    """

    at: str
    why: str
    told: bool
    code: int | None = None
    after_s: float | None = None


class Ruling(Struct, frozen=True, gc=False):
    """What the rules say. ``objection`` comes from the closed ``rule`` that decided; then ``code`` may be ``None``."""

    findings: tuple[Finding, ...] = ()
    rule: Rule | None = None
    objection: Objection | None = None
    code: int | None = None


Check: TypeAlias = Callable[[Case], Objection | None]
"""Looks at a case for one rule."""


def judge(rules: tuple[Rule, ...], case: Case, *, strict: bool) -> Ruling:
    """Return what the first closed rule that is broken decides, with remarks on broken rules that are open."""
    findings: list[Finding] = []
    modes = case.told.rules
    for rule in rules:
        mode = modes.get(rule.name, rule.default)
        objection = CHECKS[rule.name](case) if mode != "off" else None
        if objection is None:
            continue
        if mode == "on" or objection.told or (strict and rule.strict):
            return _decided(rule, objection, case.message, tuple(findings))
        if case.channel.name in rule.remark:
            findings.append(_remark(objection.at, rule.name, rule.remark[case.channel.name]))
    return Ruling(tuple(findings))


@lru_cache(maxsize=256)
def _remark(at: str, rule: str, detail: str) -> Finding:
    """Return a remark; there are few, and each stands in the journal over and over."""
    return Finding(at, rule, detail)


def _decided(rule: Rule, objection: Objection, message: Message, findings: tuple[Finding, ...]) -> Ruling:
    code = objection.code or rule.channels[message.channel]
    ends = f"the real API would end it in {code}" if code is not None else "it stays submitted"
    why = objection.why.replace("{sender}", message.sender).replace("{recipient}", message.recipient)
    detail = f"{why[:1].upper()}{why[1:]}; {ends} (rule {rule.name})."
    return Ruling((*findings, Finding(objection.at, rule.name, detail)), rule, objection, code)


def _page_token(case: Case) -> Objection | None:
    if not case.told.page_token_expired:
        return None
    return Objection(case.cell.sender_at, "the link to the page has expired", told=True)


def _whitelist(case: Case) -> Objection | None:
    allowed = case.facts.whitelisted
    if allowed is None:
        listed = case.told.whitelist
        allowed = listed is None or case.message.recipient in listed
    if allowed:
        return None
    return Objection(case.cell.recipient_at, "{recipient} is not an approved recipient", told=True)


def _sender(case: Case) -> Objection | None:
    sender, channel = case.message.sender, case.channel.name
    if channel in case.rules.named_senders and not sender.isdecimal():
        return None
    senders = case.account.senders
    owned = [each for each in senders if each.channel == channel] if senders else senders
    own = next((each for each in owned if each.id == sender), None)
    if own is None:
        told = bool(owned) or case.facts.must_own
        return Objection(case.cell.sender_at, "{sender} is not one of the account's senders", told=told)
    if case.facts.must_own and own.application is None and channel in case.rules.linked_senders:
        return Objection(case.cell.sender_at, "{sender} is linked to no application", told=True)
    return None


def _sender_form(case: Case) -> Objection | None:
    if re.fullmatch(case.cell.sender_pattern, case.message.sender):
        return None
    return Objection(case.cell.sender_at, "'{sender}' is no sender the carriers take", told=False)


def _numbers(case: Case) -> Objection | None:
    code = case.told.numbers.get(case.message.recipient)
    if code is None:
        return None
    return Objection(case.cell.recipient_at, "the number table has {recipient}", told=True, code=code)


def _country(case: Case) -> Objection | None:
    barred = case.rules.barred_countries
    for at, number in ((case.cell.recipient_at, case.message.recipient), (case.cell.sender_at, case.message.sender)):
        if number.startswith(barred):
            return Objection(at, f"{number} is of a country that {case.channel.title} does not serve", told=True)
    return None


def _destination(case: Case) -> Objection | None:
    enabled = case.told.countries.get(case.channel.name)
    if enabled is None or case.message.recipient.startswith(enabled):
        return None
    why = f"{{recipient}} is of none of the countries enabled ({', '.join(enabled)})"
    return Objection(case.cell.recipient_at, why, told=True)


def _recipient(case: Case) -> Objection | None:
    recipient, channel = case.message.recipient, case.channel.name
    known = case.told.known_recipients.get(channel)
    if case.facts.heard_s is not None or recipient in (known or ()):
        return None
    by_inbound = case.facts.channel_heard and channel in case.rules.recipients_by_inbound
    return Objection(
        case.cell.recipient_at, "{recipient} does not use this channel", told=known is not None or by_inbound
    )


def _opt_out(case: Case) -> Objection | None:
    stopped = case.facts.stopped
    if not (case.message.recipient in case.told.opt_outs if stopped is None else stopped):
        return None
    return Objection(case.cell.recipient_at, "{recipient} has opted out", told=True)


def _tag(case: Case) -> Objection | None:
    tag = case.message.options.get("tag")
    known = case.told.tags or case.rules.tags
    if case.message.options.get("category") != "message_tag" or tag in known:
        return None
    why = f"the tag {tag!r} is none of {', '.join(known)}"
    return Objection(_option_at(case, "tag"), why, told=bool(case.told.tags))


def _window(case: Case) -> Objection | None:
    rule, facts = case.rules.window, case.facts
    if windows.is_free(rule, case.message) or windows.is_open(rule, facts.heard_s, facts.now_s):
        return None
    told = facts.channel_heard or facts.heard_s is not None
    if facts.heard_s is None:
        return Objection(case.cell.recipient_at, "{recipient} has not written to this sender", told=told)
    since = timedelta(seconds=round(facts.now_s - facts.heard_s))
    return Objection(case.cell.recipient_at, f"{{recipient}} wrote last {since} ago", told=told)


def _template(case: Case) -> Objection | None:
    use = templates.used(case.message)
    if use is None:
        return None
    channel = case.channel.name
    registered = [each for each in case.told.templates if each.channel == channel]
    why = templates.fault(use, registered, case.rules.template_max_chars.get(channel))
    if why is None:
        return None
    return Objection(FORMS[case.message.dialect].content_at(case.message.kind), why, told=bool(registered))


def _first_message(case: Case) -> Objection | None:
    if case.message.options.get("category") != "promotion" or case.facts.greeted:
        return None
    return Objection(_option_at(case, "category"), "the first message to {recipient} is a promotion", told=False)


def _media_reach(case: Case) -> Objection | None:
    for at, file in _files(case):
        if not file.reachable:
            return Objection(at, "the media URL cannot be reached", told=True)
    return None


def _media_type(case: Case) -> Objection | None:
    supported = case.row.extensions
    for at, url in urls(case.message.kind, case.message.content) if supported else ():
        ending = extension(url)
        if ending is not None and ending not in supported:
            listed = ", ".join(f".{each}" for each in supported)
            why = f"the file is of type .{ending}, supported are {listed}"
            return Objection(_media_at(case, at), why, told=True)
    return None


def _media_size(case: Case) -> Objection | None:
    most = case.rules.media_max_bytes.get(case.channel.name)
    for at, file in _files(case):
        if file.bytes is not None and most is not None and file.bytes > most:
            return Objection(at, f"the file has {file.bytes} bytes, {most} are allowed", told=True)
    return None


_LONGEST_TTL_S: Final = 10**9
"""Some thirty years; the time to live of an SMS has no documented maximum, but a schedule cannot count without end."""


def _ttl(case: Case) -> Objection | None:
    ttl: Json = case.message.options.get("ttl")
    if ttl is None or case.message.recipient not in case.told.unreachable:
        return None
    if "ttl" not in case.channel.options_in(case.message.dialect):
        return None
    why = f"{{recipient}} is unreachable, and the message lives {ttl} seconds"
    return Objection(case.cell.recipient_at, why, told=True, after_s=min(ttl, _LONGEST_TTL_S))


def _unreachable(case: Case) -> Objection | None:
    if case.message.recipient not in case.told.unreachable:
        return None
    return Objection(case.cell.recipient_at, "{recipient} is unreachable", told=True)


CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "page_token": _page_token,
        "whitelist": _whitelist,
        "sender": _sender,
        "sender_form": _sender_form,
        "numbers": _numbers,
        "country": _country,
        "destination": _destination,
        "recipient": _recipient,
        "opt_out": _opt_out,
        "tag": _tag,
        "window": _window,
        "template": _template,
        "first_message": _first_message,
        "media_reach": _media_reach,
        "media_type": _media_type,
        "media_size": _media_size,
        "ttl": _ttl,
        "unreachable": _unreachable,
    }
)
"""What each rule looks at, by its name."""


def _files(case: Case) -> Iterator[tuple[str, MediaFile]]:
    """Yield what the media table says of the message's files, by field: of the URL of each, else of its host."""
    if not case.told.media:
        return
    by_url = {each.url: each for each in case.told.media}
    for at, url in urls(case.message.kind, case.message.content):
        file = by_url.get(url) or by_url.get(host(url))
        if file is not None:
            yield _media_at(case, at), file


def _media_at(case: Case, at: str) -> str:
    """Return the field that holds a media URL; content that is no object stands in it under the name of its kind."""
    form, kind = FORMS[case.message.dialect], case.message.kind
    return joined(form.holder, at) if at.startswith(f"{kind}[") else joined(form.content_at(kind), at)


def _option_at(case: Case, option: str) -> str:
    return FORMS[case.message.dialect].options_at(case.channel, option)


def opts(rule: OptOutRule, channel: str, content: Mapping[str, Json]) -> bool | None:
    """Return whether a user's message opts out (true) or in again (false); ``None`` if it does neither."""
    text = content.get("text")
    if channel not in rule.channels or not isinstance(text, str):
        return None
    word = text.strip().lower()
    return True if word in rule.stop else False if word in rule.start else None


def read_provider_rules(document: Json) -> ProviderRules:
    """Return the parsed file as rules; raise msgspec.ValidationError, which names the path, for a misfit."""
    return msgspec.convert(document, ProviderRules)


def rule_mistakes(rules: ProviderRules, channels: Mapping[str, object], codes: Mapping[int, object]) -> list[str]:
    """Return what is wrong with rules, each sentence beginning with its place."""
    found = [f"rules: no check is called {name}" for name in rules.names if name not in CHECKS]
    found += [f"rules: the check {name} has no row" for name in CHECKS if name not in rules.names]
    for index, rule in enumerate(rules.rules):
        strangers = [each for each in (*rule.channels, *rule.remark) if each not in channels]
        found += [f"rules[{index}]: there is no channel {each}" for each in strangers]
        unknown = [each for each in rule.channels.values() if each is not None and each not in codes]
        found += [f"rules[{index}].channels: there is no error code {each}" for each in unknown]
    found += [f"limits: there is no error code {each}" for each in rules.limits.all() if each not in codes]
    return found


def cells_of(capabilities: Capabilities, rules: ProviderRules) -> dict[tuple[str, str, str], Cell]:
    """Return the rules of every cell that can be sent, by dialect, channel and kind."""
    found = {}
    for row in capabilities.rows:
        if row.direction != "outbound" or row.schema is None:
            continue
        form = FORMS[row.dialect]
        own = rules.of(row.channel, row.kind)
        channel = capabilities.channels[row.channel]
        parties = channel.addresses["outbound"]
        untold = tuple(each for each in own if each.default == "on" or row.channel in each.remark)
        found[row.dialect, row.channel, row.kind] = Cell(
            channel=channel,
            row=row,
            sender_at=form.party_at("from", parties.sender),
            recipient_at=form.party_at("to", parties.recipient),
            sender_pattern=capabilities.shapes[parties.sender.shape_in(row.dialect)].pattern,
            rules=own,
            untold=untold,
        )
    return found
