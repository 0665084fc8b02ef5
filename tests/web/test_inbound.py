"""Users' messages by the control API: every cell of Messages v1, every member beside the content, and the version."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias
from urllib.request import Request, urlopen

import pytest
from ruamel.yaml import YAML

from mockserver.contract.inbound import InboundShape, InboundShapes
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.capabilities import Row
from mockserver.model import Account, Application, Json, Sender
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.bodies import body_of
from tests.web.conftest import INBOUND_URL, Api, OpenApi, basic

SPECS = load_specs()
SHAPES = InboundShapes(SPECS)
ROWS = [row for row in SPECS.capabilities.rows_in("v1") if row.direction == "inbound"]
SAMPLES: Json = YAML(typ="safe", pure=True).load(Path(__file__).parents[1] / "contract" / "samples_v1.yaml")
KEY = "mockkey1"
USER, OWN = "447700900151", "447700900152"
QUOTED = "2f7c9b10-4d3e-4a61-b8f5-6a0c1e9d7b32"
CONTEXT = {"message_uuid": QUOTED, "message_from": OWN}

Cell: TypeAlias = tuple[str, str]


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle(SPECS.documents["messages-v1"])


def named(row: Row) -> str:
    return f"{row.channel}-{row.kind}"


async def arrive(api: Api, channel: str, kind: str, /, **members: Json) -> Json:
    """Let a user's message arrive; return its webhook as it was received."""
    answer = await api.client.post("/_mock/inbound", json={"channel": channel, "kind": kind, **members})
    assert 201 == answer.status_code, answer.text
    await api.app.runtime.settle()
    url, body = api.receiver.got[-1]
    assert (INBOUND_URL, answer.json()["body"]) == (url, body)
    return body


def sample_of(branch: str | None) -> Json:
    """Return the first inbound sample of a branch."""
    return next(each["body"] for each in SAMPLES["inbound"] if each["branch"] == branch)


# Every cell


@pytest.mark.parametrize("row", ROWS, ids=named)
async def test_every_cell_arrives_made_up_in_the_shape_of_its_sample(api: Api, oracle: Oracle, row: Row) -> None:
    sample = sample_of(row.schema)
    channel = SPECS.capabilities.channels[row.channel]

    parties = {"from": sample["from"], "to": sample["to"]}
    body = await arrive(api, row.channel, row.kind, **parties, version="v1")

    assert [] == oracle.webhook_errors("inboundMessage", body)
    at_will = {"_self"} | ({"origin"} if channel.v1.origin else set())
    assert set(sample) - at_will == set(body) - at_will
    assert ("_self" in SHAPES.of(row).beside) == ("_self" in body)
    assert type(sample.get(row.kind)) is type(body.get(row.kind))
    if isinstance(sample.get(row.kind), dict):
        assert set(sample[row.kind]) - {"caption"} == set(body[row.kind]) - {"caption"}


def asked_for(sample: Json, shape: InboundShape) -> Json:
    """Return the control call that asks for a webhook: its content member by member, the rest as it stands."""
    kind = sample["message_type"]
    content = sample.get(kind) if kind not in shape.members else {kind: sample[kind]}
    beside = {name: each for name, each in sample.items() if name in shape.beside}
    return {"from": sample["from"], "to": sample["to"], **(content or {}), **beside}


@pytest.mark.parametrize("sample", [pytest.param(each["body"], id=each["about"]) for each in SAMPLES["inbound"]])
async def test_every_sample_of_the_facts_can_be_asked_for(api: Api, sample: Json) -> None:
    channel = SPECS.capabilities.by_wire("v1", sample["channel"])
    assert channel is not None
    row = SPECS.capabilities.row(channel.name, sample["message_type"], "inbound", "v1")
    assert row is not None

    body = await arrive(api, row.channel, row.kind, **asked_for(sample, SHAPES.of(row)))

    own = {"message_uuid": body["message_uuid"], "timestamp": "2026-09-21T14:13:20Z"}
    worked_out = {name: each for name, each in body.items() if name in {"_self", "origin"} and name not in sample}
    assert {**sample, **own, **worked_out} == body


# Members beside the content


def example(schema: Json) -> Json:
    """Return a value that fits a schema: its own example, else one made of those of its members."""
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    return {name: example(each) for name, each in schema["properties"].items()}


EXTRAS = [
    pytest.param(row, name, schema, id=f"{named(row)}-{name}")
    for row in ROWS
    for name, schema in SHAPES.of(row).beside.items()
]


@pytest.mark.parametrize(("row", "name", "schema"), EXTRAS)
async def test_every_member_beside_the_content_can_be_said(
    api: Api, oracle: Oracle, row: Row, name: str, schema: Json
) -> None:
    said = example(schema)

    body = await arrive(api, row.channel, row.kind, version="v1", **{name: said})

    assert said == body[name]
    assert [] == oracle.webhook_errors("inboundMessage", body)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "none"),
        ({"context": CONTEXT}, "available"),
        ({"context_status": "unavailable"}, "unavailable"),
        ({"context_status": "available"}, "available"),
    ],
    ids=["none", "quoting", "lost", "without the context"],
)
async def test_context_status_follows_from_the_context_unless_said(api: Api, said: Json, status: str) -> None:
    body = await arrive(api, "whatsapp", "text", **said)

    assert (status, said.get("context")) == (body["context_status"], body.get("context"))


async def test_a_reaction_is_to_the_last_message_sent_to_the_user(api: Api) -> None:
    sent = {"channel": "whatsapp", "message_type": "text", "to": USER, "from": OWN, "text": "See you at nine"}
    uuid = (await api.send(sent, path="/v1/messages")).json()["message_uuid"]

    body = await arrive(api, "whatsapp", "reaction")

    assert ("available", {"message_uuid": uuid, "message_from": OWN}) == (body["context_status"], body["context"])
    assert (USER, OWN) == (body["from"], body["to"])


async def test_a_reaction_of_somebody_else_is_to_another_message(api: Api) -> None:
    sent = {"channel": "whatsapp", "message_type": "text", "to": USER, "from": OWN, "text": "See you at nine"}
    uuid = (await api.send(sent, path="/v1/messages")).json()["message_uuid"]

    body = await arrive(api, "whatsapp", "reaction", **{"from": "447700900199"})

    assert uuid != body["context"]["message_uuid"]
    assert OWN == body["context"]["message_from"]


async def test_a_reaction_can_come_without_its_context(api: Api) -> None:
    body = await arrive(api, "whatsapp", "reaction", context_status="none", action="unreact")

    assert ("none", {"action": "unreact"}) == (body["context_status"], body["reaction"])
    assert "context" not in body


async def test_sms_tells_parts_keyword_price_and_network(api: Api) -> None:
    body = await arrive(api, "sms", "text", **{"from": USER, "text": "stop " + "a" * 160})

    assert {"num_messages": "2", "keyword": "STOP"} == body["sms"]
    assert ({"currency": "EUR", "price": "0.0666"}, {"network_code": "23410"}) == (body["usage"], body["origin"])


@pytest.mark.parametrize(
    ("channel", "kind", "written", "meant"),
    [
        ("whatsapp", "location", {"lat": "51.5", "long": "-0.1"}, {"location": {"lat": 51.5, "long": -0.1}}),
        ("whatsapp", "contacts", {"contacts": '[{"name": {"first_name": "Ida"}}]'}, None),
        ("whatsapp", "button", {"payload": '{"a": [1]}'}, {"button": {"payload": {"a": [1]}}}),
        ("whatsapp", "text", {"text": '{"a": 1}'}, {"text": '{"a": 1}'}),
        ("whatsapp", "text", {"context": json.dumps(CONTEXT)}, {"context": CONTEXT}),
        ("rcs", "button", {"payload": '{"a": 1}', "text": "A"}, {"button": {"payload": '{"a": 1}', "text": "A"}}),
        ("viber", "text", {"context": '{"message_uuid": "5b1e"}'}, {"context": {"message_uuid": "5b1e"}}),
    ],
    ids=["numbers", "list", "object", "text stays", "context", "payload of rcs stays", "context of viber"],
)
async def test_text_is_read_as_what_the_member_is(
    api: Api, channel: str, kind: str, written: Json, meant: Json
) -> None:
    body = await arrive(api, channel, kind, **written)

    meant = meant or {"contacts": [{"name": {"first_name": "Ida"}}]}
    assert meant == {name: body[name] for name in meant}


async def test_a_whatsapp_user_may_be_known_by_an_id(api: Api) -> None:
    assert "US.1349120" == (await arrive(api, "whatsapp", "text", **{"from": "US.1349120"}))["from"]


async def test_what_arrived_is_kept_with_all_it_holds(api: Api) -> None:
    body = await arrive(api, "whatsapp", "text", text="The same", context=CONTEXT)

    kept = (await api.client.get(f"/_mock/messages/{body['message_uuid']}")).json()["message"]

    assert ("whatsapp", "text", "received", {"text": "The same"}) == tuple(
        kept[name] for name in ("channel", "kind", "status", "content")
    )
    assert (CONTEXT, body["_self"]) == (kept["options"]["context"], kept["options"]["_self"])


# Where a message says it lies


async def test_a_link_leads_to_the_host_and_port_of_the_settings_before_the_server_listens(open_api: OpenApi) -> None:
    async with open_api(host="0.0.0.0", port=7999) as api:  # noqa: S104, named, not bound
        body = await arrive(api, "whatsapp", "image")

    assert f"http://127.0.0.1:7999/v1/messages/{body['message_uuid']}" == body["_self"]["href"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve on a port nobody knew before."""
    with serving(Settings(port=0, tls=False, self_check=True)) as running:
        yield running.url


def asked(method: str, url: str, body: Json) -> tuple[int, bytes]:
    """Return the status and the body of an answer."""
    headers = {"Content-Type": "application/json"} | basic(KEY)
    with urlopen(Request(url, json.dumps(body).encode(), headers, method=method), timeout=30) as answer:
        return answer.status, answer.read()


def test_a_client_that_follows_the_link_marks_the_message_as_read_here(server: str) -> None:
    _, answer = asked("POST", f"{server}/_mock/inbound", {"channel": "whatsapp", "kind": "text"})
    arrived = json.loads(answer)
    href = arrived["body"]["_self"]["href"]

    assert f"{server}/v1/messages/{arrived['message_uuid']}" == href
    assert (202, b"") == asked("PATCH", href, {"status": "read"})


# The version


OLD, NEW = Application("app-old", webhook_version="v0.1"), Application("app-new", webhook_version="v1")
PLAIN = Application("app-plain")


def account(version: str | None = None) -> Account:
    """Return an account with an application of each sort, and a number linked to each."""
    linked = {"447700900201": OLD, "447700900202": NEW, "447700900203": PLAIN}
    return Account(
        KEY,
        webhook_version=version,  # type: ignore[arg-type]  # a test names versions as text
        applications=(OLD, NEW, PLAIN),
        senders=tuple(Sender("whatsapp", number, each.id) for number, each in linked.items()),
    )


def version_of(body: Json) -> str:
    """Return the version a webhook is written in."""
    return "v1" if "channel" in body else "v0.1"


@pytest.mark.parametrize(
    ("said", "recipient", "of_account", "setting", "sent", "expected"),
    [
        pytest.param("v1", "447700900201", "v0.1", "v0.1", "v0.1", "v1", id="the body first: v1"),
        pytest.param("v0.1", "447700900202", "v1", "v1", "v1", "v0.1", id="the body first: v0.1"),
        pytest.param(None, "447700900201", "v1", "v1", "v1", "v0.1", id="then the application: v0.1"),
        pytest.param(None, "447700900202", "v0.1", "v0.1", "v0.1", "v1", id="then the application: v1"),
        pytest.param(None, "447700900203", "v0.1", "v1", "v1", "v0.1", id="then the account, application without"),
        pytest.param(None, "447700900299", "v0.1", "v1", "v1", "v0.1", id="then the account, no application"),
        pytest.param(None, "447700900203", None, "v0.1", "v1", "v0.1", id="then the setting: v0.1"),
        pytest.param(None, "447700900203", None, "v1", "v0.1", "v1", id="then the setting: v1"),
        pytest.param(None, "447700900203", None, "auto", "v0.1", "v0.1", id="then the last message: v0.1"),
        pytest.param(None, "447700900203", None, "auto", "v1", "v1", id="then the last message: v1"),
        pytest.param(None, "447700900203", None, "auto", None, "v1", id="else v1"),
    ],
)
async def test_version_is_that_of_the_body_the_application_the_account_the_setting_the_last_message(
    open_api: OpenApi,
    said: str | None,
    recipient: str,
    of_account: str | None,
    setting: str,
    sent: str | None,
    expected: str,
) -> None:
    new = {"channel": "whatsapp", "message_type": "text", "to": USER, "from": OWN, "text": "See you at nine"}
    bodies = {"v0.1": body_of("whatsapp", "text"), "v1": new}
    async with open_api(account(of_account), webhook_version=setting) as api:
        if sent is not None:
            assert 202 == (await api.send(bodies[sent], path=f"/{sent}/messages")).status_code

        body = await arrive(api, "whatsapp", "text", to=recipient, **({"version": said} if said else {}))

    assert expected == version_of(body)


async def test_version_is_that_of_the_last_message_of_the_same_channel(api: Api) -> None:
    await api.send(body_of("viber", "text"))

    assert "v1" == version_of(await arrive(api, "whatsapp", "text"))
    assert "v0.1" == version_of(await arrive(api, "viber", "text"))


@pytest.mark.parametrize(
    ("sent", "cell", "expected"),
    [
        ("v0.1", ("viber", "image"), "v1"),
        ("v0.1", ("mms", "video"), "v1"),
        ("v1", ("viber", "unsupported"), "v0.1"),
        ("v1", ("messenger", "location"), "v0.1"),
        (None, ("rcs", "text"), "v1"),
        (None, ("messenger", "location"), "v0.1"),
    ],
    ids=str,
)
async def test_what_only_one_version_has_arrives_in_that_if_none_is_set(
    api: Api, sent: str | None, cell: Cell, expected: str
) -> None:
    channel, kind = cell
    if sent == "v0.1":
        await api.send(body_of(channel, "text"))
    if sent == "v1":
        wire = SPECS.capabilities.channels[channel].names["v1"]
        parties = {"to": "447700900151", "from": "20417"}
        await api.send({"channel": wire, "message_type": "text", "text": "Hi", **parties}, path="/v1/messages")

    assert expected == version_of(await arrive(api, channel, kind))


async def test_applications_of_both_versions_live_side_by_side_in_one_account(open_api: OpenApi) -> None:
    async with open_api(account()) as api:
        both = [await arrive(api, "whatsapp", "image", to=number) for number in ("447700900201", "447700900202")]
        listed = (await api.client.get("/_mock/messages")).json()["messages"]

    old, new = both
    assert ({"number": "447700900201", "type": "whatsapp"}, "447700900202") == (old["to"], new["to"])
    assert ("image", "image") == (old["message"]["content"]["type"], new["message_type"])
    assert [("v1", "app-new"), ("v0.1", "app-old")] == [(each["version"], each["application_id"]) for each in listed]


async def test_an_account_set_by_put_decides_on_the_version(api: Api) -> None:
    await api.client.put("/_mock/accounts/ab12cd34", json={"webhook_version": "v0.1", "inbound_url": INBOUND_URL})

    answer = await api.client.post(
        "/_mock/inbound", params={"account": "ab12cd34"}, json={"channel": "sms", "kind": "text"}
    )

    assert ("v0.1", "v0.1") == (answer.json()["version"], version_of(answer.json()["body"]))


# What cannot be


def told(answer: Json) -> str:
    return f"{answer['detail']}. {answer['fix']}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            {"channel": "rcs", "kind": "text", "version": "v0.1"},
            "nothing can come in on rcs in v0.1. The channel exists in Messages v1 only.",
            id="no such channel in the version",
        ),
        pytest.param(
            {"channel": "viber", "kind": "image", "version": "v0.1"},
            "image cannot come in on viber in v0.1: the channel itself cannot (inbound matrix). "
            'What can on viber in v0.1: text, unsupported. Say "version": "v1" for it.',
            id="no such kind in the version, but in another",
        ),
        pytest.param(
            {"channel": "messenger", "kind": "location", "version": "v1"},
            "location cannot come in on messenger in v1. What can on messenger in v1: text, image, video, file, audio, "
            'unsupported. Say "version": "v0.1" for it.',
            id="a kind of v0.1 only",
        ),
        pytest.param(
            {"channel": "viber", "kind": "audio"},
            "audio cannot come in on viber: the channel itself cannot (inbound matrix). "
            "What can on viber: text, unsupported, image, video, file.",
            id="no such kind in any version",
        ),
        pytest.param(
            {"channel": "sms", "kind": "image"}, "image cannot come in on sms. What can on sms: text.", id="never"
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "stikcer"}, "kind is 'stikcer'. Did you mean sticker?", id="misspelt kind"
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "text", "version": "1"},
            "version is '1'. Did you mean v1? Known: v0.1, v1.",
            id="no such version",
        ),
        pytest.param({"channel": "whatsapp", "kind": "text", "version": 1}, "version is 1.", id="version no text"),
        pytest.param(
            {"channel": "whatsapp", "kind": "text", "profil": {"name": "Ida"}},
            "profil is no member of whatsapp text in v1. Did you mean profile?",
            id="misspelt member beside the content",
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "location", "latitude": "1"},
            "latitude is no member of whatsapp location in v1.",
            id="a member of the other version",
        ),
        pytest.param(
            {"channel": "sms", "kind": "text", "context": CONTEXT}, "context is no member of sms text in v1.", id="sms"
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "reaction", "_self": {"href": "http://127.0.0.1/"}},
            "_self is no member of whatsapp reaction in v1.",
            id="a reaction has no link",
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "text", "text": 5}, "text is 5. Write it as a JSON string.", id="number"
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "location", "lat": "north", "long": "1"},
            "lat is 'north'. Write it as a JSON number, such as 51.5228.",
            id="no number",
        ),
        pytest.param(
            {"channel": "whatsapp", "kind": "text", "context": "5b1e"},
            "context is '5b1e'. Write it as a JSON object.",
            id="no object",
        ),
    ],
)
async def test_what_cannot_come_in_is_refused_with_the_way_out(api: Api, body: Json, words: str) -> None:
    answer = await api.client.post("/_mock/inbound", json=body)

    assert (400, True) == (answer.status_code, told(answer.json()).startswith(words)), told(answer.json())
    assert [] == api.receiver.got


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"kind": "location", "lat": 91, "long": 0}, "`location.lat` is the number 91", id="no place"),
        pytest.param({"kind": "location", "lat": 1}, "`location.long`", id="half a place"),
        pytest.param({"kind": "location", "lat": True, "long": 0}, "`location.lat`", id="a truth for a number"),
        pytest.param({"kind": "image", "url": "ftp://127.0.0.1/a.jpg"}, "`image.url`", id="no web address"),
        pytest.param({"kind": "image", "name": "a.jpg"}, "`image.url`", id="name without URL"),
        pytest.param({"kind": "text", "context": {"message_uuid": 5}}, "`context.message_uuid`", id="context"),
        pytest.param({"kind": "text", "context": None}, "`context`", id="null context"),
        pytest.param(
            {"kind": "text", "context": CONTEXT, "context_status": "unavailable"},
            "`context_status`",
            id="lost, yet here",
        ),
        pytest.param({"kind": "text", "context_status": "maybe"}, "`context_status`", id="no such status"),
        pytest.param({"kind": "text", "whatsapp": {"referral": {}}}, "`whatsapp.referral", id="empty referral"),
        pytest.param({"kind": "text", "from": "+447700900151"}, "`from`", id="address"),
        pytest.param({"kind": "reaction", "action": "react"}, "`reaction.emoji`", id="reaction without emoji"),
        pytest.param({"kind": "contacts", "contacts": []}, "`contacts`", id="no contacts"),
    ],
)
async def test_what_breaks_the_contract_is_refused_by_its_place(api: Api, body: Json, words: str) -> None:
    answer = await api.client.post("/_mock/inbound", json={"channel": "whatsapp", "version": "v1", **body})

    assert (400, True) == (answer.status_code, words in answer.json()["detail"]), answer.json()["detail"]
    assert [] == api.receiver.got


def test_the_table_names_every_channel_and_kind(specs: Specs) -> None:
    from mockserver.web.control.table import ROUTES

    [route] = [each for each in ROUTES if each.handler == "inbound"]
    about = {name: each["description"] for name, each in route.body["properties"].items() if "description" in each}
    rows = [row for row in specs.capabilities.rows if row.direction == "inbound" and row.is_supported]

    assert [] == [row.kind for row in rows if row.kind not in about["kind"]]
    assert [] == [name for name in specs.capabilities.channels if name not in about["channel"]]
    beside = {name for row in rows for name in SHAPES.of(row).beside}
    assert [] == [name for name in beside if name not in route.body["description"]]


async def test_a_user_calls_himself_the_same_each_time_until_told_otherwise(api: Api) -> None:
    def name(webhook: Json) -> Json:
        return webhook["profile"]["name"]

    user = {"version": "v1", "from": USER, "to": OWN}
    first = await arrive(api, "whatsapp", "text", **user)
    other = await arrive(api, "whatsapp", "text", **{**user, "from": "447700900153"})
    again = await arrive(api, "whatsapp", "image", **user)
    renamed = await arrive(api, "whatsapp", "text", **user, profile={"name": "Ada L"})
    kept = await arrive(api, "whatsapp", "text", **user)

    assert name(first) == name(again) != name(other)
    assert ["Ada L", "Ada L"] == [name(renamed), name(kept)]
