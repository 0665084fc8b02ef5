"""The tags of a message say of each field what a search reads of it."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from mockserver.model import Direction, Message, Move, Status
from mockserver.service.subjects import of_message
from mockserver.store.tags import MESSAGE_FIELDS, message_tags

_AT = datetime(2021, 6, 1, tzinfo=UTC)
_BARE = Message(
    "m-1", "key-a", Direction.OUTBOUND, "v1", "sms", "text", "Shop", "4477", {"text": "Hi"}, _AT, Status.ACCEPTED
)
_FULL = replace(
    _BARE,
    status=Status.REJECTED,
    application="app-1",
    client_ref="ref-1",
    workflow="w-1",
    moves=(Move(Status.SUBMITTED, _AT), Move(Status.REJECTED, _AT, 1340)),
)


@pytest.mark.parametrize("message", [_BARE, _FULL], ids=["bare", "full"])
def test_tags_say_what_the_fields_of_a_search_say(message: Message) -> None:
    subject = of_message(message)

    read = {f"{name}={subject[name]}" for name in MESSAGE_FIELDS - {"uuid"} if subject[name] is not None}

    assert set(message_tags(message)) == read
