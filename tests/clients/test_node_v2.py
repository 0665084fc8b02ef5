"""The last official Node client with callbacks, which speaks Messages v1, sends to a running server."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization

from mockserver.model import Account, Application, Json
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.clients.control import ask, requests
from tests.clients.messages_v1 import MESSAGES, of
from tests.clients.node import NodeClient
from tests.clients.python import new_key, pem
from tests.clients.table import Results, Row

pytestmark = pytest.mark.node

KEY = "nodev2"
API_SECRET = "node-s3cret"
APPLICATION = "0b4d7c59-3a52-4a53-8f2a-6d3e9c1f7b20"
CLIENT = NodeClient("node-v2", "@vonage/server-sdk", "node-v2/send.js")
ARGUMENTS = {
    "SMS": ("sms", "text to from client_ref"),
    "MMSImage": ("mms", "image to from client_ref"),
    "MMSAudio": ("mms", "audio to from client_ref"),
    "MMSVideo": ("mms", "video to from client_ref"),
    "WhatsAppText": ("whatsapp", "text to from client_ref"),
    "WhatsAppImage": ("whatsapp", "image to from client_ref"),
    "WhatsAppAudio": ("whatsapp", "audio to from client_ref"),
    "WhatsAppVideo": ("whatsapp", "video to from client_ref"),
    "WhatsAppFile": ("whatsapp", "file to from client_ref"),
    "WhatsAppTemplate": ("whatsapp", "template whatsapp to from client_ref"),
    "WhatsAppCustom": ("whatsapp", "custom to from client_ref"),
    "MessengerText": ("messenger", "text to from messenger client_ref"),
    "MessengerImage": ("messenger", "image to from messenger client_ref"),
    "MessengerAudio": ("messenger", "audio to from messenger client_ref"),
    "MessengerVideo": ("messenger", "video to from messenger client_ref"),
    "MessengerFile": ("messenger", "file to from messenger client_ref"),
    "ViberText": ("viber_service", "text to from viber_service client_ref"),
    "ViberImage": ("viber_service", "image to from viber_service client_ref"),
}
"""What each class of the client takes, in order; its own kind comes first."""
VCARD = "MMSVcard"
"""The one class that loses the client_ref it is given."""
TEXT = of("sms", "text")


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that knows an application and its key."""

    url: str
    key: str

    @property
    def application(self) -> Json:
        """What identifies the application: its id and its key."""
        return {"apiKey": KEY, "apiSecret": API_SECRET, "applicationId": APPLICATION, "privateKey": self.key}

    def send(self, *messages: Json, credentials: Json = None) -> list[Json]:
        """Have the client send messages; return what it handed to its callbacks."""
        results: list[Json] = self.told(*messages, credentials=credentials)["results"]
        return results

    def told(self, *messages: Json, credentials: Json = None) -> Json:
        """Have the client send messages; return all it answers, the names of its classes too."""
        order = {"port": urlsplit(self.url).port, "credentials": credentials or self.application, "messages": messages}
        return CLIENT.run(order)

    def seen(self, results: list[Json]) -> list[Json]:
        """Return the requests of messages that were accepted, one each."""
        assert [None] * len(results) == [result["error"] for result in results]
        uuids = [result["answer"]["message_uuid"] for result in results]
        return [request for uuid in uuids for request in requests(self.url, uuid, KEY)]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Set the stage."""
    CLIENT.ready()
    key = new_key()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    application = Application(APPLICATION, public_key=public.decode())
    account = Account(KEY, secrets=(API_SECRET,), applications=(application,))
    with serving(Settings(port=0, tls=False, self_check=True), (account,)) as running:
        yield Stage(running.url, pem(key))


def test_client_does_what_its_results_say(stage: Stage, results: Results) -> None:
    """It has no helper that takes webhooks."""
    sent = stage.send(*MESSAGES)

    rows = [
        Row(message["channel"], message["message_type"], sent=True, accepted=result["error"] is None)
        for message, result in zip(MESSAGES, sent, strict=True)
    ]
    results.check(CLIENT.place, client=CLIENT.package, version=CLIENT.version, rows=rows)
    uuids = [result["answer"]["message_uuid"] for result in sent]
    assert [str(UUID(uuid)) for uuid in uuids] == uuids
    assert MESSAGES == [json.loads(request["body"]) for request in stage.seen(sent)]


def test_client_without_application_shows_key_and_secret_in_the_query(stage: Stage) -> None:
    """The journal keeps the secret to itself."""
    results = stage.send(TEXT, credentials={"apiKey": KEY, "apiSecret": API_SECRET})

    [request] = stage.seen(results)
    assert 202 == request["status"]
    assert request["path"].startswith(f"/v1/messages?api_key={KEY}&api_secret=")
    assert API_SECRET not in json.dumps(ask(stage.url, "journal", account=KEY))


def test_client_with_an_application_sends_its_token_alone(stage: Stage) -> None:
    """It appends a bare question mark to the path."""
    [request] = stage.seen(stage.send(TEXT))

    assert (202, "/v1/messages") == (request["status"], request["path"])
    assert request["headers"]["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    "credentials",
    [
        {"apiKey": KEY, "apiSecret": "another"},
        {"apiKey": KEY, "apiSecret": API_SECRET, "applicationId": APPLICATION, "privateKey": pem(new_key())},
    ],
    ids=["another secret", "another key"],
)
def test_client_with_wrong_credentials_is_turned_away(credentials: Json, stage: Stage) -> None:
    [result] = stage.send(TEXT, credentials=credentials)

    assert (None, 401) == (result["answer"], result["error"]["statusCode"])
    assert "You did not provide correct credentials." == result["error"]["body"]["title"]


def test_messages_of_every_class_are_sent_as_written(stage: Stage) -> None:
    wanted = [of(channel, names.split()[0]) for channel, names in ARGUMENTS.values()]
    members = [names.split() for _, names in ARGUMENTS.values()]

    told = stage.told(
        *(
            {"class": name, "arguments": [message[member] for member in taken]}
            for name, message, taken in zip(ARGUMENTS, wanted, members, strict=True)
        )
    )

    assert {*ARGUMENTS, VCARD} == set(told["classes"])
    assert [
        {member: message[member] for member in (*taken, "channel", "message_type")}
        for message, taken in zip(wanted, members, strict=True)
    ] == [json.loads(request["body"]) for request in stage.seen(told["results"])]


@pytest.mark.parametrize(
    "message",
    [
        {"class": "SMS", "arguments": [TEXT["text"], TEXT["to"], TEXT["from"]]},
        {"class": VCARD, "arguments": ["https://cdn.example.org/ada.vcf", "12015550123", "12015550199", "lost"]},
    ],
    ids=["SMS", VCARD],
)
def test_client_ref_that_the_client_leaves_empty_is_accepted(message: Json, stage: Stage) -> None:
    """It is sent as a null."""
    [request] = stage.seen(stage.send(message))

    assert (202, None) == (request["status"], json.loads(request["body"])["client_ref"])


def test_client_reads_which_parameter_is_wrong(stage: Stage) -> None:
    [result] = stage.send({**TEXT, "text": None})

    assert (None, 422) == (result["answer"], result["error"]["statusCode"])
    problem = result["error"]["body"]
    assert ("Invalid params", ["text"]) == (problem["title"], [each["name"] for each in problem["invalid_parameters"]])


def test_client_leaves_the_body_of_a_429_unread(stage: Stage) -> None:
    [result] = stage.send({**TEXT, "client_ref": "mock:http:429"})

    assert (429, "Rate Limit Hit") == (result["error"]["statusCode"], json.loads(result["error"]["body"])["title"])


def test_client_drops_the_body_of_a_500(stage: Stage) -> None:
    [result] = stage.send({**TEXT, "client_ref": "mock:http:500"})

    assert {"statusCode": 500} == result["error"]
