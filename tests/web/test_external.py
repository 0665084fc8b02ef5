"""The External Accounts API from outside: every operation with every status its document names, and its corners."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mockserver.contract.accounts import AccountsContract
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Account, Application, Json, Sender
from tests.contract import corpus
from tests.web.conftest import INBOUND_URL, Api, OpenApi, basic

KEY = "ab12cd34"
PATH = "/beta/chatapp-accounts"
LINKED_URL = "http://127.0.0.1:9/linked"
TOKEN = "page-token-of-the-cafe"
NEW: Json = {"external_id": "105", "access_token": TOKEN}
OWN = Account(
    KEY,
    secrets=("s3cret",),
    applications=(Application("app-1", inbound_url=LINKED_URL), Application("app-2")),
    senders=(
        Sender("messenger", "104", "app-1", "Cafe", TOKEN),
        Sender("viber", "31007"),
        Sender("sms", "ACME"),
        Sender("whatsapp", "447700900201", name="Support line"),
    ),
)
OTHERS = Account("zz99yy88", senders=(Sender("messenger", "999"), Sender("viber", "999"), Sender("whatsapp", "999")))
LIMIT = 2048

Answer: TypeAlias = httpx2.Response


async def call(api: Api, method: str, path: str = "", **more: Json) -> Answer:
    """Send a request to a path under the API's own, with the credentials of the account unless others are given."""
    headers = more.pop("headers", {}) | more.pop("auth", basic(KEY, "s3cret"))
    return await api.client.request(method, PATH + path, headers=headers, **more)


@dataclass(frozen=True)
class Case:
    """One operation made to answer one status: its path here, its body, and what is wrong about the request."""

    operation: str
    status: int
    method: str
    path: str
    json: Json = None
    is_anonymous: bool = False
    content: bytes | None = None
    encoding: str | None = None
    fails: bool = False

    @property
    def name(self) -> str:
        """The name of the test."""
        return f"{self.operation} {self.status} {self.path}"

    async def ask(self, api: Api) -> Answer:
        """Send it."""
        more: dict[str, Json] = {"auth": {}} if self.is_anonymous else {}
        if self.json is not None:
            more["json"] = self.json
        if self.content is not None:
            more |= {"content": self.content, "headers": {"content-type": "application/json"}}
        if self.encoding is not None:
            more["headers"] = {"content-encoding": self.encoding}
        return await call(api, self.method, self.path, **more)


def cases_of(operation: str, method: str, path: str, good: int, body: Json = None) -> list[Case]:
    """Return what every operation can be made to answer."""
    found = [
        Case(operation, good, method, path, body),
        Case(operation, 401, method, path, body, is_anonymous=True),
        Case(operation, 405, "PUT", path, body),
        Case(operation, 500, method, path, body, fails=True),
    ]
    if body is not None:
        found.append(Case(operation, 413, method, path, content=b" " * (LIMIT + 1)))
        found.append(Case(operation, 415, method, path, body, encoding="gzip"))
    return found


LINK = {"application": "app-1"}
CASES = [
    *cases_of("listAccounts", "GET", "", 200),
    Case("listAccounts", 400, "GET", "?page_size=0"),
    *cases_of("createMessengerAccount", "POST", "/messenger", 201, NEW),
    Case("createMessengerAccount", 400, "POST", "/messenger", {}),
    Case("createMessengerAccount", 403, "POST", "/messenger", {**NEW, "applications": ["app-9"]}),
    Case("createMessengerAccount", 403, "POST", "/messenger", {**NEW, "external_id": "999"}),
    Case("createMessengerAccount", 409, "POST", "/messenger", {**NEW, "external_id": "104"}),
    *cases_of("getMessengerAccount", "GET", "/messenger/104", 200),
    Case("getMessengerAccount", 404, "GET", "/messenger/1"),
    Case("getMessengerAccount", 404, "GET", "/messenger/999"),
    *cases_of("updateMessengerAccount", "PATCH", "/messenger/104", 200, {"name": "Bar"}),
    Case("updateMessengerAccount", 400, "PATCH", "/messenger/104", {"external_id": "104"}),
    Case("updateMessengerAccount", 403, "PATCH", "/messenger/104", {"applications": ["app-9"]}),
    Case("updateMessengerAccount", 403, "PATCH", "/messenger/999", {}),
    Case("updateMessengerAccount", 404, "PATCH", "/messenger/1", {}),
    *cases_of("deleteMessengerAccount", "DELETE", "/messenger/104", 204),
    Case("deleteMessengerAccount", 403, "DELETE", "/messenger/999"),
    Case("deleteMessengerAccount", 404, "DELETE", "/messenger/1"),
    *cases_of("getViberAccount", "GET", "/viber_service_msg/31007", 200),
    Case("getViberAccount", 404, "GET", "/viber_service_msg/104"),
    *cases_of("getWhatsappAccount", "GET", "/whatsapp/447700900201", 200),
    Case("getWhatsappAccount", 404, "GET", "/whatsapp/31007"),
    *cases_of("linkApplication", "POST", "/viber_service_msg/31007/applications", 200, LINK),
    Case("linkApplication", 200, "POST", "/whatsapp/447700900201/applications", LINK),
    Case("linkApplication", 400, "POST", "/whatsapp/447700900201/applications", {"applications": ["app-1"]}),
    Case("linkApplication", 403, "POST", "/whatsapp/447700900201/applications", {"application": "app-9"}),
    Case("linkApplication", 403, "POST", "/whatsapp/999/applications", LINK),
    Case("linkApplication", 404, "POST", "/whatsapp/1/applications", LINK),
    Case("linkApplication", 409, "POST", "/messenger/104/applications", LINK),
    Case("linkApplication", 409, "POST", "/messenger/104/applications", {"application": "app-2"}),
    *cases_of("unlinkApplication", "DELETE", "/messenger/104/applications/app-1", 204),
    Case("unlinkApplication", 403, "DELETE", "/viber_service_msg/999/applications/app-1"),
    Case("unlinkApplication", 404, "DELETE", "/viber_service_msg/1/applications/app-1"),
    Case("unlinkApplication", 409, "DELETE", "/messenger/104/applications/app-2"),
    Case("unlinkApplication", 409, "DELETE", "/messenger/104/applications/app-9"),
    Case("unlinkApplication", 409, "DELETE", "/whatsapp/447700900201/applications/app-1"),
]
CONTRACT = AccountsContract(load_specs())
DOCUMENTED = {(each.id, int(status)) for each in CONTRACT.operations for status in each.parts["responses"]}


@pytest.fixture
async def accounts(open_api: OpenApi) -> AsyncIterator[Api]:
    """Return an application with two configured accounts; every answer is held against the document."""
    async with open_api(OWN, OTHERS, max_body_bytes=LIMIT) as opened:
        yield opened


@pytest.fixture(scope="session")
def oracle(specs: Specs) -> Oracle:
    """Return openapi-core's view of the document."""
    return Oracle(specs.documents["external-accounts"])


class BrokenExternal:
    """A service in which every call fails."""

    def __getattr__(self, _: str) -> Callable[..., Awaitable[object]]:
        async def broken(*_: object, **__: object) -> object:
            raise ZeroDivisionError("a planted mistake")

        return broken


def table(tested: set[tuple[str, int]]) -> str:
    """Return operations by documented statuses as text: x is tested, - documented only, blank not documented."""
    statuses = sorted({status for _, status in DOCUMENTED})
    lines = [f"{'':24}" + "".join(f"{status:>5}" for status in statuses)]
    for each in CONTRACT.operations:
        marks = ["x" if (each.id, status) in tested else "-" for status in statuses]
        shown = [mark if (each.id, status) in DOCUMENTED else "" for mark, status in zip(marks, statuses, strict=True)]
        lines.append(f"{each.id:24}" + "".join(f"{mark:>5}" for mark in shown))
    return "\n".join(lines)


def test_every_documented_status_of_every_operation_is_tested() -> None:
    tested = {(each.operation, each.status) for each in CASES}

    print(table(tested))  # noqa: T201, with pytest -rP this is the table to read

    assert DOCUMENTED == tested
    assert 9 == len(CONTRACT.operations)


@pytest.mark.parametrize("case", CASES, ids=[f"{number} {each.name}" for number, each in enumerate(CASES)])
async def test_operation_answers_as_documented(case: Case, accounts: Api, oracle: Oracle) -> None:
    """Both authorities agree: our own check, which runs in the server, and openapi-core."""
    if case.fails:
        accounts.app.runtime.external = BrokenExternal()  # type: ignore[assignment]  # a planted mistake

    answer = await case.ask(accounts)

    assert case.status == answer.status_code, answer.text
    assert 32 == len(answer.headers["x-nexmo-trace-id"])
    method = case.method.lower()
    if case.status != 405:
        body = answer.json() if answer.content else None
        path = PATH + case.path.partition("?")[0]
        assert [] == oracle.answer_errors(
            case.status,
            body,
            content_type=answer.headers.get("content-type", ""),
            headers={"X-Nexmo-Trace-Id": answer.headers["x-nexmo-trace-id"]},
            path=path,
            method=method,
        )


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "", None, 200),
        ("POST", "/messenger", NEW, 201),
        ("GET", "/messenger/104", None, 200),
        ("POST", "/viber_service_msg/31007/applications", LINK, 200),
        ("DELETE", "/messenger/104/applications/app-1", None, 204),
    ],
    ids=["list", "create", "get", "link", "unlink"],
)
async def test_slash_at_the_end_makes_no_difference(
    method: str, path: str, body: Json, status: int, slash: str, accounts: Api
) -> None:
    answer = await call(accounts, method, path + slash, **({} if body is None else {"json": body}))

    assert status == answer.status_code


async def test_bare_question_mark_makes_no_difference(accounts: Api) -> None:
    assert (await call(accounts, "GET")).json() == (await call(accounts, "GET", "?")).json()


async def test_whole_life_of_a_page(accounts: Api) -> None:
    account = {
        "provider": "messenger",
        "external_id": "105",
        "api_key": KEY,
        "applications": [],
        "access_token": TOKEN,
    }

    answers = [
        await call(accounts, "POST", "/messenger", json=NEW),
        await call(accounts, "GET", "/messenger/105"),
        await call(accounts, "PATCH", "/messenger/105", json={"name": "Bar"}),
        await call(accounts, "POST", "/messenger/105/applications", json={"application": "app-2"}),
        await call(accounts, "DELETE", "/messenger/105/applications/app-2"),
        await call(accounts, "GET", "/messenger/105"),
        await call(accounts, "DELETE", "/messenger/105"),
        await call(accounts, "GET", "/messenger/105"),
    ]

    named = {**account, "name": "Bar"}
    assert [
        (201, account),
        (200, account),
        (200, named),
        (200, {**named, "applications": ["app-2"]}),
        (204, None),
        (200, named),
        (204, None),
        (404, None),
    ] == [(each.status_code, each.json() if each.content else None) for each in answers]


async def test_answers_tell_their_media_type(accounts: Api) -> None:
    answers = [
        await call(accounts, "GET"),
        await call(accounts, "GET", auth={}),
        await call(accounts, "GET", "/whatsapp/1"),
        await call(accounts, "DELETE", "/messenger/104"),
    ]

    assert ["application/json", "application/problem+json", None, None] == [
        each.headers.get("content-type") for each in answers
    ]
    assert "content-length" not in answers[-1].headers


async def test_created_page_can_send_and_receive_at_once(accounts: Api) -> None:
    await call(accounts, "POST", "/messenger", json={**NEW, "applications": ["app-1"]})

    arrived = await write_to(accounts, "messenger", "105")

    assert LINKED_URL == arrived


async def test_inbound_messages_follow_the_link(accounts: Api) -> None:
    path = "/whatsapp/447700900201/applications"
    urls = [await write_to(accounts, "whatsapp", "447700900201")]
    await call(accounts, "POST", path, json=LINK)
    urls.append(await write_to(accounts, "whatsapp", "447700900201"))
    await call(accounts, "DELETE", f"{path}/app-1")
    urls.append(await write_to(accounts, "whatsapp", "447700900201"))

    assert [INBOUND_URL, LINKED_URL, INBOUND_URL] == urls


async def test_inbound_messages_of_a_deleted_page_follow_no_link(accounts: Api) -> None:
    urls = [await write_to(accounts, "messenger", "104")]
    await call(accounts, "DELETE", "/messenger/104")
    urls.append(await write_to(accounts, "messenger", "104"))

    assert [LINKED_URL, INBOUND_URL] == urls


async def write_to(api: Api, channel: str, recipient: str) -> str:
    """Let a user write to a sender; return where the webhook went."""
    body = {
        "channel": channel,
        "kind": "text",
        "from": "447700900555",
        "to": recipient,
        "text": "Hello",
        "version": "v0.1",
    }
    answer = await api.client.post("/_mock/inbound", params={"account": KEY}, json=body)
    assert answer.status_code == 201, answer.text
    await api.app.runtime.settle()
    url, webhook = api.receiver.got[-1]
    assert "Hello" == webhook["message"]["content"]["text"]
    return url


async def test_put_seeds_accounts_and_shows_no_token(accounts: Api) -> None:
    seed = {
        "applications": [{"id": "app-7"}],
        "senders": [
            {"channel": "viber_service_msg", "id": "5", "application": "app-7", "name": "Parcels"},
            {"channel": "facebook", "id": "6", "access_token": TOKEN},
        ],
    }

    shown = await accounts.client.put("/_mock/accounts/seeded11", json=seed)
    listed = await call(accounts, "GET", auth=basic("seeded11"))

    assert [None, "page-t..."] == [each.get("access_token") for each in shown.json()["senders"]]
    assert [
        {
            "provider": "viber_service_msg",
            "external_id": "5",
            "api_key": "seeded11",
            "name": "Parcels",
            "applications": ["app-7"],
        },
        {
            "provider": "messenger",
            "external_id": "6",
            "api_key": "seeded11",
            "applications": [],
            "access_token": TOKEN,
        },
    ] == listed.json()["_embedded"]


async def test_seed_of_the_wrong_type_is_refused_without_showing_it(accounts: Api) -> None:
    seed = {"senders": [{"channel": "facebook", "id": "6", "access_token": 7654321}]}

    answer = await accounts.client.put("/_mock/accounts/seeded11", json=seed)

    assert 400 == answer.status_code
    assert "senders[0].access_token" in answer.text
    assert "7654321" not in answer.text


def bearer(application: str, *, key: rsa.RSAPrivateKey) -> dict[str, str]:
    """Return the header of an application's token, good for now; the server reads these by the real clock."""
    claims = {"application_id": application, "iat": int(time.time()), "jti": "one"}
    return {"Authorization": f"Bearer {jwt.encode(claims, key, 'RS256')}"}


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    """Return a key pair of an application."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


async def test_application_met_by_its_token_can_be_linked(api: Api, key: rsa.RSAPrivateKey) -> None:
    auth = bearer("app-met", key=key)

    created = await call(api, "POST", "/messenger", json=NEW, auth=auth)
    linked = await call(api, "POST", "/messenger/105/applications", json={"application": "app-met"}, auth=auth)

    assert (201, 200) == (created.status_code, linked.status_code)
    assert ["app-met"] == linked.json()["applications"]


async def test_token_and_key_of_one_account_see_the_same(open_api: OpenApi, key: rsa.RSAPrivateKey) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    account = Account(KEY, applications=(Application("app-1", public_key=pem),), senders=OWN.senders)
    async with open_api(account, auth="strict") as api:
        by_token = await call(api, "GET", auth=bearer("app-1", key=key))
        by_key = await call(api, "GET", auth=basic(KEY))

    assert 200 == by_token.status_code
    assert by_key.json() == by_token.json()
    assert 3 == len(by_key.json()["_embedded"])


@pytest.mark.parametrize(
    ("auth", "reason", "account"),
    [
        ({}, "there is no Authorization header", "mockkey1"),
        (basic(KEY, "wrong"), "the API secret is none of those of account ab12cd34", KEY),
        ({"Authorization": "Bearer"}, "the Bearer token is empty (is the token inside the quoted header?)", "mockkey1"),
        ({"Authorization": "Bearer x.y.z"}, "the Bearer token is not a JWT", "mockkey1"),
    ],
    ids=["none", "wrong secret", "empty token", "no token"],
)
async def test_refused_credentials_are_told_in_this_apis_words_and_why_in_the_journal(
    auth: dict[str, str], reason: str, account: str, accounts: Api
) -> None:
    answer = await call(accounts, "GET", auth=auth)

    expected = {
        "title": "Unauthorised",
        "detail": "Request header 'Authorization' missing / Invalid Token",
        "instance": None,
    }
    assert (401, expected) == (answer.status_code, answer.json())
    (entry,) = await accounts.journal(account=account)
    assert entry["request"]["reason"].startswith(reason)


async def test_two_keys_never_see_each_other(accounts: Api) -> None:
    for name in ("aaaa1111", "bbbb2222"):
        await call(accounts, "POST", "/messenger", json={**NEW, "name": name}, auth=basic(name))
    await call(accounts, "DELETE", "/messenger/105", auth=basic("aaaa1111"))

    listed = [
        (await call(accounts, "GET", auth=basic(name))).json()["_embedded"]
        for name in ("aaaa1111", "bbbb2222", "cccc3333")
    ]

    assert [[], ["bbbb2222"], []] == [[each["name"] for each in page] for page in listed]


SEEDED = tuple(Sender("whatsapp", f"4477009{number:05}") for number in range(45))


@pytest.mark.parametrize(
    ("query", "numbers", "pages"),
    [
        ("", range(20), {"self": 1, "next": 2, "first": 1, "last": 3}),
        ("?page_number=2", range(20, 40), {"self": 2, "next": 3, "prev": 1, "first": 1, "last": 3}),
        ("?page_number=3", range(40, 45), {"self": 3, "prev": 2, "first": 1, "last": 3}),
        ("?page_number=4", range(0), {"self": 4, "prev": 3, "first": 1, "last": 3}),
        ("?page_size=45", range(45), {"self": 1, "first": 1, "last": 1}),
        ("?page_size=44", range(44), {"self": 1, "next": 2, "first": 1, "last": 2}),
        ("?page_size=100", range(45), {"self": 1, "first": 1, "last": 1}),
        ("?page_size=1&page_number=45", range(44, 45), {"self": 45, "prev": 44, "first": 1, "last": 45}),
        ("?provider=whatsapp&page_number=3", range(40, 45), {"self": 3, "prev": 2, "first": 1, "last": 3}),
        ("?provider=messenger", range(0), {"self": 1, "first": 1, "last": 1}),
    ],
    ids=["default", "second", "last", "beyond", "exact", "one over", "largest", "single", "filtered", "filtered out"],
)
async def test_page_holds_what_it_should_and_links_lead_on(
    query: str, numbers: range, pages: dict[str, int], open_api: OpenApi
) -> None:
    async with open_api(Account(KEY, senders=SEEDED)) as api:
        body = (await call(api, "GET", query)).json()

    assert [SEEDED[number].id for number in numbers] == [each["external_id"] for each in body["_embedded"]]
    provider = f"&provider={query.partition('provider=')[2].partition('&')[0]}" if "provider" in query else ""
    size = body["page_size"]
    assert {
        name: {"href": f"http://127.0.0.1{PATH}?page_number={page}&page_size={size}{provider}"}
        for name, page in pages.items()
    } == body["_links"]
    assert pages["self"] == body["page_number"]


async def test_walk_along_next_meets_every_account_once(open_api: OpenApi) -> None:
    found = []
    async with open_api(Account(KEY, senders=SEEDED)) as api:
        url = f"http://127.0.0.1{PATH}?page_size=7"
        while url:
            page = (await api.client.get(url, headers=basic(KEY))).json()
            found += [each["external_id"] for each in page["_embedded"]]
            url = page["_links"].get("next", {}).get("href")

    assert [each.id for each in SEEDED] == found


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("mock.test:7670", "http://mock.test:7670"),
        ("[::1]:7670", "http://[::1]:7670"),
        ("evil.test/path?x", "http://127.0.0.1"),
    ],
    ids=["name and port", "IPv6", "no host"],
)
async def test_links_stand_on_the_host_the_client_used(host: str, base: str, accounts: Api) -> None:
    body = (await call(accounts, "GET", headers={"host": host})).json()

    assert f"{base}{PATH}?page_number=1&page_size=20" == body["_links"]["self"]["href"]


async def test_links_stand_on_the_scheme_the_client_used(accounts: Api) -> None:
    answer = await accounts.client.get(f"https://api.nexmo.com{PATH}", headers=basic(KEY, "s3cret"))

    assert f"https://api.nexmo.com{PATH}?page_number=1&page_size=20" == answer.json()["_links"]["first"]["href"]


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("page_number=0", "page_number", "`page_number` is the number 0; expected a whole number from 1. Try 1."),
        ("page_number=-1", "page_number", "`page_number` is the number -1; expected a whole number from 1. Try 1."),
        (
            "page_number=one",
            "page_number",
            '`page_number` is "one", not a whole number; expected a whole number from 1.',
        ),
        ("page_number=", "page_number", '`page_number` is "", not a whole number; expected a whole number from 1.'),
        (
            "page_number=1.5",
            "page_number",
            '`page_number` is "1.5", not a whole number; expected a whole number from 1.',
        ),
        ("page_size=0", "page_size", "`page_size` is the number 0; expected a whole number from 1 to 100. Try 1."),
        (
            "page_size=101",
            "page_size",
            "`page_size` is the number 101; expected a whole number from 1 to 100. Try 100.",
        ),
        (
            "provider=viber",
            "provider",
            '`provider` is "viber"; expected one of the providers: messenger, viber_service_msg, whatsapp.',
        ),
    ],
)
async def test_wrong_query_is_refused_with_its_reason(query: str, name: str, reason: str, accounts: Api) -> None:
    answer = await call(accounts, "GET", f"?{query}")

    assert 400 == answer.status_code
    assert [{"name": name, "reason": reason}] == answer.json()["invalid_params"]


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        ({"access_token": "t"}, "external_id", "Missing `external_id` field"),
        ({"external_id": "1"}, "access_token", "Missing `access_token` field"),
        (
            {**NEW, "external_id": 105},
            "external_id",
            "`external_id` is the number 105, not a string; expected an id: a",
        ),
        ({**NEW, "external_id": ""}, "external_id", "`external_id` is empty; expected an id"),
        ({**NEW, "external_id": "1" * 51}, "external_id", "`external_id` has 51 characters; at most 50 are allowed."),
        ({**NEW, "external_id": None}, "external_id", "`external_id` is null, not a string"),
        ({**NEW, "access_token": 7654321}, "access_token", "`access_token` does not fit; expected the access token of"),
        ({**NEW, "name": 7}, "name", "`name` is the number 7, not a string; expected a name, any string."),
        (
            {**NEW, "applications": ["app-1", "app-2"]},
            "applications",
            "`applications` is a list of 2; expected a list of",
        ),
        ({**NEW, "applications": "app-1"}, "applications", '`applications` is "app-1", not a list'),
        ({**NEW, "applications": [7]}, "applications[0]", "`applications[0]` is the number 7, not a string"),
        ([], "body", "The body is a list of 0; expected an object with `external_id` and `access_token`."),
    ],
    ids=[
        "no id",
        "no token",
        "number",
        "empty",
        "too long",
        "null",
        "token",
        "name",
        "two applications",
        "no list",
        "item",
        "list",
    ],
)
async def test_wrong_body_is_refused_with_its_reason(body: Json, name: str, reason: str, accounts: Api) -> None:
    answer = await call(accounts, "POST", "/messenger", json=body)

    assert 400 == answer.status_code
    (item,) = answer.json()["invalid_params"]
    assert name == item["name"]
    assert item["reason"].startswith(reason)
    assert "7654321" not in answer.text


async def test_id_of_an_account_cannot_be_changed(accounts: Api) -> None:
    answer = await call(accounts, "PATCH", "/messenger/104", json={"external_id": "104", "name": 7})

    items = {each["name"]: each["reason"] for each in answer.json()["invalid_params"]}
    assert {"external_id", "name"} == items.keys()
    assert "'external_id' parameter cannot be changed" == items["external_id"]
    assert "Found errors validating 2 of your submitted parameters." == answer.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"{}", b'{"name": null}'], ids=["no body", "empty object", "null"])
async def test_update_with_nothing_changes_nothing(content: bytes, accounts: Api) -> None:
    before = (await call(accounts, "GET", "/messenger/104")).json()

    answer = await call(accounts, "PATCH", "/messenger/104", content=content)

    assert (200, before) == (answer.status_code, answer.json())


async def test_linked_page_can_be_relinked_and_unlinked_by_update(accounts: Api) -> None:
    relinked = await call(accounts, "PATCH", "/messenger/104", json={"applications": ["app-2"]})
    unlinked = await call(accounts, "PATCH", "/messenger/104", json={"applications": []})

    assert [["app-2"], []] == [each.json()["applications"] for each in (relinked, unlinked)]


@pytest.mark.parametrize("content", [b"", b"{", b'{"application": "app-1",}'], ids=["empty", "cut", "comma"])
async def test_body_that_is_no_json_is_a_400_about_the_body(content: bytes, accounts: Api) -> None:
    answer = await call(accounts, "POST", "/viber_service_msg/31007/applications", content=content)

    (item,) = answer.json()["invalid_params"]
    assert (400, "body") == (answer.status_code, item["name"])


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("POST", "/whatsapp", 404, "No operation is at /beta/chatapp-accounts/whatsapp."),
        ("GET", "/sms/ACME", 404, "Providers are messenger, viber_service_msg, whatsapp."),
        ("POST", "/viber/31007/applications", 404, "Providers are messenger, viber_service_msg, whatsapp."),
        ("GET", "/messenger/104/applications/app-1/more", 404, "The nearest is"),
        ("PATCH", "/whatsapp/447700900201", 405, "PATCH is not allowed here; use GET."),
        ("DELETE", "/viber_service_msg/31007", 405, "DELETE is not allowed here; use GET."),
        ("GET", "/messenger", 405, "GET is not allowed here; use POST."),
        ("PUT", "/messenger/104", 405, "PUT is not allowed here; use GET, PATCH, DELETE."),
        ("POST", "", 405, "POST is not allowed here; use GET."),
    ],
)
async def test_what_is_no_operation_is_told_with_what_there_is(
    method: str, path: str, status: int, words: str, accounts: Api
) -> None:
    answer = await call(accounts, method, path, auth={})

    assert status == answer.status_code
    assert words in answer.json()["detail"]
    assert (status == 405) is ("allow" in answer.headers)


async def test_head_is_answered_without_a_body(accounts: Api) -> None:
    answer = await call(accounts, "HEAD")

    assert (405, b"") == (answer.status_code, answer.content)


async def test_path_that_only_begins_alike_is_another_apis_matter(accounts: Api) -> None:
    answer = await accounts.client.get(f"{PATH}-old")

    assert 404 == answer.status_code
    assert answer.json()["instance"] is not None


async def test_body_larger_than_the_limit_is_refused_unread(accounts: Api) -> None:
    answer = await call(accounts, "POST", "/messenger", content=b" " * (LIMIT + 1))

    assert (413, f"The body is larger than {LIMIT} bytes.") == (answer.status_code, answer.json()["detail"])


async def test_oddities_are_findings_and_under_strict_refusals(open_api: OpenApi) -> None:
    odd = {**NEW, "nme": "Cafe", "name": None}
    for strict, status in ((False, 201), (True, 400)):
        async with open_api(OWN, strict=strict) as api:
            answer = await call(api, "POST", "/messenger", json=odd)
            (entry,) = await api.journal(account=KEY)

        assert status == answer.status_code
        assert ["nme", "name"] == [each["name"] for each in entry["request"]["findings"]]
        assert "Did you mean `name`?" in entry["request"]["findings"][0]["detail"]


async def test_unknown_parameter_is_a_finding(accounts: Api) -> None:
    await call(accounts, "GET", "?page=2")

    (entry,) = await accounts.journal(account=KEY)
    assert ["page"] == [each["name"] for each in entry["request"]["findings"]]


async def test_wrong_content_type_is_a_finding_and_under_strict_a_415(open_api: OpenApi) -> None:
    found = []
    for strict in (False, True):
        async with open_api(OWN, strict=strict) as api:
            answer = await call(
                api, "POST", "/messenger", content=json.dumps(NEW), headers={"content-type": "text/plain"}
            )
        found.append(answer.status_code)

    assert [201, 415] == found


async def test_each_request_is_one_journal_entry_with_its_verdict(accounts: Api) -> None:
    await call(accounts, "GET", "/whatsapp/447700900201")
    await call(accounts, "POST", "/messenger/104/applications", json=LINK)
    await call(accounts, "GET", "/whatsapp/1")
    await call(accounts, "DELETE", "/messenger/104")

    entries = (await accounts.journal(account=KEY))[::-1]

    assert [
        ("accepted", "whatsapp", f"GET {PATH}/whatsapp/447700900201 200 whatsapp 447700900201 not linked"),
        (
            "refused",
            "messenger",
            f"POST {PATH}/messenger/104/applications 409 it is linked to application app-1 already",
        ),
        ("refused", "whatsapp", f"GET {PATH}/whatsapp/1 404 the account has no such external account"),
        ("accepted", "messenger", f"DELETE {PATH}/messenger/104 204 messenger 104"),
    ] == [(each["request"]["verdict"], each["request"]["channel"], each["about"]) for each in entries]


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/messenger", json.dumps(NEW).encode()),
        ("POST", "/messenger", json.dumps({**NEW, "acces_token": TOKEN}).encode()),
        ("POST", "/messenger", json.dumps({"page_token": TOKEN}).encode()),
        ("POST", "/messenger", json.dumps({"access_token": [TOKEN]}).encode()),
        ("POST", "/messenger", b'{"external_id":"105","access_token":"' + TOKEN.encode() + b'",}'),
        ("POST", "/messenger", b'{"access_token":"' + TOKEN.encode()),
        ("PATCH", "/messenger/104", json.dumps({"access_token": TOKEN}).encode()),
        ("GET", f"?access_token={TOKEN}", b""),
        ("GET", "/messenger/104", b""),
        ("GET", "", b""),
    ],
    ids=["create", "misspelt", "elsewhere", "list", "comma", "cut off", "update", "query", "get", "all"],
)
async def test_token_shows_in_the_answer_only(method: str, path: str, content: bytes, accounts: Api) -> None:
    answer = await call(accounts, method, path, content=content)

    control = [
        await accounts.client.get("/_mock/journal", params={"account": KEY}),
        await accounts.client.get("/_mock/journal/1", params={"account": KEY}),
        await accounts.client.get("/_mock/accounts"),
        await accounts.client.get(f"/_mock/accounts/{KEY}"),
    ]
    assert [200] * 4 == [each.status_code for each in control]
    assert [] == [str(each.url) for each in control if TOKEN in each.text]
    assert (TOKEN in answer.text) is answer.is_success


async def test_off_contract_answer_is_a_loud_error_under_self_check(accounts: Api) -> None:
    account = Account(KEY, secrets=("s3cret",), senders=(Sender("messenger", "1" * 51, None, None, TOKEN),))
    await accounts.app.runtime.accounts.put(account)

    answer = await call(accounts, "GET", f"/messenger/{'1' * 51}")

    assert 500 == answer.status_code
    assert "an answer 200 of ours breaks our own document: external_id" in answer.json()["detail"]
    (entry,) = await accounts.journal(account=KEY, kind="error")
    assert "failed" == entry["request"]["verdict"]


async def test_without_self_check_answers_are_sent_as_they_are(open_api: OpenApi) -> None:
    async with open_api(Account(KEY, senders=(Sender("messenger", "1" * 51),)), self_check=False) as api:
        answer = await call(api, "GET", f"/messenger/{'1' * 51}")

    assert 200 == answer.status_code


async def test_under_strict_authentication_only_linked_accounts_may_send(open_api: OpenApi) -> None:
    """Linking and deleting take effect with the next message."""
    path = "/messenger/104/applications"
    steps = (
        ("GET", "/messenger/104", None),
        ("DELETE", f"{path}/app-1", None),
        ("POST", path, LINK),
        ("DELETE", "/messenger/104", None),
    )
    found = []
    async with open_api(OWN, auth="strict") as api:
        for method, where, body in steps:
            await call(api, method, where, **({} if body is None else {"json": body}))
            found.append(await status_of_message_from(api, "104"))

    assert ["delivered", "rejected 1140", "delivered", "rejected 1140"] == found


async def status_of_message_from(api: Api, page: str) -> str:
    """Send a message from a page, let time pass, and return its last status with its code."""
    body = {
        "from": {"type": "messenger", "id": page},
        "to": {"type": "messenger", "id": "9988776655"},
        "message": {"content": {"type": "text", "text": "Table ready"}},
    }
    answer = await api.client.post("/v0.1/messages", json=body, headers=basic(KEY, "s3cret"))
    assert answer.status_code == 202, answer.text
    await api.advance(5)
    shown = await api.client.get(f"/_mock/messages/{answer.json()['message_uuid']}", params={"account": KEY})
    last = shown.json()["message"]["statuses"][-1]
    return f"{last['status']} {last['error']['code']}" if "error" in last else str(last["status"])


async def test_client_that_leaves_is_journalled(accounts: Api) -> None:
    sent: list[Json] = []

    async def receive() -> Json:
        return {"type": "http.disconnect"}

    async def send(message: Json) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{PATH}/messenger",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    await accounts.app(scope, receive, send)

    (entry,) = await accounts.journal()
    assert 499 == entry["request"]["status"]
    assert 499 == sent[0]["status"]


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/messenger", "createMessengerAccount"),
        ("PATCH", "/messenger/104", "updateMessengerAccount"),
        ("POST", "/viber_service_msg/31007/applications", "linkApplication"),
    ],
)
async def test_no_body_makes_the_server_fail(method: str, path: str, operation: str, accounts: Api) -> None:
    """Self-check is on, so that an answer off the contract would be a 500 as well."""
    (schema,) = [each.body for each in CONTRACT.operations if each.id == operation]

    found = {(await call(accounts, method, path, json=each.body)).status_code for each in corpus.cases(schema)}

    assert 400 in found
    assert found <= {status for name, status in DOCUMENTED if name == operation} - {500}
