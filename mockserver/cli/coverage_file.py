"""What settings say of coverage: the file that is left when a server of our own stops, and cells that must be there."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from mockserver.config.places import Source, toml_lines
from mockserver.contract.specs import Specs
from mockserver.core.coverage import EVERY_ACCOUNT, report_view
from mockserver.errors import ConfigError
from mockserver.files import replace_file
from mockserver.model import Json
from mockserver.service.coverage import Coverage, goal_mistakes
from mockserver.settings import Settings


def check_place(settings: Settings, folder: Path) -> None:
    """Raise ConfigError for a file that could not be written when the server stops: then it would be too late."""
    if settings.coverage_file is None:
        return
    path = folder / settings.coverage_file
    if path.is_dir() or not path.parent.is_dir():
        why = f"{path} is a folder" if path.is_dir() else f"{path.parent} is no folder"
        what = f"The coverage cannot be written to {settings.coverage_file}: {why}."
        raise ConfigError(what, fix="Make the folder, or name another file by coverage_file.")


def write_coverage(coverage: Coverage, settings: Settings, folder: Path) -> None:
    """Write the report of all accounts, if a file is named for it; raise ConfigError if it cannot be written."""
    if settings.coverage_file is None:
        return
    path = folder / settings.coverage_file
    report = {"account": EVERY_ACCOUNT, **report_view(coverage.whole(), coverage.goals)}
    try:
        replace_file(path, json.dumps(report, indent=2).encode() + b"\n")
    except OSError as error:
        what = f"The coverage cannot be written to {path}: {error.strerror}."
        raise ConfigError(what, fix="Name another file by coverage_file.") from None


def misnamed_cells(path: Path, settings: Mapping[str, Json], specs: Specs) -> Iterator[ConfigError]:
    """Yield a mistake for each pattern of a configuration file that names no cell of the contract."""
    source = Source(str(path), toml_lines(path.read_text(encoding="utf-8-sig")))
    for each in goal_mistakes(settings, specs):
        yield ConfigError(f"{each.where}: {each.what}", where=source.at(each.where or ""), fix=each.fix)
