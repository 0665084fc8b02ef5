"""``mockserver fuzz --sends``: runs a program that sends again and again, each time in an account of its own."""

import shlex
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockserver.cli.client import Server
from mockserver.cli.fuzz_output import Search, Told, searched
from mockserver.cli.fuzz_webhooks import environ_of, server_at
from mockserver.cli.output import one_line
from mockserver.cli.sender_end import requests_of
from mockserver.cli.sut import Program, printed, started
from mockserver.demo.stage import ended_by_sigterm
from mockserver.errors import UsageError
from mockserver.fuzz.checks import checks_of
from mockserver.fuzz.hunt import Hunt, Plan
from mockserver.fuzz.send_making import MOST_TROUBLES, each_alone, troubles
from mockserver.fuzz.send_writing import SCENARIO, rules_of, written
from mockserver.fuzz.sending import Ended, SendCase, SendExaminer, SendFailed, has_crashed, message_of

if TYPE_CHECKING:
    from mockserver.settings import Settings

_ACCOUNT: Final = "fuzz-{number}"
_RETRIES: Final = 3
"""How many troubles beyond its messages a case may hold, so that further tries meet some too."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The program that sends, the codes it may end with, and how long it may take."""

    words: tuple[str, ...]
    declared: frozenset[int]
    patience_s: float

    @property
    def command(self) -> str:
        """The program as a shell would take it."""
        return shlex.join(self.words)


def fuzz_sends(search: Search, sending: Sending, settings: "Settings") -> int:
    """Fuzz the answers to what a program sends; return the exit code."""
    checks = checks_of("sends", search.without)
    if not sending.words:
        fix = "Write it behind --: mockserver fuzz --sends -- python send.py"
        raise UsageError("there is no command", where="COMMAND", fix=fix)
    with ended_by_sigterm(), server_at(settings, None) as server:
        program = LiveProgram(server.url, search, sending, settings)
        calm = program.calibrate()
        examiner = SendExaminer(program, checks, calm, sending.declared)
        hunt: Hunt[SendCase, SendFailed]
        hunt = Hunt(
            Plan(search.seed, search.examples, search.database), examiner.attempt, lambda found: found.case.case.size
        )
        first = each_alone(hangs="no-hang" not in search.without)
        more = troubles(min(calm.total() + _RETRIES, MOST_TROUBLES))
        told = Told(checks, examiner.judged, lambda found: written(found, sending.command, search.seed))
        return searched(search, hunt, lambda: hunt.run(more, first), told)


class LiveProgram:
    """The program, started for each case against our server."""

    def __init__(self, url: str, search: Search, sending: Sending, settings: "Settings") -> None:
        self._url = url
        self._search = search
        self._sending = sending
        self._settings = settings
        self._count = 0
        self._message: Callable[[str, str], str] = message_of

    def calibrate(self) -> Counter[str]:
        """Return what it sends when nothing is wrong, and learn to tell its messages apart.

        Where texts differ from run to run, as codes do, messages are told apart by path alone.
        """
        counts = [self._calm(), self._calm()]
        if counts[0] != counts[1]:
            self._message = lambda path, _: path
            counts = [self._calm()]
        return counts[0]

    def _calm(self) -> Counter[str]:
        ended = self.run(SendCase(()))
        sent = Counter(each.message for each in ended.requests if each.is_taken)
        crash = has_crashed(ended.code, ended.output, self._sending.declared)
        if ended.code == 0 and sent and not crash:
            return sent
        how = "did not end" if ended.code is None else f"ended with code {ended.code}"
        said = "\n".join(f"  | {one_line(each, _WIDTH)}" for each in ended.output.splitlines()[-_LAST_LINES:])
        what = f"with nothing wrong, the command {how} and sent {sent.total()} messages"
        fix = "It learns of the server by MESSAGES_API_URL, MESSAGES_API_KEY and MESSAGES_API_SECRET."
        raise UsageError(what, where="COMMAND", fix=f"{fix} It printed:\n{said}" if said else fix)

    def run(self, case: SendCase) -> Ended:
        """Run it once in a fresh account whose requests meet the troubles of a case."""
        self._count += 1
        account = _ACCOUNT.format(number=self._count)
        whole, server = Server(self._url), Server(self._url, account)
        whole.put(f"accounts/{account}", {})
        server.put_text(f"scenarios/{SCENARIO}", rules_of(case), name=SCENARIO, sets={})
        server.post(f"scenarios/{SCENARIO}/start", None)
        code, output, took_s = self._ended(account)
        requests = tuple(requests_of(server, self._message))
        whole.delete(f"accounts/{account}")
        return Ended(code, requests, output, took_s)

    def _ended(self, account: str) -> tuple[int | None, str, float]:
        """Run the program to its end; return its code, what it printed, and how long it took."""
        environ = {**self._search.shell.environ, **environ_of(self._url, self._settings, account)}
        program = Program(self._sending.command, flag="COMMAND")
        began_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mockserver-fuzz-") as folder:
            log = Path(folder) / "sender.log"
            with started(program, environ, self._search.shell.folder, log, stopped=lambda: False) as running:
                code = running.ended_within(self._sending.patience_s)
                took_s = time.monotonic() - began_s
            return code, printed(log), took_s


_LAST_LINES: Final = 10
_WIDTH: Final = 200
