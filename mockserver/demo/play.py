"""Plays the demo: lets both sides act, waits for what must follow, shows it and gives the verdict."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TextIO

from mockserver.demo.plot import (
    ANSWERING,
    BROKEN,
    REMINDERS,
    REPLY,
    TEXT,
    Seen,
    acknowledged,
    confirmation_uuid,
    message_uuid,
)
from mockserver.demo.show import failure, report, style_for
from mockserver.demo.stage import Answer, Site, StageError, ended_by_sigterm, sample_service
from mockserver.demo.verdict import checks
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.server import serving

PATIENCE_S: Final = 15.0
"""How long the service may take to start, and then all that must follow; each takes two seconds at most."""
_LOOK_AGAIN_S: Final = 1
_MOST: Final = 500
_LOG_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """The two sides, and how long to wait for what they must do."""

    api: Site
    booking: Site
    patience_s: float


def run_demo(out: TextIO, *, colour: bool = False, program: Path | None = None, patience_s: float = PATIENCE_S) -> int:
    """Play the demo and write the report; return 0 if all went as it should, else 1.

    ``program`` is played in place of the bundled sample service.
    """
    began_s = time.monotonic()
    style = style_for(os.environ, shutil.get_terminal_size().columns, colour=colour)
    with TemporaryDirectory(prefix="mockserver-demo-") as folder, ended_by_sigterm():
        log = Path(folder) / "booking.log"
        try:
            with set_up(log, program, patience_s) as stage:
                _say(out, f"mock server      {stage.api.url}", f"booking service  {stage.booking.url}", "")
                seen = play(stage)
        except StageError as error:
            _say(out, *failure(error.what, _tail(log), style))
            return 1
        verdict = checks(seen)
        _say(out, *report(seen, verdict, style), "")
        missing = sum(not each.is_ok for each in verdict)
        if missing:
            _say(out, *failure(f"{missing} of {len(verdict)} checks", _tail(log), style))
            return 1
        _say(out, style.good(f"All {len(verdict)} checks passed in {time.monotonic() - began_s:.1f} s."))
        return 0


@contextmanager
def set_up(log: Path, program: Path | None = None, patience_s: float = PATIENCE_S) -> Iterator[Stage]:
    """Start both sides and tell each where the other is, as a tester would."""
    settings = Settings(port=0, tls=False, read=True)
    with serving(settings) as running:
        environ = {
            "MESSAGES_API_URL": running.url,
            "MESSAGES_API_KEY": settings.api_key,
            "MESSAGES_API_SECRET": "any",
            "MESSAGES_SIGNATURE_SECRET": settings.signature_secret,
        }
        api = Site("the mock server", running.url)
        with sample_service(environ, log, program, patience_s=patience_s) as booking:
            hooks = {f"{each}_url": f"{booking.url}/webhooks/{each}" for each in ("status", "inbound")}
            api.done("PUT", f"/_mock/accounts/{settings.api_key}", hooks)
            yield Stage(api, booking, patience_s)


def play(stage: Stage) -> Seen:
    """Let everyone act, in order, and return what was seen."""
    deadline_s = time.monotonic() + stage.patience_s
    answers = tuple(stage.booking.call("POST", "/remind", each.order(TEXT)) for each in REMINDERS)
    refused = stage.booking.call("POST", "/remind", BROKEN.order(TEXT))
    forged_at = datetime.now(UTC)
    forged = stage.booking.call("POST", "/webhooks/status", {"message_uuid": "any", "status": "read"})
    _wait(stage, deadline_s, lambda: _all_arrived(stage, answers))
    said = {"channel": ANSWERING.channel, "kind": "text", "from": ANSWERING.to, "text": REPLY}
    arrived = stage.api.call("POST", "/_mock/inbound", said)
    _wait(stage, deadline_s, lambda: _is_confirmed(stage))
    return Seen(
        answers=answers,
        refused=refused,
        forged=forged,
        forged_at=forged_at,
        arrived=arrived,
        entries=_rows(stage, "journal", "entries", "&after=0"),
        messages=_rows(stage, "messages", "messages"),
        deliveries=_rows(stage, "deliveries", "deliveries"),
        reminders=tuple(stage.booking.get("/reminders")),
    )


def _wait(stage: Stage, deadline_s: float, claim: Callable[[], bool]) -> None:
    """Return once the claim holds, cannot hold any more, or the time is up; looks at every event of the server."""
    after = 0
    while not claim() and not _is_refused(stage) and time.monotonic() < deadline_s:
        after = stage.api.get(f"/_mock/journal?after={after}&wait_s={_LOOK_AGAIN_S}&limit={_MOST}")["next"]


def _is_refused(stage: Stage) -> bool:
    """Return whether the service did not take a webhook at the first try; all else then comes too late."""
    return any(each["attempts"] and each["state"] != "delivered" for each in _rows(stage, "deliveries", "deliveries"))


def _all_arrived(stage: Stage, answers: tuple[Answer, ...]) -> bool:
    """Return whether every status of every accepted reminder was delivered."""
    deliveries = _rows(stage, "deliveries", "deliveries")
    sent = [(each, message_uuid(answer)) for each, answer in zip(REMINDERS, answers, strict=True)]
    return all(acknowledged(deliveries, uuid) == each.statuses for each, uuid in sent if uuid)


def _is_confirmed(stage: Stage) -> bool:
    """Return whether every status of the service's confirmation was delivered."""
    uuid = confirmation_uuid(stage.booking.get("/reminders"))
    return uuid is not None and acknowledged(_rows(stage, "deliveries", "deliveries"), uuid) == ANSWERING.statuses


def _rows(stage: Stage, path: str, member: str, query: str = "") -> tuple[Json, ...]:
    return tuple(stage.api.get(f"/_mock/{path}?limit={_MOST}{query}")[member])


def _tail(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-_LOG_LINES:]


def _say(out: TextIO, *lines: str) -> None:
    out.writelines(f"{line}\n" for line in lines)
    out.flush()
