"""The clients' file loads, keeps what its rows promise, and a broken one fails the load with its place."""

import re
from pathlib import Path

import pytest

from mockserver.contract.clients import load_clients
from mockserver.core.clients import Client
from mockserver.data import bundled
from mockserver.errors import SpecError

CLIENTS = load_clients()
ROWS = [pytest.param(each, id=each.name) for each in CLIENTS.clients]
FILE = bundled("specs") / "clients.yaml"


def test_every_client_that_was_asked_for_is_there() -> None:
    wanted = ["python", "python-3", "node", "node-2", "node-legacy", "java", "php", "ruby", "dotnet", "curl"]

    assert [] == [name for name in wanted if not isinstance(CLIENTS.find(name), Client)]


@pytest.mark.parametrize(("alias", "name"), [("js", "node"), ("nodejs", "node"), ("C#", "dotnet"), (".NET", "dotnet")])
def test_a_client_has_the_names_people_use(alias: str, name: str) -> None:
    assert CLIENTS.find(name) == CLIENTS.find(alias)


@pytest.mark.parametrize("client", ROWS)
def test_a_client_says_something_in_whole_sentences(client: Client) -> None:
    assert client.notes
    assert [] == [note for note in client.notes if not note.endswith(".")]


@pytest.mark.parametrize("client", ROWS)
def test_a_snippet_sends_one_message_from_credentials(client: Client) -> None:
    places = set(re.findall(r"\{\{(\w+)\}\}", client.snippet))

    assert {"api_key", "api_secret"} <= places
    assert 1 == client.snippet.count("447700900101")
    assert client.snippet.endswith("\n")


def test_each_client_of_https_is_told_of_the_certificate() -> None:
    of_https = [each for each in CLIENTS.clients if each.scheme == "https"]

    assert {"python", "python-3", "ruby"} == {each.name for each in of_https}
    assert all(any("{{ca_file}}" in text for text in each.texts) for each in of_https)


@pytest.mark.parametrize("client", ROWS)
def test_a_version_that_is_installed_is_the_one_spoken_of(client: Client) -> None:
    numbers = re.findall(r"(?:@|==|:|-v )(\d[\w.-]+\w)", client.install)

    assert {client.version} >= set(numbers)


def broken(tmp_path: Path, old: str, new: str) -> Path:
    """Return a copy of the file with the first of a text replaced."""
    path = tmp_path / "clients.yaml"
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("  tested: true", "  tesetd: true", "", "A client does not fit: "),
        ("  scheme: https", "  scheme: gopher", "", "Invalid enum value 'gopher'"),
        ("{{tls_host}}", "{{host}}", ": clients[0]", "{{host}} is no value."),
        ("version: 1", "version: [", ":", "The file is not readable YAML: "),
    ],
)
def test_a_broken_file_fails_with_its_place(old: str, new: str, where: str, what: str, tmp_path: Path) -> None:
    path = broken(tmp_path, old, new)

    with pytest.raises(SpecError) as caught:
        load_clients(path)

    assert (caught.value.where or "").startswith(f"{path}{where}")
    assert what in caught.value.what


def test_a_missing_file_fails_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="The file cannot be read: No such file or directory") as caught:
        load_clients(tmp_path / "gone.yaml")

    assert str(tmp_path / "gone.yaml") == caught.value.where


def test_no_name_is_both_known_and_absent() -> None:
    absent = {name for each in CLIENTS.absent for name in each.names}

    assert {"go", "cli"} <= absent
    assert set() == absent & set(CLIENTS.names)
