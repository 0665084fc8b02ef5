"""The receiver counts what it acknowledges by message and status, so that a lost or doubled webhook shows."""

import msgspec
import pytest
from starlette.testclient import TestClient

from bench.lives import check_counts
from bench.programs import BenchError
from bench.receiver import FLAKY_EVERY, Receiver

STATUSES = ("submitted", "delivered")
ONE = "5e0f2c1d-77a4-4b0e-9d23-1c8a40f6b911"
OTHER = "5e0f2c1d-77a4-4b0e-9d23-1c8a40f6b912"


@pytest.fixture
def client() -> TestClient:
    return TestClient(Receiver())


def tell(client: TestClient, uuid: str, status: str, path: str = "/status") -> int:
    """Send a webhook; return how it was answered."""
    return client.post(path, json={"message_uuid": uuid, "status": status, "more": 1}).status_code


def counts(client: TestClient) -> dict[str, object]:
    """Return what the receiver counted."""
    answer = client.get("/", params={"statuses": ",".join(STATUSES)}).content
    return msgspec.json.decode(answer, type=dict[str, object])


def test_a_whole_life_is_complete(client: TestClient) -> None:
    answers = [tell(client, ONE, status) for status in STATUSES]

    found = counts(client)
    assert answers == [200, 200]
    assert (found["messages"], found["complete"], found["doubled"]) == (1, 1, 0)
    check_counts(found, range(1, 2), STATUSES)


@pytest.mark.parametrize(
    "webhooks",
    [
        pytest.param([(ONE, "submitted")], id="lost"),
        pytest.param([(ONE, "submitted"), (OTHER, "delivered")], id="lost-of-two"),
        pytest.param([(ONE, "submitted"), (ONE, "delivered"), (ONE, "delivered")], id="doubled"),
        pytest.param([], id="nothing-came"),
    ],
)
def test_a_life_that_is_not_whole_is_told(client: TestClient, webhooks: list[tuple[str, str]]) -> None:
    for uuid, status in webhooks:
        tell(client, uuid, status)

    with pytest.raises(BenchError, match="the receiver counted"):
        check_counts(counts(client), range(1, 3), STATUSES)


def test_more_messages_than_were_sent_are_told(client: TestClient) -> None:
    for uuid in (ONE, OTHER):
        for status in STATUSES:
            tell(client, uuid, status)

    with pytest.raises(BenchError, match="1 to 1 messages were accepted"):
        check_counts(counts(client), range(1, 2), STATUSES)


def test_a_refused_webhook_is_not_counted(client: TestClient) -> None:
    assert tell(client, ONE, "submitted", "/refuse") == 503
    assert (counts(client)["messages"], counts(client)["refused"]) == (0, 1)


def test_a_flaky_receiver_refuses_one_in_so_many(client: TestClient) -> None:
    answers = [tell(client, ONE, "submitted", "/flaky") for _ in range(FLAKY_EVERY)]

    assert answers == [*[200] * (FLAKY_EVERY - 1), 503]


def test_counting_can_begin_anew(client: TestClient) -> None:
    tell(client, ONE, "submitted")

    client.delete("/")

    assert counts(client)["messages"] == 0
