"""What `mockserver env` prints works: each program of a client that runs here sends its message to a running server.

Programs run as printed, in a folder of their own, with the variables that are printed above them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.cli.env import APPLICATION
from mockserver.contract.clients import load_clients
from mockserver.model import Account, Application, Json
from mockserver.settings import Settings
from mockserver.web.server import serving
from mockserver.wire.signing import webhook_token
from tests.clients.control import ask, requests
from tests.clients.installed import missing

HERE = Path(__file__).parent
PATIENCE_S = 60
KEY = Settings().api_key
OWNER = "snippets"
"""The account whose application the programs use."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AS_APPLICATION = re.compile(
    r"^(?P<plain>.*\n)\s*(?:#|//) Or as an application:\n\s*(?:#|//) (?P<other>.*\n)", re.MULTILINE
)
BODY = b'{"message_uuid":"b9d4a5a6-6d2f-4f2a-9d7e-0c7c3a6a1f11","status":"delivered"}'


@dataclass(frozen=True, slots=True)
class Runner:
    """What runs the programs of a client: a command that reads one from standard input, and where its packages lie."""

    command: str
    make: str = ""
    packages: Path | None = None

    def ready(self) -> None:
        """Skip the test if the client is not installed; in CI, fail it."""
        if shutil.which(self.command) is None or (self.packages is not None and not self.packages.is_dir()):
            missing(f"{self.command} or packages for it are", self.make, os.environ)


def python(place: str) -> Runner:
    """Return what runs Python in the environment of a client."""
    return Runner(str(HERE / place / ".venv" / "bin" / "python"), "python-clients")


def node(place: str) -> Runner:
    """Return what runs Node with the packages of a client."""
    return Runner("node", "node-client", HERE / place / "node_modules")


RUNNERS = {
    "python": python("python-4"),
    "python-3": python("python-3"),
    "node": node("node-v3"),
    "node-2": node("node-v2"),
    "node-legacy": node("node-legacy"),
    "curl": Runner("sh"),
    "curl-legacy": Runner("sh"),
}
MARKED = [pytest.param(name, marks=[pytest.mark.node] if "node" in name else []) for name in RUNNERS]
HTTPS = ["node", "curl", "curl-legacy"]
"""Clients that speak either scheme, once more over https."""
# How each language prints whether a check accepts a token, written after the check.
ASKED = {
    "python": "\nprint(is_genuine({header!r}))",
    "python-3": "\nprint(is_genuine({header!r}))",
    "node": "\nconsole.log(isGenuine({header}));",
    "node-2": "\nconsole.log(isGenuine({body}, {header}));",
    "node-legacy": "\nconsole.log(isGenuine({body}, {header}));",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A running server, and a folder with the file that tells where it is and the key of an application."""

    folder: Path
    url: str
    tls_url: str

    def printed(self, client: str, part: str, *more: str) -> str:
        """Return a part of what `mockserver env` prints."""
        run = subprocess.run(
            [sys.executable, "-m", "mockserver", "env", client, "--only", part, *more],
            cwd=self.folder,
            env=os.environ | {"MESSAGES_MOCKSERVER_TLS_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def run(self, client: str, program: str, exports: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program under the variables that a shell sets."""
        runner = RUNNERS[client]
        runner.ready()
        line = f'{exports}\nexec "{runner.command}" {"-s" if runner.command == "sh" else "-"}'
        environ = os.environ | {"NODE_PATH": str(runner.packages), "NODE_NO_WARNINGS": "1"}
        return subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self.folder,
            env=environ,
            input=program,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def sent(self, client: str, *more: str, edit: Callable[[str], str] = str) -> str:
        """Run what is printed for a client, edited; return the message_uuid that it prints."""
        program = edit(self.printed(client, "snippet", *more))
        run = self.run(client, program, self.printed(client, "exports", *more))
        found = UUID.search(run.stdout)
        assert found, run.stdout + run.stderr
        return found[0]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Set the stage."""
    folder = tmp_path_factory.mktemp("snippets")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "application.key").write_bytes(private)
    account = Account(OWNER, applications=(Application(APPLICATION, public_key=public.decode()),))
    settings = Settings(port=0, tls_dir=str(folder), ready_file=str(folder / "ready.json"))
    with serving(settings, (account,)) as running:
        assert running.tls_url
        yield Stage(folder, running.url, running.tls_url)


def arrived(stage: Stage, uuid: str, account: str) -> Json:
    """Return the one request that was about a message, after checking that it was accepted and says hello."""
    message = ask(stage.url, f"messages/{uuid}", account=account)["message"]
    [request] = requests(stage.url, uuid, account)
    assert (202, "sms", "Hello", "447700900101", "AcmeCo") == (
        request["status"],
        *(message[name] for name in ("channel", "text", "to", "from")),
    )
    return request


def test_every_client_that_is_said_to_be_tested_runs_here() -> None:
    assert [each.name for each in load_clients().clients if each.tested] == list(RUNNERS)


def test_every_client_with_a_check_of_webhooks_is_asked() -> None:
    assert [each.name for each in load_clients().clients if each.tested and each.webhook] == list(ASKED)


@pytest.mark.parametrize("client", MARKED)
def test_what_is_printed_sends_a_message(client: str, stage: Stage) -> None:
    uuid = stage.sent(client, "--ready-file", "ready.json")

    request = arrived(stage, uuid, OWNER if client == "node-legacy" else KEY)
    assert ("/v0.1/messages" if "legacy" in client else "/v1/messages") == urlsplit(request["path"]).path


@pytest.mark.parametrize("client", [each for each in MARKED if each.values[0] in HTTPS])
def test_what_is_printed_for_https_sends_a_message(client: str, stage: Stage) -> None:
    uuid = stage.sent(client, "--url", stage.tls_url)

    arrived(stage, uuid, KEY)


@pytest.mark.parametrize("client", [each for each in MARKED if each.values[0] in {"python", "node"}])
def test_https_fails_without_the_variables_that_are_printed(client: str, stage: Stage) -> None:
    run = stage.run(client, stage.printed(client, "snippet", "--url", stage.tls_url))

    assert run.returncode != 0
    assert "certificate" in run.stdout + run.stderr


def as_application(program: str) -> str:
    """Return a program with the credentials of an application, as its comment says."""
    edited, number = AS_APPLICATION.subn(
        lambda found: (found["plain"] if found["other"].startswith("Object.assign") else "") + found["other"], program
    )
    assert 1 == number, program
    return edited


@pytest.mark.parametrize(
    "client", [each for each in MARKED if each.values[0] in {"python", "python-3", "node", "node-2"}]
)
def test_the_other_credentials_in_the_comment_send_a_message_too(client: str, stage: Stage) -> None:
    uuid = stage.sent(client, "--ready-file", "ready.json", edit=as_application)

    arrived(stage, uuid, OWNER)


def accepts(client: str, stage: Stage, body: bytes, token: str) -> bool:
    """Tell whether the check printed for a client accepts a token; to refuse it by an error is to refuse it."""
    check = stage.printed(client, "webhook", "--ready-file", "ready.json")
    header = f"Bearer {token}"
    written = header if "python" in client else json.dumps(header)
    run = stage.run(client, check + ASKED[client].format(header=written, body=json.dumps(body.decode())))
    return run.returncode == 0 and run.stdout.strip().lower() == "true"


def token_for(body: bytes, secret: str) -> str:
    """Return the token of a webhook."""
    return webhook_token(body, secret, issued_s=time.time(), token_id="1", api_key=KEY, application=None)


@pytest.mark.parametrize("client", [each for each in MARKED if each.values[0] in ASKED])
def test_the_check_of_webhooks_accepts_ours_and_no_others(client: str, stage: Stage) -> None:
    secret = Settings().signature_secret
    tokens = [token_for(BODY, secret), token_for(BODY, f"{secret}-of-another")]

    assert [True, False] == [accepts(client, stage, BODY, token) for token in tokens]


@pytest.mark.parametrize("client", [each for each in MARKED if each.values[0] in {"node-2", "node-legacy"}])
def test_a_check_of_our_own_compares_the_body(client: str, stage: Stage) -> None:
    assert not accepts(client, stage, BODY + b" ", token_for(BODY, Settings().signature_secret))


@pytest.mark.node
def test_key_and_secret_of_the_second_node_client_travel_in_the_query(stage: Stage) -> None:
    """So says its page; the journal shortens the secret."""
    uuid = stage.sent("node-2", "--ready-file", "ready.json")

    [request] = requests(stage.url, uuid, KEY)
    query = parse_qs(urlsplit(request["path"]).query)
    assert ([KEY], True) == (query["api_key"], "any-secret".startswith(query["api_secret"][0].removesuffix("...")))
