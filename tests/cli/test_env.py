"""``mockserver env``: what it prints for each client, where it looks for the server, and what it doubts."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockserver.contract.clients import load_clients
from mockserver.core.clients import Client
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.listeners import Running
from mockserver.web.server import serving
from tests.cli.conftest import PATIENCE_S, Cli, measured

CLIENTS = load_clients()
ROWS = [pytest.param(each, id=each.name) for each in CLIENTS.clients]
UNUSED = "http://127.0.0.1:1"
"""Where nobody answers: port 1 belongs to a service of 1988."""
READY = "ready.json"


@contextmanager
def server(folder: Path, **settings: object) -> Iterator[Running]:
    """Run a server with https whose certificates and ready file lie in a folder."""
    own: dict[str, object] = {"port": 0, "tls_dir": str(folder / "tls"), "ready_file": str(folder / READY)}
    with serving(Settings(**(own | settings))) as running:  # type: ignore[arg-type]  # named by keyword
        yield running


def exported(out: str) -> dict[str, str]:
    """Return the variables that lines for a shell set."""
    words = (shlex.split(line, comments=True) for line in out.splitlines())
    return dict(word[1].split("=", 1) for word in words if word[:1] == ["export"])


def test_without_a_client_all_are_listed(cli: Cli) -> None:
    outcome = cli("env")

    header, *lines = outcome.out.splitlines()
    assert (0, "", "CLIENT") == (outcome.code, outcome.err, header.split()[0])
    assert [each.name for each in CLIENTS.clients] == [line.split()[0] for line in lines]
    assert {each.name: "yes" if each.tested else "no" for each in CLIENTS.clients} == {
        line.split()[0]: line.split()[-1] for line in lines
    }


def test_the_list_as_json_has_every_client(cli: Cli) -> None:
    rows = cli("env", "--json").json

    assert [each.version for each in CLIENTS.clients] == [row["version"] for row in rows]
    assert {"client", "scheme", "trust", "tested", "install"} <= rows[0].keys()


@pytest.mark.parametrize("client", ROWS)
def test_a_client_gets_variables_and_then_its_program(client: Client, cli: Cli, tmp_path: Path) -> None:
    outcome = cli("env", client.name, XDG_STATE_HOME=str(tmp_path))

    shell, _, program = outcome.out.partition("\n\n")
    assert (0, f"# {client.title}. To install it: {client.install}") == (outcome.code, shell.splitlines()[0])
    assert [] == [line for line in shell.splitlines() if not line.startswith(("#", "export "))]
    assert program == cli("env", client.name, "--only", "snippet", XDG_STATE_HOME=str(tmp_path)).out
    assert "{{" not in outcome.out
    assert f"127.0.0.1:{7671 if client.scheme == 'https' else 7670}" in program.replace('", port: ', ":")


@pytest.mark.parametrize("client", ROWS)
def test_what_to_mind_goes_to_standard_error(client: Client, cli: Cli, tmp_path: Path) -> None:
    outcome = cli("env", client.name, XDG_STATE_HOME=str(tmp_path))

    notes = [line.removeprefix("note: ") for line in outcome.err.splitlines()]
    assert list(client.notes) == notes[-len(client.notes) :]
    assert client.tested != any("Our tests do not run this client" in note for note in notes)


@pytest.mark.parametrize("client", ROWS)
def test_a_client_as_json_holds_all_there_is(client: Client, cli: Cli, tmp_path: Path) -> None:
    home = str(tmp_path)

    told = cli("env", client.name, "--json", XDG_STATE_HOME=home).json

    parts = {part: cli("env", client.name, "--only", part, XDG_STATE_HOME=home).out for part in ("exports", "snippet")}
    assert parts == {
        "exports": "".join(
            f"{'' if told['exports'] else '# only for https: '}export {name}={value}\n"
            for name, value in told["exports_for_https"].items()
        ),
        "snippet": told["snippet"],
    }
    assert (client.name, list(client.notes)) == (told["client"], told["notes"])
    assert [each.raises for each in client.errors] == [each["raises"] for each in told["errors"]]
    assert bool(client.webhook) == (told["webhook"] is not None)


def test_a_client_is_found_by_its_other_names(cli: Cli) -> None:
    assert cli("env", "JS", "--only", "snippet").out == cli("env", "node", "--only", "snippet").out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nod", 'There is no client "nod". Did you mean node?'),
        ("cobol-2", 'There is no client "cobol-2". Known: python, python-3, node, '),
        ("go", "The official Go client has no Messages API, "),
        ("cli", "The official command line cannot send messages; "),
    ],
)
def test_a_client_nobody_knows_is_told_in_a_sentence(name: str, says: str, cli: Cli) -> None:
    outcome = cli("env", name)

    assert (2, "", True) == (outcome.code, outcome.out, outcome.err.startswith(f"mockserver: {says}"))


def test_an_unknown_part_ends_with_2(cli: Cli) -> None:
    assert 2 == cli("env", "python", "--only", "part").code


@pytest.mark.parametrize("client", ROWS)
def test_the_check_of_webhooks_is_printed_or_said_to_be_missing(client: Client, cli: Cli) -> None:
    outcome = cli("env", client.name, "--only", "webhook")

    assert (0 if client.webhook else 2) == outcome.code
    expected = Settings().signature_secret if client.webhook else "nothing that checks the signature of a webhook"
    assert expected in outcome.out + outcome.err


def test_without_a_server_the_settings_are_taken_and_a_line_says_so(cli: Cli, tmp_path: Path) -> None:
    outcome = cli("env", "node", "--url", UNUSED, XDG_STATE_HOME=str(tmp_path))

    first = outcome.err.splitlines()[0]
    assert first.startswith(f"note: No server answers at {UNUSED} (Connection refused). What follows is made of the")
    assert f'apiHost: "{UNUSED}"' in outcome.out


def test_the_certificate_that_does_not_exist_yet_is_told(cli: Cli, tmp_path: Path) -> None:
    outcome = cli("env", "python", XDG_STATE_HOME=str(tmp_path))

    file = tmp_path / "messages-mockserver" / "tls" / "ca.pem"
    assert {"REQUESTS_CA_BUNDLE": str(file)} == exported(outcome.out)
    assert f"note: There is no {file} yet; the first `mockserver serve` makes it." == outcome.err.splitlines()[0]


def test_settings_of_the_server_are_settings_of_the_client(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text(
        'host = "0.0.0.0"\nport = 8670\ntls_port = 9671\ntls_dir = "my tls"\n'
        'api_key = "abc123"\napi_secret = "hidden"\nsignature_secret = "another-secret-of-32-bytes-or-more"\n'
        '[accounts.abc123]\n[[accounts.abc123.applications]]\nid = "0b6cb4f1-7ec4-4a4b-8f5d-6f2a8a2c9d10"\n',
        encoding="utf-8",
    )

    told = cli("env", "python", "--json").json

    assert {
        "url": "http://127.0.0.1:8670",
        "tls_url": "https://127.0.0.1:9671",
        "ca_file": str(tmp_path / "my tls" / "ca.pem"),
    } == told["server"]
    assert 'api_host="127.0.0.1:9671"' in told["snippet"]
    assert 'Auth(api_key="abc123", api_secret="YOUR-SECRET")' in told["snippet"]
    assert 'application_id="0b6cb4f1-7ec4-4a4b-8f5d-6f2a8a2c9d10"' in told["snippet"]
    assert '"YOUR-SIGNATURE-SECRET"' in told["webhook"]


def test_flags_of_serve_are_flags_here(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("port = 8670\n", encoding="utf-8")

    told = cli("env", "ruby", "--json", "--config", "other.toml", "--tls-port", "9999", "--tls-dir", "certs").json

    expected = {"url": "http://127.0.0.1:8670", "tls_url": "https://127.0.0.1:9999"}
    assert expected | {"ca_file": str(tmp_path / "certs" / "ca.pem")} == told["server"]


@pytest.mark.parametrize(
    ("url", "tls_url", "host"),
    [
        ("http://127.0.0.1:8000/", "https://127.0.0.1:8001", "127.0.0.1:8001"),
        ("http://[::1]:8000", "https://[::1]:8001", "[::1]:8001"),
        ("https://localhost:8443", "https://localhost:8443", "localhost:8443"),
    ],
)
def test_https_is_a_port_further_unless_it_is_what_was_named(url: str, tls_url: str, host: str, cli: Cli) -> None:
    told = cli("env", "python", "--json", "--url", url).json

    assert (url.rstrip("/"), tls_url) == (told["server"]["url"], told["server"]["tls_url"])
    assert f'api_host="{host}"' in told["snippet"]


def test_a_url_that_is_none_ends_with_2(cli: Cli) -> None:
    outcome = cli("env", "node", "--url", "127.0.0.1:7670")

    assert (2, True) == (outcome.code, "--url" in outcome.err)


def test_without_https_a_client_of_both_is_told_of_no_certificate(cli: Cli) -> None:
    outcome = cli("env", "node", MESSAGES_MOCKSERVER_TLS="false")

    assert (0, {}, False) == (outcome.code, exported(outcome.out), "NODE_EXTRA_CA_CERTS" in outcome.out)


def test_without_https_a_client_of_https_alone_is_refused(cli: Cli) -> None:
    outcome = cli("env", "ruby", MESSAGES_MOCKSERVER_TLS="false")

    says = "mockserver: Ruby, vonage 7 speaks https only, and https is off. Start the server without --no-tls"
    assert (2, "", True) == (outcome.code, outcome.out, outcome.err.startswith(says))


def test_a_client_of_http_is_not_sent_to_https(cli: Cli) -> None:
    outcome = cli("env", "node-legacy", "--url", "https://localhost:7671")

    assert (2, True) == (outcome.code, "speaks https on port 443 only" in outcome.err)


def test_a_port_of_the_servers_choice_has_to_be_told(cli: Cli) -> None:
    outcome = cli("env", "node", MESSAGES_MOCKSERVER_PORT="0")

    assert (2, True) == (outcome.code, "by the file of `serve --ready-file`" in outcome.err)


@pytest.mark.parametrize("content", [None, "", "[]", '{"url": "http://127.0.0.1:1"}'])
def test_a_ready_file_that_tells_of_nothing_is_refused(content: str | None, cli: Cli, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / READY).write_text(content, encoding="utf-8")

    outcome = cli("env", "node", "--ready-file", READY)

    assert (2, True) == (outcome.code, f"{tmp_path / READY} tells of no server: " in outcome.err)


def test_a_ready_file_of_a_server_without_https_tells_so(cli: Cli, tmp_path: Path) -> None:
    with server(tmp_path, tls=False) as running:
        told = cli("env", "curl", "--json", "--ready-file", READY).json

    assert {"url": running.url, "tls_url": None, "ca_file": None} == told["server"]
    assert [] == told["warnings"]


@pytest.mark.parametrize("client", ["python", "curl"])
def test_a_server_that_answers_leaves_no_doubt(client: str, cli: Cli, tmp_path: Path) -> None:
    with server(tmp_path) as running:
        told = cli("env", client, "--json", "--ready-file", READY).json

    assert [] == told["warnings"]
    assert running.tls_url == told["server"]["tls_url"]
    assert str(running.ca_file) == told["server"]["ca_file"]


def test_a_certificate_of_another_authority_is_told(cli: Cli, tmp_path: Path) -> None:
    with server(tmp_path / "other"):
        pass
    with server(tmp_path) as running:
        assert running.tls_url
        told = cli("env", "python", "--json", "--url", running.tls_url, "--tls-dir", "other/tls").json

    file = tmp_path / "other" / "tls" / "ca.pem"
    expected = f"{running.tls_url} is not certified by {file}; `mockserver serve` names the right file when it starts."
    assert [expected] == told["warnings"]


def test_a_file_that_is_no_certificate_is_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none", encoding="utf-8")

    told = cli("env", "python", "--json", "--tls-dir", ".").json

    assert [f"{tmp_path / 'ca.pem'} holds no certificate."] == told["warnings"]


def test_https_where_nobody_answers_is_told(cli: Cli, tmp_path: Path) -> None:
    with server(tmp_path):
        pass

    told = cli("env", "python", "--json", "--url", "https://127.0.0.1:1", "--tls-dir", "tls").json

    [warning] = told["warnings"]
    assert warning.startswith("No server answers at https://127.0.0.1:1 (Connection refused). What follows is made of")


def mockserver(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mockserver", *argv],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(folder), **measured()},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )


def told_by_serve(folder: Path) -> Iterator[Json]:
    """Serve in a process of its own on free ports; yield what its ready file says."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--ready-file", READY]
    environ = {"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(folder), **measured()}
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        next(line for line in process.stderr if line.startswith("Try "))
        yield json.loads((folder / READY).read_text(encoding="utf-8"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Json]:
    """Return what a server that runs in a folder has written into its ready file."""
    yield from told_by_serve(tmp_path)


def test_a_server_on_free_ports_is_found_by_its_ready_file(told: Json, tmp_path: Path) -> None:
    python, node = (mockserver(tmp_path, "env", each, "--ready-file", READY) for each in ("python", "node"))

    assert {"REQUESTS_CA_BUNDLE": told["ca_file"]} == exported(python.stdout)
    assert told["tls_url"].replace("https://", 'api_host="') in python.stdout
    assert f'apiHost: "{told["url"]}"' in node.stdout
    assert "answers" not in python.stderr + node.stderr


def test_what_is_printed_for_a_shell_sends_a_message(told: Json, tmp_path: Path) -> None:
    snippet = mockserver(tmp_path, "env", "curl-legacy", "--ready-file", READY, "--only", "snippet").stdout
    quiet = snippet.replace("curl ", "curl --silent --fail ")

    answer = subprocess.run(["/bin/sh", "-c", quiet], capture_output=True, text=True, timeout=PATIENCE_S, check=True)

    sent = json.loads(mockserver(tmp_path, "messages", "--json", "--url", told["url"]).stdout)
    assert [json.loads(answer.stdout)["message_uuid"]] == [each["message_uuid"] for each in sent["messages"]]
