"""What is wrong with a client's request, as values: violations, findings and the problem that answers them."""

from typing import Final

from msgspec import Struct, field

from mockserver.model import Json


class Violation(Struct, frozen=True, gc=False):
    """One broken rule of the contract.

    ``name`` is the dotted path of the field (``message.content.image.url``); ``body`` for the whole body.
    ``rule`` is a short name for the kind of rule (``required``, ``enum``, ``capability``, ...).
    ``reason`` is the sentence the client reads. ``nearest`` is the closest value that would have been accepted, if any.
    """

    name: str
    rule: str
    reason: str
    expected: str = ""
    found: Json = None
    nearest: Json = None
    source: str = ""


BEYOND_BODIES: Final = ("credentials", "path", "method", "size", "content_type", "content_encoding")
"""Rules that requests of a known account break by other things than their bodies."""


RULES: Final = (
    *("required", "type", "min_length", "max_length", "pattern", "enum", "range", "one_of", "mixed_parameters"),
    *("unknown_member", "contract", "branch", "channel", "channel_mismatch", "kind", "capability", "not_object"),
    *("v0_1_body", "v1_body", "json", "unicode", "immutable", "last_step", "nested_failover", "code", "label"),
    *("balance", "rate", "sandbox", "magic", "low-balance"),
    *("byte_order_mark", "caption", "condition", "custom_object", "divergence", "empty_failover", "extension"),
    *("extra_content", "foreign_options", "idle_option", "lone_surrogate", "misplaced_options", "no_condition"),
    *("no_expiry", "no_extension", "null_member", "option_shape", "repeated_key", "sender_shape", "template_name"),
    "url_characters",
    *BEYOND_BODIES,
)
"""Every rule that violations and findings name, but for those of the provider, which stand in ``specs/``."""


class Finding(Struct, frozen=True, gc=False):
    """Something the real API lets pass and a careful tester wants to know."""

    name: str
    rule: str
    detail: str


class Problem(Struct, frozen=True, gc=False):
    """An error answer, before a dialect writes it. ``reason`` is for the journal only."""

    status: int
    title: str
    detail: str
    type: str | None = None
    violations: tuple[Violation, ...] = ()
    reason: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Verdict(Struct, frozen=True, gc=False):
    """What the contract says of a request body.

    ``branch`` is the name of the one schema the body was held against, ``None`` if none could be chosen.
    """

    channel: str | None
    kind: str | None
    branch: str | None
    violations: tuple[Violation, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_valid(self) -> bool:
        """True if no rule was broken."""
        return not self.violations
