"""Every operation and every documented status of our OpenAPI documents, each asked for here; printed as a table.

``pytest -s tests/test_coverage_table.py`` shows the table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Final

import httpx2
import jsonschema_rs
import pytest

from mockserver.clock import ManualClock
from mockserver.contract.schemas import expanded
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Account, Application, Json, Sender
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from mockserver.store.memory import MemoryStore
from mockserver.web.app import MockApp
from mockserver.web.control.document import control_document
from tests.bodies import body_of
from tests.fakes import FakePoster
from tests.web.conftest import START_S, basic

KEY = "mockkey1"
APP, OTHER_APP = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
PAGE, LINKED_PAGE, FOREIGN_PAGE, NO_PAGE = "110022003300", "110022003301", "110022003302", "110022003309"
ACCOUNTS = (
    Account(
        KEY,
        applications=(Application(APP), Application(OTHER_APP)),
        senders=(
            Sender("messenger", PAGE),
            Sender("messenger", LINKED_PAGE, application=APP),
            Sender("viber", "20417"),
            Sender("whatsapp", "447700900201"),
        ),
    ),
    Account("another1", senders=(Sender("messenger", FOREIGN_PAGE),)),
)
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_EXTERNAL: Final = "/beta/chatapp-accounts"
_NAMESAKES: Final = {"messages-v1": " (v1)"}
"""What is added to the names of the operations of a document that are called like those of another."""


class BrokenStore(MemoryStore):
    """A store that fails when asked for an account: a mistake of ours, as every part may make one."""

    async def account(self, api_key: str) -> Account | None:
        """Fail."""
        raise RuntimeError(f"no account {api_key} today")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``{uuid}`` and ``{delivery}`` in the path stand for what the requests ``before`` it brought about.

    ``at`` is the state of the server: ``sound``, ``broken`` (its store fails), ``closing`` (what would go on for ever
    ends at once) or ``stopped``.
    """

    method: str
    path: str
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=lambda: basic(KEY))
    before: tuple["Ask", ...] = ()
    at: str = "sound"
    settings: Mapping[str, Json] = field(default_factory=dict)


SMS = body_of("sms", "text")
SEND = Ask("POST", "/v0.1/messages", SMS)
SEND_WHATSAPP = Ask("POST", "/v0.1/messages", body_of("whatsapp", "text", client_ref="mock:delivered"))


SMS_V1 = {"channel": "sms", "message_type": "text", "to": "447700900111", "from": "BISTRO", "text": "It is ready"}
RCS_V1 = SMS_V1 | {"channel": "rcs", "from": "Bistro"}
SEND_V1 = Ask("POST", "/v1/messages", SMS_V1)
REVOKE = Ask(
    "PATCH", "/v1/messages/{uuid}", {"status": "revoked"}, before=(Ask("POST", "/v1/messages", RCS_V1),)
)  # fmt: skip
REVOKE_NONE = Ask("PATCH", "/v1/messages/0d9d1f4e-6a56-4c0e-9f0a-3c1b7a2e5d11", {"status": "revoked"})


def magic(ask: Ask, status: int) -> Ask:
    """Return a request that asks for a status, by its recipient or, where it has none, by the id in its path."""
    number = f"9990000{status:04}"
    sms = {**SMS, "to": {"type": "sms", "number": number}}
    match ask.body:
        case {"status": _}:
            return replace(ask, path=f"/v1/messages/mock:http:{status}")
        case {"workflow": _}:
            return replace(ask, body={**ask.body, "workflow": [sms]})
        case {"channel": _}:
            return replace(ask, body=SMS_V1 | {"to": number})
    return replace(ask, body=sms)


def by_magic(ask: Ask, *statuses: int) -> dict[str, Ask]:
    """Return what only a magic value asks for; 401, 413, 415, 500 and 503 can be had for themselves."""
    return {str(status): magic(ask, status) for status in statuses or (402, 403, 404, 422, 429)}


DISPATCH = Ask("POST", "/v0.1/dispatch", {"template": "failover", "workflow": [SMS]})
CREATE = Ask("POST", f"{_EXTERNAL}/messenger", {"external_id": NO_PAGE, "access_token": "page-token-1"})
SHOW = Ask("GET", f"{_EXTERNAL}/messenger/{PAGE}")
UPDATE = Ask("PATCH", f"{_EXTERNAL}/messenger/{PAGE}", {"name": "Bistro"})
DELETE = Ask("DELETE", f"{_EXTERNAL}/messenger/{PAGE}")
VIBER = Ask("GET", f"{_EXTERNAL}/viber_service_msg/20417")
WHATSAPP = Ask("GET", f"{_EXTERNAL}/whatsapp/447700900201")
LINK = Ask("POST", f"{_EXTERNAL}/messenger/{PAGE}/applications", {"application": APP})
UNLINK = Ask("DELETE", f"{_EXTERNAL}/messenger/{LINKED_PAGE}/applications/{APP}")


def at_page(ask: Ask, page: str) -> Ask:
    """Return the same request about another page."""
    return replace(ask, path=ask.path.replace(LINKED_PAGE, PAGE).replace(PAGE, page))


FAULT = {"on": "answers", "do": "reset"}
STORY = {
    "scenario": "story",
    "machines": {"talk": {"key": "${message.to}", "initial": "new", "states": ["new", "old"]}},
    "rules": [{"id": "any", "respond": "accepted"}],
}
TALK = f"/_mock/conversations/sms:{SMS_V1['to']}:{SMS_V1['from']}"
ADD_FAULT = Ask("POST", "/_mock/faults", FAULT)
LOAD = Ask("POST", "/_mock/scenarios", STORY)
START = Ask("POST", "/_mock/scenarios/story/start", before=(LOAD,))
MANUAL = Ask("PUT", "/_mock/clock", {"mode": "manual"})


# For each operation, the request that succeeds, and those that come to a status of their own.
GOOD: dict[str, Ask] = {
    "sendMessage": SEND,
    "startWorkflow": DISPATCH,
    "sendMessage (v1)": SEND_V1,
    "updateMessage (v1)": REVOKE,
    "listAccounts": Ask("GET", _EXTERNAL),
    "createMessengerAccount": CREATE,
    "getMessengerAccount": SHOW,
    "updateMessengerAccount": UPDATE,
    "deleteMessengerAccount": DELETE,
    "getViberAccount": VIBER,
    "getWhatsappAccount": WHATSAPP,
    "linkApplication": LINK,
    "unlinkApplication": UNLINK,
    "one_message": Ask("GET", "/_mock/messages/{uuid}", before=(SEND,)),
    "latest_message": Ask("GET", "/_mock/messages/latest", before=(SEND,)),
    "move_message": Ask("POST", "/_mock/messages/{uuid}/status", {"status": "read"}, before=(SEND_WHATSAPP,)),
    "inbound": Ask("POST", "/_mock/inbound", {"channel": "whatsapp", "kind": "text"}),
    "one_conversation": Ask("GET", TALK, before=(SEND_V1,)),
    "reply": Ask("POST", f"{TALK}/reply", {"kind": "text"}, before=(SEND_V1,)),
    "events": Ask("GET", "/_mock/events", at="closing"),
    "one_entry": Ask("GET", "/_mock/journal/1", before=(SEND,)),
    "one_delivery": Ask("GET", "/_mock/deliveries/{delivery}", before=(SEND,)),
    "redeliver": Ask("POST", "/_mock/deliveries/{delivery}/redeliver", before=(SEND,)),
    "explain": Ask("POST", "/_mock/explain", SMS),
    "add_fault": ADD_FAULT,
    "put_faults": Ask("PUT", "/_mock/faults", {"faults": [FAULT]}),
    "one_fault": Ask("GET", "/_mock/faults/f1", before=(ADD_FAULT,)),
    "remove_fault": Ask("DELETE", "/_mock/faults/f1", before=(ADD_FAULT,)),
    "verify": Ask("POST", "/_mock/verify", {"violations": 0}),
    "find": Ask("POST", "/_mock/find", {"messages": {"channel": "sms"}}),
    "load_scenario": LOAD,
    "one_scenario": Ask("GET", "/_mock/scenarios/story", before=(LOAD,)),
    "put_scenario": Ask("PUT", "/_mock/scenarios/story", STORY),
    "delete_scenario": Ask("DELETE", "/_mock/scenarios/story", before=(LOAD,)),
    "start_scenario": START,
    "run_scenario": Ask("POST", "/_mock/scenarios/story/run", before=(LOAD,)),
    "finish_scenario": Ask("POST", "/_mock/scenarios/story/finish", before=(LOAD, replace(START, before=()))),
    "stop_scenario": Ask("POST", "/_mock/scenarios/story/stop", before=(LOAD, replace(START, before=()))),
    "scenario_report": Ask("GET", "/_mock/scenarios/story/report", before=(LOAD, replace(START, before=()))),
    "scenario_state": Ask("GET", "/_mock/scenarios/story/state", before=(LOAD,)),
    "put_scenario_state": Ask(
        "PUT",
        "/_mock/scenarios/story/state",
        {"machines": {"talk": {"447700900111": "old"}}},
        before=(LOAD, replace(START, before=())),
    ),
    "put_clock": MANUAL,
    "advance_clock": Ask("POST", "/_mock/clock/advance", {"by": "1h"}, before=(MANUAL,)),
    "reset": Ask("POST", "/_mock/reset"),
    "one_account": Ask("GET", f"/_mock/accounts/{KEY}"),
    "put_account": Ask("PUT", "/_mock/accounts/another2", {"secrets": ["s3cret"]}),
    "delete_account": Ask("DELETE", "/_mock/accounts/another1"),
}
PLAIN = {"updateMessage (v1)": REVOKE_NONE}
"""What is asked for instead of the request that succeeds where it is to fail before it finds out what is there."""
SPECIAL: dict[str, dict[str, Ask]] = {
    "sendMessage": {"400": replace(SEND, body={}), "503": replace(SEND, at="stopped"), **by_magic(SEND)},
    "startWorkflow": {"400": replace(DISPATCH, body={}), "503": replace(DISPATCH, at="stopped"), **by_magic(DISPATCH)},
    "sendMessage (v1)": {
        "422": replace(SEND_V1, body={}),
        "503": replace(SEND_V1, at="stopped"),
        **by_magic(SEND_V1, 400, 402, 403, 404, 429),
    },
    "updateMessage (v1)": {
        "404": REVOKE_NONE,
        "422": replace(REVOKE, before=(SEND_V1,)),
        "503": replace(REVOKE_NONE, at="stopped"),
        **by_magic(REVOKE_NONE, 400, 402, 403, 429),
    },
    "readyz": {"default": Ask("GET", "/_mock/readyz", at="stopped")},
    "listAccounts": {"400": Ask("GET", f"{_EXTERNAL}?page_size=0")},
    "createMessengerAccount": {
        "400": replace(CREATE, body={}),
        "403": replace(CREATE, body=CREATE.body | {"external_id": FOREIGN_PAGE}),
        "409": replace(CREATE, body=CREATE.body | {"external_id": PAGE}),
    },
    "getMessengerAccount": {"404": at_page(SHOW, NO_PAGE)},
    "updateMessengerAccount": {
        "400": replace(UPDATE, body={"external_id": NO_PAGE}),
        "403": at_page(UPDATE, FOREIGN_PAGE),
        "404": at_page(UPDATE, NO_PAGE),
    },
    "deleteMessengerAccount": {"403": at_page(DELETE, FOREIGN_PAGE), "404": at_page(DELETE, NO_PAGE)},
    "getViberAccount": {"404": replace(VIBER, path=f"{_EXTERNAL}/viber_service_msg/{NO_PAGE}")},
    "getWhatsappAccount": {"404": replace(WHATSAPP, path=f"{_EXTERNAL}/whatsapp/{NO_PAGE}")},
    "linkApplication": {
        "400": replace(LINK, body={}),
        "403": at_page(LINK, FOREIGN_PAGE),
        "404": at_page(LINK, NO_PAGE),
        "409": at_page(LINK, LINKED_PAGE),
    },
    "unlinkApplication": {
        "403": at_page(UNLINK, FOREIGN_PAGE),
        "404": at_page(UNLINK, NO_PAGE),
        "409": at_page(UNLINK, PAGE),
    },
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A documented status of an operation."""

    document: str
    method: str
    path: str
    status: str
    operation: Json
    methods: frozenset[str]

    @property
    def name(self) -> str:
        """The operation's name in its document."""
        return str(self.operation["operationId"]) + _NAMESAKES.get(self.document, "")

    @property
    def good(self) -> Ask:
        """The request that succeeds; for a path without parameters that is read, the path says it all."""
        return GOOD.get(self.name) or Ask(self.method.upper(), self.path)

    def ask(self) -> Ask | None:
        """Return the request that comes to this status: the operation's own, or one that every operation shares."""
        if self.status.startswith("2"):
            return self.good
        special = SPECIAL.get(self.name, {}).get(self.status)
        return special or shared(PLAIN.get(self.name, self.good), self.methods).get(self.status)


def shared(good: Ask, methods: frozenset[str]) -> dict[str, Ask]:
    """Return the requests that come to the same status at every operation."""
    free = next(each for each in _METHODS if each not in methods)
    return {
        "401": replace(good, headers={}),
        "405": replace(good, method=free.upper()),
        "413": replace(good, settings={"max_body_bytes": 1}),
        "415": replace(good, headers={**good.headers, "Content-Encoding": "gzip"}),
        "500": replace(good, at="broken"),
        "default": replace(good, path=good.path + "?nonsense=1"),
    }


def cells(documents: Mapping[str, Json]) -> Iterator[Cell]:
    """Yield every documented status of every operation."""
    for name, document in documents.items():
        for path, item in document.get("paths", {}).items():
            verbs = frozenset(each for each in item if each in _METHODS)
            for method in sorted(verbs):
                operation = expanded(document, item[method])
                for status in operation["responses"]:
                    yield Cell(name, method, path, status, operation, verbs)


def fault(cell: Cell, answer: httpx2.Response) -> str | None:
    """Return how an answer differs from what the cell documents."""
    if cell.status != "default" and answer.status_code != int(cell.status):
        return f"{answer.status_code} {answer.text[:200]}"
    if cell.status == "default" and answer.is_success:
        return f"{answer.status_code} is a success"
    content = cell.operation["responses"][cell.status].get("content")
    if content is None:
        return f"a body: {answer.text[:200]}" if answer.content else None
    media = answer.headers["content-type"].partition(";")[0]
    if media not in content:
        return f"a body of type {media}"
    body = answer.json() if media.endswith("json") else answer.text
    error = next(jsonschema_rs.iter_errors(content[media]["schema"], body), None)
    return None if error is None else f"{error.message} at {error.instance_path}"


async def answered(ask: Ask, specs: Specs) -> httpx2.Response:
    """Return the answer of a server made for this request."""
    known = {"seed": 7, "self_check": True, "status_url": "http://sut.test/st", "inbound_url": "http://sut.test/in"}
    clock = ManualClock(START_S)
    store = BrokenStore() if ask.at == "broken" else MemoryStore()
    settings = Settings(**known | dict(ask.settings))  # type: ignore[arg-type]  # named by keyword
    runtime = Runtime(settings, ACCOUNTS, specs=specs, store=store, clock=clock, poster=FakePoster(clock))
    transport = httpx2.ASGITransport(app=MockApp(runtime), raise_app_exceptions=False)
    await runtime.start()
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for each in ask.before:
            await asked(client, each)
        await runtime.advance(60)
        if ask.at == "stopped":
            await runtime.stop(0)
        if ask.at == "closing":
            runtime.events.close()
        answer = await asked(client, replace(ask, path=await filled(client, ask.path)))
    if ask.at != "stopped":
        await runtime.stop(0)
    return answer


async def asked(client: httpx2.AsyncClient, ask: Ask) -> httpx2.Response:
    """Return the answer to one request."""
    body = {} if ask.body is None else {"json": ask.body}
    return await client.request(ask.method, ask.path, headers=dict(ask.headers), **body)


async def filled(client: httpx2.AsyncClient, path: str) -> str:
    """Return a path with the newest message and webhook in their places."""
    found = {"uuid": ("messages", "message_uuid"), "delivery": ("deliveries", "id")}
    for place, (things, member) in found.items():
        if f"{{{place}}}" in path:
            newest = (await client.get(f"/_mock/{things}")).json()[things][0]
            path = path.replace(f"{{{place}}}", newest[member])
    return path


def table(results: Mapping[tuple[str, str], list[tuple[str, str | None]]]) -> str:
    """Return a line an operation: its document, its verb and path, the statuses that came, and how many of how many."""
    lines = []
    for (document, operation), found in results.items():
        came = [status for status, what in found if what is None]
        lines.append(f"{document:18} {operation:75} {len(came)}/{len(found)}  {' '.join(came)}")
    return "\n".join(lines)


async def test_every_documented_status_of_every_operation_comes(documents: Mapping[str, Json], specs: Specs) -> None:
    results: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for cell in cells(documents):
        ask = cell.ask()
        what = "nobody asks for it" if ask is None else fault(cell, await answered(ask, specs))
        results.setdefault((cell.document, f"{cell.method.upper()} {cell.path}"), []).append((cell.status, what))

    print(f"\n{table(results)}")  # noqa: T201, the table is to be seen
    missing = [(*operation, *each) for operation, found in results.items() for each in found if each[1] is not None]
    assert [] == missing
    assert set(documents) == {document for document, _ in results}
    assert sum(map(len, results.values())) > 100


def test_each_request_is_needed(documents: Mapping[str, Json]) -> None:
    known = {(cell.name, cell.status) for cell in cells(documents)}

    assert GOOD.keys() <= {name for name, _ in known}
    assert {(name, status) for name, found in SPECIAL.items() for status in found} <= known


@pytest.fixture(scope="module")
def specs() -> Specs:
    """Read the documents once."""
    return load_specs()


@pytest.fixture(scope="module")
def documents(specs: Specs) -> dict[str, Json]:
    """Return all documents of ours that have operations."""
    known = {name: each for name, each in specs.documents.items() if each.get("paths")}
    return {**known, "control": control_document(version("messages-mockserver"))}
