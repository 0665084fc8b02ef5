"""The names a scenario file defines, and the expressions in it: what is known at once, and what nothing defines."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from mockserver.config.places import KeyPath
from mockserver.core.expressions import Context, ExpressionError, evaluate, names_in, root_of, settle
from mockserver.model import Json
from mockserver.scenario.complaints import Mistake, choice

STATIC: Final = frozenset({"vars", "scenario", "given"})
"""Roots known as soon as the file is read."""
RUNNING: Final = ("message", "request", "match", "machine", "delivery", "answer")
"""Roots known only while the scenario runs, each in its place."""
RESERVED: Final = (*STATIC, *RUNNING)


@dataclass(frozen=True, slots=True)
class Names:
    """What a file defines, read even where other parts of it are wrong.

    ``captured`` are the names that rules remember; ``by_step`` those of each step of the timeline.
    """

    rules: tuple[str, ...] = ()
    machines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    captured: tuple[str, ...] = ()
    by_step: tuple[tuple[str, ...], ...] = ()
    inbounds: tuple[tuple[int, str | None], ...] = ()

    def before(self, step: int) -> tuple[str, ...]:
        """Return the names that can be known when a step begins."""
        return self.captured + tuple(name for names in self.by_step[:step] for name in names)

    @property
    def all(self) -> tuple[str, ...]:
        """Every name that something captures."""
        return self.before(len(self.by_step))


def names_of(value: Json) -> Names:
    """Return the names that a file's value defines."""
    rules = [each for each in _list(value, "rules") if isinstance(each, Mapping)]
    steps = [each if isinstance(each, Mapping) else {} for each in _list(value, "timeline")]
    machines = value.get("machines") if isinstance(value, Mapping) else None
    return Names(
        rules=tuple(dict.fromkeys(str(each["id"]) for each in rules if "id" in each)),
        machines={name: _states(each) for name, each in machines.items()} if isinstance(machines, Mapping) else {},
        captured=tuple(name for each in rules for name in _captured(each)),
        by_step=tuple(_captured(each) for each in steps),
        inbounds=tuple((index, each.get("name")) for index, each in enumerate(steps) if "inbound" in each),
    )


def _list(value: Json, key: str) -> list[Json]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []


def _captured(item: Mapping[str, Json]) -> tuple[str, ...]:
    capture = item.get("capture")
    return tuple(capture) if isinstance(capture, Mapping) else ()


def _states(machine: Json) -> tuple[str, ...]:
    states = machine.get("states") if isinstance(machine, Mapping) else None
    return tuple(map(str, states)) if isinstance(states, list) else ()


class Settling:
    """One pass over a file's value that replaces what is known at once; mistakes are kept with their places."""

    def __init__(self, value: Mapping[str, Json], overrides: Mapping[str, str]) -> None:
        self.mistakes: list[Mistake] = []
        self._context: dict[str, Json] = {"vars": {}}
        settled: dict[str, Json] = {}
        if isinstance(value.get("vars"), Mapping):
            settled["vars"] = self._vars(value["vars"], overrides)
        about = {name: value.get(name) for name in ("about", "seed", "clock") if name in value}
        self._context["scenario"] = {"id": value.get("scenario"), **about}
        if "given" in value:
            settled["given"] = self._settled(value["given"], ("given",))
            with suppress(ExpressionError):  # names that are not known yet: told of by the checks
                self._context["given"] = evaluate(settled["given"], {})
        self.value = {
            name: settled[name] if name in settled else self._settled(each, (name,)) for name, each in value.items()
        }

    def _vars(self, written: Mapping[str, Json], overrides: Mapping[str, str]) -> dict[str, Json]:
        """Return the variables; each may use those above it, and keeps its type where it is overridden."""
        for name, each in written.items():
            value = self._replaced(each, ("vars", name), evaluate)
            self._context["vars"][name] = _like(overrides[name], value) if name in overrides else value
        return dict(self._context["vars"])

    def _settled(self, value: Json, path: KeyPath) -> Json:
        return self._replaced(value, path, lambda text, context: settle(text, context, STATIC))

    def _replaced(self, value: Json, path: KeyPath, replace: Callable[[str, Context], Json]) -> Json:
        """Return a value with each text in it replaced, or left where it cannot be."""
        if isinstance(value, Mapping):
            return {name: self._replaced(each, (*path, name), replace) for name, each in value.items()}
        if isinstance(value, list):
            return [self._replaced(each, (*path, index), replace) for index, each in enumerate(value)]
        if not isinstance(value, str):
            return value
        try:
            return replace(value, self._context)
        except ExpressionError as error:
            self.mistakes.append(self._unknown(value, path, str(error)))
            return value

    def _unknown(self, value: str, path: KeyPath, complaint: str) -> Mistake:
        what, _, rest = complaint.partition(": there is no ")
        if not rest:
            says, _, fix = complaint.partition("; ")
            return Mistake(path, f"holds {says}.", fix[:1].upper() + fix[1:] if fix else None)
        return Mistake(
            path, f"holds {what.removesuffix(' stands for nothing')}, which stands for nothing.", self._near(value)
        )

    def _near(self, value: str) -> str | None:
        for path in names_in(value):
            root, _, name = path.partition(".")
            known = self._context.get(root)
            if isinstance(known, Mapping) and name and name.split(".")[0] not in known:
                return choice(path, [f"{root}.{each}" for each in known])
        return None


def _like(text: str, value: Json) -> Json:
    """Return a text given on the command line in the type that a variable has in the file."""
    if isinstance(value, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    if isinstance(value, int | float):
        try:
            return type(value)(text)
        except ValueError:
            return text
    return text


def expressions(value: Json, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield each expression below a path, as the path of its text and its own."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from expressions(each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from expressions(each, (*path, index))
    elif isinstance(value, str):
        with suppress(ExpressionError):  # told of already, when the file was settled
            yield from ((path, each) for each in names_in(value))


def unknown_names(
    value: Json, path: KeyPath, known: tuple[str, ...], roots: Mapping[str, tuple[str, ...] | None]
) -> Iterator[Mistake]:
    """Yield a mistake for each expression below a path that nothing defines.

    ``known`` are captured names; ``roots`` those of ``RUNNING`` that mean something here, with the members they
    have, or ``None`` where any may be.
    """
    for at, written in expressions(value, path):
        if (mistake := unknown_name(at, written, known, roots)) is not None:
            yield mistake


def unknown_name(
    at: KeyPath, written: str, known: tuple[str, ...], roots: Mapping[str, tuple[str, ...] | None], shape: str = "${%s}"
) -> Mistake | None:
    """Return the mistake of a name that nothing defines, ``None`` for one that something does."""
    root = root_of(written)
    if root in known or root in STATIC:
        return None
    says = f"holds {shape % written}, "
    if root not in roots:
        if root in RUNNING:
            here = ", ".join(roots) or "none of these names"
            return Mistake(at, f"{says}which means nothing here.", f"Here stand: {here}." if roots else None)
        return Mistake(at, f"{says}which nothing defines.", choice(root, (*known, *roots)) if known or roots else None)
    members = roots[root]
    if members is None:
        return None
    member = written.removeprefix(root).lstrip(".").partition(".")[0].partition("[")[0]
    if member in members:
        return None
    return Mistake(at, f"{says}which nothing defines.", choice(written, [f"{root}.{each}" for each in members]))
