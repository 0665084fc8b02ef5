"""Every cell of the three matrices over HTTP: what works gets a 202 and its statuses, what does not names the cell."""

import pytest

from mockserver.model import Json
from tests.bodies import body_of
from tests.web.conftest import Api

KINDS = ("text", "image", "audio", "video", "file", "template")
OUTBOUND: dict[str, tuple[str, ...]] = {
    "sms": ("text",),
    "mms": ("text", "image"),
    "viber": ("text", "image", "template"),
    "messenger": KINDS,
    "whatsapp": KINDS,
}
CUSTOM: dict[str, tuple[str, ...]] = {
    "sms": (),
    "mms": (),
    "viber": ("button",),
    "messenger": ("button",),
    "whatsapp": ("button", "location", "contact"),
}
OBJECTS: dict[str, Json] = {
    "button": {"attachment": {"type": "template", "payload": {"template_type": "button", "text": "?", "buttons": []}}},
    "location": {
        "type": "location",
        "location": {"longitude": 7.1, "latitude": 50.7, "name": "Office", "address": "1"},
    },
    "contact": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ada Byron", "first_name": "Ada"}}]},
}
"""Capability matrices: domain facts, messages-v0.1 part 3."""


def with_content(channel: str, content: Json) -> Json:
    """Return a body of a channel whose content is the given one."""
    body = body_of(channel, "text")
    body["message"] = {"content": content}
    return body


def cells(matrix: dict[str, tuple[str, ...]], kinds: tuple[str, ...], *, supported: bool) -> list[tuple[str, str]]:
    """Return the cells that are, or are not, in a matrix."""
    return [(channel, kind) for channel in matrix for kind in kinds if (kind in matrix[channel]) is supported]


async def accepted_and_delivered(api: Api, body: Json) -> None:
    """Assert that a body is accepted and both statuses arrive."""
    answer = await api.send(body)
    assert answer.status_code == 202, answer.text
    await api.advance(5)
    assert ["submitted", "delivered"] == [got["status"] for _, got in api.receiver.got]
    assert {answer.json()["message_uuid"]} == {got["message_uuid"] for _, got in api.receiver.got}


async def refused_naming(api: Api, body: Json, *words: str) -> None:
    """Assert that a body is refused with one reason that holds all the words."""
    answer = await api.send(body)
    assert answer.status_code == 400
    (item,) = answer.json()["invalid_parameters"]
    for word in words:
        assert word in item["reason"]


@pytest.mark.parametrize(("channel", "kind"), cells(OUTBOUND, KINDS, supported=True))
async def test_supported_outbound_cell_is_accepted_and_delivered(api: Api, channel: str, kind: str) -> None:
    through_custom = (channel, kind) == ("messenger", "template")
    body = with_content(channel, {"type": "custom", "custom": OBJECTS["button"]}) if through_custom else None

    await accepted_and_delivered(api, body or body_of(channel, kind))


async def test_messenger_template_as_content_type_is_refused_and_points_to_custom(api: Api) -> None:
    body = with_content("messenger", {"type": "template", "template": {"name": "x"}})

    await refused_naming(api, body, "template", "messenger", "custom")


@pytest.mark.parametrize(("channel", "kind"), cells(OUTBOUND, KINDS, supported=False))
async def test_unsupported_outbound_cell_is_refused_by_name(api: Api, channel: str, kind: str) -> None:
    body = with_content(channel, {"type": kind, kind: {"url": "https://files.example.org/a.mp4", "name": "t"}})

    await refused_naming(api, body, f"{kind} is not possible on {channel}", "outbound matrix: not by the channel")


@pytest.mark.parametrize(("channel", "kind"), cells(CUSTOM, tuple(OBJECTS), supported=True))
async def test_supported_custom_object_is_accepted_and_delivered(api: Api, channel: str, kind: str) -> None:
    await accepted_and_delivered(api, with_content(channel, {"type": "custom", "custom": OBJECTS[kind]}))


@pytest.mark.parametrize(("channel", "kind"), cells(CUSTOM, tuple(OBJECTS), supported=False))
async def test_unsupported_custom_object_is_refused_by_name(api: Api, channel: str, kind: str) -> None:
    body = with_content(channel, {"type": "custom", "custom": OBJECTS[kind]})

    await refused_naming(api, body, kind, channel, "custom-object matrix: not by the channel")


def test_the_matrices_have_thirty_and_fifteen_cells() -> None:
    assert len(cells(OUTBOUND, KINDS, supported=True) + cells(OUTBOUND, KINDS, supported=False)) == 30
    assert len(cells(CUSTOM, tuple(OBJECTS), supported=True) + cells(CUSTOM, tuple(OBJECTS), supported=False)) == 15
