"""The words of a refusal: a schema's error becomes what was found, what is expected and what is nearest."""

import json
from collections.abc import Callable, Iterable, Iterator
from json.encoder import encode_basestring
from typing import Final

import jsonschema_rs
from msgspec import Struct
from msgspec.structs import replace

from mockserver.contract.alternatives import Tag, meant, tag_of
from mockserver.contract.likeness import close_word
from mockserver.contract.nearest import NOTHING, consequence, mended, missing_twin, near
from mockserver.model import Json
from mockserver.problem import Violation

_SHOWN_CHARS: Final = 60


class Fault(Struct, frozen=True, gc=False):
    """One error of a validator, with what the words need: the broken schema, the value, what holds it.

    ``missing`` is the member that is not there, ``unexpected`` are those that should not be. ``has_other_forms`` means
    that what holds it can be written in several ways.
    """

    name: str
    keyword: str
    schema: Json
    words: str
    found: Json
    holder: Json
    missing: str = ""
    unexpected: tuple[str, ...] = ()
    has_other_forms: bool = False

    @property
    def field(self) -> str:
        """The field it is about, which may be one that is not there."""
        if self.keyword not in _ABOUT_A_MEMBER:
            return self.name
        return self.missing if self.name == "body" else f"{self.name}.{self.missing}"


_ABOUT_A_MEMBER: Final = frozenset({"required", "dependentRequired"})

THERE: Final = " There is `"
"""How a sentence begins that points at another member of the same object."""

MOST: Final = 100
"""Violations named at most: a list of half a million wrong items would take a minute and be read by nobody."""


def violations(
    schema: Json,
    body: Json,
    errors: Iterable[jsonschema_rs.ValidationError],
    is_told: Callable[[str], bool] = lambda _: False,
) -> tuple[Violation, ...]:
    """Return one violation a field, in the order found; the most telling rule of each field.

    Of a field that ``is_told`` of already nothing is said; to find the words takes far longer than to drop them.
    """
    found: dict[str, Violation | None] = {}
    for fault in (each for error in errors for each in _telling(schema, body, error)):
        name = fault.field
        if is_told(name):
            found[name] = None
        else:
            each, known = _violation(fault), found.get(name)
            if known is None or _weight(each) < _weight(known):
                found[name] = each
        if len(found) >= MOST:
            break
    return tuple([each for each in found.values() if each is not None])


def dotted(path: Iterable[str | int]) -> str:
    """Return a path as people write it, such as ``message.content.text``; ``body`` for the whole."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return name.removeprefix(".") or "body"


def shown(value: Json) -> str:
    """Return a value in a few words, long ones shortened."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {_cut(str(value))}"
    return _cut(_quoted(value))


def attempt(value: Json) -> str:
    """Return the closing sentence that offers a value, empty if there is none or it is too long to read."""
    if value is NOTHING or value is None:
        return ""
    if value.__class__ is str and len(value) > _SHOWN_CHARS:
        return ""
    text = _quoted(value)
    return f" Try {text}." if len(text) <= _SHOWN_CHARS else ""


def _quoted(value: Json) -> str:
    """Return a value as JSON; of a string at once, since an encoder made for each costs ten times as much."""
    return encode_basestring(value) if value.__class__ is str else json.dumps(value, ensure_ascii=False)


def kept(value: Json) -> Json:
    """Return a found value as the journal keeps it: plain and short as it is, else in words."""
    if (
        value is None
        or isinstance(value, bool | int | float)
        or (isinstance(value, str) and len(value) <= _SHOWN_CHARS)
    ):
        return value
    return shown(value)


def _cut(text: str) -> str:
    if len(text) <= _SHOWN_CHARS:
        return text
    closing = '"' if text.startswith('"') else ""
    return f"{text[: _SHOWN_CHARS - 12]}...{closing} ({len(text) - 2 * len(closing)} characters)"


def _weight(violation: Violation) -> int:
    order = ("required", "type", "channel", "pattern")
    return order.index(violation.rule) if violation.rule in order else len(order)


def _fault(root: Json, body: Json, error: jsonschema_rs.ValidationError) -> Fault:
    *places, keyword = error.schema_path
    words = ""
    schema = root
    for place in places:
        schema = consequence(schema) if place == "then" else schema[place]
        if isinstance(schema, dict) and place not in {"properties", "anyOf"}:
            words = schema.get("description", words)
    found, holder = body, None
    for place in error.instance_path:
        found, holder = found[place], found
    return Fault(
        name=dotted(error.instance_path),
        keyword=str(keyword),
        schema=schema,
        words=words,
        found=found,
        holder=holder,
        missing=getattr(error.kind, "property", ""),
        unexpected=tuple(getattr(error.kind, "unexpected", ())),
        has_other_forms="anyOf" in places,
    )


def _telling(root: Json, body: Json, error: jsonschema_rs.ValidationError) -> Iterable[Fault]:
    """Return what to say of an error; of ``none of these fits``, the errors of the alternative that was meant."""
    fault, kind = _fault(root, body, error), error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        return _of_choice(root, body, error, kind.context, fault)
    return (fault,)


def _of_choice(
    root: Json,
    body: Json,
    error: jsonschema_rs.ValidationError,
    context: list[list[jsonschema_rs.ValidationError]],
    fault: Fault,
) -> Iterator[Fault]:
    tag = tag_of(fault.schema["anyOf"])
    if tag is None:
        behind = _least_wrong(context, len(error.instance_path))
    elif isinstance(fault.found, dict):
        index = meant(fault.schema["anyOf"], tag, fault.found, close_word(fault.found.get(tag.name), tag.all_values()))
        wrong = _wrong_tag(fault, tag, index)
        yield from wrong
        behind = [each for each in context[index] if not wrong or not _is_about(each, error, tag)]
    else:
        yield replace(fault, keyword="type", schema={"type": "object", **fault.schema})
        return
    for each in behind:
        yield from _telling(root, body, each)


def _least_wrong(context: list[list[jsonschema_rs.ValidationError]], depth: int) -> list[jsonschema_rs.ValidationError]:
    """Return the errors of the alternative whose first item fits, at least by its type; then of the fewest errors."""

    def cost(errors: list[jsonschema_rs.ValidationError]) -> tuple[bool, bool, int]:
        first = [each for each in errors if list(each.instance_path[depth:]) in ([0], [])]
        is_other = any(isinstance(each.kind, jsonschema_rs.ValidationErrorKind.Type) for each in first)
        return is_other, bool(first), len(errors)

    return min((each for each in context if each), key=cost)


def _wrong_tag(fault: Fault, tag: Tag, index: int) -> list[Fault]:
    """Return what is wrong with the member that tells alternatives apart, if it names none of them."""
    values = tag.all_values()
    if fault.found.get(tag.name) in values:
        return []
    words = f"one of {', '.join(values)}"
    schema = {"const": close_word(fault.found.get(tag.name), tag.values[index]) or tag.values[index][0]}
    if tag.name not in fault.found:
        holder = {"properties": {tag.name: {**schema, "description": words}}, "required": [tag.name]}
        return [replace(fault, keyword="required", schema=holder, missing=tag.name)]
    name = f"{fault.name}.{tag.name}"
    found = fault.found[tag.name]
    return [replace(fault, name=name, keyword="enum", schema=schema, words=words, found=found, holder=fault.found)]


def _is_about(error: jsonschema_rs.ValidationError, holder: jsonschema_rs.ValidationError, tag: Tag) -> bool:
    """Return whether an error is about the member that tells alternatives apart."""
    path = list(error.instance_path[len(holder.instance_path) :])
    return path == [tag.name] or (not path and getattr(error.kind, "property", None) == tag.name)


def _violation(fault: Fault) -> Violation:
    write = _WRITERS.get(fault.keyword, _wrong_value)
    return write(fault)


def _made(fault: Fault, rule: str, reason: str, nearest: Json = NOTHING) -> Violation:
    return Violation(
        name=fault.name,
        rule=rule,
        reason=f"{reason}{attempt(nearest)}",
        expected=fault.words,
        found=kept(fault.found),
        nearest=None if nearest is NOTHING else nearest,
    )


def _expected(fault: Fault) -> str:
    return f"expected {fault.words}" if fault.words else "this is not what the schema asks for"


def _wrong_value(fault: Fault) -> Violation:
    rule = _RULES.get(fault.keyword, fault.keyword)
    reason = f"`{fault.name}` is {shown(fault.found)}; {_expected(fault)}."
    return _made(fault, rule, reason, mended(fault.schema, fault.found))


def _wrong_type(fault: Fault) -> Violation:
    if _mixes(fault):
        return _mixed(fault)
    kinds = fault.schema["type"]
    wanted = _TYPES[kinds if isinstance(kinds, str) else kinds[0]]
    reason = f"`{fault.name}` is {shown(fault.found)}, not {wanted}; {_expected(fault)}."
    return _made(fault, "type", reason, mended(fault.schema, fault.found))


def _mixes(fault: Fault) -> bool:
    """Return whether an item would do elsewhere, but its list began with items of the other form."""
    if not fault.has_other_forms or not isinstance(fault.holder, list):
        return False
    return {fault.found.__class__, fault.holder[0].__class__} == {str, dict}


def _mixed(fault: Fault) -> Violation:
    list_name = fault.name.rpartition("[")[0]
    reason = (
        f"`{fault.name}` is {shown(fault.found)} but `{list_name}[0]` is {shown(fault.holder[0])};"
        " expected items of one form, either all strings or all objects."
    )
    return _made(fault, "mixed_parameters", reason, mended(fault.schema, fault.found))


def _empty(fault: Fault) -> Violation:
    if fault.found not in ("", {}, []):
        return _wrong_value(fault)
    return _made(fault, _RULES[fault.keyword], f"`{fault.name}` is empty; {_expected(fault)}.")


def _too_long(fault: Fault) -> Violation:
    limit = fault.schema["maxLength"]
    reason = f"`{fault.name}` has {len(fault.found)} characters; at most {limit} are allowed."
    return _made(fault, "max_length", reason, mended(fault.schema, fault.found))


def _missing(fault: Fault) -> Violation:
    member = fault.missing
    properties = fault.schema.get("properties", {})
    child = properties.get(member, {})
    name = fault.field
    twin = missing_twin(fault.found, member, fault.schema) if member in properties else None
    words = child.get("description", "")
    hint = twin_words(fault.name, twin, member) or (attempt(child.get("const")) if words else "")
    return Violation(
        name=name,
        rule="required",
        reason=f"Missing `{name}` field{_said(words, child)}.{hint}",
        expected=words or _constant(child),
        nearest=_nearest_missing(child, fault.found, twin),
    )


def _said(words: str, child: Json) -> str:
    said = words or _constant(child)
    return f": expected {said}" if said else ""


def _constant(child: Json) -> str:
    return _quoted(child["const"]) if "const" in child else ""


def _nearest_missing(child: Json, holder: Json, twin: str | None) -> Json:
    nearest = near(child, holder[twin]) if twin is not None else child.get("const", NOTHING)
    return None if nearest is NOTHING else nearest


def twin_words(holder: str, twin: str | None, member: str) -> str:
    """Return the closing sentence about a member that probably stands for a missing one; empty if there is none."""
    if twin is None:
        return ""
    there = twin if holder == "body" else f"{holder}.{twin}"
    return f"{THERE}{there}`; did you mean `{member}`?"


def _stranger(fault: Fault) -> Violation:
    unexpected = ", ".join(f"`{each}`" for each in fault.unexpected)
    return _made(fault, "unknown_member", f"`{fault.name}` holds {unexpected}, which is not documented.")


def _not_one(fault: Fault) -> Violation:
    """Say of members that exclude each other whether all are there or none."""
    names = [name for each in fault.schema["oneOf"] for name in each["required"]]
    there = [name for name in names if isinstance(fault.found, dict) and name in fault.found]
    said = f"both {_joined(there, 'and')}" if there else f"neither {_joined(names, 'nor')}"
    reason = f"`{fault.name}` has {said}; {_expected(fault)}."
    return _made(fault, _RULES["oneOf"], reason, mended(fault.schema, fault.found))


def _joined(names: list[str], word: str) -> str:
    return f" {word} ".join(f"`{each}`" for each in names)


_RULES: Final = {
    "oneOf": "one_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "range",
    "maximum": "range",
    "minProperties": "min_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "const": "enum",
}
_TYPES: Final = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "a boolean",
    "object": "an object",
    "array": "a list",
}
_WRITERS: Final[dict[str, Callable[[Fault], Violation]]] = {
    "type": _wrong_type,
    "required": _missing,
    "oneOf": _not_one,
    "dependentRequired": _missing,
    "maxLength": _too_long,
    "minLength": _empty,
    "minProperties": _empty,
    "minItems": _empty,
    "additionalProperties": _stranger,
}
