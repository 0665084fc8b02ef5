"""The search grammar finds what a person means, and says what it cannot read."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.asking import About, matcher_of, search, searched
from mockserver.core.match import Term, read_terms, text_of
from mockserver.core.matching import PatternError
from mockserver.errors import UsageError
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.service.subjects import of_message

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


def _fits(query: str, message: Message, aliases: dict[str, str] | None = None) -> bool:
    return search("messages", read_terms(query), aliases or {}).judge(of_message(message)).fits


def _found(query: str) -> str:
    """Return which of the two a query finds, by the first letter of their ids."""
    return "".join(each.uuid[0] for each in (_SMS, _VIBER) if _fits(query, each, _ALIASES))


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
        ("kind:Template", "b"),
        ("channel:VIBER_service_msg", "b"),
        ("channel:SM*", "a"),
        ("-status:DELIVERED", "b"),
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
        ("error:1300", "b"),
        ("error_code:13*", "b"),
        ("client_ref:order*", "a"),
        ("workflow:*", "ab"),
        ('workflow:""', "ab"),
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
def test_a_search_finds(query: str, found: str) -> None:
    assert _found(query) == found


@pytest.mark.parametrize(
    ("query", "says", "fix"),
    [
        (
            "chanel:sms",
            "q: the search knows no field chanel of messages",
            "Did you mean channel? Known: channel, kind,",
        ),
        ("Sender:x", "q: the search knows no field sender of messages", "Known: channel, kind, from, to, text,"),
        ("acknowledged:true", "q: the search knows no field acknowledged of messages", "Known: channel,"),
        ("content:x", "q: the search knows no field content of messages", "Known: channel,"),
        (
            "has:errors",
            "q: the search knows no has:errors of messages",
            "Did you mean error? Known: error, ref, options.",
        ),
        ("has:violation", "q: the search knows no has:violation of messages", "Did you mean options? Known:"),
        ("has:x", "q: the search knows no has:x of messages", "Known: error, ref, options."),
        ('"open', "q: cannot read the query '\"open' from character 1 on", "Close the quote."),
        ('kind:text  "open', "from character 12 on", "Close the quote."),
        ('text:"open', "from character 6 on", "Close the quote."),
        ('to:44"', "from character 6 on", "Close the quote."),
    ],
)
def test_a_search_says_what_it_cannot_read(query: str, says: str, fix: str) -> None:
    with pytest.raises(PatternError) as caught:
        matcher_of("messages", {"q": query})

    assert says in caught.value.says
    assert fix in caught.value.fix


def test_read_terms_says_where_it_cannot_go_on() -> None:
    with pytest.raises(UsageError, match="cannot read the query 'to:44\"' from character 6 on"):
        read_terms('to:44"')


def test_a_search_without_aliases_takes_channels_as_written() -> None:
    assert _fits("channel:sms", _SMS)
    assert not _fits("channel:viber_service_msg", _VIBER)


@pytest.mark.parametrize(
    ("about", "held"),
    [("messages", "error"), ("requests", "violation"), ("deliveries", ""), ("entries", "finding")],
    ids=lambda each: str(each) or "nothing",
)
def test_searched_fields_are_all_understood(about: About, held: str) -> None:
    fields = searched(about)

    matcher = matcher_of(about, {"q": " ".join(f"{each}:{held if each == 'has' else 'x*'}" for each in fields)})

    assert len(matcher.conditions) == len(fields)


@given(st.text(st.characters(exclude_characters='"', exclude_categories=["C"]), min_size=1, max_size=20))
def test_a_search_finds_any_quoted_text_in_itself(text: str) -> None:
    message = msgspec.structs.replace(_SMS, content={"text": f"before {text} after"})

    assert _fits(f'"{text}"', message)


@given(st.text(st.characters(exclude_characters='"*?', exclude_categories=["C"]), max_size=20))
def test_a_search_finds_any_quoted_reference_as_it_is_written(ref: str) -> None:
    message = msgspec.structs.replace(_SMS, client_ref=ref)

    assert _fits(f'ref:"{ref}"', message)


@given(
    st.builds(
        Term,
        st.none() | st.sampled_from(["channel", "text", "has"]),
        st.text(st.characters(exclude_characters='"', exclude_categories=["C"]), max_size=9),
        st.booleans(),
    )
)
def test_a_term_written_is_read_again(term: Term) -> None:
    assert read_terms(term.written()) == (term,)


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
