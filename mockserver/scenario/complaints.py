"""Puts what is wrong with a scenario file into words: the place, what was found, and the nearest that would do."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from mockserver.config.places import KeyPath, dotted
from mockserver.config.values import nearest, shown
from mockserver.core.expressions import ExpressionError, has_names
from mockserver.errors import ScenarioError
from mockserver.model import Json
from mockserver.scenario.document import Document
from mockserver.scenario.words import OPEN, keys_of

_KEY: Final = "[key]"
"""How pydantic says that a key of a mapping is wrong, and not its value."""
_FOUND: Final = "<found>"
_QUOTED: Final = re.compile(r"'([^']*)'")
_SECRETS: Final = frozenset({"secrets", "signature_secret", "access_token"})
_TYPES: Final = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_PATTERNS: Final = {
    "^(real|manual|[1-9][0-9]{0,5}x)$": ("no clock", "Write real, manual, or a speed such as 60x."),
    "^[A-Za-z][A-Za-z0-9_-]*$": ("no name", "Begin with a letter, and go on with letters, digits, - and _."),
}
_QUOTES: Final = "Write it in quotes."


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong at a path: what it ``says`` of it, and how to mend it; ``at_key``: the key is wrong itself.

    ``rests_on`` leads to what must be right as a whole for the mistake to be one.
    """

    path: KeyPath
    says: str
    fix: str | None = None
    at_key: bool = False
    rests_on: KeyPath | None = None

    def error(self, document: Document) -> ScenarioError:
        """Return it as an error that names the place in the file."""
        where = document.at_key(*self.path) if self.at_key else document.at(*self.path)
        return ScenarioError(f"{dotted(self.path) or 'The file'} {self.says}", where=where, fix=self.fix)


def choice(found: Any, choices: Iterable[str]) -> str:
    """Return the sentence that names the choice nearest to what was found, or all of them."""
    known = tuple(choices)
    near = nearest(found, known)
    if near is not None:
        return f"Did you mean {near}?"
    return f"Known: {', '.join(known)}." if known else "There is none."


def unknown(path: KeyPath, found: Any, choices: Iterable[str], what: str = "") -> Mistake:
    """Return the mistake of a name that nothing has."""
    says = f"is {shown(found)}, {what}." if what else f"is {shown(found)}."
    return Mistake(path, says, choice(found, choices))


def from_pydantic(errors: Iterable[ErrorDetails], model: type[BaseModel], value: Json) -> Iterator[Mistake]:
    """Yield the mistakes that pydantic found in a value."""
    for error in errors:
        path = written_path(error["loc"])
        maker = _MAKERS.get(error["type"], _other)
        yield maker(_Complaint(error, path, model, value))


def written_path(loc: tuple[str | int, ...]) -> KeyPath:
    """Return the path the user wrote: the tags of unions left out."""
    return tuple(part for part in loc if part != _KEY and not str(part).startswith(OPEN))


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One error of pydantic, with what its words are made of."""

    error: ErrorDetails
    path: KeyPath
    model: type[BaseModel]
    value: Json

    @property
    def context(self) -> Mapping[str, Any]:
        return self.error.get("ctx") or {}

    @property
    def found(self) -> str:
        return shown(self.error["input"], secret=bool(_SECRETS.intersection(self.path)) and self.error["input"] != "")


_Maker: TypeAlias = Callable[[_Complaint], Mistake]


def _ours(complaint: _Complaint) -> Mistake:
    context, path = complaint.context, complaint.path
    found: Any = complaint.error["input"]
    if at := context["at"]:
        path, found = (*path, at), found.get(at)
    says = context["says"].replace(_FOUND, shown(found))
    if context["near"] and isinstance(found, Mapping):
        return _no_verb(path, found, tuple(context["near"]), says)
    fix = choice(found, context["near"]) if context["near"] else context["fix"]
    return _runtime(complaint, Mistake(path, says, fix or None))


def _no_verb(path: KeyPath, found: Mapping[str, Json], verbs: tuple[str, ...], says: str) -> Mistake:
    """Return the mistake of an item without any key that tells what it is: most likely the key is misspelt."""
    for key in found:
        near = nearest(key, verbs)
        if near is not None:
            return Mistake((*path, key), "is not known.", f"Did you mean {near}?", at_key=True)
    return Mistake(path, says, f"Write one of {', '.join(verbs)}.")


def _extra(complaint: _Complaint) -> Mistake:
    known = _keys(_model_at(complaint.model, complaint.error["loc"][:-1]))
    near = nearest(complaint.path[-1], known)
    fix = f"Did you mean {near}?" if near else f"Known here: {', '.join(known)}."
    return Mistake(complaint.path, "is not known.", fix, at_key=True)


def _missing(complaint: _Complaint) -> Mistake:
    return Mistake(complaint.path, "is missing.", f"Add {complaint.path[-1]}.")


def _literal(complaint: _Complaint) -> Mistake:
    choices = _QUOTED.findall(complaint.context["expected"])
    mistake = Mistake(complaint.path, f"is {complaint.found}.", choice(complaint.error["input"], choices))
    return _runtime(complaint, mistake)


def _type(complaint: _Complaint) -> Mistake:
    if complaint.error["input"] is None:
        return Mistake(complaint.path, "is empty.", "Give it a value, or remove the key.")
    wanted = _TYPES[complaint.error["type"]]
    is_number = isinstance(complaint.error["input"], int | float)
    fix = _QUOTES if wanted == _TYPES["string_type"] and is_number else None
    return _runtime(complaint, Mistake(complaint.path, f"is {complaint.found}, expected {wanted}.", fix))


def _form(complaint: _Complaint) -> Mistake:
    what, fix = _PATTERNS[complaint.context["pattern"]]
    at_key = complaint.error["loc"][-1] == _KEY
    says = f"is {what}." if at_key else f"is {complaint.found}, {what}."
    return _runtime(complaint, Mistake(complaint.path, says, fix, at_key=at_key))


def _bound(words: str, key: str) -> _Maker:
    def make(complaint: _Complaint) -> Mistake:
        return Mistake(complaint.path, f"is {complaint.found}, expected {words} {complaint.context[key]:g}.")

    return make


def _too_few(complaint: _Complaint) -> Mistake:
    least = complaint.context["min_length"]
    if not complaint.context.get("actual_length", len(complaint.error["input"])):
        return Mistake(complaint.path, "is empty.", "Give it a value, or remove the key.")
    return Mistake(complaint.path, f"is {complaint.found}, expected at least {least} items.")


def _other(complaint: _Complaint) -> Mistake:  # pragma: no cover, a complaint of pydantic not met yet
    return Mistake(complaint.path, f"is {complaint.found}: {complaint.error['msg']}.")


def _runtime(complaint: _Complaint, mistake: Mistake) -> Mistake:
    """Return the mistake, or if an expression stands where only a fixed value can, the mistake of that."""
    found: Any = complaint.error["input"]
    if isinstance(found, str) and _is_expression(found):
        says = f"is {shown(found)}, which is known only while the scenario runs."
        return Mistake(mistake.path, says, "Write a fixed value here, or one of vars.")
    return mistake


def _is_expression(text: str) -> bool:
    try:
        return has_names(text)
    except ExpressionError:
        return False


_MAKERS: Final[Mapping[str, _Maker]] = {
    "mistake": _ours,
    "extra_forbidden": _extra,
    "missing": _missing,
    "literal_error": _literal,
    "string_pattern_mismatch": _form,
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("more than", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "too_short": _too_few,
    "string_too_short": _too_few,
    **dict.fromkeys(_TYPES, _type),
}


def _keys(model: Any) -> tuple[str, ...]:
    return keys_of(model) if isinstance(model, type) and issubclass(model, BaseModel) else ()


def _model_at(model: Any, loc: tuple[str | int, ...]) -> Any:
    """Return the type that stands at a place pydantic names, the tags of unions included."""
    found: Any = model
    for part in loc:
        found = _bare(found)
        if str(part).startswith(OPEN):
            found = next(each for each in get_args(found) if Tag(str(part)) in getattr(each, "__metadata__", ()))
        elif isinstance(found, type) and issubclass(found, BaseModel):
            found = next(each.annotation for name, each in found.model_fields.items() if (each.alias or name) == part)
        else:
            found = get_args(found)[-1]
    return _bare(found)


def _bare(annotation: Any) -> Any:
    """Return a type without what is only said about it, and without ``None`` beside it."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        others = [each for each in get_args(annotation) if each is not type(None)]
        if get_origin(annotation) not in {Union, UnionType} or len(others) != 1:
            return annotation
        annotation = others[0]
