"""``mockserver serve``: flags, start lines, and a real process from its start to its end."""

import base64
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from mockserver.cli.serve import ended, start_lines
from mockserver.config import Config
from mockserver.core.urls import is_loopback
from mockserver.model import Account
from mockserver.service.runtime import StopReport
from mockserver.settings import SettingRow, Settings, settings_table
from mockserver.web.listeners import listen, port_of
from mockserver.web.server import Stopped
from tests.cli.conftest import PATIENCE_S, Cli, OpenServer, measured

CONFIG = Config(Settings())


@contextmanager
def process(*argv: str, folder: Path, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command line as a process of its own, ended at the latest with the block."""
    known = {"XDG_STATE_HOME": str(folder), "PATH": os.environ["PATH"], **measured(), **environ}
    with subprocess.Popen(
        [sys.executable, "-m", "mockserver", *argv],
        cwd=folder,
        env=known,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def start(running: subprocess.Popen[str]) -> list[str]:
    """Return the lines a server prints until it listens."""
    assert running.stderr
    lines = [next(running.stderr)]
    while not lines[-1].startswith("Try "):
        lines.append(next(running.stderr))
    return [line.rstrip("\n") for line in lines]


def end(running: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Send a signal; return the exit code and what was printed after it."""
    running.send_signal(number)
    _, printed = running.communicate(timeout=PATIENCE_S)
    return running.returncode, printed


def test_the_page_is_opened_in_the_browser(tmp_path: Path) -> None:
    code = "import os, sys; open('part', 'w').write(sys.argv[1]); os.rename('part', 'seen')"
    (tmp_path / "browser.py").write_text(code, encoding="utf-8")
    browser = f"{sys.executable} browser.py %s"
    with process("serve", "--port", "0", "--no-tls", "--open", folder=tmp_path, BROWSER=browser) as running:
        lines = start(running)
        for _ in range(100 * PATIENCE_S):
            if (tmp_path / "seen").exists():
                break
            time.sleep(0.01)
        seen = (tmp_path / "seen").read_text(encoding="utf-8")

    assert lines[1] == f"Page         {seen}"


def test_a_server_says_six_lines_writes_its_ready_file_and_ends_on_sigterm_with_0(tmp_path: Path) -> None:
    with process("serve", "--port", "0", "--ready-file", "ready.json", folder=tmp_path) as running:
        lines = start(running)
        told = json.loads((tmp_path / "ready.json").read_text(encoding="utf-8"))
        with urlopen(f"{told['url']}/_mock/readyz", timeout=PATIENCE_S) as answer:
            ready = json.load(answer)
        with urlopen(lines[1].split()[1], timeout=PATIENCE_S) as answer:
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        code, printed = end(running, signal.SIGTERM)

    assert ({"status": "ok"}, running.pid) == (ready, told["pid"])
    assert ["API", "Page", "Control", "Certificate", "Webhooks", "Try"] == [line.split()[0] for line in lines]
    assert f"API          {told['url']} and {told['tls_url']}" == lines[0]
    assert str(tmp_path / "messages-mockserver" / "tls" / "ca.pem") in lines[3]
    assert (0, "stopped: 0 webhooks finished while stopping, 0 abandoned\n") == (code, printed)
    assert not (tmp_path / "ready.json").exists()


def test_a_server_ends_on_interrupt_with_130(tmp_path: Path) -> None:
    with process("serve", "--port", "0", "--no-tls", folder=tmp_path) as running:
        lines = start(running)
        code, printed = end(running, signal.SIGINT)

    assert "Certificate  none, https is off" == lines[3]
    assert (130, True) == (code, printed.startswith("stopped: "))


def test_a_server_warns_of_what_is_odd_before_it_starts(tmp_path: Path) -> None:
    environ = {"MESSAGES_MOCKSERVER_PORT": "0", "MESSAGES_MOCKSERVER_SIGNATURE_SECRET": "far-too-short"}
    with process("serve", "--no-tls", folder=tmp_path, **environ) as running:
        warning, *lines = start(running)
        end(running, signal.SIGTERM)

    assert warning.startswith("warning: signature_secret (far-to...) has 13 bytes.")
    assert 6 == len(lines)


def test_a_port_in_use_ends_with_3_and_a_sentence(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        port = api.url.rpartition(":")[2]
        outcome = cli("serve", "--port", port, "--no-tls")

    expected = (
        f"mockserver: Port {port} on 127.0.0.1 is taken by another program."
        " Give another port by --port; 0 picks a free one.\n"
    )
    assert (3, "", expected) == (outcome.code, outcome.out, outcome.err)


def test_a_taken_https_port_ends_with_3(cli: Cli, tmp_path: Path) -> None:
    taken = listen("127.0.0.1", 0, "--port")
    port = str(port_of(taken))

    outcome = cli("serve", "--port", "0", "--tls-port", port, "--tls-dir", str(tmp_path))

    taken[0].close()
    assert (3, True) == (outcome.code, "Give another port by --tls-port; 0 picks a free one." in outcome.err)


def test_a_wrong_setting_ends_with_2_and_names_its_flag(cli: Cli) -> None:
    outcome = cli("serve", "--port", "many")

    expected = 'mockserver: --port: port is "many", expected a whole number from 0 to 65535.\n'
    assert (2, expected) == (outcome.code, outcome.err)


def test_a_wrong_configuration_file_ends_with_2_and_names_its_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text('\nstatus_uri = "x"', encoding="utf-8")

    outcome = cli("serve")

    expected = f"mockserver: {tmp_path}/mockserver.toml:2: status_uri is not known. Did you mean status_url?\n"
    assert (2, expected) == (outcome.code, outcome.err)


@pytest.mark.parametrize("row", settings_table(), ids=lambda row: row.name)
def test_every_setting_is_a_flag_with_its_help(row: SettingRow, cli: Cli) -> None:
    words = " ".join(cli("serve", "--help").out.replace("-\n", "-").split())

    assert f"{row.flag} " in words
    assert " ".join(row.help.split()[:4]) in words


def test_the_config_flag_names_a_file(cli: Cli) -> None:
    outcome = cli("serve", "--config", "gone.toml")

    assert (2, True) == (outcome.code, "gone.toml cannot be read: No such file or directory." in outcome.err)


def test_a_switch_can_be_turned_off(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text('tls = true\nhost = "no.such.invalid"', encoding="utf-8")

    outcome = cli("serve", "--no-tls", "--tls-dir", "/dev/null/x")

    assert (3, True) == (outcome.code, "mockserver: Cannot listen on no.such.invalid: " in outcome.err)


def test_the_end_tells_what_became_of_webhooks_and_gives_the_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = ended(Stopped(130, StopReport(3, ("one", "two"))))

    told = ["abandoned: one", "abandoned: two", "stopped: 3 webhooks finished while stopping, 2 abandoned"]
    assert (130, told) == (code, capsys.readouterr().err.splitlines())


def test_start_lines_say_where_webhooks_go() -> None:
    settings = Settings(inbound_url="http://127.0.0.1:9000/in")
    config = Config(settings, (Account("abc"), Account("def")), Path("mockserver.toml"))

    lines = start_lines(config, "http://127.0.0.1:7670", None, "None")

    assert (
        "Webhooks     inbound to http://127.0.0.1:9000/in; status to nowhere (--status-url URL);"
        " 2 accounts of mockserver.toml"
    ) == lines[4]


def test_start_lines_do_not_show_a_secret() -> None:
    config = replace(CONFIG, settings=Settings(api_secret="sesame-open"))

    lines = start_lines(config, "http://127.0.0.1:7670", None, "None")

    assert not [line for line in lines if "sesame" in line]
    assert " -u mockkey1:YOUR-SECRET " in lines[5]


def test_the_command_to_copy_sends_a_message(open_server: OpenServer) -> None:
    with open_server() as api:
        command = start_lines(CONFIG, api.url, None, "None")[5].partition("curl ")[2]
        words = shlex.split(command)
        flags = dict(zip(words[:-1:2], words[1::2], strict=True))
        request = Request(words[-1], flags["-d"].encode(), dict([flags["-H"].split(": ", 1)]))
        request.add_header("Authorization", "Basic " + base64.b64encode(flags["-u"].encode()).decode())
        with urlopen(request, timeout=PATIENCE_S) as answer:
            sent = json.load(answer)

    assert (["-u", "-H", "-d"], ["message_uuid"]) == (list(flags), list(sent))


def test_a_second_server_leaves_the_ready_file_of_the_first(cli: Cli, tmp_path: Path) -> None:
    with process("serve", "--port", "0", "--no-tls", "--ready-file", "ready.json", folder=tmp_path) as running:
        start(running)
        before = (tmp_path / "ready.json").read_bytes()
        port = json.loads(before)["url"].rpartition(":")[2]
        outcome = cli("serve", "--port", port, "--no-tls", "--ready-file", str(tmp_path / "ready.json"))

        assert (3, before) == (outcome.code, (tmp_path / "ready.json").read_bytes())


def test_a_second_interrupt_ends_quietly_and_takes_the_ready_file_with_it(tmp_path: Path) -> None:
    with process("serve", "--port", "0", "--no-tls", "--ready-file", "ready.json", folder=tmp_path) as running:
        start(running)
        port = int(json.loads((tmp_path / "ready.json").read_bytes())["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"POST /v0.1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            running.send_signal(signal.SIGINT)
            with suppress(OSError):
                while True:  # until it takes no more connections, and so has seen the first one
                    socket.create_connection(("127.0.0.1", port)).close()
            code, printed = end(running, signal.SIGINT)

    assert (130, False) == (code, (tmp_path / "ready.json").exists())
    assert "Traceback" not in printed
    assert "Unclosed" not in printed


@pytest.mark.parametrize("host", ["0.0.0.0", "a..b"])  # noqa: S104, named
def test_a_host_others_may_reach_is_warned_of(host: str, cli: Cli, tmp_path: Path) -> None:
    taken = listen("0.0.0.0", 0, "--port")  # noqa: S104, so that the server ends at once

    outcome = cli("serve", "--host", host, "--port", str(port_of(taken)), "--no-tls", "--tls-dir", str(tmp_path))

    taken[0].close()
    assert (3, 1) == (outcome.code, outcome.err.count(f"warning: The host {host} may be reached from elsewhere"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "LocalHost"])
def test_a_host_only_this_machine_reaches_is_not_warned_of(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("name", ["HOST", "API_SECRET", "TLS_NAME", "TLS_DIR"])
def test_a_variable_that_is_not_utf_8_ends_with_2(name: str, cli: Cli) -> None:
    outcome = cli("serve", stdin=b"", **{f"MESSAGES_MOCKSERVER_{name}": "\udcff"})

    expected = f"mockserver: MESSAGES_MOCKSERVER_{name}: {name.lower()} is not UTF-8 text. Write it in UTF-8.\n"
    assert (2, expected) == (outcome.code, outcome.err)


def test_credentials_in_a_webhook_url_are_refused_and_not_shown(cli: Cli) -> None:
    outcome = cli("serve", "--inbound-url", "http://user:sesame@host/")

    expected = (
        "mockserver: --inbound-url: inbound_url carries a user name or a password before its host,"
        " and neither can be sent. Write it like http://127.0.0.1:9000/webhooks.\n"
    )
    assert (2, expected) == (outcome.code, outcome.err)
