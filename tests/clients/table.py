"""What the runs of the official clients showed: one file a client, read by the docs; knows neither pytest nor a client.

A run is written to ``docs/clients/results/PLACE.json``, where PLACE is the client's folder beside this file.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent.parent / "docs" / "clients" / "results"
_KEY: Final = attrgetter("channel", "kind")


@dataclass(frozen=True, slots=True)
class Row:
    """What a run showed of one kind of message on one channel.

    ``sent``: the client has a way to write such a message, and sent it. ``accepted``: the answer gave it a
    ``message_uuid``. ``statuses`` and ``inbound``: the client took every status webhook of such messages, and every
    inbound one; None, if there was none to take or the client has nothing to take it with.
    """

    channel: str
    kind: str
    sent: bool = False
    accepted: bool = False
    statuses: bool | None = None
    inbound: bool | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one client showed: its package, the version installed, the API it speaks, and a row a channel and kind."""

    client: str
    version: str
    api: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The files of runs, to hold new runs against, or to write them to."""

    is_writing: bool = False
    folder: Path = FOLDER

    def check(self, place: str, *, client: str, version: str, rows: Iterable[Row], api: str = "v1") -> None:
        """Hold a run against its file, or write it there; rows of one channel and kind are first made one."""
        run = Run(client, version, api, combined(rows))
        path = self.folder / f"{place}.json"
        if self.is_writing:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(run), encoding="utf-8")
        known = read(path) if path.exists() else None
        assert known == run, f"{place} no longer does what docs/clients/results/{path.name} says: run `make clients`"


def combined(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return one row a channel and kind, in order; what did not hold once does not hold."""
    groups = (tuple(group) for _, group in groupby(sorted(rows, key=_KEY), _KEY))
    return tuple(_combine(group) for group in groups)


def _combine(rows: tuple[Row, ...]) -> Row:
    sent = [row for row in rows if row.sent]
    return Row(
        rows[0].channel,
        rows[0].kind,
        sent=bool(sent),
        accepted=bool(sent) and all(row.accepted for row in sent),
        statuses=_all(row.statuses for row in rows),
        inbound=_all(row.inbound for row in rows),
    )


def _all(claims: Iterable[bool | None]) -> bool | None:
    """Return whether every claim that was made holds; None, if none was made."""
    made = [claim for claim in claims if claim is not None]
    return all(made) if made else None


def written(run: Run) -> str:
    """Return the text of a run's file: a row a line."""
    head = {"client": run.client, "version": run.version, "api": run.api}
    lines = (f"  {json.dumps(name)}: {json.dumps(value)},\n" for name, value in head.items())
    rows = ",\n".join(f"    {json.dumps(asdict(row))}" for row in run.rows)
    return f'{{\n{"".join(lines)}  "rows": [\n{rows}\n  ]\n}}\n'


def read(path: Path) -> Run:
    """Return the run a file tells of."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Run(told["client"], told["version"], told["api"], tuple(Row(**row) for row in told["rows"]))


def runs(folder: Path = FOLDER) -> tuple[Run, ...]:
    """Return every run that is written, in the order of their files."""
    return tuple(read(path) for path in sorted(folder.glob("*.json")))
