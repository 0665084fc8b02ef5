"""``mockserver check``: lints configuration files, scenarios and specs, every mistake with its line."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mockserver.cli.options import AsJson, examples
from mockserver.cli.output import show_json
from mockserver.cli.shell import shell_of, tell
from mockserver.config import FILE_NAME, read_file
from mockserver.data import bundled
from mockserver.errors import MockServerError, UsageError

if TYPE_CHECKING:
    from mockserver.contract.specs import Specs

EXAMPLES = examples("mockserver check", "mockserver check mockserver.toml --json", "mockserver check scenario.yaml")
_BROKEN = 2
_SCENARIO = re.compile(r"""^[\s{]*["']?(?:scenario|timeline|machines|given|verify)["']?\s*:""", re.MULTILINE)
"""A key that only scenarios have, at the left edge or first in a mapping; a document of ``specs/`` has none of them."""


def check(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files ending in .toml, .yaml, .yml or .json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lint configuration files, scenarios and specs.

    Without any, the bundled specs and mockserver.toml where there is one. Every mistake is told with its file
    and line. Exit code 0 if there is none, else 2.
    """
    folder = shell_of(context).folder
    found = {str(each): _mistakes(folder / each) for each in files or _usual_files(folder)}
    if as_json:
        show_json([_as_json(file, each) for file, mistakes in found.items() for each in mistakes])
    else:
        for file, mistakes in found.items():
            print("\n".join(map(tell, mistakes)) or f"{file}: no mistakes")
    raise typer.Exit(_BROKEN if any(found.values()) else 0)


def _usual_files(folder: Path) -> Iterable[Path]:
    """Return the bundled specs, and the configuration file of a folder if it has one."""
    own = folder / FILE_NAME
    return [*sorted(bundled("specs").glob("*.yaml")), *([own] if own.is_file() else [])]


def _mistakes(path: Path) -> list[MockServerError]:
    """Return what is wrong with a file; what makes it unreadable is a mistake as any other."""
    try:
        if path.suffix not in _LINTERS:
            what = f"{path} is not a file known here."
            raise UsageError(what, fix=f"Give files ending in {', '.join(_LINTERS)}.")
        return list(_LINTERS[path.suffix](path))
    except MockServerError as error:
        return [error]
    except RecursionError:
        what = f"{path} is nested too deeply to be read, or holds itself by an alias."
        return [UsageError(what, fix="Write it flatter.")]


def _config_mistakes(path: Path) -> Iterable[MockServerError]:
    from mockserver.cli.coverage_file import misnamed_cells
    from mockserver.cli.senders import sender_mistakes

    file = read_file(path)
    yield from file.errors
    yield from misnamed_cells(path, file.settings, _specs())
    yield from sender_mistakes(path, file.accounts, _specs().capabilities)


def _yaml_mistakes(path: Path) -> Iterable[MockServerError]:
    """Return what is wrong with a scenario, or with a document of the specs, whichever a file is."""
    from mockserver.cli.spec_lint import spec_mistakes

    return _scenario_mistakes(path) if is_scenario(path) else spec_mistakes(path)


def is_scenario(path: Path) -> bool:
    """Return whether a file looks like a scenario, sound or broken."""
    try:
        return _SCENARIO.search(path.read_text(encoding="utf-8-sig", errors="replace")) is not None
    except OSError:
        return False


def _scenario_mistakes(path: Path) -> Iterable[MockServerError]:
    from mockserver.scenario.load import ScenarioErrors, load_scenario

    try:
        load_scenario(path, specs=_specs())
    except ScenarioErrors as errors:
        return errors.errors
    return ()


@cache
def _specs() -> "Specs":
    """Return the specs, read once for all files."""
    from mockserver.contract.specs import load_specs

    return load_specs()


_LINTERS: dict[str, Callable[[Path], Iterable[MockServerError]]] = {
    ".toml": _config_mistakes,
    ".yaml": _yaml_mistakes,
    ".yml": _yaml_mistakes,
    ".json": _scenario_mistakes,
}


def _as_json(file: str, error: MockServerError) -> dict[str, str | None]:
    return {"file": file, "where": error.where, "what": error.what, "fix": error.fix}
