"""Whether all went as it should: one check a claim, saying what is missing; judges only what was seen."""

import json
from dataclasses import dataclass

from mockserver.demo.plot import (
    ANSWERING,
    BROKEN_FIELD,
    REMINDERS,
    REPLY,
    Seen,
    acknowledged,
    confirmation_uuid,
    message_uuid,
)
from mockserver.demo.stage import Answer
from mockserver.model import Json

_ACCEPTED, _REFUSED, _UNAUTHORISED, _BAD, _CREATED = 202, 502, 401, 400, 201


@dataclass(frozen=True, slots=True)
class Check:
    """One claim of the demo. ``missing`` says what is not as claimed; empty if all is well."""

    claim: str
    missing: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """True if nothing is missing."""
        return not self.missing


def checks(seen: Seen) -> tuple[Check, ...]:
    """Return every check of the demo, in the order of the plot."""
    return (
        Check(f"{len(REMINDERS)} reminders accepted, one on each channel", _unaccepted(seen)),
        Check("a wrong number refused, with the field and the nearest right one", _not_refused(seen)),
        Check("every signed status arrived in order, each at the first try", _lost_statuses(seen)),
        Check("the service refuses a webhook without a signature", _not_doubted(seen)),
        Check(f"the user's {REPLY!r} reached the service", _unheard(seen)),
        Check("the service confirmed, and the confirmation was read", _unconfirmed(seen)),
        Check("server and service agree on every message", _disagreements(seen)),
    )


def _unaccepted(seen: Seen) -> tuple[str, ...]:
    return tuple(
        f"{reminder.channel}: {_words(answer)}"
        for reminder, answer in zip(REMINDERS, seen.answers, strict=True)
        if answer.status != _ACCEPTED or not message_uuid(answer)
    )


def _not_refused(seen: Seen) -> tuple[str, ...]:
    violations = violations_seen(seen)
    if seen.refused.status != _REFUSED or not violations:
        return (f"a refusal; the service answered {_words(seen.refused)}",)
    if not any(each["name"] == BROKEN_FIELD and each["nearest"] for each in violations):
        return (f"{BROKEN_FIELD} with its nearest valid value; found {json.dumps(violations)}",)
    return ()


def violations_seen(seen: Seen) -> tuple[Json, ...]:
    """Return the violations of every request the server refused."""
    requests = [each["request"] for each in seen.entries if "request" in each]
    return tuple(found for each in requests if each["status"] == _BAD for found in each["violations"])


def _lost_statuses(seen: Seen) -> tuple[str, ...]:
    lost = []
    for reminder, answer in zip(REMINDERS, seen.answers, strict=True):
        arrived = acknowledged(seen.deliveries, message_uuid(answer))
        if arrived != reminder.statuses:
            lost.append(f"{reminder.channel}: expected {_list(reminder.statuses)}; arrived {_list(arrived)}")
    tried_again = [each for each in seen.deliveries if len(each["attempts"]) > 1]
    return (*lost, *(f"{each['event']} webhook took {len(each['attempts'])} tries" for each in tried_again))


def _not_doubted(seen: Seen) -> tuple[str, ...]:
    return () if seen.forged.status == _UNAUTHORISED else (f"a 401; it answered {_words(seen.forged)}",)


def _unheard(seen: Seen) -> tuple[str, ...]:
    if seen.arrived.status != _CREATED:
        return (f"a 201 from the server; it answered {_words(seen.arrived)}",)
    heard = [reply.get("text") for each in seen.reminders for reply in each["replies"]]
    return () if REPLY in heard else (f"the reply in GET /reminders; it shows {heard}",)


def _unconfirmed(seen: Seen) -> tuple[str, ...]:
    uuid = confirmation_uuid(seen.reminders)
    if uuid is None:
        return ("a confirmation in GET /reminders",)
    arrived = acknowledged(seen.deliveries, uuid)
    if arrived != ANSWERING.statuses:
        return (f"expected {_list(ANSWERING.statuses)}; arrived {_list(arrived)}",)
    return ()


def _disagreements(seen: Seen) -> tuple[str, ...]:
    sent = {each["message_uuid"]: each["status"] for each in seen.messages if each["direction"] == "outbound"}
    known = {each["message_uuid"]: each["status"] for each in seen.reminders}
    return tuple(
        f"message {uuid}: the server says {sent.get(uuid)}, the service {known.get(uuid)}"
        for uuid in sorted(sent | known)
        if sent.get(uuid) != known.get(uuid)
    )


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "nothing"


def _words(answer: Answer) -> str:
    return f"{answer.status} {json.dumps(answer.body)}"
