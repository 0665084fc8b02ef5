"""Each check must notice when its claim does not hold, and say what is missing."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mockserver.demo.plot import Seen
from mockserver.demo.stage import Answer
from mockserver.demo.verdict import checks

Change = Callable[[Seen], Seen]


def with_rows(rows: str, change: Callable[[list[Any]], object]) -> Change:
    """Return a change to a copy of the rows of one name."""

    def changed(seen: Seen) -> Seen:
        copied = copy.deepcopy(seen)
        changing = list(getattr(copied, rows))
        change(changing)
        changes: dict[str, Any] = {rows: tuple(changing)}
        return replace(copied, **changes)

    return changed


def delivered(deliveries: list[Any], event: str) -> Any:
    """Return the first delivery of an event."""
    return next(each for each in reversed(deliveries) if each["event"] == event)


def test_all_checks_hold_after_a_real_run(seen: Seen) -> None:
    verdict = checks(seen)

    assert [each for each in verdict if not each.is_ok] == []
    assert len(verdict) == 7


@pytest.mark.parametrize(
    ("change", "claim", "missing"),
    [
        pytest.param(
            lambda seen: replace(seen, answers=(Answer(502, {"title": "No"}), *seen.answers[1:])),
            "reminders accepted",
            'sms: 502 {"title": "No"}',
            id="reminder refused",
        ),
        pytest.param(
            lambda seen: replace(seen, answers=(*seen.answers[:-1], Answer(202, None))),
            "reminders accepted",
            "whatsapp: 202 null",
            id="reminder without id",
        ),
        pytest.param(
            lambda seen: replace(seen, refused=Answer(202, {"message_uuid": "x"})),
            "a wrong number refused",
            'a refusal; the service answered 202 {"message_uuid": "x"}',
            id="broken request accepted",
        ),
        pytest.param(
            lambda seen: replace(seen, entries=tuple(each for each in seen.entries if "request" not in each)),
            "a wrong number refused",
            "a refusal; the service answered 502",
            id="refusal not journalled",
        ),
        pytest.param(
            with_rows(
                "entries",
                lambda rows: [
                    each["request"]["violations"][0].update(nearest=None)
                    for each in rows
                    if "request" in each and each["request"]["violations"]
                ],
            ),
            "a wrong number refused",
            "to.number with its nearest valid value; found",
            id="refusal without nearest",
        ),
        pytest.param(
            with_rows("deliveries", lambda rows: delivered(rows, "delivered").update(state="pending")),
            "every signed status",
            "sms: expected submitted, delivered; arrived submitted",
            id="status lost",
        ),
        pytest.param(
            with_rows(
                "deliveries",
                lambda rows: delivered(rows, "delivered")["attempts"][0].update(at="2020-05-20T09:20:00.118Z"),
            ),
            "every signed status",
            "sms: expected submitted, delivered; arrived delivered, submitted",
            id="statuses out of order",
        ),
        pytest.param(
            with_rows("deliveries", lambda rows: rows[-1]["attempts"].append(rows[-1]["attempts"][0])),
            "every signed status",
            "submitted webhook took 2 tries",
            id="status tried twice",
        ),
        pytest.param(
            lambda seen: replace(seen, forged=Answer(200)),
            "refuses a webhook without a signature",
            "a 401; it answered 200 null",
            id="forged webhook believed",
        ),
        pytest.param(
            lambda seen: replace(seen, arrived=Answer(400, {"title": "No"})),
            "reached the service",
            'a 201 from the server; it answered 400 {"title": "No"}',
            id="inbound refused",
        ),
        pytest.param(
            with_rows("reminders", lambda rows: [each.update(replies=[]) for each in rows]),
            "reached the service",
            "the reply in GET /reminders; it shows []",
            id="inbound not heard",
        ),
        pytest.param(
            with_rows("reminders", lambda rows: rows.pop()),
            "the service confirmed",
            "a confirmation in GET /reminders",
            id="no confirmation",
        ),
        pytest.param(
            lambda seen: replace(seen, deliveries=()),
            "the service confirmed",
            "expected submitted, delivered, read; arrived nothing",
            id="confirmation not read",
        ),
        pytest.param(
            with_rows("reminders", lambda rows: rows[0].update(status="accepted")),
            "server and service agree",
            "the server says delivered, the service accepted",
            id="service lags behind",
        ),
        pytest.param(
            lambda seen: replace(seen, messages=()),
            "server and service agree",
            "the server says None, the service",
            id="server forgot",
        ),
    ],
)
def test_check_names_what_is_missing(seen: Seen, change: Change, claim: str, missing: str) -> None:
    verdict = checks(change(seen))

    (check,) = [each for each in verdict if claim in each.claim]
    assert not check.is_ok
    assert missing in check.missing[0]
