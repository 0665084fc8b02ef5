"""The scenario files a command line names: finds them, lints all of them, knows which variables each takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockserver.config import nearest
from mockserver.errors import MockServerError, ScenarioError, UsageError
from mockserver.model import Json

if TYPE_CHECKING:
    from mockserver.contract.specs import Specs
    from mockserver.core.scenario_values import Scenario

_SUFFIXES: Final = (".yaml", ".yml", ".json")


class BrokenFilesError(UsageError):
    """Files that cannot be run; ``errors`` is everything wrong with them."""

    def __init__(self, errors: Iterable[MockServerError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(each.what for each in self.errors))


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario file fit to be run. ``name`` is what it is called on the command line, ``sets`` what is set in it."""

    name: str
    path: Path
    text: str
    scenario: "Scenario"
    declared: tuple[str, ...]
    sets: Mapping[str, str]


def find(names: Iterable[str], folder: Path) -> list[str]:
    """Return the files that names stand for, each once; a folder stands for all scenarios below it.

    Raise UsageError for a folder without one.
    """
    return list(dict.fromkeys(each for name in names for each in _found(name, folder)))


def _found(name: str, folder: Path) -> list[str]:
    from mockserver.cli.check import is_scenario

    place = folder / name
    if not place.is_dir():
        return [name]
    files = sorted(each for each in place.rglob("*") if each.suffix in _SUFFIXES and is_scenario(each))
    if not files:
        raise UsageError(f"{name} holds no scenario file", fix="Name a file, or another folder.")
    return [str(Path(name) / each.relative_to(place)) for each in files]


def read_all(
    names: Iterable[str], folder: Path, sets: Mapping[str, str], specs: "Specs", known: Mapping[str, str] | None = None
) -> list[ScenarioFile]:
    """Return the scenarios of files; raise BrokenFilesError with everything that is wrong with any of them.

    ``sets`` are values of variables; each goes to the files that have it, and one must. ``known`` are those that the
    run itself gives to files that have them.
    """
    from mockserver.scenario.load import ScenarioErrors

    files: list[ScenarioFile] = []
    errors: list[MockServerError] = []
    for name in names:
        try:
            files.append(_read(name, folder, sets, known or {}, specs))
        except ScenarioErrors as error:
            errors += error.errors
        except MockServerError as error:
            errors.append(error)
    errors += _twins(files)
    if not errors:
        errors += _unused(files, sets)
    if errors:
        raise BrokenFilesError(errors)
    return files


def chosen(files: list[ScenarioFile], only: Iterable[str]) -> list[ScenarioFile]:
    """Return the files whose scenarios are named; raise UsageError for a name that none has."""
    wanted = tuple(only)
    known = tuple(each.scenario.id for each in files)
    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            fix = f"Did you mean {near}?" if near else f"There are: {', '.join(known)}."
            raise UsageError(f"no scenario is called {name}", where="--only", fix=fix)
    return [each for each in files if not wanted or each.scenario.id in wanted]


def _read(name: str, folder: Path, sets: Mapping[str, str], known: Mapping[str, str], specs: "Specs") -> ScenarioFile:
    from mockserver.scenario.document import parse, read_text
    from mockserver.scenario.load import load_text

    path = folder / name
    text = _placed(name, path, read_text)
    declared = _declared(parse(text, name).value)
    own = {each: value for each, value in sets.items() if each in declared}
    full = {each: value for each, value in {**known, **sets}.items() if each in declared}
    return ScenarioFile(name, path, text, load_text(text, name, full, specs=specs), declared, own)


def _placed(name: str, path: Path, read: Callable[[Path], str]) -> str:
    """Return the text of a file; a mistake names it as the command line does."""
    try:
        return read(path)
    except ScenarioError as error:
        raise ScenarioError(error.what, where=name, fix=error.fix) from None


def _declared(value: Json) -> tuple[str, ...]:
    found = value.get("vars") if isinstance(value, Mapping) else None
    return tuple(found) if isinstance(found, Mapping) else ()


def _twins(files: list[ScenarioFile]) -> Iterator[MockServerError]:
    seen: dict[str, str] = {}
    for each in files:
        twin = seen.setdefault(each.scenario.id, each.name)
        if twin != each.name:
            what = f"The scenario is called {each.scenario.id}, as that of {twin}."
            yield ScenarioError(what, where=each.name, fix="Give each a name of its own.")


def _unused(files: list[ScenarioFile], sets: Mapping[str, str]) -> Iterator[MockServerError]:
    known = tuple(dict.fromkeys(name for each in files for name in each.declared))
    for name in sets:
        if name not in known:
            near = nearest(name, known)
            fix = f"Did you mean {near}?" if near else f"There are: {', '.join(known) or 'none'}."
            yield UsageError(f"no file has a variable {name}", where="--set", fix=fix)
