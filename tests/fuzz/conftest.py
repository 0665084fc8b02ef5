"""The programs of the example in process as the fuzzer sees them, as they are or broken in a way of mutants.yaml."""

import io
import json
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any
from uuid import uuid4

from ruamel.yaml import YAML
from starlette.testclient import TestClient

from mockserver.cli.client import Server
from mockserver.cli.sender_end import requests_of
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.scenario_values import Scenario
from mockserver.data import bundled
from mockserver.fuzz.cases import Event, Talk
from mockserver.fuzz.send_writing import SCENARIO, rules_of
from mockserver.fuzz.sending import Ended, SendCase
from mockserver.fuzz.trial import Reply
from mockserver.model import Json
from mockserver.scenario.load import load_text

SECRET = "a-signature-secret-of-at-least-32-bytes"
CI = bundled("examples") / "ci"
BOOKING = bundled("examples") / "booking"


@cache
def known() -> Specs:
    """Return the documents, read once."""
    return load_specs()


def parsed(text: str) -> Scenario:
    """Return the scenario of a file that has no mistake."""
    return load_text(text, "found.yaml", specs=known())


def loaded(name: str, code: str) -> ModuleType:
    """Return a module made of code."""
    module = ModuleType(name)
    exec(compile(code, f"{name}.py", "exec"), module.__dict__)  # noqa: S102 - our own example
    return module


def breaking() -> ModuleType:
    """Return the program that breaks the examples."""
    spec = spec_from_file_location("break_py", CI / "break.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MUTANTS: dict[str, dict[str, Any]] = {
    each["name"]: each for each in YAML(typ="safe").load(CI / "mutants.yaml") if "found_by" in each
}


def code_of(bug: str | None, file: str = "app.py") -> str:
    """Return the code of a program of the example, broken or not."""
    code = (BOOKING / file).read_text(encoding="utf-8")
    return code if bug is None else str(breaking().code_of(MUTANTS[bug]))


class Api:
    """Takes every message, and counts them."""

    def __init__(self) -> None:
        self.bodies: list[Json] = []

    async def send(self, body: Json) -> tuple[int, Json]:
        """Answer as the Messages API would."""
        self.bodies.append(body)
        return 202, {"message_uuid": str(uuid4())}


class ServiceInProcess:
    """The service, without a socket; work it does after an answer is done before the answer is here."""

    def __init__(self, client: TestClient, api: Api) -> None:
        self._client = client
        self._api = api
        self._mark = 0

    def begin(self, *, is_judged: bool) -> None:
        """Begin a case."""
        del is_judged
        self._mark = len(self._api.bodies)

    def ask(self, number: int, user: str) -> Talk | None:
        """Have it send a reminder."""
        channel, sender = (("whatsapp", "447700900201"), ("sms", "447700900010"))[number]
        answer = self._client.post("/remind", json={"channel": channel, "to": user, "text": "Tomorrow?"})
        return Talk(answer.json()["message_uuid"], channel, "v0.1", sender, user)

    def post(self, event: Event, content: bytes, headers: dict[str, str]) -> Reply:
        """Call a webhook."""
        return Reply(self._client.post(f"/webhooks/{event}", content=content, headers=headers).status_code)

    def sends(self) -> int:
        """Return how much it sent in this case."""
        return len(self._api.bodies) - self._mark

    def state(self) -> bytes | None:
        """Return its own view of what it sent."""
        return json.dumps(self._client.get("/reminders").json()).encode()


@contextmanager
def serving(bug: str | None) -> Iterator[ServiceInProcess]:
    """Yield the service, as it is or broken."""
    api = Api()
    app = loaded("booking", code_of(bug)).create_app(api.send, SECRET)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield ServiceInProcess(client, api)


class SenderInProcess:
    """The program that sends reminders, against a real server; each run has an account of its own."""

    def __init__(self, url: str, bug: str | None) -> None:
        self._url = url
        self._program = loaded("reminders", code_of(bug, "reminders.py"))

    def run(self, case: SendCase) -> Ended:
        """Run it once."""
        account = uuid4().hex
        server = Server(self._url, account)
        Server(self._url).put(f"accounts/{account}", {})
        server.put_text(f"scenarios/{SCENARIO}", rules_of(case), name=SCENARIO, sets={})
        server.post(f"scenarios/{SCENARIO}/start", None)
        environ = {"MESSAGES_API_URL": self._url, "MESSAGES_API_KEY": account, "MESSAGES_API_SECRET": "any"}
        with redirect_stderr(io.StringIO()) as output:
            code = self._code(environ)
        return Ended(code, tuple(requests_of(server)), output.getvalue())

    def _code(self, environ: dict[str, str]) -> int:
        """Return what it ends with; an error that nothing catches is told as Python tells it."""
        try:
            return int(self._program.main(environ, [], time.sleep))
        except Exception:  # noqa: BLE001 - what the interpreter does at the end of a program
            traceback.print_exc()
            return 1
