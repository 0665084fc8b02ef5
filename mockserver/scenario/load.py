"""Reads a scenario file: every mistake in it with file, line and column, or the scenario it describes."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mockserver.config.values import nearest, shown
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.scenario_values import Scenario
from mockserver.errors import ScenarioError
from mockserver.scenario.document import Document, parse, read_text


class ScenarioErrors(ScenarioError):  # noqa: N818 - several of them
    """Everything wrong with a scenario file; as an error it is the first of ``errors``."""

    def __init__(self, errors: Iterable[ScenarioError]) -> None:
        self.errors = tuple(errors)
        first, more = self.errors[0], len(self.errors) - 1
        hint = f"`mockserver check` lists {more} more." if more else ""
        fix = " ".join(filter(None, [first.fix, hint]))
        super().__init__(first.what, where=first.where, fix=fix or None)


def load_scenario(path: Path, overrides: Mapping[str, str] | None = None, *, specs: Specs | None = None) -> Scenario:
    """Return the scenario of a file; raise ScenarioErrors with everything that is wrong with it.

    ``overrides`` are the texts that replace values of ``vars``, by name.
    """
    try:
        text = read_text(path)
    except ScenarioError as error:
        raise ScenarioErrors([error]) from None
    return load_text(text, str(path), overrides, specs=specs)


def load_text(
    text: str, name: str, overrides: Mapping[str, str] | None = None, *, specs: Specs | None = None
) -> Scenario:
    """Return the scenario of a YAML or JSON text; see ``load_scenario``. ``name`` is what its places begin with."""
    try:
        document = parse(text, name)
    except ScenarioError as error:
        raise ScenarioErrors([error]) from None
    return _load(document, overrides or {}, specs or load_specs())


def _load(document: Document, overrides: Mapping[str, str], specs: Specs) -> Scenario:
    from mockserver.scenario.cells import Cells
    from mockserver.scenario.checks import file_mistakes
    from mockserver.scenario.compile import compiled
    from mockserver.scenario.given_checks import account_mistakes
    from mockserver.scenario.names import Settling, names_of
    from mockserver.scenario.questions import Questions
    from mockserver.scenario.shape import check_shape

    if not isinstance(document.value, Mapping):
        what = f"The file is {shown(document.value)}, expected a mapping."
        raise ScenarioErrors([ScenarioError(what, where=document.at(), fix="Begin with `scenario: NAME`.")])
    errors = list(_unknown_overrides(overrides, document))
    settling = Settling(document.value, overrides)
    mistakes, value = list(settling.mistakes), settling.value
    told = {each.path for each in mistakes}
    names, cells = names_of(value), Cells(specs)
    checked = check_shape(value)
    mistakes += [each for each in checked.mistakes if each.path not in told]
    found = file_mistakes(Questions(checked.file, checked.value, names, cells))
    mistakes += [each for each in found if each.path not in told and not checked.explains(each)]
    errors += [each.error(document) for each in mistakes]
    if not any(each.path[:1] == ("given",) for each in mistakes):
        errors += account_mistakes(checked.value.get("given", {}), document)
    if errors:
        raise ScenarioErrors(_in_order(errors))
    return compiled(checked.file, checked.value, document, names, cells)


def _unknown_overrides(overrides: Mapping[str, str], document: Document) -> Iterator[ScenarioError]:
    """Yield a mistake for each value set for a variable that the file does not have."""
    known = document.value.get("vars")
    known = tuple(known) if isinstance(known, Mapping) else ()
    for name in overrides:
        if name not in known:
            near = nearest(name, known)
            fix = f"Did you mean {near}?" if near else f"It has: {', '.join(known) or 'none'}."
            yield ScenarioError(f"The scenario has no variable {name}.", where=document.at_key("vars"), fix=fix)


def _in_order(errors: Iterable[ScenarioError]) -> list[ScenarioError]:
    """Return errors in the order of the file, each once."""
    return sorted({str(each): each for each in errors}.values(), key=_line)


def _line(error: ScenarioError) -> tuple[int, int]:
    """Return the line and column of an error, so that a file's mistakes come in its order."""
    numbers = [each for each in (error.where or "").split(":")[-2:] if each.isdecimal()]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (0, 0)  # noqa: PLR2004 - line and column
