"""The slow authority judges paths, methods, headers and content types as well as bodies."""

import json
import subprocess
import sys

import pytest

from mockserver.contract.oracle import Oracle
from tests.contract.send import sms

BODY = json.dumps(sms()).encode()
UUID = {"message_uuid": "b2f1a3c4-0d5e-4f60-8a7b-9c8d7e6f5a4b"}


def test_valid_request_has_no_errors(oracle: Oracle) -> None:
    assert [] == oracle.request_errors(BODY)


@pytest.mark.parametrize(
    ("body", "how", "words"),
    [
        (b"{}", {}, "{} is not valid under any of the given schemas"),
        (BODY, {"path": "/v0.1/message"}, "Path not found for http://localhost/v0.1/message"),
        (BODY, {"method": "get"}, "Operation get not found for http://localhost/v0.1/messages"),
        (BODY, {"content_type": "text/plain"}, "Content for the following mimetype not found: text/plain"),
    ],
)
def test_invalid_request_has_errors(body: bytes, how: dict[str, str], words: str, oracle: Oracle) -> None:
    [error] = oracle.request_errors(body, **how)

    assert words in error


def test_answer_without_trace_id_or_with_another_type_has_errors(oracle: Oracle) -> None:
    trace = {"X-Nexmo-Trace-Id": "no hex"}

    assert oracle.answer_errors(202, UUID, content_type="application/json", headers=trace)
    assert oracle.answer_errors(202, UUID, content_type="text/html", headers={"X-Nexmo-Trace-Id": "0" * 32})


def test_checking_bodies_does_not_load_openapi_core() -> None:
    """It would cost every start a third of a second."""
    program = (
        "import sys; from mockserver.contract import check, specs;"
        " check.MessagesContract(specs.load_specs()).check({}); print('openapi_core' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert "False" == done.stdout.strip()
