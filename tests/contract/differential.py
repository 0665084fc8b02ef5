"""Bodies with the verdict each must get: valid ones, odd but valid ones, and ones that break exactly one rule.

Made from our own documents, each member in turn, the same every time. What a rule says is decided here by a few
lines of its own, so that the contract and openapi-core can both be held against it. As JSON lines, for holding
other stand-ins against it as well: ``python -m tests.contract.differential > bodies.jsonl``.
"""

import json
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from itertools import islice
from random import Random
from typing import Final, TypeAlias

from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.forms import FORMS, V0_1, V1, Form
from mockserver.model import Json
from tests.contract.corpus import ASTRAL, filled

Path: TypeAlias = tuple[str | int, ...]
VALID: Final = "valid"
ODD: Final = "odd"
BROKEN: Final = "broken"
_WORDS: Final = ("x", " ", "7", "n" * 20, "Déjà vu", ASTRAL, "null", "true", "\u0000", "a\nb", "<b>&amp;</b>")
_NUMBERS: Final = (
    *("447700900145", "1234567", "123456789012345", "123456", "1234567890123456", "+447700900145", "00447700900145"),
    *("07700900145", "44 7700 900145", "447700-900145", "٤٤٧٧٠٠٩٠٠١٤٥", "ACME", " 447700900145", "4.477009e11"),
    *("US.1349120", "us.1349120", "US.", "USA.1349120"),
)
_URLS: Final = (
    *("http://a.bc", "HTTPS://FILES.EXAMPLE.ORG/MENU.PNG", "https://files.example.org/menü.png", "https://[::1]/a"),
    *("https://user:word@files.example.org:8443/a?b=c#d", "ftp://files.example.org/menu.png", "//files.example.org/a"),
    *("files.example.org/menu.png", "https:/files.example.org/a", "https:///menu.png", "https://?query=1"),
    *("https:// files.example.org", " https://files.example.org/a", "javascript:alert(1)", "menu.png", "/menu.png"),
)
_COUNTS: Final = ("1", "200", "600", "0", "-1", "201", "601", "05", "30s", "3.5", "١")
_OTHER_TYPES: Final[tuple[Json, ...]] = (None, True, 7, 7.5, "x", [], {}, ["x"], {"x": 7})
_NO_NAMES: Final[tuple[Json, ...]] = ("haiku", "", None, 7, True, ["haiku", "x"], {})
_NO_MESSAGES: Final[tuple[Json, ...]] = ("x", 7, None, [])
_RIGHT_LISTS: Final[tuple[Json, ...]] = (
    *([], ["a"], ["a", "", ASTRAL], [{"default": "a"}], [{"default": "a", "x": 1}, {"default": ""}], None),
)
_WRONG_LISTS: Final[tuple[tuple[Json, str, str], ...]] = (
    (["a", 7], "[1]", "type"),
    (["a", None], "[1]", "type"),
    ([True], "[0]", "type"),
    (["a", {"default": "b"}], "[1]", "mixed_parameters"),
    ([{"default": "a"}, "b"], "[1]", "mixed_parameters"),
    ([{"default": 7}], "[0].default", "type"),
    ([{"default": None}], "[0].default", "type"),
    ([{"default": ["a"]}], "[0].default", "type"),
    ([{}], "[0].default", "required"),
    ([{"other": "a"}], "[0].default", "required"),
    ("a", "", "type"),
    (7, "", "type"),
    ({"a": "b"}, "", "type"),
    (True, "", "type"),
)
"""Template parameters of v0.1, with the place of what is wrong and the rule it breaks."""
_IMPOSSIBLE_OBJECTS: Final = {
    (V0_1, "MessengerCustom"): ("location", "contacts"),
    (V0_1, "ViberCustom"): ("location", "contacts"),
}
"""Source: domain facts, messages-v0.1 part 3.3."""
_SEED: Final = "differential"
_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
}
_THIN: Final = 5
"""One in so many changes is made to a member that another branch has as well."""


@dataclass(frozen=True)
class Case:
    """One body, where it goes, and the verdict it must get: ``rule`` and ``field`` are those broken, if any is."""

    version: str
    method: str
    path: str
    sort: str
    branch: str
    body: Json
    rule: str | None = None
    field: str | None = None

    @property
    def accept(self) -> bool:
        """Whether the body must be accepted."""
        return self.rule is None


def cases(specs: Specs) -> list[Case]:
    """Return the whole corpus, without repetitions."""
    found = [*_version_cases(specs, V0_1), *_version_cases(specs, V1), *_updates(specs)]
    unique = {json.dumps([each.version, each.method, each.body], sort_keys=True): each for each in reversed(found)}
    return list(unique.values())[::-1]


def _version_cases(specs: Specs, version: str) -> Iterator[Case]:
    form, schemas = FORMS[version], specs.schemas(version)
    seen: set[str] = set()
    for name in schemas.outbound():
        schema = schemas.component(name)
        plain = Case(version, "POST", form.path, VALID, name, None)
        full = _without_failover(filled(schema, optional=True))
        yield replace(plain, body=_spare(schema))
        yield replace(plain, body=full)
        yield from _subsets(plain, schema, full)
        yield from _one_of_several(plain, schema, full)
        for base in (full, *_set_off(schema, full), *_otherwise(schema, full)):
            yield from _members(plain, form, schema, base, seen)
        yield from _names(plain, form, specs, full)
        yield from _lists(plain, full)
        yield from _custom_objects(plain, form, full)
        yield from _of_other_version(plain, specs)
        if version == V1:
            yield from _failovers(plain, schemas, full)
    for value in _OTHER_TYPES:
        if not isinstance(value, dict):
            yield Case(version, "POST", form.path, BROKEN, "", value, "not_object", "body")


def _spare(schema: Json) -> Json:
    """Return a valid body with what is required only, also by an ``if`` that holds in it."""
    body = filled(schema, optional=False)
    for path, node, value in list(_places(schema, body, ())):
        settled = _settled(node, value)
        for name in settled.get("required", ()):
            if name not in value:
                body = _put(body, (*path, name), filled(settled["properties"][name], optional=False))
    return body


def _without_failover(body: Json) -> Json:
    return {name: each for name, each in body.items() if name != "failover"}


def _subsets(plain: Case, schema: Json, full: Json) -> Iterator[Case]:
    """Yield bodies with some of the optional members at the top, in any order, and strangers among them."""
    random = Random(f"{_SEED}:{plain.version}:{plain.branch}")
    optional = [name for name in full if name not in schema["required"] and name not in _demanded(schema)]
    for number in range(6):
        left_out = random.sample(optional, random.randint(0, len(optional)))
        names = [name for name in full if name not in left_out]
        random.shuffle(names)
        body = {name: full[name] for name in names}
        strangers = {f"x-{number}": {"a": [1, None]}, "": ASTRAL} if number % 2 else {}
        yield replace(plain, sort=ODD, body=body | strangers)


def _demanded(schema: Json) -> list[str]:
    """Return the members that an ``if`` is about: leaving them out could break another rule."""
    return [name for condition in [schema.get("if", {})] for name in condition.get("required", ())]


def _set_off(schema: Json, full: Json) -> list[Json]:
    """Return the body with every ``if`` that does not hold in it made to hold, one at a time."""
    found = []
    for path, node, value in _places(schema, full, ()):
        if "then" in node and not _holds(node["if"], value):
            found.append(_put(full, path, _held(node, value)))
    return found


def _otherwise(schema: Json, full: Json) -> list[Json]:
    """Return the body with every object that can be written in several ways in each of the others."""
    found = []
    for path, node, value in _places(schema, full, (), is_whole=False):
        ways = [filled(each, optional=True) for each in node.get("anyOf", ()) if "properties" in each]
        ways += node["examples"] if "oneOf" in node else []
        found += [_put(full, path, each) for each in ways if each != value]
    return found


def _one_of_several(plain: Case, schema: Json, full: Json) -> Iterator[Case]:
    """Yield the body with all of several members that exclude each other, and with none."""
    for path, node, _ in _places(schema, full, ()):
        if "oneOf" in node:
            everything = {name: each for example in node["examples"] for name, each in example.items()}
            for value in ({}, everything):
                body = _put(full, path, value)
                yield replace(plain, sort=BROKEN, body=body, rule="one_of", field=_dotted(path))


def _held(schema: Json, value: Json) -> Json:
    condition = schema["if"]
    if "not" in condition:
        return {name: each for name, each in value.items() if name not in condition["not"]["required"]}
    consts = {name: each["const"] for name, each in condition["properties"].items()}
    return {**value, **consts, **filled(schema["then"], optional=True)}


def _members(plain: Case, form: Form, schema: Json, base: Json, seen: set[str]) -> Iterator[Case]:
    """Yield the body with each member changed, taken out or joined by a stranger, with what that breaks.

    A member that was gone over in another branch gets a few changes only.
    """
    for path, node, value in _places(schema, base, ()):
        if _dotted(path) in {*form.channel_at, form.kind_at}:
            continue
        mark = f"{_dotted(path)} {json.dumps(node, sort_keys=True)}"
        step = _THIN if mark in seen else 1
        seen.add(mark)
        for candidate in islice(_candidates(node, value), 0, None, step) if path else ():
            if len(broken := _broken(node, candidate)) <= 1 and not _sets_off(schema, base, path, candidate):
                yield _case(plain, _put(base, path, candidate), broken, path)
        if isinstance(value, dict) and "properties" in node:
            yield replace(plain, sort=ODD, body=_put(base, (*path, "x_stranger"), {"y": [None]}))
            yield from _left_out(plain, node, base, path)


def _left_out(plain: Case, node: Json, base: Json, path: Path) -> Iterator[Case]:
    """Yield the body without each member of an object."""
    value = _at(base, path)
    required = _settled(node, value).get("required", ())
    for name in value:
        here = (*path, name)
        if name in required:
            yield replace(plain, sort=BROKEN, body=_cut(base, here), rule="required", field=_dotted(here))
        elif "oneOf" not in node and not _sets_off_by_absence(node, name):
            yield replace(plain, body=_cut(base, here))


def _sets_off(schema: Json, base: Json, path: Path, candidate: Json) -> bool:
    """Return whether a changed member makes an ``if`` hold that did not, or the other way round."""
    changed = _put(base, path, candidate)
    before = [_holds(node["if"], value) for _, node, value in _places(schema, base, ()) if "then" in node]
    after = [_holds(node["if"], value) for _, node, value in _places(schema, changed, ()) if "then" in node]
    return before != after


def _sets_off_by_absence(node: Json, name: str) -> bool:
    return name in node.get("if", {}).get("not", {}).get("required", ()) and "pattern" not in node["properties"]["url"]


def _case(plain: Case, body: Json, broken: list[str], path: Path) -> Case:
    if not broken:
        return replace(plain, sort=ODD, body=body)
    return replace(plain, sort=BROKEN, body=body, rule=broken[0], field=_dotted(path))


def _names(plain: Case, form: Form, specs: Specs, full: Json) -> Iterator[Case]:
    """Yield the body with its channel or kind misspelt, missing, unknown, or one that does not go with the rest."""
    for place in (*form.channel_at, form.kind_at):
        path = tuple(place.split("."))
        is_kind = place == form.kind_at
        rule = "kind" if is_kind else "channel"
        yield replace(plain, sort=BROKEN, body=_cut(full, path), rule="required", field=place)
        for word in (_at(full, path).upper(), f"{_at(full, path)}s", *_NO_NAMES):
            yield replace(plain, sort=BROKEN, body=_put(full, path, word), rule=rule, field=place)
    yield from _impossible(plain, form, specs, full)
    for name in (each.names[form.dialect] for each in specs.capabilities.channels_in(form.dialect)):
        for place in form.channel_at[1:]:
            path = tuple(place.split("."))
            if name != _at(full, path):
                yield replace(plain, sort=BROKEN, body=_put(full, path, name), rule="channel_mismatch", field=place)


def _impossible(plain: Case, form: Form, specs: Specs, full: Json) -> Iterator[Case]:
    """Yield the body with every kind that its channel does not take, and those it takes but has no content for."""
    said = _at(full, tuple(form.channel_at[0].split(".")))
    channel = specs.capabilities.by_wire(form.dialect, said)
    rows = specs.capabilities.rows_of(channel.name if channel else "", "outbound", form.dialect)
    takes = [row.kind for row in rows if row.schema]
    for kind in specs.capabilities.kinds_in(form.dialect):
        body = _put(full, tuple(form.kind_at.split(".")), kind)
        content = form.content_at(kind)
        if kind not in takes:
            yield replace(plain, sort=BROKEN, body=body, rule="capability", field=form.kind_at)
        elif not _has(full, tuple(content.split("."))):
            yield replace(plain, sort=BROKEN, body=body, rule="required", field=content)


def _lists(plain: Case, full: Json) -> Iterator[Case]:
    """Yield template parameters of both forms, and of both at once, which v0.1 does not take."""
    template = full.get("message", {}).get("content", {}).get("template")
    if template is None:
        return
    path: Path = ("message", "content", "template", "parameters")
    for value in _RIGHT_LISTS:
        yield replace(plain, sort=ODD, body=_put(full, path, value))
    for value, where, rule in _WRONG_LISTS:
        yield replace(plain, sort=BROKEN, body=_put(full, path, value), rule=rule, field=f"{_dotted(path)}{where}")


def _custom_objects(plain: Case, form: Form, full: Json) -> Iterator[Case]:
    """Yield custom objects that the channel cannot carry, which no schema says."""
    path = tuple(form.content_at("custom").split("."))
    objects = _IMPOSSIBLE_OBJECTS.get((plain.version, plain.branch), ())
    for value in objects:
        body = _put(full, path, {"type": value, value: {}})
        yield replace(plain, sort=BROKEN, body=body, rule="capability", field=_dotted(path))


def _of_other_version(plain: Case, specs: Specs) -> Iterator[Case]:
    """Yield the body as sent to the other version's path."""
    other = V1 if plain.version == V0_1 else V0_1
    body = _spare(specs.schemas(plain.version).component(plain.branch))
    rule = f"{plain.version.replace('.', '_')}_body"
    yield Case(other, "POST", FORMS[other].path, BROKEN, plain.branch, body, rule, "body")


def _failovers(plain: Case, schemas: Schemas, full: Json) -> Iterator[Case]:
    """Yield the body with others to fall back on: right ones, and ones with something missing or wrong."""
    own = _spare(schemas.component(plain.branch))
    sms = _without_failover(filled(schemas.component("SmsText"), optional=True))
    right: tuple[Json, ...] = (None, [], [own], [own, sms | {"failover": []}], [sms, {**sms, "x_stranger": 1}])
    for items in right:
        yield replace(plain, sort=ODD, body={**full, "failover": items})
    for index in (0, 1):
        for name in own:
            items = [*([sms] * index), {key: each for key, each in own.items() if key != name}]
            field = f"failover[{index}].{name}"
            yield replace(plain, sort=BROKEN, body={**full, "failover": items}, rule="required", field=field)
    for item in _NO_MESSAGES:
        yield replace(plain, sort=BROKEN, body={**full, "failover": [sms, item]}, rule="type", field="failover[1]")
    for wrong in (*_OTHER_TYPES[1:5], {}, sms):
        yield replace(plain, sort=BROKEN, body={**full, "failover": wrong}, rule="type", field="failover")


def _updates(specs: Specs) -> Iterator[Case]:
    """Yield bodies of a PATCH."""
    schema = specs.schemas(V1).component("Update")
    plain = Case(V1, "PATCH", f"{FORMS[V1].path}/{{message_uuid}}", VALID, "Update", None)
    full = filled(schema, optional=True)
    yield replace(plain, body=filled(schema, optional=False))
    yield replace(plain, body={**full, "status": "read"})
    yield from _members(plain, FORMS[V1], schema, {**full, "status": "read"}, set())


def _places(schema: Json, value: Json, path: Path, *, is_whole: bool = True) -> Iterator[tuple[Path, Json, Json]]:
    """Yield every value of a body with its path and the schema that it falls under.

    Of several alternatives that is the one of its type; with ``is_whole`` false, all of them. Lists that can be written
    in two ways are left to ``_lists``.
    """
    whole = schema
    if "anyOf" in schema:
        fitting = (each for each in schema["anyOf"] if isinstance(value, dict) and _tag(each, value))
        schema = next(fitting, {**schema["anyOf"][0], "items": {}})
    yield path, schema if is_whole else whole, value
    settled = _settled(schema, value)
    if isinstance(value, dict):
        for name, child in settled.get("properties", {}).items():
            if name in value:
                yield from _places(child, value[name], (*path, name), is_whole=is_whole)
    elif isinstance(value, list) and value and settled.get("items"):
        yield from _places(settled["items"], value[0], (*path, 0), is_whole=is_whole)


def _tag(schema: Json, value: Json) -> bool:
    node = schema.get("properties", {}).get("type", {})
    return value.get("type") in [node.get("const"), *node.get("enum", ())]


def _settled(schema: Json, value: Json) -> Json:
    """Return a schema with what its ``then`` asks for, if its ``if`` holds."""
    if "then" not in schema or not _holds(schema["if"], value):
        return schema
    then = schema["then"]
    properties = {**schema["properties"], **then.get("properties", {})}
    return {**schema, "properties": properties, "required": [*schema.get("required", ()), *then.get("required", ())]}


def _holds(condition: Json, value: Json) -> bool:
    """Return whether an ``if`` holds: the few keywords that our documents use in one."""
    if not isinstance(value, dict):
        return True
    if "not" in condition:
        return not _holds(condition["not"], value)
    has_all = all(name in value for name in condition.get("required", ()))
    members = {name: each for name, each in condition.get("properties", {}).items() if name in value}
    return has_all and all(
        value[name] == each["const"] if "const" in each else _holds(each, value[name]) for name, each in members.items()
    )


def _candidates(schema: Json, value: Json) -> Iterator[Json]:
    """Yield what to put where a schema is: everything of another type, and its own type at its limits."""
    yield from _OTHER_TYPES
    for word in (schema.get("const"), *schema.get("enum", ())):
        yield from (word, word.upper(), word.lower(), f"{word}s", f" {word}") if isinstance(word, str) else (word,)
    kinds = _types(schema)
    if "string" in kinds:
        yield from _strings(schema)
    if "integer" in kinds:
        least, most = schema.get("minimum", 0), schema.get("maximum", 10**9)
        yield from (least - 1, least, least + 1, most - 1, most, most + 1, float(least), least + 0.5, str(least))
    if "array" in kinds and isinstance(value, list) and value:
        lengths = {0, schema.get("minItems", 1) - 1, schema.get("minItems", 1), schema.get("maxItems", 3)}
        yield from ([deepcopy(value[0])] * length for length in sorted(lengths | {schema.get("maxItems", 3) + 1}))


def _strings(schema: Json) -> Iterator[str]:
    """Yield strings at the limits of length, odd ones, and the example and what nearly looks like it."""
    example = (schema.get("examples") or ["words"])[0]
    least, most = schema.get("minLength", 0), schema.get("maxLength", 60)
    for length in (0, least, most, most + 1):
        yield from ("n" * length, ASTRAL * length, example + "n" * (length - len(example)))
        yield "n" * (length - len(example)) + example
    yield from (*_WORDS, *_NUMBERS, *_URLS, *_COUNTS, example, f" {example}", f"{example} ", example[:9])


def _broken(schema: Json, value: Json) -> list[str]:
    """Return the rules of a schema that a value itself breaks; not those that are about what is inside it."""
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if choices is not None:
        return [] if any(value.__class__ is each.__class__ and value == each for each in choices) else ["enum"]
    kinds = _types(schema)
    if kinds and not any(_is(value, kind) for kind in kinds):
        return ["type"]
    rules: dict[str, bool] = {}
    if isinstance(value, str):
        rules["pattern"] = "pattern" in schema and re.search(schema["pattern"], value) is None
        rules["min_length"] = len(value) < schema.get("minLength", 0)
        rules["max_length"] = len(value) > schema.get("maxLength", len(value))
    elif isinstance(value, list):
        rules["min_length"] = len(value) < schema.get("minItems", 0)
        rules["max_length"] = len(value) > schema.get("maxItems", len(value))
        rules["inside"] = any(_is_wrong_inside(schema.get("items", {}), each) for each in value)
        rules["inside "] = rules["inside"]
    elif isinstance(value, dict):
        rules["min_length"] = len(value) < schema.get("minProperties", 0)
        rules["inside"] = rules["inside "] = _lacks(schema, value)
    elif value is not None and not isinstance(value, bool):
        rules["range"] = not schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return [name for name, is_broken in rules.items() if is_broken]


def _is_wrong_inside(schema: Json, item: Json) -> bool:
    """Return whether an item that was put into a list is none of its kind; those copied are right."""
    return ("anyOf" in schema and not isinstance(item, dict)) or bool(_broken(schema, item))


def _lacks(schema: Json, value: Json) -> bool:
    """Return whether an object put in breaks rules about its members, which are tried one by one elsewhere."""
    is_one = [all(name in value for name in each["required"]) for each in schema.get("oneOf", ())]
    return not set(schema.get("required", ())) <= value.keys() or (bool(is_one) and is_one.count(True) != 1)


def _types(schema: Json) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def _is(value: Json, kind: str) -> bool:
    """Return whether a value is of a JSON Schema type; 60.0 is an integer there, and true is no number."""
    if isinstance(value, bool) or value is None:
        return kind == ("null" if value is None else "boolean")
    if isinstance(value, float) and value.is_integer() and kind == "integer":
        return True
    return isinstance(value, _PYTHON.get(kind, ()))


def _dotted(path: Path) -> str:
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path).removeprefix(".")


def _at(body: Json, path: Path) -> Json:
    for part in path:
        body = body[part]
    return body


def _has(body: Json, path: Path) -> bool:
    try:
        _at(body, path)
    except KeyError:
        return False
    return True


def _put(body: Json, path: Path, value: Json) -> Json:
    """Return a copy of the body with a value at a path."""
    if not path:
        return deepcopy(value)
    changed = deepcopy(body)
    _at(changed, path[:-1])[path[-1]] = deepcopy(value)
    return changed


def _cut(body: Json, path: Path) -> Json:
    """Return a copy of the body without what is at a path."""
    changed = deepcopy(body)
    del _at(changed, path[:-1])[path[-1]]
    return changed


if __name__ == "__main__":
    for each in cases(load_specs()):
        sys.stdout.write(json.dumps({**asdict(each), "accept": each.accept}, ensure_ascii=False) + "\n")
