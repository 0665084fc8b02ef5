"""Bodies made from a schema, good and bad: every member at its limits, missing, null, of every wrong type.

Pure and systematic, no chance in it; it says what it changed, never whether the result is valid.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from mockserver.contract.reasons import dotted
from mockserver.model import Json

ASTRAL: Final = "\U0001f37d"
"""A character outside the first plane: one code point, two UTF-16 units."""
_WRONG: Final[tuple[Json, ...]] = (None, True, 7, 7.5, "", "x", [], {}, {"x": 7})
_NUMBERS: Final = (
    "447700900145",
    "1234567",
    "123456",
    "123456789012345",
    "1234567890123456",
    "+447700900145",
    "00447700900145",
    "07700900145",
    "44 7700 900145",
    "447700-900145",
    "٤٤٧٧٠٠٩٠٠١٤٥",
    "ACME",
    " 447700900145",
)
_URLS: Final = (
    "http://a.b",
    "http://ab",
    "https://files.example.org/menu",
    "HTTPS://FILES.EXAMPLE.ORG/MENU.PNG",
    "ftp://files.example.org/menu.png",
    "files.example.org/menu.png",
    "//files.example.org/menu.png",
    "https:/files.example.org/menu.png",
    "https:///menu.png",
    "https://?query=1",
    "https:// files.example.org",
    f"https://files.example.org/{ASTRAL}.png",
    " https://files.example.org/menu.png",
)
_LISTS: Final[tuple[Json, ...]] = (
    ["a"],
    ["a", "b", ASTRAL],
    ["a", 7],
    ["a", None],
    [True],
    [[]],
    [{}],
    [{"default": "a"}],
    [{"default": "a"}, {"default": "b", "more": 7}],
    [{"default": 7}],
    [{"default": None}],
    [{"other": "a"}],
    ["a", {"default": "b"}],
    [{"default": "a"}, "b"],
)


@dataclass(frozen=True)
class Case:
    """One body, and the dotted name of the member it was made to be about."""

    body: Json
    about: str


def cases(schema: Json) -> Iterator[Case]:
    """Yield bodies for a schema without references: a full one, a spare one, and each with one thing changed.

    A schema whose ``if`` and ``then`` are about the whole body is gone over once more with the ``if`` fulfilled,
    and so it is with the ``if`` of its ``else``.
    """
    yield from (Case(value, "body") for value in _WRONG)
    spare = filled(schema, optional=False)
    yield Case(spare, "body")
    full = filled(schema, optional=True)
    yield from _variations(schema, full)
    for path, node in _nodes(schema, ()):
        if len(path) == 1 and path[0] not in spare:
            yield Case(_with(spare, path, filled(node, optional=True)), dotted(path))
    for condition, consequence in _rules(schema):
        fulfilled = {**full, **filled(consequence, optional=True), **_demanded(schema, condition)}
        yield from _variations(schema, fulfilled)
        yield from (Case({**fulfilled, name: each}, name) for name, each in _left_out(schema, fulfilled))
        yield from _variations(schema, spare)
        for name in condition["required"]:
            yield from (Case({**spare, name: value}, name) for value in _values(schema["properties"][name]))


def _rules(schema: Json) -> Iterator[tuple[Json, Json]]:
    """Yield every ``if`` of a schema with its ``then``: its own, and the one in its ``else``."""
    if "then" in schema:
        yield schema["if"], schema["then"]
        yield from _rules(schema.get("else", {}))


def _variations(schema: Json, body: Json) -> Iterator[Case]:
    """Yield a body, then the same with each member replaced, taken out, or joined by a stranger."""
    yield Case(body, "body")
    for path, node in _nodes(schema, ()):
        if path[0] not in body:
            continue
        yield from (Case(_with(body, path, value), dotted(path)) for value in _values(node))
        yield Case(_without(body, path), dotted(path))
        stranger = (*path[:-1], f"{path[-1]}_")
        yield Case(_with(body, stranger, 7), dotted(stranger))


def _demanded(schema: Json, condition: Json) -> Json:
    """Return the members that fulfil an ``if``."""
    return {name: filled(schema["properties"][name], optional=True) for name in condition["required"]}


def _left_out(schema: Json, body: Json) -> Iterator[tuple[str, Json]]:
    """Yield the members a body lacks, each with a value."""
    for name, each in schema["properties"].items():
        if name not in body:
            yield name, filled(each, optional=True)


def filled(schema: Json, *, optional: bool) -> Json:
    """Return one valid value: all members of all objects, or only those required."""
    given = [schema.get("const"), *schema.get("examples", ()), *schema.get("enum", ())]
    first = next((each for each in given if each is not None), None)
    if first is not None:
        return deepcopy(first)
    if "anyOf" in schema:
        return filled(schema["anyOf"][0], optional=optional)
    kind = _main_type(schema)
    if kind == "array":
        return [filled(schema["items"], optional=optional) for _ in range(max(1, schema.get("minItems", 1)))]
    if kind != "object":
        return {"string": "words", "integer": 42}[kind]
    names = schema.get("properties", {}) if optional else schema.get("required", ())
    members = {name: filled(schema["properties"][name], optional=optional) for name in names}
    return {name: each for name, each in members.items() if not _contradicts(schema, name)}


def keywords(schema: Json) -> Iterator[tuple[str, Json]]:
    """Yield every way to weaken a schema by one thing: a keyword gone, or one entry of a keyword's list.

    Each comes with the place it was taken from. What a ``then`` only says again, so that its words stand alone, is
    no weakening and left out.
    """
    for place in _places(schema, ()):
        if _is_said_anyway(schema, place):
            continue
        weaker = deepcopy(schema)
        holder = _at(weaker, place[:-1])
        del holder[place[-1]]
        if holder != []:
            yield "/".join(map(str, place)), weaker


def _places(schema: Json, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    for keyword, value in schema.items():
        here = (*path, keyword)
        if keyword in {"description", "examples"}:
            continue
        yield here
        if keyword == "properties":
            for name, each in value.items():
                yield from _places(each, (*here, name))
        elif keyword in {"items", "if", "then", "else", "not"}:
            yield from _places(value, here)
        elif keyword in {"anyOf", "oneOf"}:
            for index, each in enumerate(value):
                yield (*here, index)
                yield from _places(each, (*here, index))
        elif isinstance(value, list):
            yield from ((*here, index) for index in range(len(value)))
        elif keyword == "dependentRequired":
            yield from ((*here, name) for name in value)


def _is_said_anyway(schema: Json, place: tuple[str | int, ...]) -> bool:
    """Return whether a keyword is there for its words only: the schema says the same without it.

    A ``then`` repeats what its words need. An ``if`` asks for a member that is required anyway, lest its ``then``
    complain as well where it is missing.
    """
    if place[-2:] == ("if", "required"):
        return set(_at(schema, place)) <= set(_at(schema, place[:-2]).get("required", ()))
    if place[-3:-1] == ("if", "required"):
        return _at(schema, place) in _at(schema, place[:-3]).get("required", ())
    return _is_repeated(schema, place)


def _is_repeated(schema: Json, place: tuple[str | int, ...]) -> bool:
    """Return whether the place stands in a ``then``, and the schema says the same there without its ``if``."""
    if "then" not in place:
        return False
    at = place.index("then")
    twin = (*place[:at], *place[at + 1 :])
    try:
        if place[-2:-1] == ("required",):
            return _at(schema, place) in _at(schema, twin[:-1])
        said, before = _judging(_at(schema, place)), _judging(_at(schema, twin))
    except KeyError:
        return False
    return bool(said.items() <= before.items() if place[-1] == "properties" else said == before)


def _judging(node: Json) -> Json:
    """Return a part of a schema without what judges nothing."""
    if isinstance(node, dict):
        return {name: _judging(each) for name, each in node.items() if name not in {"description", "examples"}}
    return node


def _nodes(schema: Json, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield every member of every object, with its path; not of those that are one of several."""
    for name, each in schema.get("properties", {}).items():
        yield (*path, name), each
        if "oneOf" not in each:
            yield from _nodes(each, (*path, name))


def _values(schema: Json) -> Iterator[Json]:
    """Yield what to put where a schema is: everything of the wrong type, and its own type at its limits."""
    yield from _WRONG
    yield from schema.get("enum", ())
    if "const" in schema:
        yield from (schema["const"].upper(), "sms", "image")
    kind = _main_type(schema)
    if kind in _MAKERS:
        yield from _MAKERS[kind](schema)
    if "anyOf" in schema or kind == "array":
        yield from _LISTS
    for each in schema.get("anyOf", ()):
        yield from _whole_values(each)
    if "oneOf" in schema:
        yield from _choices(schema)
    if "then" in schema:
        yield from _consequences(schema)
    if "dependentRequired" in schema:
        whole = filled(schema, optional=True)
        yield from (_without(whole, (name,)) for names in schema["dependentRequired"].values() for name in names)


def _whole_values(schema: Json) -> Iterator[Json]:
    """Yield what to put where a schema is, its members changed as well: for what no path of names leads to."""
    yield from _values(schema)
    if "properties" in schema:
        yield from (each.body for each in _variations(schema, filled(schema, optional=True)))


def _numbers(schema: Json) -> Iterator[Json]:
    """Yield numbers at the limits, by a fraction beside them, too large for anything, and one as a string."""
    for limit in (schema.get("minimum"), schema.get("maximum")):
        if limit is not None:
            yield from (limit - 1, limit, limit + 1)
    first = schema.get("minimum", 0)
    yield from (float(first), first + 0.5, str(first), 10**20, -(10**20))


def _booleans(_: Json) -> Iterator[Json]:
    yield from (True, False, "true", 0, 1)


def _lists(schema: Json) -> Iterator[list[Json]]:
    """Yield lists that are too short, too long and just right, and such with a changed item in front."""
    item = filled(schema["items"], optional=True)
    least = max(1, schema.get("minItems", 1))
    for length in (least - 1, least, schema.get("maxItems", least), schema.get("maxItems", least) + 1):
        yield [item] * length
    yield from ([each, *[item] * (least - 1)] for each in _whole_values(schema["items"]))


def _choices(schema: Json) -> Iterator[Json]:
    """Yield objects that are one of several: each of the examples, changed, and all of them at once."""
    for each in schema["examples"]:
        yield from (case.body for case in _variations(schema, each))
    yield {name: value for each in schema["examples"] for name, value in each.items()}


def _strings(schema: Json) -> Iterator[str]:
    """Yield strings at the limits of length, and where there is a pattern, strings that nearly fit it."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", 60)
    lengths = {max(each, 0) for limit in (least, most) for each in (limit - 1, limit, limit + 1)}
    yield from ("n" * length for length in sorted(lengths))
    yield from (ASTRAL * most, ASTRAL * (most + 1))
    if "pattern" not in schema:
        return
    example = schema["examples"][0]
    yield from (f"{example}n", f"n{example}", f" {example}", f"{example}7", example[1:], example[:-1])
    yield from (example.upper(), f"-{example}", f"{example}.5", example.replace(".", ","), example.partition(".")[0])
    yield from (_NUMBERS if example.isdigit() else ())
    if example.startswith("https"):
        yield from _URLS
        yield from (example + "n" * (length - len(example)) for length in sorted(lengths))
    elif "maxLength" in schema:
        yield from ("n" * (length - len(example)) + example for length in sorted(lengths))


def _consequences(schema: Json) -> Iterator[Json]:
    """Yield members that do and do not set off a ``then``, with every value its members could have."""
    for condition in _conditions(schema):
        yield dict(condition)
        for name, node in schema["then"]["properties"].items():
            for value in (*_WRONG, *node.get("enum", ())):
                yield {**condition, name: value}
    full = filled(schema, optional=True)
    for name, node in schema["if"].get("properties", {}).items():
        yield {**full, name: node.get("const")}


def _conditions(schema: Json) -> Iterator[Json]:
    """Yield members that do and do not fulfil an ``if``: none, the right ones, null, and the others of a choice."""
    yield {}
    if "not" in schema["if"]:
        return
    yield filled(schema["if"], optional=True)
    yield dict.fromkeys(schema["if"]["required"])
    for name in schema["if"].get("properties", {}):
        yield from ({name: each} for each in schema["properties"][name].get("enum", ()))


def _contradicts(schema: Json, name: str) -> bool:
    """Return whether a member would set off a ``then``, such as an error, which ``submitted`` cannot have."""
    return any(condition == {"required": [name]} for condition, _ in _rules(schema))


def _main_type(schema: Json) -> str:
    kinds = schema.get("type", "object" if "properties" in schema else "")
    return kinds if isinstance(kinds, str) else str(kinds[0])


def _at(node: Json, path: tuple[str | int, ...]) -> Json:
    for part in path:
        node = node[part]
    return node


def _with(body: Json, path: tuple[str, ...], value: Json) -> Json:
    if not path:
        return deepcopy(value)
    inner = body.get(path[0], {}) if isinstance(body, dict) else {}
    return {**body, path[0]: _with(inner, path[1:], value)}


def _without(body: Json, path: tuple[str, ...]) -> Json:
    inner = body.get(path[0])
    if len(path) == 1 or not isinstance(inner, dict):
        return {name: each for name, each in body.items() if name != path[0]}
    return {**body, path[0]: _without(inner, path[1:])}


_MAKERS: Final[dict[str, Callable[[Json], Iterator[Json]]]] = {
    "string": _strings,
    "integer": _numbers,
    "number": _numbers,
    "boolean": _booleans,
    "array": _lists,
}
"""What makes the values of a type."""
