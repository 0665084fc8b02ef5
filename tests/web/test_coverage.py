"""Coverage of a running application: each cell can be reached, nothing else is counted, and resets leave it alone."""

from pathlib import Path

import httpx2
import pytest
import yaml

from mockserver.clock import ManualClock
from mockserver.contract.specs import Specs
from mockserver.core.faults import KINDS, Kind
from mockserver.errors import ConfigError
from mockserver.model import Account, Json
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from mockserver.web.app import create_app
from tests.bodies import CELLS, body_of
from tests.fakes import FakePoster
from tests.web.conftest import START_S, STATUS_URL, Api, OpenApi, basic, sms

SAMPLES = Path(__file__).parent.parent / "contract" / "samples_v1.yaml"
V1_SMS = {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "ACME", "text": "Table ready"}
HOUR_S = 3600.0
REJECTED = "99900001300"
"""A magic recipient."""
PARAMETERS: dict[str, Json] = {
    "status": {"status": 503},
    "latency": {"delay": 0},
    "throttle": {"after": 0},
    "delay": {"delay": 1},
    "reorder": {"within": 1},
    "trickle": {"over": 0},
}
"""What faults need to be told, by their names."""


async def covered(api: Api, account: str = "*") -> dict[str, int]:
    """Return how often each cell was exercised, those never exercised left out."""
    answer = await api.client.get("/_mock/coverage", params={"account": account})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return {name: count for name, count in (told["cells"] | told["beyond"]).items() if count}


async def missing(api: Api, *dimensions: str) -> list[str]:
    """Return the cells of dimensions that were not exercised."""
    answer = await api.client.get("/_mock/coverage", params={"account": "*"})
    told = answer.json()
    assert told["beyond"] == {}
    return [name for name, count in told["cells"].items() if not count and name.partition(":")[0] in dimensions]


def version_bodies() -> list[tuple[str, Json]]:
    """Return a body of each kind that can be sent, by version."""
    samples = yaml.safe_load(SAMPLES.read_text(encoding="utf-8"))["outbound"]
    contact = body_of("whatsapp", "custom")
    contact["message"]["content"]["custom"] = {"type": "contacts", "contacts": [{"name": {"first_name": "Ida"}}]}
    button = body_of("whatsapp", "custom")
    button["message"]["content"]["custom"] = {"type": "interactive", "interactive": {"type": "button"}}
    own = [body_of(*cell) for cell in CELLS]
    return [("v0.1", each) for each in (*own, contact, button)] + [("v1", each["body"]) for each in samples]


async def test_every_kind_that_can_be_sent_is_a_cell_that_is_met(api: Api) -> None:
    for version, body in version_bodies():
        answer = await api.send(body, path=f"/{version}/messages")
        assert answer.status_code == 202, answer.text

    assert [] == await missing(api, "sent")


async def test_every_kind_that_can_come_in_is_a_cell_that_is_met(api: Api, specs: Specs) -> None:
    for row in specs.capabilities.rows:
        if row.is_supported and row.direction == "inbound":
            asked = {"channel": row.channel, "kind": row.kind, "version": row.dialect}
            answer = await api.client.post("/_mock/inbound", json=asked)
            assert answer.status_code == 201, answer.text

    assert [] == await missing(api, "inbound")


async def test_every_status_and_code_is_a_cell_that_is_met(api: Api, specs: Specs) -> None:
    for version, body in version_bodies():
        for directive in ("read", "rejected:1300", "undeliverable:1180"):
            await api.send({**body, "client_ref": f"mock:{directive}"}, path=f"/{version}/messages")
    for code in specs.errors.values():
        for version in code.dialects:
            body = sms() if version == "v0.1" else V1_SMS
            directive = f"mock:{code.carried_by(version)}:{code.code}"
            await api.send({**body, "client_ref": directive}, path=f"/{version}/messages")
    await api.advance(HOUR_S)

    receipts = {"submitted", "delivered", "rejected", "undeliverable"}
    assert {f"status:receipt:sms:{each}" for each in receipts} == set(await missing(api, "status", "code"))


async def test_receipts_of_the_older_api_are_statuses_of_their_own(open_api: OpenApi) -> None:
    url = "http://127.0.0.1:9/receipt"
    async with open_api(Account("mockkey1", sms_receipt_url=url, sms_receipt_method="GET")) as api:
        # Held back, since the receiver of these tests takes none without a token.
        await api.app.runtime.faults.add("mockkey1", {"on": "webhooks", "do": "delay", "delay": 3600})
        await api.send(sms())
        await api.advance(5)

        found = await covered(api)

    assert {"status:receipt:sms:submitted", "status:receipt:sms:delivered"} <= set(found)
    assert [] == [name for name in found if name.startswith("status:v")]


@pytest.mark.parametrize(
    "kind", [each for each in KINDS if each.name != "hang"], ids=lambda kind: f"{kind.on}-{kind.name}"
)
async def test_every_fault_is_a_cell_that_is_met(kind: Kind, specs: Specs) -> None:
    """All but a hang, which has no end without a connection."""
    clock = ManualClock(START_S)
    app = create_app(Settings(status_url=STATUS_URL), specs=specs, clock=clock, poster=FakePoster(clock))
    await app.runtime.start()
    await app.runtime.faults.add("mockkey1", {"on": kind.on, "do": kind.name, **PARAMETERS.get(kind.name, {})})
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await client.post("/v0.1/messages", json=sms(), headers=basic("mockkey1"))
    await app.runtime.advance(5)
    await app.runtime.stop(0)

    assert app.runtime.coverage.whole().counts["fault", kind.on, kind.name] > 0


async def test_an_answer_that_cannot_be_read_counts_as_its_fault_only(api: Api) -> None:
    await api.client.post("/_mock/faults", json={"on": "answers", "do": "malformed"})

    await api.send(sms())

    assert {"fault:answers:malformed": 1, "sent:v0.1:sms:text": 1} == await covered(api)


async def test_answers_count_by_operation_and_a_status_nobody_documented_stands_beyond(api: Api) -> None:
    await api.send(sms(to={"type": "sms", "number": "+44"}))
    await api.client.post("/v1/messages", json=V1_SMS)
    await api.client.get("/beta/chatapp-accounts", headers=basic("mockkey1"))
    await api.client.post("/_mock/faults", json={"on": "answers", "do": "status", "status": 418})
    await api.send(sms())

    assert {
        "answer:POST /v0.1/messages:400": 1,
        "answer:POST /v1/messages:401": 1,
        "answer:GET /beta/chatapp-accounts:200": 1,
        "operation:GET /beta/chatapp-accounts": 1,
        "fault:answers:status": 1,
        "answer:POST /v0.1/messages:418": 1,
    } == await covered(api)


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/messages"), ("POST", "/v2/messages"), ("POST", "/beta/x")])
async def test_what_asks_for_no_operation_counts_for_none(method: str, path: str, api: Api) -> None:
    await api.client.request(method, path, headers=basic("mockkey1"))

    assert {} == await covered(api)


async def test_what_nobody_is_told_does_not_count(open_api: OpenApi) -> None:
    async with open_api(status_url=None, inbound_url=None) as api:
        await api.send(sms())
        await api.client.post("/_mock/inbound", json={"channel": "sms", "kind": "text"})
        await api.advance(5)

        found = await covered(api)

    assert {"operation", "answer", "sent"} == {name.partition(":")[0] for name in found}


async def test_both_ends_of_a_workflow_are_cells_that_are_met(api: Api) -> None:
    failover = {"expiry_time": 180, "condition_status": "delivered"}
    for number in ("447700900123", REJECTED):
        last = sms(to={"type": "sms", "number": number})
        workflow = [{**last, "failover": failover}, last]
        answer = await api.send({"template": "failover", "workflow": workflow}, path="/v0.1/dispatch")
        assert answer.status_code == 202, answer.text
    await api.advance(HOUR_S)

    assert [] == await missing(api, "report")


async def test_accounts_count_apart_and_together(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")
    await api.send(sms(), key="bbbb2222")

    one, whole = await covered(api, "aaaa1111"), await covered(api)
    answer = await api.client.get("/_mock/coverage")

    assert (1, 2) == (one["sent:v0.1:sms:text"], whole["sent:v0.1:sms:text"])
    assert ("mockkey1", 0, ["aaaa1111", "bbbb2222"]) == tuple(
        answer.json()[name] for name in ("account", "covered", "elsewhere")
    )


async def test_an_account_nobody_has_is_refused(api: Api) -> None:
    answer = await api.client.get("/_mock/coverage", params={"account": "gone"})

    assert (404, "no account 'gone'; known: mockkey1") == (answer.status_code, answer.json()["detail"])


@pytest.mark.parametrize("what", ["journal", "messages", "all", "accounts"])
async def test_a_reset_of_anything_else_leaves_coverage_alone(what: str, api: Api) -> None:
    await api.send(sms(), key="aaaa1111")

    await api.client.post("/_mock/reset", params={"what": what, "account": "aaaa1111"})

    assert 1 == (await covered(api))["sent:v0.1:sms:text"]


async def test_coverage_is_reset_by_its_name(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")
    await api.send(sms(), key="bbbb2222")

    await api.client.post("/_mock/reset", params={"what": "all,coverage", "account": "aaaa1111"})

    assert {} == await covered(api, "aaaa1111")
    assert 1 == (await covered(api))["sent:v0.1:sms:text"]


async def test_a_removed_account_counts_towards_the_whole(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")

    await api.client.delete("/_mock/accounts/aaaa1111")

    assert 1 == (await covered(api))["sent:v0.1:sms:text"]


async def test_the_goals_of_the_settings_are_judged(open_api: OpenApi) -> None:
    goals = {"coverage_fail_under": 100.0, "coverage_only": ("sent:v1:sms",), "coverage_required": ("code:v1:1320",)}
    async with open_api(**goals) as api:
        await api.send(V1_SMS, path="/v1/messages")
        told = (await api.client.get("/_mock/coverage", params={"account": "*"})).json()

    assert (1, 1, 100.0, False) == tuple(told[name] for name in ("covered", "total", "percent", "passed"))
    assert [{"says": "required code:v1:1320: not exercised", "missing": ["code:v1:1320"]}] == told["shortfalls"]


@pytest.mark.parametrize("name", ["coverage_required", "coverage_only"])
def test_a_goal_that_names_no_cell_stops_the_server_before_it_starts(name: str, specs: Specs) -> None:
    settings = Settings(**{name: ("sent:v1:smss",)})  # type: ignore[arg-type]  # named by keyword

    with pytest.raises(ConfigError) as refused:
        Runtime(settings, specs=specs)

    expected = f"{name}: no cell of the contract is like 'sent:v1:smss'. Did you mean sent:v1:sms?"
    assert expected == str(refused.value)
