"""Official clients: values written as each language writes them, and rows that cannot be."""

import ast
import json
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.clients import (
    Absent,
    Client,
    Clients,
    Export,
    Values,
    exports_of,
    mistakes,
    read_clients,
    snippet_of,
    webhook_of,
)

VALUES = Values(
    url="http://127.0.0.1:7670",
    tls_url="https://127.0.0.1:7671",
    ca_file="/tmp/ca.pem",  # noqa: S108, a name, not a file
    api_key="key",
    api_secret='it\'s "secret" \\ $HOME',
    application_id="app",
    private_key_file="application.key",
    signature_secret="signed",
)
CLIENT = Client(
    name="one",
    title="One",
    page="one",
    package="one",
    version="1",
    install="install one",
    speaks="Messages v1",
    scheme="either",
    trust="`ONE_CA`",
    tested=True,
    language="python",
    quotes="double",
    snippet="send({{url}})\n",
    notes=("Mind it.",),
    errors=(),
)


def made(**changes: object) -> Client:
    """Return the client with changes."""
    return msgspec.structs.replace(CLIENT, **changes)


def file(*clients: Client, absent: tuple[Absent, ...] = ()) -> Clients:
    """Return a file of clients."""
    return Clients(1, "tests", clients, absent)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("url", '"http://127.0.0.1:7670"'),
        ("origin", '"http://127.0.0.1"'),
        ("port", "7670"),
        ("tls_host", '"127.0.0.1:7671"'),
        ("ca_file", '"/tmp/ca.pem"'),
        ("api_key", '"key"'),
        ("application_id", '"app"'),
        ("private_key_file", '"application.key"'),
        ("signature_secret", '"signed"'),
    ],
)
def test_a_place_is_filled_with_its_value(place: str, written: str) -> None:
    assert f"({written})" == snippet_of(made(snippet=f"({{{{{place}}}}})"), VALUES)


@pytest.mark.parametrize(
    ("url", "origin", "port"),
    [
        ("http://localhost", '"http://localhost"', "80"),
        ("https://localhost", '"https://localhost"', "443"),
        ("http://[::1]:7670", '"http://[::1]"', "7670"),
    ],
)
def test_an_address_is_taken_apart(url: str, origin: str, port: str) -> None:
    code = snippet_of(made(snippet="{{origin}} {{port}}"), replace(VALUES, url=url))

    assert f"{origin} {port}" == code


def from_python(code: str) -> str:
    """Return what a literal means to Python, which reads escapes of simple quotes as PHP and Ruby do."""
    value: str = ast.literal_eval(code)
    return value


def from_shell(code: str) -> str:
    """Return the one word that a shell reads."""
    [word] = shlex.split(code)
    return word


@pytest.mark.parametrize(
    ("quotes", "read"),
    [("double", json.loads), ("double", from_python), ("single", from_python), ("shell", from_shell)],
)
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20))
def test_a_value_is_read_as_it_was_whatever_it_holds(quotes: str, read: Callable[[str], str], text: str) -> None:
    code = snippet_of(made(snippet="{{api_secret}}", quotes=quotes), replace(VALUES, api_secret=text))

    assert text == read(code)


def test_a_shell_leaves_a_value_alone() -> None:
    line = snippet_of(made(snippet="printf %s {{api_secret}}", quotes="shell"), VALUES)

    assert (
        VALUES.api_secret == subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
    )


def test_the_check_of_webhooks_is_filled_too() -> None:
    assert 'check("signed")' == webhook_of(made(webhook="check({{signature_secret}})"), VALUES)


def test_variables_are_plain_values() -> None:
    client = made(exports=(Export("ONE_CA", "{{ca_file}}"), Export("ONE_PORT", "{{port}}")))

    assert {"ONE_CA": "/tmp/ca.pem", "ONE_PORT": "7670"} == exports_of(client, VALUES)  # noqa: S108, a name


def test_a_variable_without_a_value_is_left_out() -> None:
    client = made(exports=(Export("ONE_CA", "{{ca_file}}"),))

    assert {} == exports_of(client, replace(VALUES, tls_url="", ca_file=""))


@pytest.mark.parametrize("name", ["one", "ONE", "uno", "UnO"])
def test_a_client_is_found_by_name_and_alias_in_any_case(name: str) -> None:
    client = made(aliases=("uno",))

    assert client == file(made(name="two"), client).find(name)


def test_what_has_no_messages_is_found_with_why() -> None:
    absent = Absent(("go",), "It has none.")

    clients = file(CLIENT, absent=(absent,))

    assert (absent, None) == (clients.find("Go"), clients.find("gone"))


@pytest.mark.parametrize(
    ("client", "place", "what"),
    [
        (made(snippet="{{ulr}}"), "clients[0]", "{{ulr}} is no value."),
        (made(webhook="{{secret}}"), "clients[0]", "{{secret}} is no value."),
        (made(exports=(Export("A", "{{ca}}"),)), "clients[0]", "{{ca}} is no value."),
        (made(aliases=("one",)), "clients[0].aliases", "The name one stands here twice."),
        (made(aliases=("Uno",)), "clients[0].aliases", "The name Uno is not in small letters."),
        (made(scheme="https"), "clients[0].snippet", "A client of scheme https cannot use {{url}}."),
        (made(scheme="http"), "clients[0].snippet", "A client of scheme http cannot use {{url}}."),
        (made(snippet="{{tls_host}}"), "clients[0].snippet", "A client of scheme either cannot use {{tls_host}}."),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_place(client: Client, place: str, what: str) -> None:
    assert [(place, what)] == list(mistakes(file(client)))


def test_a_name_that_is_there_and_absent_is_told() -> None:
    absent = (Absent(("two", "one"), "It has none."),)

    expected = [("absent[0].names", "The name one stands here twice.")]
    assert expected == list(mistakes(file(CLIENT, absent=absent)))


def test_a_member_nobody_knows_is_refused() -> None:
    document = msgspec.to_builtins(file(CLIENT))
    document["clients"][0]["shceme"] = "http"

    with pytest.raises(msgspec.ValidationError, match="shceme"):
        read_clients(document)


def test_a_file_reads_as_it_is_written() -> None:
    assert file(CLIENT) == read_clients(msgspec.to_builtins(file(CLIENT)))
