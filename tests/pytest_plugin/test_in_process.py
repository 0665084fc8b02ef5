"""An application under test runs in one process with the server, without sockets, and is judged as over them."""

from tests.pytest_plugin.conftest import Run

SERVICE = '''
import base64
import json
import pytest

class Service:
    """Answers each inbound webhook by a message, as a body with a change made to it."""

    def __init__(self, api, **change):
        self.api, self.change = api, change

    async def __call__(self, scope, receive, send):
        event = await receive()
        if scope["path"] == "/webhooks/inbound":
            await self.answer(json.loads(event["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def answer(self, webhook):
        message = {"channel": "sms", "message_type": "text", "text": "See you.", **self.change}
        body = json.dumps({**message, "to": webhook["from"], "from": webhook["to"]}).encode()
        headers = [(b"authorization", self.api.basic.encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/v1/messages", "scheme": "http",
                 "raw_path": b"/v1/messages", "query_string": b"", "root_path": "", "headers": headers,
                 "server": ("api", 80), "client": ("127.0.0.1", 1)}
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}
        async def send(event):
            pass
        await self.api.app(scope, receive, send)

def say_yes(api):
    api.inbound("sms", text="yes", from_="447700900101", to="447700900010")
    api.settle()
'''


def test_application_and_server_talk_without_sockets(run: Run) -> None:
    source = """
def test_it(messages_api_in_process):
    api = messages_api_in_process(Service)
    say_yes(api)
    api.assert_sent(to="447700900101", text="See you.", count=1)
    api.webhooks.assert_acknowledged(event="inbound")

def test_server_is_new(messages_api_in_process):
    api = messages_api_in_process(Service)
    api.assert_nothing_sent()
"""

    result = run(SERVICE + source, "--messages-api-coverage")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines("Inbound messages *1 of *")


def test_violation_of_the_application_fails_the_test(run: Run) -> None:
    source = """
def test_bad(messages_api_in_process):
    say_yes(messages_api_in_process(lambda api: Service(api, text="")))

@pytest.mark.messages_api(allow_violations="text")
def test_meant(messages_api_in_process, request):
    assert "messages_api" not in request.fixturenames
    say_yes(messages_api_in_process(lambda api: Service(api, text="")))
"""

    result = run(SERVICE + source)

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        ["1 request of this test broke the contract*", "    `text` is empty*", "*- messages_api: timeline -*"]
    )


def test_settings_that_cannot_be_are_told_in_one_sentence(run: Run) -> None:
    source = """
import pytest
from mockserver import Settings

@pytest.fixture(scope="session")
def messages_api_settings():
    return Settings(realism="strickt")

def test_it(messages_api_in_process):
    messages_api_in_process(print)
"""

    result = run(source)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines('Settings: realism is "strickt", expected one of "open", "strict". *')
    result.stdout.no_fnmatch_line("*Error*")
