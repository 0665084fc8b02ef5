"""A server that runs elsewhere: the same verbs, and plain words where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mockserver import MockServer
from mockserver.errors import UnknownError, UnreachableError, UsageError
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.handle.conftest import QUICK
from tests.handle.sending import send


def test_connected_server_has_the_same_verbs(server: MockServer) -> None:
    mock = MockServer.connect(server.url + "/")
    account = mock.new_account()
    send(account)

    assert 1 == len(account.assert_sent(count=1))
    assert (server.url, server.api_key) == (mock.url, mock.api_key)
    account.forget()


def test_account_of_a_connected_server_can_be_chosen(server: MockServer) -> None:
    account = server.new_account()
    send(account)

    mock = MockServer.connect(server.url, account=account.api_key)

    assert 1 == len(mock.sent())
    assert account.application_id == mock.application_id
    for name in ("api_secret", "private_key", "signature_secret"):
        with pytest.raises(UsageError, match="not known here"):
            getattr(mock, name)
    with pytest.raises(UsageError, match="was not made here"):
        mock.configure(status_url="http://127.0.0.1:9/")
    account.forget()


def test_open_account_takes_any_secret() -> None:
    with serving(Settings(port=0, tls=False)) as running:
        mock = MockServer.connect(running.url)

        assert 202 == send(mock)[0]
        with pytest.raises(UsageError, match="No application of mockkey1 is known here"):
            mock.jwt()


def test_https_is_trusted_by_the_certificate_given() -> None:
    with MockServer.serving() as server:
        assert server.tls_url is not None
        mock = MockServer.connect(server.tls_url, ca_file=server.ca_file)

        assert [] == mock.sent()
        with pytest.raises(
            UnreachableError, match=r"certificate of .* is not trusted here\. Give the server's ca\.pem"
        ):
            MockServer.connect(server.tls_url)


def test_unknown_account_is_told(server: MockServer) -> None:
    with pytest.raises(UnknownError, match=r"no account 'nobody'; known: .*mockkey1"):
        MockServer.connect(server.url, account="nobody")


@pytest.mark.parametrize("url", ["localhost:7670", "ftp://localhost", "http://", "http://a:b", "http://[::1"])
def test_url_that_is_none_is_told(url: str) -> None:
    with pytest.raises(UsageError, match=r"is no URL of a server\. Write it like http://127\.0\.0\.1:7670\."):
        MockServer.connect(url)


@pytest.mark.parametrize("text", [None, "no certificate"], ids=["absent", "other"])
def test_certificate_that_cannot_be_read_is_told(tmp_path: Path, text: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if text is not None:
        ca_file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"the certificate .*ca\.pem cannot be read: .* Give the server's ca\.pem as"):
        MockServer.connect("https://127.0.0.1:9", ca_file=ca_file)


def test_server_that_does_not_run_is_told() -> None:
    with MockServer.serving(QUICK) as mock:
        url = mock.url

    with pytest.raises(
        UnreachableError, match=rf"No server answers at {url} \(.*\)\. Start one with `mockserver serve`"
    ):
        MockServer.connect(url)


@contextmanager
def something_else(status: int, content: bytes) -> Iterator[str]:
    """Serve what is no mock server."""

    class Handler(BaseHTTPRequestHandler):
        """Answers the same to everything."""

        def do_GET(self) -> None:
            """Answer."""
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (200, b"<html>", "What answers at .* is no mockserver"),
        (404, b"", "What answers at .* is no mockserver"),
        (404, b"{}", "answered 404 to GET /_mock/clock"),
        (503, b'{"detail": "starting"}', "answered 503 to GET /_mock/clock: starting"),
    ],
)
def test_what_is_no_mock_server_is_told(status: int, content: bytes, said: str) -> None:
    with something_else(status, content) as url, pytest.raises(UnreachableError, match=said):
        MockServer.connect(url)


def test_https_of_a_plain_server_is_told(server: MockServer) -> None:
    with pytest.raises(UnreachableError, match="No server answers at https://"):
        MockServer.connect(server.url.replace("http:", "https:"))
