"""The closest value a schema would have taken: pure functions over a schema and what was sent instead."""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final

from mockserver.contract.alternatives import meant, tag_of
from mockserver.contract.compiled import compiled
from mockserver.contract.likeness import close_member, close_word
from mockserver.model import Json

_BETWEEN_DIGITS: Final = re.compile(r"[\s().\-/+]")
_BARE_URL: Final = re.compile(r"(//)?[\w-]+(\.[\w-]+)+")
_SCHEME: Final = re.compile(r"^(https?)[:/]*", re.IGNORECASE)


class _Missing(Enum):
    NOTHING = "nothing"


NOTHING: Final = _Missing.NOTHING
"""What ``near`` returns when no value is close enough to be what was meant. (``None`` is a JSON value.)"""


def near(schema: Json, value: Json) -> Json:
    """Return the closest valid value, or NOTHING. A valid value is its own nearest."""
    return value if _fits(schema, value) else mended(schema, value)


def mended(schema: Json, value: Json) -> Json:
    """Return the valid value closest to one that is known not to be, or NOTHING."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _near_choice(schema["enum"], value)
    if "anyOf" in schema:
        candidates = (near(each, value) for each in _likeliest_first(schema["anyOf"], value))
        return next((each for each in candidates if each is not NOTHING), NOTHING)
    mend = _MENDERS.get(_main_type(schema), _near_nothing)
    found = mend(schema, value)
    return found if found is NOTHING or mend is _near_string or _fits(schema, found) else NOTHING


def sample(schema: Json) -> Json:
    """Return a small valid value made of the schema's constants and examples."""
    if "const" in schema:
        return schema["const"]
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if _main_type(schema) == "array":
        return [sample(schema["items"])] * schema.get("minItems", 1)
    properties = schema.get("properties", {})
    members = {name: sample(properties[name]) for name in schema.get("required", ()) if name in properties}
    return _with_consequence(schema, members)


def missing_twin(value: dict[str, Json], name: str, schema: Json) -> str | None:
    """Return the unknown member that probably is the missing one under another name.

    Either it looks alike (``tetx`` for ``text``), or people call it so, or it is the only one missing and the only
    one unknown, and would do (``id`` for ``number``).
    """
    properties = schema["properties"]
    child = properties[name]
    unknown = [each for each in value if each not in properties]
    close = close_member(name, (each for each in unknown if isinstance(value[each], _suitable(child))))
    if close is not None:
        return close
    missing = [each for each in schema.get("required", ()) if each not in value]
    is_lone = len(unknown) == 1 and missing in ([], [name])
    return unknown[0] if is_lone and _could_be(child, value[unknown[0]]) else None


def consequence(schema: Json) -> Json:
    """Return what an object must be once its ``if`` holds: its members, those of ``then`` in front."""
    then = schema["then"]
    properties = {**schema.get("properties", {}), **then.get("properties", {})}
    return {"type": "object", "required": then.get("required", []), "properties": properties}


def _fits(schema: Json, value: Json) -> bool:
    """Return whether a value is valid; a word is just compared, for such schemas are made for the moment as well."""
    if schema.get("const").__class__ is str:
        return bool(schema["const"] == value)
    return compiled(schema).is_valid(value)


def _main_type(schema: Json) -> str:
    kinds = schema.get("type", "")
    return kinds if isinstance(kinds, str) else str(kinds[0])


def _near_nothing(_schema: Json, _value: Json) -> Json:
    return NOTHING


def _near_choice(choices: list[Json], value: Json) -> Json:
    words = [each for each in choices if isinstance(each, str)]
    if len(words) == 1:
        return words[0]
    return close_word(value, words) or NOTHING


def _suitable(schema: Json) -> tuple[type, ...]:
    """Return the types a member of this schema is written in, if only nearly right."""
    given = [schema["const"]] if "const" in schema else schema.get("enum", ())
    return (*_SUITABLE.get(_main_type(schema), ()), *(type(each) for each in given))


def _could_be(schema: Json, value: Json) -> bool:
    """Return whether a value would do for a schema; of constants, exactly."""
    if "const" in schema or "enum" in schema:
        return _fits(schema, value)
    return isinstance(value, _suitable(schema)) and near(schema, value) is not NOTHING


def _likeliest_first(alternatives: list[Json], value: Json) -> list[Json]:
    """Put the alternative that was probably meant in front: by its tag, else by the first item of a list."""
    tag = tag_of(alternatives)
    if tag is not None and isinstance(value, dict):
        close = close_word(value.get(tag.name), tag.all_values())
        index = meant(alternatives, tag, value, close)
        return [alternatives[index], *alternatives[:index], *alternatives[index + 1 :]]
    first = value[0] if isinstance(value, list) and value else value
    likes_objects = isinstance(first, dict)
    return sorted(alternatives, key=lambda each: (_main_type(each.get("items", {})) == "object") is not likes_objects)


def _near_string(schema: Json, value: Json) -> Json:
    """Mend a string, or take the one that stands in a list or an object instead; what it returns fits."""
    if isinstance(value, list):
        return near(schema, value[0]) if value and not isinstance(value[0], list | dict) else NOTHING
    tried = {value} if isinstance(value, str) else set()  # it does not fit, or nobody would ask for what is near it
    if isinstance(value, dict):
        plain = [each for name, each in value.items() if isinstance(each, str) and name != "type"]
        value = plain[0] if len(plain) == 1 else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return NOTHING
    for each in _rewritten(value, schema):
        if each not in tried:
            if _fits(schema, each):
                return each
            tried.add(each)
    return NOTHING


def _rewritten(value: str | float, schema: Json) -> Iterator[str]:
    """Yield what might have been meant, the most faithful first."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    yield text
    yield text.strip()
    if "pattern" in schema:
        digits = _BETWEEN_DIGITS.sub("", text).removeprefix("00")
        if digits.isascii() and digits.isdigit():
            yield digits
        if "://" not in text and _BARE_URL.match(text):
            yield f"https://{text.removeprefix('//')}"
        yield _SCHEME.sub(r"\1://", text.strip())
        yield text.strip().upper()
        stem, dot, ending = text.rpartition(".")
        if "maxLength" in schema and "://" not in text:
            yield f"{stem[: max(schema['maxLength'] - len(ending) - 1, 0)]}{dot}{ending}"
    elif "maxLength" in schema:
        yield text[: schema["maxLength"]]


def _near_integer(schema: Json, value: Json) -> Json:
    if isinstance(value, bool):
        return NOTHING
    if isinstance(value, str):
        if not re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
            return NOTHING
        value = int(value)
    if not isinstance(value, int | float) or not abs(value) < float("inf"):
        return NOTHING
    return max(schema.get("minimum", value), min(schema.get("maximum", value), round(value)))


def _near_number(_: Json, value: Json) -> Json:
    """Read a number that was written as a string."""
    if not isinstance(value, str) or not re.fullmatch(r"\s*-?[0-9]{1,18}([.][0-9]{1,18})?\s*", value):
        return NOTHING
    found = float(value)
    return int(found) if found.is_integer() else found


def _near_boolean(_: Json, value: Json) -> Json:
    """Take the words, 0 and 1 for what they mean."""
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().casefold(), NOTHING)


def _near_array(schema: Json, value: Json) -> Json:
    """Mend each item; too many are cut off, too few are made more, if there is one to begin with."""
    if value is None:
        return NOTHING
    child = schema["items"]
    given = value if isinstance(value, list) else [value]
    if _main_type(child) != "string":
        given = [each for each in given if each is not None]
    items = [near(child, each) for each in given[: schema.get("maxItems")]]
    if NOTHING in items:
        return NOTHING
    return items + [sample(child)] * (schema.get("minItems", 0) - len(items)) if items else items


def _near_object(schema: Json, value: Json) -> Json:
    if not schema.get("properties"):
        return NOTHING
    members = dict(value) if isinstance(value, dict) else _wrapped(schema, value)
    required = _wanted(schema, members)
    members = _renamed(schema, required, members)
    for name, child in schema["properties"].items():
        if name in members or name in required:
            found = near(child, members[name]) if name in members else NOTHING
            members[name] = sample(child) if found is NOTHING and name in required else found
    members = {name: each for name, each in members.items() if each is not NOTHING}
    return _with_consequence(schema, _one_of(schema, members))


def _wanted(schema: Json, members: dict[str, Json]) -> list[str]:
    """Return the members that must be there; where one of several must and none is, the first."""
    groups = _groups(schema)
    lacks_all = groups and not any(name in members for group in groups for name in group)
    return [*schema.get("required", ()), *(groups[0] if lacks_all else ())]


def _one_of(schema: Json, members: dict[str, Json]) -> dict[str, Json]:
    """Keep the first of several members that exclude each other."""
    there = [group for group in _groups(schema) if set(group) <= members.keys()]
    surplus = {name for group in there[1:] for name in group if name not in there[0]}
    return {name: each for name, each in members.items() if name not in surplus}


def _groups(schema: Json) -> list[list[str]]:
    """Return the members that exclude each other, group by group."""
    return [each["required"] for each in schema.get("oneOf", ())]


def _with_consequence(schema: Json, members: dict[str, Json]) -> Json:
    """Mend what ``then`` asks for, if ``if`` holds."""
    if "then" in schema and _fits(schema["if"], members):
        return _near_object(consequence(schema), members)
    return members


def _renamed(schema: Json, required: list[str], members: dict[str, Json]) -> dict[str, Json]:
    """Give members their right name where a required one is missing and another looks like it."""
    for name in required:
        if name in members or name not in schema["properties"]:
            continue
        twin = missing_twin(members, name, schema)
        if twin is not None:
            members[name] = members.pop(twin)
    return members


def _wrapped(schema: Json, value: Json) -> dict[str, Json]:
    """Take a bare value for the one member that is no constant, or the first of several that it will do for.

    ``"44..."`` becomes ``{"number": "44..."}``, to which the constant ``type`` is added.
    """
    properties = schema["properties"]
    free = [name for name in schema.get("required", ()) if "const" not in properties[name]]
    if len(free) == 1 and value is not None:
        return {free[0]: value}
    choices = free or [group[0] for group in _groups(schema) if len(group) == 1]
    return next(({name: value} for name in choices if near(properties[name], value) is not NOTHING), {})


_SUITABLE: Final[dict[str, tuple[type, ...]]] = {
    "string": (str, int),
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
    "integer": (int, str),
    "number": (int, float, str),
}
_MENDERS: Final[dict[str, Callable[[Json, Json], Json]]] = {
    "string": _near_string,
    "integer": _near_integer,
    "number": _near_number,
    "boolean": _near_boolean,
    "array": _near_array,
    "object": _near_object,
}
