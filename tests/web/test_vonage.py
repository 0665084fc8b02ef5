"""The provider's routes, in process: what is accepted, refused and journalled."""

import re
import time
import uuid
from collections.abc import AsyncIterator

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.model import Account, Application, Json
from tests.web.conftest import STATUS_URL, Api, OpenApi, basic, sms

APPLICATION = "6c1e0d74-9a2b-4f85-b3d6-e07f1a5c8924"


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, str]:
    """Return a private and a public key, both PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret.decode(), public.decode()


def token(private: str, **claims: Json) -> dict[str, str]:
    """Return the header of a token as clients make it."""
    made = {"application_id": APPLICATION, "iat": int(time.time()), "jti": str(uuid.uuid4())} | claims
    return {"Authorization": "Bearer " + jwt.encode(made, private, algorithm="RS256")}


@pytest.mark.parametrize("path", ["/v0.1/messages", "/v0.1/messages/", "/v0.1/messages?", "/beta/messages"])
async def test_send_accepts_a_valid_message_at_every_documented_path(api: Api, path: str) -> None:
    answer = await api.send(sms(), path=path)

    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert ["message_uuid"] == list(answer.json())
    assert str(uuid.UUID(answer.json()["message_uuid"])) == answer.json()["message_uuid"]


async def test_send_answers_with_a_trace_id_of_32_hex_digits(api: Api) -> None:
    answer = await api.send(sms())

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-nexmo-trace-id"])


async def test_send_refuses_a_bad_body_naming_every_field(api: Api) -> None:
    body = sms(to={"type": "sms", "number": "+447700900123"}, client_ref="r" * 41)

    answer = await api.send(body)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "https://www.nexmo.com/messages/Errors#InvalidParams"
    assert problem["title"] == "Your request parameters didn't validate."
    assert problem["detail"] == "Found errors validating 2 of your submitted parameters."
    assert problem["instance"] == answer.headers["x-nexmo-trace-id"]
    assert {"to.number", "client_ref"} == {each["name"] for each in problem["invalid_parameters"]}
    assert all(["name", "reason"] == list(each) for each in problem["invalid_parameters"])


async def test_send_journals_a_refused_request_with_found_expected_and_nearest(api: Api) -> None:
    await api.send(sms(to={"type": "sms", "number": "+447700900123"}))

    (entry,) = await api.journal(verdict="refused")
    (violation,) = entry["request"]["violations"]
    assert ("to.number", "+447700900123", "447700900123") == (
        violation["name"],
        violation["found"],
        violation["nearest"],
    )
    whole = await api.client.get(f"/_mock/journal/{entry['id']}")
    assert whole.json()["nearest"] == sms()


async def test_send_tells_the_client_little_and_the_journal_why(api: Api) -> None:
    answer = await api.client.post("/v0.1/messages", json=sms())

    assert answer.status_code == 401
    assert {"title": "Unauthorised", "detail": "Invalid Token"} == {
        key: value for key, value in answer.json().items() if key != "instance"
    }
    (entry,) = await api.journal(verdict="refused")
    assert entry["request"]["reason"] == "there is no Authorization header"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param("Bearer", "the Bearer token is empty (is the token inside the quoted header?)", id="no token"),
        pytest.param("Basic !!", "the Basic credentials are not base64 of key:secret", id="no base64"),
        pytest.param("Digest x", "the scheme of the Authorization header is 'Digest'", id="scheme"),
        pytest.param("Bearer a.b.c", "the Bearer token is not a JWT", id="no jwt"),
    ],
)
async def test_send_refuses_unreadable_credentials(api: Api, header: str, reason: str) -> None:
    answer = await api.client.post("/v0.1/messages", json=sms(), headers={"Authorization": header})

    assert answer.status_code == 401
    (entry,) = await api.journal(verdict="refused")
    assert entry["request"]["reason"].startswith(reason)


async def test_send_refuses_two_kinds_of_credentials_at_once(api: Api, key_pair: tuple[str, str]) -> None:
    headers = [*basic("mockkey1").items(), *token(key_pair[0]).items()]

    answer = await api.client.post("/v0.1/messages", json=sms(), headers=headers)

    assert answer.status_code == 401


async def test_send_accepts_a_token_of_an_unknown_application_unsigned_by_anyone_known(
    api: Api, key_pair: tuple[str, str]
) -> None:
    answer = await api.client.post("/v0.1/messages", json=sms(), headers=token(key_pair[0]))

    assert answer.status_code == 202
    found = await api.client.get("/_mock/messages", params={"account": APPLICATION})
    (message,) = found.json()["messages"]
    assert message["application_id"] == APPLICATION
    assert message["message_uuid"] == answer.json()["message_uuid"]


async def test_send_checks_the_token_against_the_public_key_it_knows(
    open_api: OpenApi, key_pair: tuple[str, str]
) -> None:
    private, public = key_pair
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = Account("ab12cd34", applications=(Application(APPLICATION, public_key=public),))
    async with open_api(account, auth="strict") as api:
        good = await api.client.post("/v0.1/messages", json=sms(), headers=token(private))
        bad = await api.client.post("/v0.1/messages", json=sms(), headers=token(stranger.decode()))

        assert (good.status_code, bad.status_code) == (202, 401)
        (entry,) = await api.journal(verdict="refused", account="ab12cd34")
        assert "does not match the public key of application" in entry["request"]["reason"]


async def test_send_with_strict_auth_refuses_unknown_keys_and_wrong_secrets(open_api: OpenApi) -> None:
    async with open_api(Account("ab12cd34", secrets=("one", "two")), auth="strict") as api:
        statuses = [
            (await api.client.post("/v0.1/messages", json=sms(), headers=headers)).status_code
            for headers in (
                basic("ab12cd34", "one"),
                basic("ab12cd34", "two"),
                basic("ab12cd34", "three"),
                basic("unknown1", "one"),
            )
        ]

    assert [202, 202, 401, 401] == statuses


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_get_405_with_allow_and_a_journal_entry(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/v0.1/messages")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.json()["instance"] == answer.headers["x-nexmo-trace-id"]
    assert len(await api.journal(verdict="refused")) == 1


async def test_unknown_path_gets_404_with_the_nearest_known_one(api: Api) -> None:
    answer = await api.client.post("/v0.1/mesages", json=sms())

    assert answer.status_code == 404
    assert answer.json()["detail"] == "No operation is at /v0.1/mesages. Did you mean /v0.1/messages?"
    assert len(await api.journal(verdict="refused")) == 1


async def test_path_with_a_line_break_gets_404_as_any_unknown_one(api: Api) -> None:
    answer = await api.client.patch("/v1/messages/a%0Ab/c", json={"status": "read"})

    assert (404, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert answer.json()["detail"].startswith("No operation is at /v1/messages/a\nb/c.")
    assert len(await api.journal(verdict="refused")) == 1


async def test_path_spelt_as_the_document_has_it_names_no_message(api: Api) -> None:
    answer = await api.client.patch("/v1/messages/{message_uuid}", json={"status": "read"}, headers=basic("mockkey1"))

    assert 404 == answer.status_code
    assert "External Id not found for message {message_uuid}." == answer.json()["detail"]


async def test_body_over_the_limit_gets_413(open_api: OpenApi) -> None:
    async with open_api(max_body_bytes=1000) as api:
        declared = await api.send(sms(client_ref="x" * 1000))

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(11):
                yield b" " * 100

        chunked = await api.client.post("/v0.1/messages", content=chunks(), headers=basic("mockkey1"))

        assert (declared.status_code, chunked.status_code) == (413, 413)
        assert declared.json()["detail"] == "The body is larger than 1000 bytes."
        assert len(await api.journal(verdict="refused")) == 2


async def test_chunked_body_is_accepted(api: Api) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        raw = msgspec.json.encode(sms())
        yield raw[:20]
        yield raw[20:]

    headers = basic("mockkey1") | {"Content-Type": "application/json"}
    answer = await api.client.post("/v0.1/messages", content=chunks(), headers=headers)

    assert answer.status_code == 202


async def test_other_content_type_is_a_finding_or_with_strict_a_415(open_api: OpenApi) -> None:
    for strict, status in ((False, 202), (True, 415)):
        async with open_api(strict=strict) as api:
            headers = basic("mockkey1") | {"Content-Type": "text/plain"}
            answer = await api.client.post("/v0.1/messages", content=msgspec.json.encode(sms()), headers=headers)

            assert answer.status_code == status
            (entry,) = await api.journal(kind="request")
            assert ["content_type"] == [each["rule"] for each in entry["request"]["findings"]]


async def test_compressed_body_gets_415(api: Api) -> None:
    headers = basic("mockkey1") | {"Content-Encoding": "gzip", "Content-Type": "application/json"}

    answer = await api.client.post("/v0.1/messages", content=b"\x1f\x8b", headers=headers)

    assert answer.status_code == 415
    assert answer.json()["detail"] == "The Content-Encoding is 'gzip'; send the body uncompressed."


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5000],
    ids=["empty", "cut", "list", "null", "string", "bytes", "deep"],
)
async def test_body_that_is_no_object_gets_a_400_naming_the_body(api: Api, raw: bytes) -> None:
    headers = basic("mockkey1") | {"Content-Type": "application/json"}

    answer = await api.client.post("/v0.1/messages", content=raw, headers=headers)

    assert answer.status_code == 400
    assert ["body"] == [each["name"] for each in answer.json()["invalid_parameters"]]


async def test_strict_turns_findings_into_refusals(open_api: OpenApi) -> None:
    body = sms(colour="red")
    async with open_api() as api:
        assert (await api.send(body)).status_code == 202
        (entry,) = await api.journal(kind="request")
        assert ["colour"] == [each["name"] for each in entry["request"]["findings"]]
    async with open_api(strict=True) as api:
        answer = await api.send(body)
        assert answer.status_code == 400
        (item,) = answer.json()["invalid_parameters"]
        assert item["name"] == "colour"
        assert item["reason"].endswith("(refused because of --strict)")


async def test_journal_keeps_headers_with_credentials_shortened(api: Api) -> None:
    await api.send(sms())

    (entry,) = await api.journal(kind="request")
    assert entry["request"]["headers"]["authorization"] == "Basic bW9ja2..."
    assert entry["request"]["headers"]["content-type"] == "application/json"


async def test_statuses_arrive_in_order_with_the_reference(api: Api) -> None:
    answer = await api.send(sms(client_ref="order-1"))

    await api.advance(10)

    assert [(STATUS_URL, "submitted"), (STATUS_URL, "delivered")] == [
        (url, body["status"]) for url, body in api.receiver.got
    ]
    assert {(answer.json()["message_uuid"], "order-1")} == {
        (body["message_uuid"], body["client_ref"]) for _, body in api.receiver.got
    }


async def test_two_keys_never_see_each_other(api: Api) -> None:
    first = await api.send(sms(), key="aaaa1111")
    second = await api.send(sms(), key="bbbb2222")

    for key, answer in (("aaaa1111", first), ("bbbb2222", second)):
        found = (await api.client.get("/_mock/messages", params={"account": key})).json()["messages"]
        assert [answer.json()["message_uuid"]] == [each["message_uuid"] for each in found]


async def test_our_own_mistake_is_a_500_problem_and_an_error_entry(api: Api) -> None:
    async def broken(*_: object) -> object:
        raise ZeroDivisionError("a planted mistake")

    api.app.runtime.messages.send = broken  # type: ignore[method-assign,assignment]  # a planted mistake

    answer = await api.send(sms())

    assert answer.status_code == 500
    assert answer.json()["detail"] == "The mock server itself failed: ZeroDivisionError: a planted mistake"
    (entry,) = await api.journal(kind="error")
    assert entry["request"]["verdict"] == "failed"


async def test_our_own_mistake_is_told_in_the_words_of_v1_there_and_in_ours_in_the_journal(api: Api) -> None:
    async def broken(*_: object) -> object:
        raise ZeroDivisionError("a planted mistake")

    api.app.runtime.updates.update = broken  # type: ignore[method-assign,assignment]  # a planted mistake

    answer = await api.client.patch("/v1/messages/any", json={"status": "read"}, headers=basic("mockkey1"))

    assert (500, "Internal error") == (answer.status_code, answer.json()["title"])
    (entry,) = await api.journal(kind="error")
    assert "The mock server itself failed: ZeroDivisionError: a planted mistake" == entry["request"]["reason"]
