"""What control answers look like: plain JSON from stored values, secrets shortened."""

from collections.abc import Iterable

import msgspec

from mockserver.config import shortened
from mockserver.contract.specs import Specs
from mockserver.core.match import text_of
from mockserver.core.pointers import place_of
from mockserver.core.prices import counted
from mockserver.model import Account, Attempt, Delivery, Entry, Exchange, Json, Message, Move, Sender, Update
from mockserver.problem import Finding, Problem, Violation
from mockserver.web.control.faults import delivery_fault_view
from mockserver.web.explaining import Explanation
from mockserver.wire.signing import Signed
from mockserver.wire.v0_1 import timestamp


def message_view(message: Message, specs: Specs) -> Json:
    """Return a message as the control API shows it."""
    view: dict[str, Json] = {
        "message_uuid": message.uuid,
        "account": message.account,
        "direction": message.direction.value,
        "version": message.dialect,
        "channel": message.channel,
        "kind": message.kind,
        "from": message.sender,
        "to": message.recipient,
        "text": text_of(message),
        "content": message.content,
        "options": message.options,
        "client_ref": message.client_ref,
        "application_id": message.application,
        "webhook_url": message.webhook_url,
        "webhook_version": message.webhook_version,
        "at": timestamp(message.at),
        "status": message.status.value,
        "statuses": [move_view(move, specs) for move in message.moves],
        "updates": [update_view(update) for update in message.updates],
    }
    view |= _workflow(message)
    cut = counted(message, specs.capabilities.channels[message.channel])
    if cut is not None:
        view["sms"] = {"encoding": cut.encoding, "units": cut.units, "parts": cut.parts}
    return view


def _workflow(message: Message) -> Json:
    """Return which message of a workflow this is: of a failover the item, counted from 1, of Dispatch the step."""
    if message.workflow is None:
        return {}
    if message.steps is None:
        return {"dispatch_uuid": message.workflow, "step": message.step}
    return {"workflow_id": message.workflow, "item": (message.step or 0) + 1, "items": message.steps}


def update_view(update: Update) -> Json:
    """Return what a client made of a message later."""
    view: dict[str, Json] = {"status": update.status, "at": timestamp(update.at)}
    if update.replying_indicator is not None:
        view["replying_indicator"] = update.replying_indicator
    return view


def move_view(move: Move, specs: Specs) -> Json:
    """Return one status change."""
    view: dict[str, Json] = {"status": move.status.value, "at": timestamp(move.at)}
    if move.code is not None:
        view["error"] = {"code": move.code, "reason": specs.errors[move.code].label}
    return view


def delivery_view(delivery: Delivery) -> Json:
    """Return a webhook with its attempts; the body as JSON where it is JSON."""
    return {
        "id": delivery.id,
        "message_uuid": delivery.message,
        "event": delivery.event,
        "state": delivery.state.value,
        "method": delivery.method,
        "url": delivery.url or None,
        "application_id": delivery.application,
        "created_at": timestamp(delivery.created_at),
        "next_at": timestamp(delivery.next_at) if delivery.next_at is not None else None,
        "body": msgspec.json.decode(delivery.body) if delivery.body else None,
        "fault": delivery_fault_view(delivery.fault),
        "attempts": [attempt_view(each) for each in delivery.attempts],
    }


def attempt_view(attempt: Attempt) -> Json:
    """Return one try of a webhook."""
    return {
        "number": attempt.number,
        "at": timestamp(attempt.at),
        "duration_ms": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error,
        "fault": attempt.fault,
    }


def signature_view(signed: Signed) -> Json:
    """Return what the token of a webhook says, whether it is signed by the secret, and whether it is of this body."""
    claimed = signed.claims.get("payload_hash") if isinstance(signed.claims, dict) else None
    return {
        "token": signed.token,
        "header": signed.header,
        "claims": signed.claims,
        "verifies": signed.verifies,
        "payload_hash": {"claimed": claimed, "actual": signed.payload_hash, "matches": signed.is_of_body},
    }


def entry_view(entry: Entry, specs: Specs) -> Json:
    """Return a journal entry."""
    view: dict[str, Json] = {
        "id": entry.id,
        "at": timestamp(entry.at),
        "kind": entry.kind.value,
        "about": entry.about,
        "message_uuid": entry.message,
    }
    if entry.delivery is not None:
        view["delivery"] = entry.delivery
    if entry.attempt is not None:
        view["attempt"] = attempt_view(entry.attempt)
    if entry.move is not None:
        view["status"] = move_view(entry.move, specs)
    if entry.exchange is not None:
        view["request"] = exchange_view(entry.exchange, entry.message)
    return view


def exchange_view(exchange: Exchange, message: str | None) -> Json:
    """Return a request and its answer; the answer to an accepted one that sends names the message."""
    named = {"message_uuid": message} if message is not None and exchange.method == "POST" else None
    return {
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "verdict": exchange.verdict,
        "reason": exchange.reason,
        "fault": exchange.fault,
        "channel": exchange.channel,
        "kind": exchange.kind,
        "trace_id": exchange.trace_id,
        "duration_ms": exchange.duration_ms,
        "headers": exchange.headers,
        "body": exchange.body,
        "answer": exchange.answer if exchange.answer is not None else named,
        "violations": [violation_view(each) for each in exchange.violations],
        "findings": [finding_view(each) for each in exchange.findings],
    }


def violation_view(violation: Violation) -> Json:
    """Return a broken rule: the field, what was found, what was expected, the nearest valid choice."""
    return {
        "name": violation.name,
        "rule": violation.rule,
        "reason": violation.reason,
        "found": violation.found,
        "expected": violation.expected,
        "nearest": violation.nearest,
        "source": violation.source,
    }


def places_view(body: Json, violations: Iterable[Violation]) -> Json:
    """Return where in a body each rule was broken, as JSON pointers; ``holder`` is there even if the field is not."""
    places = [(each.name, place_of(body, each.name)) for each in violations]
    return [
        {"name": name, "pointer": place.pointer, "missing": place.is_missing, "holder": place.holder}
        for name, place in places
    ]


def finding_view(finding: Finding) -> Json:
    """Return a finding."""
    return {"name": finding.name, "rule": finding.rule, "detail": finding.detail}


def explanation_view(explanation: Explanation, oddities: tuple[Finding, ...], body: Json) -> Json:
    """Return the verdict on a body and its nearest valid form; ``oddities`` are findings on its spelling."""
    verdict = explanation.verdict
    return {
        "valid": verdict.is_valid,
        "version": explanation.version,
        "judged_as": explanation.judged_as,
        "channel": verdict.channel,
        "kind": verdict.kind,
        "branch": verdict.branch,
        "problem": problem_view(explanation.problem),
        "violations": [violation_view(each) for each in verdict.violations],
        "findings": [finding_view(each) for each in (*oddities, *verdict.findings)],
        "nearest": explanation.nearest,
        "places": places_view(body, verdict.violations),
    }


def problem_view(problem: Problem | None) -> Json:
    """Return the error that would answer a request, without the trace of one; ``None`` if there is none."""
    if problem is None:
        return None
    return {"status": problem.status, "type": problem.type, "title": problem.title, "detail": problem.detail}


def account_view(account: Account) -> Json:
    """Return an account with every member, secrets shortened and keys kept."""
    return {
        "api_key": account.api_key,
        "secrets": [shortened(each) for each in account.secrets],
        "signature_secret": shortened(account.signature_secret) if account.signature_secret else None,
        "inbound_url": account.inbound_url,
        "status_url": account.status_url,
        "webhook_version": account.webhook_version,
        "sms_receipt_url": account.sms_receipt_url,
        "sms_receipt_method": account.sms_receipt_method,
        "read": account.read,
        "applications": [msgspec.to_builtins(each) for each in account.applications],
        "senders": [sender_view(each) for each in account.senders],
        "provider": msgspec.to_builtins(account.provider),
    }


def sender_view(sender: Sender) -> Json:
    """Return a sender, its access token shortened."""
    view: dict[str, Json] = msgspec.to_builtins(sender)
    return view if sender.access_token is None else view | {"access_token": shortened(sender.access_token)}
