"""Each check on a program that sends: a run that breaks it is found out, and one that does not is not."""

from collections import Counter
from dataclasses import dataclass

import pytest

from mockserver.fuzz.checks import checks_of
from mockserver.fuzz.send_making import each_alone
from mockserver.fuzz.send_writing import rules_of, written
from mockserver.fuzz.sending import (
    DECLARED,
    STATUSES,
    Ended,
    Request,
    SendCase,
    SendExaminer,
    Trouble,
    has_crashed,
    message_of,
    untold,
)
from tests.fuzz.conftest import parsed

CALM = Counter(["a", "b"])
TRACE = 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nKeyError: 1\n'


def taken(message: str, at_s: float = 0.0, status: int = 202) -> Request:
    return Request(at_s, message, True, status)


def refused(message: str, status: int, at_s: float = 0.0) -> Request:
    return Request(at_s, message, False, status)


@dataclass
class FakeProgram:
    """Ends as it is told."""

    ended: Ended

    def run(self, case: SendCase) -> Ended:
        """End as told."""
        del case
        return self.ended


def examiner(ended: Ended, *without: str) -> SendExaminer:
    return SendExaminer(FakeProgram(ended), checks_of("sends", without), CALM, DECLARED)


BAD = {
    "no-hang": Ended(None, (), took_s=30.0),
    "no-crash": Ended(1, (taken("a"), taken("b")), TRACE),
    "tells-of-loss": Ended(0, (refused("a", 400), taken("b"))),
    "no-loss": Ended(1, (refused("a", 429), taken("b"))),
    "no-double": Ended(0, (taken("a", status=0), taken("a"), taken("b"))),
    "no-repeat": Ended(0, (refused("a", 402), taken("a"), taken("b"))),
    "heeds-hint": Ended(0, (refused("a", 429), taken("a", 0.5), taken("b"))),
}
HINTED = SendCase((Trouble(429, 2), Trouble()))


@pytest.mark.parametrize("check", BAD)
def test_what_breaks_a_check_is_found(check: str) -> None:
    found = examiner(BAD[check]).attempt(HINTED if check == "heeds-hint" else SendCase((Trouble(400),)))

    assert found is not None
    assert (check, "sends") == found.key
    assert found.said
    assert found.lines[0].startswith("request 1 ") or check == "no-hang"


@pytest.mark.parametrize("check", BAD)
def test_a_finding_is_written_as_a_scenario_without_mistakes(check: str) -> None:
    found = examiner(BAD[check]).attempt(HINTED if check == "heeds-hint" else SendCase((Trouble(400),)))
    assert found is not None

    text = written(found, "python 'send all.py'", 7)

    assert f"{check}-sends" == parsed(text).id
    assert "--sender python 'send all.py'" in text


@pytest.mark.parametrize(
    "ended",
    [
        Ended(0, (taken("a"), taken("b"))),
        Ended(1, (refused("a", 400), taken("b"))),
        Ended(1, (refused("a", 429), refused("a", 429, 2.0), taken("b"))),
        Ended(0, (refused("a", 429), taken("a", 2.0), taken("b"))),
        Ended(1, (taken("a", status=0), taken("b"))),
        Ended(0, (taken("a"), taken("b")), TRACE),
        Ended(0, (refused("a", 401), taken("a", 2.0), taken("b"))),
    ],
)
def test_what_breaks_no_check_is_not(ended: Ended) -> None:
    assert examiner(ended).attempt(HINTED) is None


def test_messages_never_sent_are_a_loss_too() -> None:
    found = examiner(Ended(0, (taken("a"),))).attempt(SendCase((Trouble(),)))

    assert found is not None
    assert ("tells-of-loss", "it ended with code 0, and a message was never sent") == (found.check, found.said)


@pytest.mark.parametrize("check", BAD)
def test_a_check_left_out_finds_nothing(check: str) -> None:
    others = tuple(each for each in BAD if each != check)

    assert examiner(BAD[check], check).attempt(SendCase(())) is None or check in {"tells-of-loss", "no-loss"}
    assert {check} >= {name for name, _ in _judged(BAD[check], others)}


@pytest.mark.parametrize(
    ("ended", "hidden"),
    [
        (Ended(1, (refused("a", 429), taken("b")), TRACE), {"no-loss": ("no-crash",)}),
        (Ended(2, (refused("a", 429), taken("b")), ""), {"no-loss": ("no-crash",)}),
        (
            Ended(None, (refused("a", 429),)),
            dict.fromkeys(("no-crash", "tells-of-loss", "no-loss", "no-double"), ("no-hang",)),
        ),
        (Ended(1, (taken("a"), taken("b")), TRACE), {}),
    ],
)
def test_what_a_finding_hid_is_not_judged(ended: Ended, hidden: dict[str, tuple[str, ...]]) -> None:
    trying = examiner(ended)
    calm = examiner(Ended(0, (taken("a"), taken("b"))))
    calm.judged = trying.judged

    trying.attempt(SendCase((Trouble(429),)))

    names = [each.name for each in checks_of("sends")]
    assert hidden == {each: by for each in names if (by := trying.judged.hidden_by(each, "sends"))}
    calm.attempt(SendCase((Trouble(delay_s=0.3),)))
    about_loss = {"tells-of-loss", "no-loss"}
    assert about_loss & set(hidden) == {each for each in about_loss if trying.judged.hidden_by(each, "sends")}


def test_a_check_that_failed_beside_another_does_not_hold_for_having_held_in_a_second_run() -> None:
    """A program that crashes over a 429 loses the message: that another 429 was borne does not take that back."""
    trying = examiner(Ended(2, (refused("a", 429), taken("b"))))
    calm = examiner(Ended(0, (refused("a", 429), taken("a", 2.0), taken("b"))))
    calm.judged = trying.judged

    trying.attempt(SendCase((Trouble(429),)))
    calm.attempt(SendCase((Trouble(429),)))

    assert 1 == trying.judged.counts["no-loss", "sends"]
    assert ("no-crash",) == trying.judged.hidden_by("no-loss", "sends")


def test_a_check_is_judged_only_where_it_could_fail() -> None:
    trying = examiner(Ended(0, (taken("a"), taken("b"))))

    trying.attempt(SendCase((Trouble(delay_s=0.3),)))

    assert {"no-crash", "no-hang", "no-double"} == {name for name, _ in trying.judged.counts}


def _judged(ended: Ended, without: tuple[str, ...]) -> Counter[tuple[str, str]]:
    trying = examiner(ended, *without)
    trying.attempt(SendCase(()))
    return trying.judged.counts


@pytest.mark.parametrize(
    ("code", "output", "expected"),
    [
        (0, "", ""),
        (1, "could not send", ""),
        (1, TRACE, "it ended by an error that nothing caught: KeyError: 1"),
        (2, "", "it ended with code 2, which was not declared"),
        (-9, "", "it was ended by signal 9"),
        (1, "    at send (/app/send.js:3:7)\nTypeError: x", "it ended by an error that nothing caught: TypeError: x"),
        (1, 'Exception in thread "main" E\n', 'it ended by an error that nothing caught: Exception in thread "main" E'),
        (0, TRACE, ""),
    ],
)
def test_a_crash_is_told_from_an_end(code: int, output: str, expected: str) -> None:
    assert expected == has_crashed(code, output, DECLARED)


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (Ended(0, (refused("a", 400),)), "it ended with code 0, and a message was not taken"),
        (Ended(0, (refused("a", 429), taken("a"))), ""),
        (Ended(1, (refused("a", 400),)), ""),
        (Ended(0, (refused("a", 400), refused("b", 400))), "it ended with code 0, and 2 messages were not taken"),
    ],
)
def test_a_loss_is_told_by_the_exit_code(ended: Ended, expected: str) -> None:
    assert expected == untold(ended)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ('{"to": 1, "client_ref": "x"}', '{"client_ref": "y", "to": 1}', True),
        ('{"to": 1}', '{"to": 2}', False),
        ("nonsense", "nonsense", True),
        ("[1]", "[2]", False),
    ],
)
def test_messages_are_told_apart_by_what_they_say(first: str, second: str, is_same: bool) -> None:
    assert is_same == (message_of("/v1/messages", first) == message_of("/v1/messages", second))


def test_rules_let_requests_meet_their_troubles_in_order() -> None:
    case = SendCase((Trouble(429, 1), Trouble(fault="reset"), Trouble(delay_s=0.3), Trouble()))

    rules = parsed(rules_of(case)).rules

    assert [1] * 4 == [each.times for each in rules]
    responds = [each.respond for each in rules]
    assert [429, None, None, None] == [each.status for each in responds]
    assert {"Retry-After": "1"} == responds[0].headers
    assert "reset" == responds[1].fault


def test_no_trouble_is_no_rule() -> None:
    assert () == tuple(parsed(rules_of(SendCase(()))).rules)


def test_each_trouble_is_tried_alone() -> None:
    alone = [each.troubles[0] for each in each_alone(hangs=True)]

    assert set(STATUSES) == {each.status for each in alone} - {None}
    assert {"reset", "truncate", "malformed", "hang"} == {each.fault for each in alone} - {None}
    assert {429, 503} == {each.status for each in alone if each.hint_s}
    assert "hang" not in {each.troubles[0].fault for each in each_alone(hangs=False)}
    assert len(alone) == len({each.words() for each in alone})
