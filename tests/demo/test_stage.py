"""Sites on stage must answer or be blamed by name, and programs started must end, willing or not."""

import os
import socket
import threading
from pathlib import Path

import pytest

from mockserver.demo.stage import Answer, Site, StageError, ended_by_sigterm, sample_service
from mockserver.settings import Settings
from mockserver.web.server import serving

STUBBORN = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), "Uvicorn running on http://127.0.0.1:9", flush=True)
signal.pause()
"""


def test_site_that_does_not_answer_is_named() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        site = Site("the clinic", f"http://127.0.0.1:{unheard.getsockname()[1]}")

        with pytest.raises(StageError, match="the clinic gave no answer to GET /door: ConnectionRefusedError"):
            site.get("/door")


def test_get_that_is_refused_is_blamed_with_the_answer() -> None:
    with serving(Settings(port=0, tls=False)) as running:
        site = Site("the server", running.url)

        with pytest.raises(StageError, match="the server answered GET /_mock/nothing with 404"):
            site.get("/_mock/nothing")


def test_body_that_is_no_json_is_none() -> None:
    with serving(Settings(port=0, tls=False)) as running:
        answer = Site("the server", running.url).call("HEAD", "/_mock/health")

    assert answer == Answer(200, None)


def test_sigterm_is_left_alone_outside_the_main_thread() -> None:
    errors: list[BaseException] = []

    def enter() -> None:
        try:
            with ended_by_sigterm():
                pass
        except BaseException as error:
            errors.append(error)
            raise

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()

    assert errors == []


def test_program_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "stubborn.py"
    program.write_text(STUBBORN)

    with sample_service({}, tmp_path / "log", program, patience_s=10, end_s=0.1) as site:
        pid = int((tmp_path / "log").read_text().split()[0])

    assert site.url == "http://127.0.0.1:9"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
