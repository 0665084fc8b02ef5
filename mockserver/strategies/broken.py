"""Request bodies that break one rule, and say which and where; the rules are read from rows and schemas."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from hypothesis import reject
from hypothesis import strategies as st

from mockserver.contract.nearest import sample
from mockserver.core.forms import FORMS, Form
from mockserver.core.words import choices
from mockserver.errors import UnknownError
from mockserver.model import Json
from mockserver.strategies.bodies import bodies_of, schema_of
from mockserver.strategies.known import Cell, cells, chosen, documents
from mockserver.strategies.wrong import REMOVED, Wrong, wrongs

RULES: Final = (
    *("required", "type", "min_length", "max_length", "pattern", "enum", "range", "one_of", "mixed_parameters"),
    *("channel", "channel_mismatch", "kind", "capability", "not_object"),
)
"""The rules that are broken, by the names that violations have for them."""
_NO_OBJECTS: Final[tuple[Json, ...]] = ([], "", None, 0, True, "text")
_NO_WORDS: Final[tuple[Json, ...]] = ("pigeon", "", 7, None, ["sms"])


@dataclass(frozen=True, slots=True)
class BrokenBody:
    """A body with one thing wrong: ``rule`` is broken in ``field``, named as answers do: ``message.content.text``."""

    body: Json = field(hash=False)
    rule: str
    field: str
    version: str
    channel: str
    kind: str


def broken_bodies(
    version: str | None = None,
    channel: str | None = None,
    kind: str | None = None,
    *,
    rule: str | None = None,
    field: str | None = None,
) -> st.SearchStrategy[BrokenBody]:
    """Return bodies that are refused for one rule broken in one field, of ``RULES`` any or the one that is named.

    ``field`` is the dotted name of the one to break, such as ``text`` in v1 and ``message.content.text`` in v0.1.
    Raise UnknownError for a version, channel, kind, rule or field that there is not, or that the cells named have not.
    """
    found = [each for each in cells("outbound", version, channel, kind) if each.row.through is None]
    found = found or list(cells("outbound", version, channel, None))
    if rule is not None:
        chosen("rule", rule, RULES)
    every = [(each, *place) for each in found for place in breakable(each)]
    of_rule = [each for each in every if rule in {None, each[1]}]
    if not of_rule:
        raise _nowhere("rule", str(rule), (name for _, name, _ in every))
    fitting = [each for each in of_rule if field in (None, each[2])]
    if not fitting:
        raise _nowhere("field", str(field), (name for _, _, name in of_rule))
    pairs = dict.fromkeys((cell, name) for cell, name, _ in fitting)
    return st.one_of([_broken(cell, name, field) for cell, name in pairs])


def _nowhere(what: str, name: str, known: Iterable[str]) -> UnknownError:
    fix = choices(name, dict.fromkeys(known))
    return UnknownError(f"there is no {what} {name!r} to break in these bodies", where=what, fix=fix)


@cache
def breakable(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Return the rules that can be broken in a cell's bodies, each with a field, in the order of ``RULES``."""
    body = sample(schema_of(cell))
    there = {
        (each.rule, each.field) for each in _all_wrongs(cell, body) if _is_exact(cell, each, each.applied(body, 0))
    }
    return tuple(sorted(there, key=lambda place: (RULES.index(place[0]), place[1])))


@cache
def _broken(cell: Cell, rule: str, field: str | None) -> st.SearchStrategy[BrokenBody]:
    valid = bodies_of(cell)

    @st.composite
    def bodies_with_one_rule_broken(draw: st.DrawFn) -> BrokenBody:
        body = draw(valid)
        found = [each for each in _all_wrongs(cell, body) if each.rule == rule and field in {None, each.field}]
        first = draw(st.integers(0, max(len(found) - 1, 0)))
        # What breaks a second rule in this very body, such as one that others depend on, makes way for the next.
        for each in (*found[first:], *found[:first]):
            spoilt = each.applied(body, draw(st.integers(0, len(each.values) - 1)))
            if _is_exact(cell, each, spoilt):
                return BrokenBody(spoilt, each.rule, each.field, cell.version, cell.channel.name, cell.row.kind)
        return reject()

    return bodies_with_one_rule_broken()


def _is_exact(cell: Cell, wrong: Wrong, body: Json) -> bool:
    broken = documents().contracts[cell.version].check(body).violations
    return [(each.rule, each.name) for each in broken] == [(wrong.rule, wrong.field)]


def _all_wrongs(cell: Cell, body: Json) -> list[Wrong]:
    return [*wrongs(schema_of(cell), body), *_of_cells(cell, FORMS[cell.version])]


def _of_cells(cell: Cell, form: Form) -> Iterator[Wrong]:
    """Yield what can be wrong with the members that name channel and kind, and with the body as a whole."""
    capabilities = documents().specs.capabilities
    _, *others = form.channel_at
    for name in form.channel_at:
        yield Wrong("required", name, name, (REMOVED,))
        yield Wrong("channel", name, name, _NO_WORDS)
    names = [each.names[form.dialect] for each in capabilities.channels_in(form.dialect) if each is not cell.channel]
    yield from (Wrong("channel_mismatch", name, name, tuple(names)) for name in others)
    taken = {each.kind for each in capabilities.rows_of(cell.row.channel, "outbound", form.dialect) if each.schema}
    sent = {each.kind for each in capabilities.rows_in(form.dialect) if each.direction == "outbound" and each.schema}
    yield Wrong("required", form.kind_at, form.kind_at, (REMOVED,))
    yield Wrong("kind", form.kind_at, form.kind_at, _NO_WORDS)
    others_kinds = tuple(each for each in capabilities.kinds if each in sent - taken)
    if others_kinds:
        yield Wrong("capability", form.kind_at, form.kind_at, others_kinds)
    yield Wrong("not_object", "body", "", _NO_OBJECTS)
