"""What a tester expects is read from JSON, and every mistake in it is named by its path and the nearest choice."""

from pathlib import Path

import pytest

from mockserver.core.asking import Vocabulary
from mockserver.core.scenario_values import Bounds, Expect, Sequence, Total, Wanted
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.scenario.document import parse
from mockserver.service.expectations import matcher_for, read_expectations

_KNOWN = Vocabulary({"viber_service_msg": "viber", "viber": "viber", "sms": "sms"}, ("text", "image"), ("v0.1", "v1"))


def _one(written: Json) -> Expect:
    (found,) = read_expectations(written, _KNOWN)
    assert isinstance(found, Expect)
    return found


@pytest.mark.parametrize(
    ("counts", "bounds"),
    [
        ({}, Bounds(1, None)),
        ({"count": 2}, Bounds(2, 2)),
        ({"count": 0}, Bounds(0, 0)),
        ({"absent": True}, Bounds(0, 0)),
        ({"absent": False}, Bounds(1, None)),
        ({"at_least": 3}, Bounds(3, None)),
        ({"at_most": 3}, Bounds(0, 3)),
        ({"at_least": 1, "at_most": 3}, Bounds(1, 3)),
    ],
    ids=str,
)
def test_how_many_there_must_be(counts: dict[str, Json], bounds: Bounds) -> None:
    assert _one({"messages": {}, **counts}).bounds == bounds


def test_an_expectation_has_its_time_and_what_was_acknowledged() -> None:
    found = _one({"deliveries": {"status": "delivered"}, "acknowledged": True, "within": "500ms", "name": "told"})

    assert (found.wanted.about, found.acknowledged, found.within_s) == ("deliveries", True, 0.5)


def test_channels_may_be_spelt_as_any_version_does() -> None:
    by_field = _one({"messages": {"channel": "viber_service_msg"}}).wanted.bind({})
    by_search = _one({"messages": "channel:viber_service_msg"}).wanted.bind({})

    assert by_field.judge({"channel": "viber"}).fits
    assert by_search.judge({"channel": "viber"}).fits


def test_dollars_are_no_expressions_here() -> None:
    assert _one({"messages": {"text": "${price}"}}).wanted.bind({}).judge({"text": "${price}"}).fits


def test_a_list_is_read_in_order() -> None:
    found = read_expectations(
        [
            {"sequence": [{"messages": {}}, {"deliveries": "event:delivered"}], "within": 1},
            {"violations": 0},
            {"findings": {"at_most": 2}},
        ],
        _KNOWN,
    )

    sequence, violations, findings = found
    assert isinstance(sequence, Sequence)
    assert [each.about for each in sequence.items if isinstance(each, Wanted)] == ["messages", "deliveries"]
    assert sequence.within_s == 1.0
    assert violations == Total("violations", Bounds(0, 0))
    assert findings == Total("findings", Bounds(0, 2))


@pytest.mark.parametrize(
    ("written", "where", "what", "fix"),
    [
        ([], None, "nothing is expected", "Send [{"),
        ("channel:sms", None, 'an expectation is "channel:sms"', "Write {"),
        ([{}], "[0]", "it does not say what is expected", "Known: messages, requests"),
        ({"mesages": {}}, "mesages", "mesages is nothing that can be expected", "Did you mean messages?"),
        (
            [{"messages": {}, "requests": {}}],
            "[0].requests",
            "requests stands beside messages",
            "an expectation for each",
        ),
        ([{}, {"messages": {}, "cuont": 1}], "[0]", "it does not say what is expected", ""),
        ({"messages": {}, "cuont": 1}, "cuont", "cuont does not go with messages", "Did you mean count?"),
        ({"messages": {}, "acknowledged": True}, "acknowledged", "does not go with messages", "Known: messages, count"),
        ({"violations": 0, "within": 1}, "within", "within does not go with violations", "Known: violations, name."),
        ({"messages": {"channel": "smss"}}, "messages.channel", 'channel is "smss", which it can never', "mean sms?"),
        ({"messages": {"channel": ["sms", 7, "vibr"]}}, "messages.channel", 'channel is "vibr"', "mean viber?"),
        ({"messages": {"kind": "txt"}}, "messages.kind", 'kind is "txt", which it can never be', "mean text?"),
        ({"messages": {"kind": {"not": "txt"}}}, "messages.kind", 'kind is "txt"', "mean text?"),
        ({"messages": "version:v9"}, "messages.q", 'version is "v9", which it can never be', "Known: v0.1, v1."),
        ({"messages": "-channel:smss"}, "messages.q", 'channel is "smss", which it can never', "mean sms?"),
        ({"requests": "kind:imge"}, "requests.q", 'kind is "imge"', "mean image?"),
        ({"messages": "status:deliverd"}, "messages.q", 'status is "deliverd"', "mean delivered?"),
        ({"deliveries": "event:inbund"}, "deliveries.q", 'event is "inbund"', "mean inbound?"),
        ({"messages": {"chanel": "sms"}}, "messages.chanel", "chanel is no field of messages", "Did you mean channel?"),
        ([{"messages": {"text": {"contain": "x"}}}], "[0].messages.text", "text: 'contain' is no test", "contains?"),
        ({"messages": {"text": {}}}, "messages.text", "text: an empty mapping asks for nothing", ""),
        ({"messages": {"text": {"matches": "("}}}, "messages.text", "'(' is no regular expression", ""),
        ({"messages": {"json": {"": 1}}}, "messages.json", "leads nowhere", ""),
        ({"messages": {"q": "chanel:sms"}}, "messages.q", "knows no field chanel of messages", "Did you mean channel?"),
        ({"messages": 'text:"open'}, "messages.q", "cannot read the query", "Close the quote."),
        ({"messages": 7}, "messages", "what is asked of messages is 7", "Write fields such as"),
        ({"messages": {}, "count": -1}, "count", "count is -1", "Write a whole number, 0 or more."),
        ({"messages": {}, "count": True}, "count", "count is true", "Write a whole number"),
        ({"messages": {}, "at_most": "2"}, "at_most", 'at_most is "2"', "Write a whole number"),
        ({"messages": {}, "count": 1, "at_most": 2}, "at_most", "at_most stands beside count", "Keep one of them."),
        ({"messages": {}, "absent": True, "count": 1}, "count", "count stands beside absent", "Keep one of them."),
        ({"messages": {}, "absent": 1}, "absent", "absent is 1", "Write true or false."),
        ({"messages": {}, "at_least": 3, "at_most": 2}, "at_most", "at_most is 2, less than at_least", "Swap them"),
        ({"messages": {}, "within": "5 sec"}, "within", 'within is "5 sec", no duration', "Write it like 50ms"),
        (
            {"messages": {}, "within": "11m"},
            "within",
            'within is "11m"',
            "The longest wait is 600s; ask again after it.",
        ),
        ({"sequence": []}, "sequence", "sequence is []", "Write a list"),
        (
            {"sequence": [{"messages": {}}, "rule:x"]},
            "sequence[1]",
            'item of the sequence is "rule:x"',
            "scenario files",
        ),
        ({"sequence": [{"messages": {"x": 1}}]}, "sequence[0].messages.x", "x is no field of messages", "Known:"),
        ({"findings": {"count": 1}}, "findings.count", "count is no bound", "Known: at_least, at_most."),
        ({"findings": -1}, "findings", "findings is -1", "Write a whole number"),
    ],
    ids=str,
)
def test_a_mistake_is_named_by_its_path_and_the_nearest_choice(
    written: Json, where: str | None, what: str, fix: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_expectations(written, _KNOWN)

    assert (caught.value.where, what in caught.value.what, fix in (caught.value.fix or "")) == (where, True, True)


def test_what_the_documentation_shows_is_read() -> None:
    text = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
    shown = text.partition("```yaml\n")[2].partition("```")[0]

    assert len(read_expectations(parse(shown, "docs/verify.md").value, Vocabulary())) == 6


def test_a_matcher_may_be_fields_or_a_search() -> None:
    subject = {"channel": "sms", "to": "447700900123"}

    assert (
        matcher_for("messages", {"channel": "sms", "to": {"starts_with": "4477"}}, "", Vocabulary()).judge(subject).fits
    )
    assert matcher_for("messages", "channel:sms to:4477*", "", Vocabulary()).judge(subject).fits
    assert not matcher_for("messages", "-channel:sms", "", Vocabulary()).judge(subject).fits
