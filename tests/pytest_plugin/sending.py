"""What test files of the inner runs begin with: a sender that knows nothing of the plugin."""

from typing import Final

SENDING: Final = """
import base64
import json
import pytest
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def send(mock, **members):
    body = {"channel": "sms", "message_type": "text", "to": "447700900101", "from": "AcmeCo", "text": "Hi", **members}
    key = base64.b64encode(f"{mock.api_key}:{mock.api_secret}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    request = Request(mock.url + "/v1/messages", json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status
    except HTTPError as error:
        with error:
            return error.code
"""
