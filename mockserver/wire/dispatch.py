"""The spelling of Dispatch v0.1: reads workflows, writes the answer, the links of statuses and the final report.

Source: domain facts, messages-v0.1 parts 1.5 and 7.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from mockserver.core.capabilities import Capabilities, ChannelRow
from mockserver.core.failover import Outcome, Rule
from mockserver.model import Json, Message, Status
from mockserver.problem import Problem, Violation
from mockserver.wire.v0_1 import DIALECT, invalid, timestamp, usage

TEMPLATE: Final = "failover"
_ERRORS: Final = "https://developer.vonage.com/api-errors"
_LOW_BALANCE: Final = "low-balance"
_INVALID: Final = 400
_STEP: Final = ("from", "to", "message")


@dataclass(frozen=True, slots=True)
class Workflow:
    """What a valid body asks for: ``steps`` are bodies as Messages takes them, ``rules`` what each waits for."""

    steps: tuple[Json, ...]
    rules: tuple[Rule, ...]


def read_workflow(body: Json) -> Workflow:
    """Return the workflow a valid body means. The body must have passed the contract."""
    steps = body["workflow"]
    return Workflow(
        tuple({name: each[name] for name in _STEP} for each in steps),
        tuple(_rule(each.get("failover") or {}) for each in steps),
    )


def channel_of(step: Json, capabilities: Capabilities) -> ChannelRow:
    """Return the channel that a valid step goes out on."""
    channel = capabilities.by_wire(DIALECT, step["to"]["type"])
    if channel is None:
        raise ValueError(f"no channel is called {step['to']['type']!r}")
    return channel


def accepted(workflow: str) -> Json:
    """Return the body of a 202."""
    return {"dispatch_uuid": workflow}


def status_links(message: Message) -> Json:
    """Return what the status of a workflow's message holds besides; nothing for any other message."""
    if message.workflow is None:
        return {}
    return {"_links": {"workflow": {"dispatch_uuid": message.workflow, "href": f"/workflows/{message.workflow}"}}}


def report_body(workflow: str, outcome: Outcome, at: datetime, sent: Iterable[tuple[Message, ChannelRow]]) -> Json:
    """Return the final report on the messages sent, each with its channel at its price.

    Keys stand in the order seen on the wire.
    """
    entries = [_entry(message, channel) for message, channel in sent]
    return {
        "template": TEMPLATE,
        "status": outcome.value,
        "timestamp": timestamp(at),
        "usage": _total(each["usage"] for each in entries if "usage" in each),
        "dispatch_uuid": workflow,
        "_links": {"messages": entries},
    }


def spelled(problem: Problem) -> Problem:
    """Return a problem of Messages as Dispatch words it: a 400 for want of credit names a parameter here."""
    if problem.status != _INVALID or not is_low_balance(problem):
        return problem
    violation = Violation("balance", _LOW_BALANCE, problem.detail)
    return replace(invalid((violation,), problem.status), type=_ERRORS, reason=problem.reason)


def is_low_balance(problem: Problem) -> bool:
    """Return whether a problem is that there is no credit left, by its type."""
    return problem.type is not None and problem.type.endswith(f"#{_LOW_BALANCE}")


def _rule(failover: Json) -> Rule:
    expiry_s = failover.get("expiry_time")
    return Rule(
        Status(failover.get("condition_status") or Status.DELIVERED), None if expiry_s is None else int(expiry_s)
    )


def _entry(message: Message, channel: ChannelRow) -> Json:
    entry: dict[str, Json] = {
        "message_uuid": message.uuid,
        "href": f"v0.1/messages/{message.uuid}",
        "channel": channel.names[DIALECT],
    }
    if any(each.status is Status.DELIVERED for each in message.moves):
        entry["usage"] = usage(message, channel)
    return {**entry, "status": message.status.value}


def _total(usages: Iterable[Json]) -> Json:
    """Return the sum of what messages cost. Every published price is in euros."""
    each = list(usages)
    total = sum((Decimal(one["price"]) for one in each), Decimal("0.0000"))
    return {"price": str(total), "currency": each[0]["currency"] if each else "EUR"}
