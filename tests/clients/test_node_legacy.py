"""The last official Node client that speaks Messages v0.1 sends to a running server over a real socket."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.model import Account, Application, Json
from mockserver.settings import Settings
from mockserver.web.server import serving

CLIENT = Path(__file__).parent / "node-legacy"
ACCOUNT = "nodelegacy"
APPLICATION = "3c0c41f4-9f0c-4b39-8b0a-0d8c8e4b7a11"
IMAGE = "https://cdn.example.org/box.jpg"


@dataclass(frozen=True, slots=True)
class Case:
    """One message as the client takes it, with the channel and kind the server should make of it."""

    channel: str
    kind: str
    to: Json
    sender: Json
    message: Json

    @property
    def order(self) -> Json:
        """The message in the form that send.js reads."""
        return {"to": self.to, "from": self.sender, "message": self.message}


def text(words: str, **options: Json) -> Json:
    """Return a text message."""
    return {"content": {"type": "text", "text": words}, **options}


SMS = Case(
    "sms",
    "text",
    {"type": "sms", "number": "447700900101"},
    {"type": "sms", "number": "AcmeCo"},
    text("Table ready"),
)
VIBER_TO = {"type": "viber_service_msg", "number": "447700900102"}
VIBER_FROM = {"type": "viber_service_msg", "id": "20417"}
MESSENGER_TO = {"type": "messenger", "id": "2233445566778899"}
MESSENGER_FROM = {"type": "messenger", "id": "104455667788990"}
WHATSAPP_TO = {"type": "whatsapp", "number": "447700900103"}
WHATSAPP_FROM = {"type": "whatsapp", "number": "447700900201"}
CASES = [
    SMS,
    Case(
        "viber",
        "text",
        VIBER_TO,
        VIBER_FROM,
        text("Parcel out", viber_service_msg={"category": "transaction"}),
    ),
    Case("viber", "image", VIBER_TO, VIBER_FROM, {"content": {"type": "image", "image": {"url": IMAGE}}}),
    Case(
        "messenger",
        "text",
        MESSENGER_TO,
        MESSENGER_FROM,
        text("On our way", messenger={"category": "response"}),
    ),
    Case("whatsapp", "text", WHATSAPP_TO, WHATSAPP_FROM, text("Thanks for writing")),
    Case(
        "whatsapp",
        "template",
        WHATSAPP_TO,
        WHATSAPP_FROM,
        {
            "content": {
                "type": "template",
                "template": {"name": "acme:login_code", "parameters": ["Acme", "90417"]},
            },
            "whatsapp": {"policy": "deterministic", "locale": "en-GB"},
        },
    ),
]


def without_node(environ: Mapping[str, str]) -> NoReturn:
    """Skip the test; in CI, where .ci/run installs all it needs, fail it."""
    reason = "Node or the client's packages are missing: run `make node-client`"
    if "CI" in environ:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def node() -> str:
    """Return the path of Node, with the client's packages at hand."""
    found = shutil.which("node")
    if found is None or not (CLIENT / "node_modules").is_dir():
        without_node(os.environ)
    return found


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """Return the key of the application."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def url(key: rsa.RSAPrivateKey) -> Iterator[str]:
    """Run a server that knows the application and its public key."""
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    account = Account(ACCOUNT, applications=(Application(APPLICATION, public_key=public.decode()),))
    with serving(Settings(port=0, tls=False), (account,)) as running:
        yield running.url


def send(node: str, url: str, key: rsa.RSAPrivateKey, cases: list[Json]) -> list[Json]:
    """Send messages by the client; return what it handed to its callbacks."""
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    order = {
        "port": urlsplit(url).port,
        "applicationId": APPLICATION,
        "privateKey": private.decode(),
        "messages": cases,
    }
    run = subprocess.run(
        [node, "send.js"],
        cwd=CLIENT,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    results: list[Json] = json.loads(run.stdout)
    return results


def look(url: str, path: str) -> Json:
    """Ask the control API."""
    with urlopen(f"{url}/_mock/{path}{'&' if '?' in path else '?'}account={ACCOUNT}") as answer:
        return json.load(answer)


@pytest.mark.node
def test_client_sends_on_every_channel(node: str, url: str, key: rsa.RSAPrivateKey) -> None:
    results = send(node, url, key, [case.order for case in CASES])

    assert [result["error"] for result in results] == [None] * len(CASES)
    uuids = [result["answer"]["message_uuid"] for result in results]
    assert [str(UUID(uuid)) for uuid in uuids] == uuids
    assert len(set(uuids)) == len(CASES)
    messages = {each["message_uuid"]: each for each in look(url, "messages")["messages"]}
    found = [(messages[uuid]["channel"], messages[uuid]["kind"]) for uuid in uuids]
    assert found == [(case.channel, case.kind) for case in CASES]


@pytest.mark.node
def test_client_is_answered_202(node: str, url: str, key: rsa.RSAPrivateKey) -> None:
    (result,) = send(node, url, key, [SMS.order])

    uuid = result["answer"]["message_uuid"]
    requests = [entry["request"] for entry in look(url, f"messages/{uuid}")["journal"] if "request" in entry]
    assert [(each["status"], each["path"]) for each in requests] == [(202, "/v0.1/messages")]


@pytest.mark.node
def test_client_reads_what_is_wrong_with_a_message(node: str, url: str, key: rsa.RSAPrivateKey) -> None:
    (result,) = send(
        node, url, key, [{**SMS.order, "message": {"content": {"type": "image", "image": {"url": IMAGE}}}}]
    )

    assert result["answer"] is None
    assert result["error"]["statusCode"] == 400
    problem = result["error"]["body"]
    assert problem["title"] == "Your request parameters didn't validate."
    assert "message.content.type" in {each["name"] for each in problem["invalid_parameters"]}


@pytest.mark.node
def test_client_with_a_wrong_key_is_turned_away(node: str, url: str) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    (result,) = send(node, url, other, [SMS.order])

    assert (result["answer"], result["error"]["statusCode"]) == (None, 401)
    assert result["error"]["body"]["title"] == "Unauthorised"
    assert result["error"]["body"]["detail"] == "Invalid Token"


def test_missing_node_is_a_failure_in_ci() -> None:
    with pytest.raises(pytest.fail.Exception, match="make node-client"):
        without_node({"CI": "true"})


def test_missing_node_is_a_skip_elsewhere() -> None:
    with pytest.raises(pytest.skip.Exception, match="make node-client"):
        without_node({})
