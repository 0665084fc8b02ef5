"""Runs the drivers of Python clients against a server with https and a receiver; knows nothing of what they send."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec.structs import replace

from mockserver.contract.specs import load_specs
from mockserver.model import Account, Application, Json, Provider, RuleMode
from mockserver.settings import Settings
from mockserver.web.listeners import Running
from mockserver.web.server import serving
from tests.clients.control import ask, requests
from tests.clients.installed import missing
from tests.clients.receiver import Hook, Receiver, receiving
from tests.clients.table import Row

HERE = Path(__file__).parent
PATIENCE_S = 120
KEY = "pyclient"
API_SECRET = "python-s3cret"
SECRET = "a-signature-secret-of-thirty-two-bytes"
APPLICATION = "6a1f5b1c-0f5e-4f0e-8a53-5c1f0d6a7c42"
OPEN: dict[str, RuleMode] = {"window": "off", "recipient": "off"}
"""Rules that an inbound message of one user would close for messages to the others."""


@dataclass(frozen=True, slots=True)
class PythonClient:
    """An official client: the folder here that holds its environment, and the program there that drives it."""

    place: str
    driver: str

    @property
    def python(self) -> Path:
        """The Python of its environment."""
        return HERE / self.place / ".venv" / "bin" / "python"

    def ready(self) -> None:
        """Skip the test if the client's environment is missing; in CI, fail it."""
        if not self.python.exists():
            missing("Packages of the Python clients are", "python-clients", os.environ)

    def run(self, order: Json, ca_file: Path) -> Json:
        """Return what the driver answers to an order."""
        run = subprocess.run(
            [self.python, self.driver],
            cwd=HERE / self.place,
            env={**os.environ, "REQUESTS_CA_BUNDLE": str(ca_file)},
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)


@dataclass(frozen=True, slots=True)
class Stage:
    """A server with https that knows an application and its key, the receiver of its webhooks, and a client."""

    client: PythonClient
    running: Running
    receiver: Receiver
    key: str

    @property
    def application(self) -> Json:
        """What identifies the application: its id and its key."""
        return {"application_id": APPLICATION, "private_key": self.key}

    def do(self, *steps: Json, auth: Json = None) -> list[Json]:
        """Have the client take steps; return the result of each."""
        results: list[Json] = self.told(*steps, auth=auth)["results"]
        return results

    def told(self, *steps: Json, auth: Json = None) -> Json:
        """Have the client take steps; return all it answers, its version too."""
        assert self.running.tls_url is not None
        assert self.running.ca_file is not None
        order = {"host": urlsplit(self.running.tls_url).netloc, "auth": auth or self.application, "steps": steps}
        return self.client.run(order, self.running.ca_file)

    def look(self, path: str, **query: str) -> Json:
        """Ask the control API."""
        return ask(self.running.url, path, account=KEY, **query)

    def requests(self, uuid: str) -> list[Json]:
        """Return the requests about a message."""
        return requests(self.running.url, uuid, KEY)

    def arrive(self, channel: str, kind: str) -> str:
        """Let a user's message arrive; return its uuid."""
        uuid: str = ask(self.running.url, "inbound", {"channel": channel, "kind": kind}, account=KEY)["message_uuid"]
        return uuid

    def taken(self, hooks: Sequence[Hook]) -> dict[str, bool]:
        """Return whether the client's helper accepts the token of each webhook, by token."""
        tokens = [hook.token for hook in hooks]
        results = self.do(*({"do": "verify", "token": token, "secret": SECRET} for token in tokens))
        return {token: result is True for token, result in zip(tokens, results, strict=True)}


def new_key() -> rsa.RSAPrivateKey:
    """Return a new key for an application."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    """Return a private key as clients read it."""
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written.decode()


@contextmanager
def staged(client: PythonClient, folder: Path) -> Iterator[Stage]:
    """Set the stage for the length of a ``with`` block; certificates are kept in ``folder``."""
    client.ready()
    key = new_key()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings = Settings(port=0, tls_dir=str(folder), self_check=True, submitted_after_s=0, delivered_after_s=0.02)
    account = Account(
        KEY,
        secrets=(API_SECRET,),
        signature_secret=SECRET,
        applications=(Application(APPLICATION, public_key=public.decode()),),
        provider=Provider(rules=OPEN),
    )
    with receiving() as receiver:
        account = replace(account, inbound_url=f"{receiver.url}/inbound", status_url=f"{receiver.url}/status")
        with serving(settings, (account,)) as running:
            yield Stage(client, running, receiver, pem(key))


def shown_of_received(stage: Stage) -> list[Row]:
    """Return what inbound messages of each channel and kind showed: whether they were taken."""
    capabilities = load_specs().capabilities
    cells = [
        (capabilities.channels[row.channel].names["v1"], row.kind)
        for row in capabilities.rows_in("v1")
        if row.direction == "inbound" and row.is_supported
    ]
    uuids = [stage.arrive(channel, kind) for channel, kind in cells]
    hooks = [stage.receiver.wait("/inbound", 1, message_uuid=uuid)[0] for uuid in uuids]
    taken = stage.taken(hooks)
    return [
        Row(channel, kind, inbound=taken[hook.token] and (channel, kind) == cell_of(hook))
        for (channel, kind), hook in zip(cells, hooks, strict=True)
    ]


def cell_of(hook: Hook) -> tuple[str, str]:
    """Return the channel and the kind that an inbound webhook tells; an SMS need not tell its kind."""
    return hook.body["channel"], hook.body.get("message_type", "text")
