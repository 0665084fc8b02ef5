"""Each check on webhook endpoints: a system under test that breaks it is found out, and one that does not is not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mockserver.core.scenario_values import TokenForm
from mockserver.fuzz.cases import Case, Event, FreshIds, Hook, Sort, Talk
from mockserver.fuzz.checks import checks_of
from mockserver.fuzz.trial import Asked, Examiner, Looked, Posted, Quiet, Reply
from mockserver.model import Json
from mockserver.wire.forging import WRONG, Signer

BODY = {"message_uuid": "11111111-1111-4111-8111-111111111111", "status": "delivered"}
SIGNER = Signer("a-signature-secret-of-at-least-32-bytes", "key")
TALK = Talk("22222222-2222-4222-8222-222222222222", "sms", "v0.1", "ACME", "12015550100")


@dataclass
class FakeSut:
    """Answers as it is told by the number of the webhook; sends and changes as often as it is told."""

    reply: Callable[[int], Reply] = lambda _: Reply(200)
    sends_for: Callable[[int], int] = lambda _: 0
    changes_for: Callable[[int], int] = lambda _: 0
    got: list[tuple[Event, bytes, dict[str, str]]] = field(default_factory=list)
    sent: int = 0
    changed: int = 0
    begun: list[bool] = field(default_factory=list)

    def begin(self, *, is_judged: bool) -> None:
        """Note whether sends will be counted."""
        self.begun.append(is_judged)

    def ask(self, number: int, user: str) -> Talk | None:
        """Send a message, if asked for the first thing."""
        return Talk(TALK.uuid, TALK.channel, TALK.version, TALK.sender, user) if number == 0 else None

    def post(self, event: Event, content: bytes, headers: dict[str, str]) -> Reply:
        """Answer the next webhook."""
        self.got.append((event, content, headers))
        self.sent += self.sends_for(len(self.got))
        self.changed += self.changes_for(len(self.got))
        return self.reply(len(self.got))

    def sends(self) -> int:
        """Return how much was sent."""
        return self.sent

    def state(self) -> bytes | None:
        """Return how often it changed."""
        return str(self.changed).encode()


def examiner(sut: FakeSut, *without: str) -> Examiner:
    """Return what tries cases with every check."""
    return Examiner(sut, SIGNER, checks_of("webhooks", without, ("--secret", "--state-url")), FreshIds(1))


def case(sort: Sort = "valid", token: TokenForm = "right", copies: int = 1, event: Event = "status") -> Case:
    """Return a case of one webhook."""
    return Case((Hook(event, BODY, sort, token, copies),))


@pytest.mark.parametrize(
    ("sut", "tried", "expected"),
    [
        (FakeSut(lambda _: Reply(500)), case("broken"), "no-5xx-status"),
        (FakeSut(lambda _: Reply(503)), case(token="unsigned"), "no-5xx-status"),
        (FakeSut(lambda _: Reply()), case("broken", event="inbound"), "no-hang-inbound"),
        (FakeSut(lambda _: Reply(broken="reset")), case("broken"), "no-break-status"),
        (FakeSut(lambda _: Reply(404)), case(), "acknowledges-status"),
        (FakeSut(lambda _: Reply(206)), case(), "acknowledges-status"),
        (FakeSut(lambda each: Reply(200 if each == 1 else 409)), case(copies=2), "acknowledges-status"),
        (FakeSut(lambda _: Reply(422)), case("unknown"), "unknown-members-status"),
        (FakeSut(lambda _: Reply(200)), case(token="wrong_signature"), "refuses-status"),
        (FakeSut(lambda _: Reply(303)), case(token="no_jwt"), "refuses-status"),
        (FakeSut(lambda _: Reply(401), lambda _: 1), case(token="unsigned"), "heeds-no-refused-status"),
        (FakeSut(sends_for=lambda _: 1), case(copies=2), "sends-once-status"),
        (FakeSut(changes_for=lambda _: 1), case(copies=2), "state-once-status"),
        (FakeSut(lambda _: Reply(401), changes_for=lambda _: 1), case(token="unsigned"), "state-once-status"),
    ],
)
def test_what_breaks_a_check_is_found(sut: FakeSut, tried: Case, expected: str) -> None:
    found = examiner(sut).attempt(tried)

    assert found is not None
    assert expected == found.name
    assert found.said
    assert found.lines


@pytest.mark.parametrize(
    ("sut", "tried"),
    [
        (FakeSut(lambda _: Reply(205)), case()),
        (FakeSut(lambda _: Reply(400)), case("broken")),
        (FakeSut(lambda _: Reply(403)), case(token="other_body")),
        (FakeSut(sends_for=lambda each: 2 if each == 1 else 0), case(copies=3)),
        (FakeSut(changes_for=lambda each: 1 if each == 1 else 0), case(copies=3)),
        (FakeSut(sends_for=lambda _: 1), Case((Hook("status", BODY), Hook("inbound", BODY)))),
    ],
)
def test_what_breaks_no_check_is_not(sut: FakeSut, tried: Case) -> None:
    assert examiner(sut).attempt(tried) is None


@pytest.mark.parametrize(
    ("check", "sut", "tried"),
    [
        ("no-5xx", FakeSut(lambda _: Reply(500)), case("broken")),
        ("acknowledges", FakeSut(lambda _: Reply(404)), case()),
        ("refuses", FakeSut(lambda _: Reply(200)), case(token="unsigned")),
        ("sends-once", FakeSut(sends_for=lambda _: 1), case(copies=2)),
    ],
)
def test_a_check_left_out_judges_nothing(check: str, sut: FakeSut, tried: Case) -> None:
    trying = examiner(sut, check)

    assert trying.attempt(tried) is None
    assert check not in {name for name, _ in trying.judged.counts}


def test_a_finding_ends_its_case() -> None:
    sut = FakeSut(lambda each: Reply(500 if each == 2 else 200))
    hooks = tuple(Hook("status", {**BODY, "status": each}) for each in ("submitted", "delivered", "read"))

    found = examiner(sut).attempt(Case(hooks))

    assert found is not None
    assert hooks[:2] == found.case.case.hooks
    assert [None, ("1xx", "2xx", "3xx", "4xx")] == [
        each.wanted for each in found.case.steps if isinstance(each, Posted)
    ]


def test_ids_are_fresh_each_time_and_the_same_within_a_case() -> None:
    sut = FakeSut()
    trying = examiner(sut)
    twice = Case((Hook("inbound", BODY, copies=2), Hook("inbound", {**BODY, "status": "read"})))

    trying.attempt(twice)
    trying.attempt(twice)

    uuids = [json_of(content)["message_uuid"] for _, content, _ in sut.got]
    assert [uuids[0]] * 3 == uuids[:3]
    assert [uuids[3]] * 3 == uuids[3:]
    assert 3 == len({uuids[0], uuids[3], BODY["message_uuid"]})


def test_a_webhook_about_a_talk_names_its_message_and_its_parties() -> None:
    sut = FakeSut()
    old = {"from": {"type": "sms", "number": "1"}, "to": {"type": "sms", "number": "2"}, "message_uuid": "3"}
    new = {"from": "1", "to": "2", "message_uuid": "3"}
    hooks = (Hook("status", old, is_ours=True), Hook("inbound", old, is_ours=True), Hook("inbound", new, is_ours=True))

    examiner(sut).attempt(Case(hooks, 0))

    status, inbound, inbound_v1 = (json_of(content) for _, content, _ in sut.got)
    user = "12015550100"
    assert (TALK.uuid, "ACME", user) == (status["message_uuid"], status["from"]["number"], status["to"]["number"])
    assert (user, "ACME") == (inbound["from"]["number"], inbound["to"]["number"])
    assert (user, "ACME") == (inbound_v1["from"], inbound_v1["to"])
    assert TALK.uuid not in {inbound["message_uuid"], inbound_v1["message_uuid"]}


def test_where_nothing_was_sent_webhooks_keep_their_parties() -> None:
    sut = FakeSut()

    examiner(sut).attempt(Case((Hook("status", {**BODY, "from": "1"}, is_ours=True),), 1))

    assert "1" == json_of(sut.got[0][1])["from"]


@pytest.mark.parametrize("form", list(WRONG))
def test_every_wrong_token_is_another(form: TokenForm) -> None:
    sut = FakeSut(lambda _: Reply(401))

    examiner(sut).attempt(Case((Hook("status", BODY, token=form), Hook("status", BODY, "broken"))))

    wrong, right = (headers.get("Authorization") for _, _, headers in sut.got)
    assert wrong != right


def test_without_a_signer_there_is_no_token() -> None:
    sut = FakeSut()

    Examiner(sut, None, checks_of("webhooks"), FreshIds(1)).attempt(case())

    assert [{"Content-Type": "application/json"}] == [headers for _, _, headers in sut.got]


def test_what_was_done_is_kept_in_its_order() -> None:
    sut = FakeSut(changes_for=lambda _: 1)

    found = examiner(sut).attempt(Case((Hook("status", BODY, copies=2, is_ours=True),), 0))

    assert found is not None
    kinds = [Asked, Posted, Quiet, Looked, Posted, Looked]
    assert kinds == [type(each) for each in found.case.steps]
    assert found.case.steps[-1] == Looked(is_same=True)


def test_a_case_is_begun_as_judged_only_where_sends_are_counted() -> None:
    sut = FakeSut(lambda _: Reply(401))
    trying = examiner(sut)

    for each in (case("broken"), case("broken", copies=2), case(token="unsigned")):
        trying.attempt(each)

    assert [False, True, True] == sut.begun


@pytest.mark.parametrize(
    ("sut", "tried", "hidden"),
    [
        (FakeSut(lambda _: Reply(200), lambda _: 1), case(token="unsigned"), {"heeds-no-refused", "state-once"}),
        (FakeSut(lambda _: Reply(404)), case(copies=2), {"sends-once", "state-once"}),
        (FakeSut(lambda _: Reply(500)), case("unknown"), {"unknown-members"}),
        (FakeSut(lambda _: Reply()), case(), {"no-5xx", "acknowledges"}),
    ],
)
def test_what_a_finding_hid_is_not_judged(sut: FakeSut, tried: Case, hidden: set[str]) -> None:
    trying = examiner(sut)

    found = trying.attempt(tried)

    assert found is not None
    names = {each.name for each in checks_of("webhooks", told=("--secret", "--state-url"))}
    assert dict.fromkeys(hidden, (found.check,)) == {
        each: by for each in names if (by := trying.judged.hidden_by(each, "status"))
    }


def test_what_was_judged_in_another_case_is_not_hidden() -> None:
    trying = examiner(FakeSut(lambda each: Reply(200 if each == 1 else 401)))

    trying.attempt(case(token="unsigned"))
    before = trying.judged.hidden_by("heeds-no-refused", "status")
    trying.attempt(case(token="no_jwt"))

    assert (("refuses",), ()) == (before, trying.judged.hidden_by("heeds-no-refused", "status"))


@pytest.mark.parametrize(
    ("bad", "tried", "hidden", "by"),
    [
        (FakeSut(lambda _: Reply(500)), case(), "acknowledges", "no-5xx"),
        (FakeSut(lambda _: Reply(503)), case("unknown"), "unknown-members", "no-5xx"),
        (FakeSut(lambda _: Reply(broken="reset")), case(), "acknowledges", "no-break"),
        (FakeSut(lambda _: Reply(500)), case(token="unsigned"), "refuses", "no-5xx"),
        (FakeSut(sends_for=lambda _: 1, changes_for=lambda _: 1), case(copies=2), "state-once", "sends-once"),
    ],
)
def test_what_failed_beside_another_check_does_not_hold_for_having_held_once(
    bad: FakeSut, tried: Case, hidden: str, by: str
) -> None:
    trying, calm = examiner(bad), examiner(FakeSut(lambda _: Reply(401 if tried.hooks[0].token in WRONG else 200)))
    calm.judged = trying.judged

    found = trying.attempt(tried)
    calm.attempt(tried)

    assert found is not None
    assert by == found.check
    assert trying.judged.counts[hidden, "status"]
    assert (by,) == trying.judged.hidden_by(hidden, "status")


def json_of(content: bytes) -> Json:
    """Return what a webhook holds."""
    return json.loads(content)
