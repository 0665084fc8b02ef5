"""Which rule decides on a send, what is counted, remembered and set; and that chance is the seed's alone."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.chance import random_for
from mockserver.core.matching import Miss
from mockserver.core.scenario import (
    Decision,
    Nearly,
    Send,
    State,
    captured,
    decide,
    key_of,
    put_state,
    state_of,
    states_for,
)
from mockserver.core.scenario_values import Latency, Machine, Place, Respond, Rule, Scenario, wanted
from mockserver.errors import UnknownError, UsageError
from mockserver.model import Json

PLACE = Place("file.yaml:1:1", "rules[0]")
CONSENT = Machine("consent", "${message.to}", "unknown", ("unknown", "confirmed"))


def chance(number: int, rule: str) -> Random:
    """Return the chance of one seed."""
    return random_for(7, "key", number, rule)


def rule(identity: str, when: Mapping[str, Json] | None = None, **members: object) -> Rule:
    """Return a rule that asks for fields."""
    return Rule(identity, wanted("sends", when or {}), PLACE, **members)  # type: ignore[arg-type]  # named by keyword


def scenario(*rules: Rule, **machines: Machine) -> Scenario:
    """Return a scenario of rules."""
    return Scenario("story", "file.yaml", rules=rules, machines=machines)


def send(text: str = "hello", to: str = "447700900001", **fields: Json) -> Send:
    """Return an SMS about to be decided on."""
    message = {"channel": "sms", "kind": "text", "to": to, "text": text, "uuid": f"uuid-{text}"}
    return Send({**message, **fields}, message, {"operation": "send", "headers": {}, "body": {}})


def played(story: Scenario, *sends: Send) -> tuple[State, list[str | None]]:
    """Return the state after sends, and which rule decided on each."""
    state, decided = State(), []
    for each in sends:
        state, decision = decide(story, state, each, chance)
        decided.append(None if decision is None else decision.rule.id)
    return state, decided


def decision_of(story: Scenario, each: Send, state: State | None = None) -> tuple[State, Decision]:
    """Return the state after one send that a rule decides on, and the decision."""
    after, decision = decide(story, state or State(), each, chance)
    assert decision is not None
    return after, decision


def test_first_rule_that_fits_decides() -> None:
    story = scenario(rule("mms", {"channel": "mms"}), rule("any"), rule("never"))

    state, decided = played(story, send())

    assert ["any"] == decided
    assert {"any": 1} == state.decided


def test_without_a_rule_that_fits_nothing_decides() -> None:
    state, decided = played(scenario(rule("mms", {"channel": "mms"})), send(), send())

    assert [None, None] == decided
    assert 2 == state.sends
    assert {} == state.decided


def test_nth_takes_that_send_only_and_each_rule_counts_for_itself() -> None:
    story = scenario(rule("second", nth=2), rule("third", nth=3), rule("rest"))

    _, decided = played(story, *[send()] * 4)

    assert ["rest", "second", "third", "rest"] == decided


def test_sends_that_do_not_fit_are_not_counted() -> None:
    story = scenario(rule("second", {"text": "b"}, nth=2))

    _, decided = played(story, send("b"), send("a"), send("b"))

    assert [None, None, "second"] == decided


def test_times_lets_go_after_so_many_decisions_of_its_own() -> None:
    story = scenario(rule("one", times=1), rule("two", times=2), rule("rest"))

    _, decided = played(story, *[send()] * 5)

    assert ["one", "two", "two", "rest", "rest"] == decided


def test_every_takes_each_of_that_number() -> None:
    _, decided = played(scenario(rule("third", every=3)), *[send()] * 7)

    assert [None, None, "third", None, None, "third", None] == decided


@pytest.mark.parametrize(("probability", "expected"), [(0.0, None), (1.0, "maybe")])
def test_probability_of_nothing_and_of_all_is_sure(probability: float, expected: str | None) -> None:
    _, decided = played(scenario(rule("maybe", probability=probability)), *[send()] * 20)

    assert [expected] * 20 == decided


def test_probability_is_drawn_by_the_seed_for_each_send_that_fits() -> None:
    story = scenario(rule("maybe", {"text": "b"}, probability=0.5))

    _, alone = played(story, *[send("b")] * 30)
    _, mixed = played(story, *[each for _ in range(30) for each in (send("a"), send("b"))])

    assert alone == mixed[1::2]
    assert {"maybe", None} == set(alone)
    assert alone == [
        "maybe" if random_for(7, "key", number, "maybe").random() < 0.5 else None for number in range(1, 31)
    ]


def test_send_that_was_decided_on_elsewhere_is_counted_but_not_taken() -> None:
    story = scenario(rule("second", nth=2))

    state, first = decide(story, State(), send(), chance, is_open=False)
    state, second = decide(story, state, send(), chance)

    assert first is None
    assert second is not None
    assert {"second": 2} == state.seen


def test_captures_take_message_request_groups_and_machines() -> None:
    capture = {
        "uuid": "${message.uuid}",
        "what": "${request.operation}",
        "day": "${match.day}",
        "was": "${machine.consent}",
        "both": "${match.day} for ${message.to}",
    }
    story = scenario(rule("r", {"text": {"matches": r"on (?P<day>\w+)"}}, capture=capture), consent=CONSENT)

    state, decision = decision_of(story, send("visit on monday"))

    assert state.names == {
        "uuid": "uuid-visit on monday",
        "what": "send",
        "day": "monday",
        "was": "unknown",
        "both": "monday for 447700900001",
    }
    assert {"day": "monday"} == decision.context["match"]


def test_capture_of_what_is_not_there_is_nothing() -> None:
    assert {"a": None, "b": 1} == captured({"a": "${match.none}", "b": "${n}"}, {"match": {}, "n": 1})


def test_later_capture_replaces_an_earlier_one() -> None:
    story = scenario(rule("r", capture={"last": "${message.text}"}))

    state, _ = played(story, send("a"), send("b"))

    assert {"last": "b"} == state.names


def test_rule_that_asks_with_a_captured_name_fits_once_it_is_known() -> None:
    story = scenario(
        rule("again", {"to": "${who}"}),
        rule("first", {"text": "a"}, capture={"who": "${message.to}"}),
    )

    state, decided = played(story, send("a", "1"), send("b", "2"), send("b", "1"))

    assert ["first", None, "again"] == decided
    assert "${who} stands for nothing" in str(played(story, send("b"))[0].nearest["again"].misses[0].found)
    assert 3 == state.sends


def test_machines_stand_for_each_value_of_their_key() -> None:
    story = scenario(
        rule("known", {"state": {"consent": "confirmed"}}),
        rule("yes", {"text": "yes"}, sets={"consent": "confirmed"}),
        consent=CONSENT,
    )

    state, decided = played(story, send("yes", "1"), send("hi", "1"), send("hi", "2"))

    assert ["yes", "known", None] == decided
    assert {"consent": {"1": "confirmed"}} == state.machines
    assert ("confirmed", "unknown") == (state_of(CONSENT, state, "1"), state_of(CONSENT, state, "2"))
    assert {"consent": "confirmed"} == states_for(story, state, send("hi", "1").context)


def test_sends_without_a_key_share_one_state() -> None:
    machine = Machine("flow", "${message.client_ref}", "new", ("new", "old"))

    assert "" == key_of(machine, send().context)
    assert "7" == key_of(machine, {"message": {"client_ref": 7}})


def test_state_that_a_machine_does_not_have_is_refused_with_the_nearest() -> None:
    story = scenario(consent=CONSENT)

    with pytest.raises(UsageError, match="machine consent has no state 'confirmd'") as wrong:
        put_state(story, State(), "consent", "1", "confirmd")
    with pytest.raises(UnknownError, match="has no machine 'consnt'") as unknown:
        put_state(story, State(), "consnt", "1", "confirmed")

    assert "Did you mean confirmed? Known: unknown, confirmed." == wrong.value.fix
    assert "Did you mean consent? Known: consent." == unknown.value.fix


def test_answer_is_worked_out_with_what_was_captured() -> None:
    respond = Respond(status=503, body={"to": "${who}", "n": 1}, headers={"x-to": "${who}", "x-none": "${none}"})
    story = scenario(rule("r", capture={"who": "${message.to}"}, respond=respond))

    _, decision = decision_of(story, send())

    assert {"to": "447700900001", "n": 1} == decision.respond.body
    assert {"x-to": "447700900001", "x-none": ""} == decision.respond.headers


def test_what_a_header_cannot_hold_is_no_part_of_an_answer() -> None:
    """The text of a message may be anything, and would break the answer with its second line."""
    story = scenario(rule("r", respond=Respond(status=503, headers={"x-text": "${message.text}"})))

    _, decision = decision_of(story, send(text="Grüße\r\nx-two: 2\t~"))

    assert {"x-text": "Gr??e??x-two: 2\t~"} == decision.respond.headers


def test_delay_is_drawn_by_the_seed() -> None:
    story = scenario(rule("r", respond=Respond(delay=Latency(1, 2))))

    delays = [decision_of(story, send())[1].delay_s for _ in range(3)]

    assert [random_for(7, "key", 1, "r").uniform(1, 2)] * 3 == delays


def test_decisions_are_numbered() -> None:
    story = scenario(rule("r"))
    state, first = decision_of(story, send())
    _, second = decision_of(story, send(), state)

    assert [1, 2] == [first.number, second.number]


def test_nearest_miss_of_a_rule_is_the_one_with_fewest_and_the_later_of_two() -> None:
    story = scenario(rule("r", {"channel": "mms", "text": "b"}))

    state, _ = played(story, send("a"), send("b"), send("a"), send("b"))

    assert {"r": Nearly(4, (Miss("channel", '"mms"', "sms"),))} == state.nearest


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"nth": 3}, [Miss("nth", "send 3 of those that fit", 1)]),
        ({"every": 2}, [Miss("every", "each 2. of those that fit", 1)]),
        ({"times": 0}, [Miss("times", "0 at most", 1)]),
    ],
    ids=["nth", "every", "times"],
)
def test_nearest_miss_says_what_was_not_counted(members: dict[str, Json], expected: list[Miss]) -> None:
    state, _ = played(scenario(rule("r", **members)), send())

    assert expected == list(state.nearest["r"].misses)


def test_nearest_miss_of_a_draw_tells_the_draw() -> None:
    state, _ = played(scenario(rule("r", probability=0.0)), send())

    [miss] = state.nearest["r"].misses
    assert ("probability", "a draw below 0") == (miss.field, miss.expected)
    assert 0 <= miss.found < 1


def test_deciding_changes_no_state_in_place() -> None:
    story = scenario(rule("r", capture={"x": "${message.text}"}, sets={"consent": "confirmed"}), consent=CONSENT)
    before = State()

    decide(story, before, send(), chance)

    assert State() == before


TEXTS = st.lists(st.sampled_from(["a", "b", "yes"]), max_size=30)
STORY = scenario(
    rule("third", {"text": "a"}, nth=3),
    rule("some", probability=0.4, times=3, capture={"last": "${message.text}"}),
    rule("even", {"text": ["a", "b"]}, every=2, sets={"consent": "confirmed"}),
    rule("rest", {"state": {"consent": "confirmed"}}),
    consent=CONSENT,
)


@given(TEXTS)
def test_same_seed_and_sends_come_to_the_same_state_and_decisions(texts: list[str]) -> None:
    sends = [send(each) for each in texts]

    assert played(STORY, *sends) == played(STORY, *sends)


@given(TEXTS)
def test_each_send_is_decided_on_at_most_once_and_no_rule_decides_more_than_it_saw(texts: list[str]) -> None:
    state, decided = played(STORY, *[send(each) for each in texts])

    assert len(texts) == state.sends
    assert sum(state.decided.values()) == len([each for each in decided if each is not None])
    assert all(state.decided[each] <= state.seen[each] for each in state.decided)
    assert state.decided.get("some", 0) <= 3
    assert state.seen.get("third", 0) == texts.count("a")


@given(TEXTS, st.integers(0, 30))
def test_state_carries_all_there_is_so_that_a_story_can_be_told_in_parts(texts: list[str], cut: int) -> None:
    sends = [send(each) for each in texts]
    whole, _ = played(STORY, *sends)

    part, _ = played(STORY, *sends[:cut])
    for each in sends[cut:]:
        part, _ = decide(STORY, part, each, chance)

    assert whole == part
