"""The last official Node clients that speak Messages v0.1 send to a running server over a real socket."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.model import Account, Application, Json
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.bodies import CELLS, body_of
from tests.clients.control import ask, requests
from tests.clients.node import NodeClient
from tests.clients.python import new_key, pem
from tests.clients.table import Results, Row

pytestmark = pytest.mark.node

ACCOUNT = "nodelegacy"
APPLICATION = "3c0c41f4-9f0c-4b39-8b0a-0d8c8e4b7a11"
CLIENTS = [
    NodeClient("node-legacy", "@vonage/server-sdk", "node-legacy/send.js"),
    NodeClient("node-nexmo", "nexmo", "node-legacy/send.js"),
]
API_HOSTS = {"@vonage/server-sdk": "http://127.0.0.1", "nexmo": "127.0.0.1"}
"""How each package wants this machine written: a URL, or a bare name."""
SMS = body_of("sms", "text")


def order_of(client: NodeClient, port: int | None, key: rsa.RSAPrivateKey) -> Json:
    """Return what the driver needs to know beside what is to be sent."""
    return {
        "package": client.package,
        "apiHost": API_HOSTS[client.package],
        "port": port,
        "applicationId": APPLICATION,
        "privateKey": pem(key),
    }


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that knows an application and its key, and a client."""

    client: NodeClient
    url: str
    key: rsa.RSAPrivateKey

    def send(self, *messages: Json, key: rsa.RSAPrivateKey | None = None) -> list[Json]:
        """Have the client send messages; return what it handed to its callbacks."""
        order = order_of(self.client, urlsplit(self.url).port, key or self.key)
        results: list[Json] = self.client.run({**order, "messages": messages})
        return results


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda client: client.place)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Set the stage for each client."""
    client: NodeClient = request.param
    client.ready()
    key = new_key()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    account = Account(ACCOUNT, applications=(Application(APPLICATION, public_key=public.decode()),))
    with serving(Settings(port=0, tls=False), (account,)) as running:
        yield Stage(client, running.url, key)


def test_client_does_what_its_results_say(stage: Stage, results: Results) -> None:
    """It sends every message there is in v0.1; it has no helper that takes webhooks."""
    wanted = [body_of(*cell) for cell in CELLS]

    sent = stage.send(*wanted)

    rows = [
        Row(body["to"]["type"], kind, sent=True, accepted=result["error"] is None)
        for body, (_, kind), result in zip(wanted, CELLS, sent, strict=True)
    ]
    results.check(stage.client.place, client=stage.client.package, version=stage.client.version, api="v0.1", rows=rows)
    uuids = [result["answer"]["message_uuid"] for result in sent]
    assert [str(UUID(uuid)) for uuid in uuids] == uuids
    messages = {each["message_uuid"]: each for each in ask(stage.url, "messages", account=ACCOUNT)["messages"]}
    assert [*CELLS] == [(messages[uuid]["channel"], messages[uuid]["kind"]) for uuid in uuids]


def test_client_is_answered_202(stage: Stage) -> None:
    (result,) = stage.send(SMS)

    seen = requests(stage.url, result["answer"]["message_uuid"], ACCOUNT)
    assert [(202, "/v0.1/messages")] == [(each["status"], each["path"]) for each in seen]


def test_client_reads_what_is_wrong_with_a_message(stage: Stage) -> None:
    (result,) = stage.send({**SMS, "message": body_of("mms", "image")["message"]})

    assert (None, 400) == (result["answer"], result["error"]["statusCode"])
    problem = result["error"]["body"]
    assert "Your request parameters didn't validate." == problem["title"]
    assert "message.content.type" in {each["name"] for each in problem["invalid_parameters"]}


def test_client_with_a_wrong_key_is_turned_away(stage: Stage) -> None:
    (result,) = stage.send(SMS, key=new_key())

    assert (None, 401) == (result["answer"], result["error"]["statusCode"])
    assert ("Unauthorised", "Invalid Token") == (result["error"]["body"]["title"], result["error"]["body"]["detail"])
