"""The closest value a schema would have taken: pure functions over a schema and what was sent instead."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Final

import jsonschema_rs

from mockserver.model import Json

_CUTOFF: Final = 0.6


class _Missing(Enum):
    NOTHING = "nothing"


NOTHING: Final = _Missing.NOTHING
"""What ``near`` returns when no value is close enough to be what was meant. (``None`` is a JSON value.)"""


def close_word(word: Json, words: Iterable[str]) -> str | None:
    """Return the word that looks most like the one given, ``None`` if none does. Case does not matter."""
    if not isinstance(word, str):
        return None
    by_folded = {each.casefold(): each for each in words}
    matches = difflib.get_close_matches(word.strip().casefold(), by_folded, n=1, cutoff=_CUTOFF)
    return by_folded[matches[0]] if matches else None


def near(schema: Json, value: Json) -> Json:
    """Return the closest valid value, or NOTHING. A valid value is its own nearest."""
    if _fits(schema, value):
        return value
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _near_choice(schema["enum"], value)
    if "anyOf" in schema:
        candidates = (near(each, value) for each in _by_likeness(schema["anyOf"], value))
        return next((each for each in candidates if each is not NOTHING), NOTHING)
    mend = _MENDERS.get(_main_type(schema), _near_nothing)
    found = mend(schema, value)
    return found if found is not NOTHING and _fits(schema, found) else NOTHING


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
        return [sample(schema["items"])]
    properties = schema.get("properties", {})
    return {name: sample(properties[name]) for name in schema.get("required", ()) if name in properties}


def missing_twin(value: dict[str, Json], name: str, properties: dict[str, Json]) -> str | None:
    """Return the unknown member that probably is the missing one under another name.

    Either it looks alike (``tetx`` for ``text``), or it is the only unknown one (``id`` for ``number``).
    """
    suitable = _SUITABLE.get(_main_type(properties[name]), ())
    unknown = [each for each in value if each not in properties]
    candidates = [each for each in unknown if isinstance(value[each], suitable)]
    return close_word(name, candidates) or (candidates[0] if len(unknown) == 1 and candidates else None)


def consequence(schema: Json) -> Json:
    """Return what an object must be once its ``if`` holds: its members, those of ``then`` in front."""
    then = schema["then"]
    properties = {**schema.get("properties", {}), **then.get("properties", {})}
    return {"type": "object", "required": then.get("required", []), "properties": properties}


def _fits(schema: Json, value: Json) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


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


def _by_likeness(alternatives: list[Json], value: Json) -> list[Json]:
    """Put the alternative that suits the first item of a list in front."""
    first = value[0] if isinstance(value, list) and value else value
    likes_objects = isinstance(first, dict)
    return sorted(alternatives, key=lambda each: (_main_type(each.get("items", {})) == "object") is not likes_objects)


def _near_string(schema: Json, value: Json) -> Json:
    if isinstance(value, dict):
        plain = [each for each in value.values() if isinstance(each, str)]
        value = plain[0] if len(plain) == 1 else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return NOTHING
    return next((each for each in _rewritten(value, schema) if _fits(schema, each)), NOTHING)


def _rewritten(value: str | float, schema: Json) -> Iterator[str]:
    """Yield what might have been meant, the most faithful first."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    yield text
    yield text.strip()
    if "pattern" in schema:
        digits = re.sub(r"[\s().\-/+]", "", text).removeprefix("00")
        if digits.isascii() and digits.isdigit():
            yield digits
        if "://" not in text and re.match(r"(//)?[\w-]+(\.[\w-]+)+", text):
            yield f"https://{text.removeprefix('//')}"
        yield re.sub(r"^(https?)[:/]*", r"\1://", text.strip(), flags=re.IGNORECASE)
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


def _near_array(schema: Json, value: Json) -> Json:
    items = [near(schema["items"], each) for each in (value if isinstance(value, list) else [value])]
    return NOTHING if NOTHING in items else items


def _near_object(schema: Json, value: Json) -> Json:
    if not schema.get("properties"):
        return NOTHING
    members = _renamed(schema, dict(value) if isinstance(value, dict) else _wrapped(schema, value))
    required = schema.get("required", ())
    for name, child in schema["properties"].items():
        if name in members or name in required:
            found = near(child, members[name]) if name in members else NOTHING
            members[name] = sample(child) if found is NOTHING and name in required else found
    members = {name: each for name, each in members.items() if each is not NOTHING}
    return _with_consequence(schema, members)


def _with_consequence(schema: Json, members: dict[str, Json]) -> Json:
    """Mend what ``then`` asks for, if ``if`` holds."""
    if "then" in schema and _fits(schema["if"], members):
        return _near_object(consequence(schema), members)
    return members


def _renamed(schema: Json, members: dict[str, Json]) -> dict[str, Json]:
    """Give members their right name where a required one is missing and another looks like it."""
    for name in schema.get("required", ()):
        if name in members or name not in schema["properties"]:
            continue
        twin = missing_twin(members, name, schema["properties"])
        if twin is not None:
            members[name] = members.pop(twin)
    return members


def _wrapped(schema: Json, value: Json) -> dict[str, Json]:
    """Take a bare value for the one member that is no constant.

    ``"44..."`` becomes ``{"number": "44..."}``, to which the constant ``type`` is added.
    """
    properties = schema["properties"]
    free = [name for name in schema.get("required", ()) if "const" not in properties[name]]
    return {free[0]: value} if len(free) == 1 and value is not None else {}


_SUITABLE: Final[dict[str, tuple[type, ...]]] = {"string": (str, int), "object": (dict,), "array": (list,)}
_MENDERS: Final[dict[str, Callable[[Json, Json], Json]]] = {
    "string": _near_string,
    "integer": _near_integer,
    "array": _near_array,
    "object": _near_object,
}
