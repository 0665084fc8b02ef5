"""A server in a thread: where it answers, whose account it speaks for, and that nothing of it is left."""

import ssl
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mockserver import MockServer, Settings
from mockserver.errors import UnreachableError, UsageError
from mockserver.model import Account, Application, Json
from tests.handle.conftest import QUICK
from tests.handle.sending import body_of, open_files, post, send


def test_server_speaks_http_and_https() -> None:
    with MockServer.serving() as mock:
        assert mock.tls_url is not None
        trusting = ssl.create_default_context(cafile=mock.ca_file)
        answers = [post(mock.url, mock.basic, body_of()), post(mock.tls_url, mock.basic, body_of(), trusting)]

        assert [202, 202] == [status for status, _ in answers]
        assert 2 == len(mock.sent())


def test_servers_with_usual_ports_run_side_by_side() -> None:
    with MockServer.serving(Settings(tls=False)) as one, MockServer.serving(Settings(tls=False)) as two:
        send(one)

        assert (1, 0) == (len(one.sent()), len(two.sent()))


def test_nothing_is_left_of_a_server() -> None:
    with MockServer.serving():
        pass  # what is imported, read and opened once for all is there from now on
    threads, files, certificates = set(threading.enumerate()), open_files(), list[Path]()

    for _ in range(3):
        with MockServer.serving() as mock:
            mock.new_account().sent()
            assert mock.ca_file is not None
            certificates.append(mock.ca_file)

    assert set() == set(threading.enumerate()) - threads
    assert open_files() <= files
    assert [] == [each for each in certificates if each.parent.exists()]


async def test_server_can_be_awaited() -> None:
    async with MockServer.serving(QUICK) as mock:
        assert [] == await mock.sent()
        assert mock.tls_url is None


def test_server_ends_with_a_failing_test() -> None:
    urls: list[str] = []

    def fail() -> None:
        with MockServer.serving(QUICK) as mock:
            urls.append(mock.url)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(UnreachableError, match=urls[0]):
        MockServer.connect(urls[0])


@pytest.mark.parametrize(
    "settings",
    [QUICK, replace(QUICK, api_secret="of-somebody"), replace(QUICK, auth="strict")],
    ids=["any", "secret", "strict"],
)
def test_credentials_of_the_default_account_open_it(settings: Settings) -> None:
    with MockServer.serving(settings) as mock:
        answers = [send(mock), send(mock, auth=f"Bearer {mock.jwt()}")]

        assert [202, 202] == [status for status, _ in answers]
        assert 2 == len(mock.sent())
        assert settings.api_key == mock.api_key
        assert settings.signature_secret == mock.signature_secret


def test_server_speaks_for_the_account_it_is_told_to() -> None:
    mine = Account("mine", secrets=("s3cret",), applications=(Application("app-1"),), signature_secret="x" * 32)
    with MockServer.serving(QUICK, [mine], account="mine") as mock:
        send(mock)
        send(mock, auth=f"Bearer {mock.jwt()}")

        assert ("mine", "s3cret", "app-1", "x" * 32) == (
            mock.api_key,
            mock.api_secret,
            mock.application_id,
            mock.signature_secret,
        )
        assert 2 == len(mock.sent())
        assert [] == mock.account("mockkey1").sent()


def test_account_that_is_not_there_is_refused() -> None:
    with (
        pytest.raises(UsageError, match=r"account 'mien' is not among the accounts given\. Did you mean mine\?"),
        MockServer.serving(QUICK, [Account("mine")], account="mien"),
    ):
        pass


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"realism": "strickt"}, 'realism is "strickt", expected one of "open", "strict". Did you mean "strict"?'),
        ({"port": "abc"}, 'port is "abc", expected a whole number from 0 to 65535.'),
        ({"inbound_url": "foo"}, 'inbound_url is "foo", expected an absolute http or https URL. Write it like '),
        ({"strict": 1}, "strict is 1, expected true or false."),
    ],
    ids=["choice", "number", "url", "switch"],
)
def test_settings_that_cannot_be_are_refused(members: dict[str, Json], expected: str) -> None:
    settings = Settings(**{"tls": False, **members})
    for opening in (MockServer.serving(settings), MockServer.in_process(settings)):
        with pytest.raises(UsageError) as refused, opening:
            pass

        assert str(refused.value).startswith(f"Settings: {expected}")


def test_settings_take_paths_and_lists(tmp_path: Path) -> None:
    members: dict[str, Json] = {"tls_dir": tmp_path, "tls_name": ["api.nexmo.com"], "retry_delays_s": [1, 2]}
    with MockServer.serving(Settings(**members)) as mock:
        assert tmp_path / "ca.pem" == mock.ca_file
