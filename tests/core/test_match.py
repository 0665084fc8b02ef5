"""The search grammar finds what a person means, and says what it cannot read."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.match import FIELDS, parse_query, text_of
from mockserver.errors import UsageError
from mockserver.model import Direction, Json, Message, Move, Status

_AT = datetime(2021, 6, 1, tzinfo=UTC)
_ALIASES = {"viber_service_msg": "viber", "facebook": "messenger"}
_SMS = Message(
    uuid="aaaa-1111",
    account="key",
    direction=Direction.OUTBOUND,
    dialect="v0.1",
    channel="sms",
    kind="text",
    sender="BISTRO",
    recipient="447700900111",
    content={"text": "Your ORDER [7] is ready"},
    at=_AT,
    status=Status.DELIVERED,
    application="app-1",
    client_ref="order[7]",
    moves=(Move(Status.SUBMITTED, _AT), Move(Status.DELIVERED, _AT)),
)
_VIBER = Message(
    uuid="bbbb-2222",
    account="key",
    direction=Direction.INBOUND,
    dialect="v0.1",
    channel="viber",
    kind="template",
    sender="447700900112",
    recipient="31007",
    content={"name": "parcel", "parameters": [{"default": "Ida"}, {"default": "Montag früh"}], "n": 7},
    at=_AT,
    status=Status.REJECTED,
    options={"category": "promotion"},
    moves=(Move(Status.REJECTED, _AT, 1300),),
)


def _found(query: str) -> str:
    """Return which of the two a query finds, by the first letter of their ids."""
    fits = parse_query(query, _ALIASES)
    return "".join(each.uuid[0] for each in (_SMS, _VIBER) if fits(each))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ab"),
        ("   ", "ab"),
        ("uuid:aaaa-1111", "a"),
        ("uuid:aaaa*", "a"),
        ("channel:sms", "a"),
        ("channel:viber_service_msg", "b"),
        ("channel:facebook", ""),
        ("kind:template", "b"),
        ("from:BISTRO", "a"),
        ("to:4477*", "a"),
        ("to:447700900?11", "a"),
        ("to:447700900", ""),
        ("status:delivered", "a"),
        ("direction:inbound", "b"),
        ("ref:order*", "a"),
        ("ref:order[7]", "a"),
        ("ref:orde[r]*", ""),
        ('ref:""', "b"),
        ("application:app-1", "a"),
        ('application:""', "b"),
        ("version:v0.1", "ab"),
        ("order", "a"),
        ("text:order", "a"),
        ('text:"order [7]"', "a"),
        ('"order [7]"', "a"),
        ("FRÜH", "b"),
        ('"montag früh"', "b"),
        ("has:error", "b"),
        ("has:ref", "a"),
        ("has:options", "b"),
        ("-has:ref", "b"),
        ("-order", "b"),
        ('-"order [7]"', "b"),
        ("-channel:sms -channel:viber", ""),
        ("channel:sms status:delivered order", "a"),
        ("channel:sms status:rejected", ""),
        ("  channel:sms\t\nkind:text ", "a"),
        ("CHANNEL:sms", "a"),
        ("text:http://x", ""),
        ("-", ""),
    ],
)
def test_parse_query_finds(query: str, found: str) -> None:
    assert _found(query) == found


@pytest.mark.parametrize(
    ("query", "what", "fix"),
    [
        ("chanel:sms", "the search knows no field chanel", "Did you mean channel?"),
        ("Sender:x", "the search knows no field sender", "Known: uuid, channel, kind, from, to,"),
        ("has:errors", "the search knows no has:errors", "Did you mean has:error? Known: error, ref, options."),
        ("has:x", "the search knows no has:x", "Known: error, ref, options."),
        ('"open', "cannot read the query '\"open' from character 1 on", "Close the quote."),
        ('kind:text  "open', "from character 12 on", "Close the quote."),
        ('text:"open', "from character 6 on", "Close the quote."),
        ('to:44"', "from character 6 on", "Close the quote."),
    ],
)
def test_parse_query_says_what_it_cannot_read(query: str, what: str, fix: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_query(query)

    assert what in caught.value.what
    assert caught.value.fix is not None
    assert fix in caught.value.fix


def test_parse_query_without_aliases_takes_channels_as_written() -> None:
    assert parse_query("channel:sms")(_SMS)
    assert not parse_query("channel:viber_service_msg")(_VIBER)


def test_fields_are_all_understood() -> None:
    values = {"has": "error"}

    for field in FIELDS:
        parse_query(f"{field}:{values.get(field, 'x')}")


@given(st.text(st.characters(exclude_characters='"', exclude_categories=["C"]), min_size=1, max_size=20))
def test_parse_query_finds_any_quoted_text_in_itself(text: str) -> None:
    message = msgspec.structs.replace(_SMS, content={"text": f"before {text} after"})

    assert parse_query(f'"{text}"')(message)


@given(st.text(st.characters(exclude_characters='"*?', exclude_categories=["C"]), max_size=20))
def test_parse_query_finds_any_quoted_reference_as_it_is_written(ref: str) -> None:
    message = msgspec.structs.replace(_SMS, client_ref=ref)

    assert parse_query(f'ref:"{ref}"')(message)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"text": "Hello"}, "Hello"),
        ({"url": "http://x", "caption": "c"}, "http://x c"),
        ({"a": [{"b": "x"}, ["y", 1, None, True]]}, "x y"),
        ({}, ""),
    ],
)
def test_text_of_joins_every_text(content: dict[str, Json], text: str) -> None:
    assert text_of(msgspec.structs.replace(_SMS, content=content)) == text
