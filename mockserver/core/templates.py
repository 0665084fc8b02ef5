"""Whether the provider would take a template: its name, language, number of parameters and length; keeps no registry.

Source: domain facts, messages-v0.1 parts 2.8, 2.9 and 2.10.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mockserver.model import Json, Message, Template

_PLACE: Final = re.compile(r"\{\{\s*(\d+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Use:
    """A template as a message asks for it. ``is_raw``: passed on unread, so its language is in the provider's form."""

    name: str
    language: str | None
    parameters: tuple[str, ...]
    is_raw: bool = False


def used(message: Message) -> Use | None:
    """Return the template a message asks for, as content of its own or inside a custom object."""
    if message.kind == "template":
        parameters = message.content.get("parameters") or ()
        language = message.options.get("locale")
        return Use(message.content["name"], language, tuple(map(_text, parameters)))
    if message.kind == "custom" and message.content.get("type") == "template":
        return _raw(message.content.get("template"))
    return None


def fault(use: Use, known: Iterable[Template], max_chars: int | None) -> str | None:
    """Return why a template would not be taken, given those registered; ``None`` if it would."""
    known = tuple(known)
    found = next((each for each in known if each.name == use.name), None)
    if found is None:
        names = ", ".join(each.name for each in known)
        return f"the template {use.name!r} is not registered" + (f" (registered: {names})" if names else "")
    if not _speaks(found, use):
        return f"the template {use.name!r} is registered in {', '.join(found.languages)}, not in {use.language}"
    if len(use.parameters) != found.parameters:
        return f"the template {use.name!r} takes {found.parameters} parameters, not {len(use.parameters)}"
    if found.body is not None and max_chars is not None:
        length = len(_filled(found.body, use.parameters))
        if length > max_chars:
            return f"the template {use.name!r}, filled in, has {length} characters; {max_chars} are allowed"
    return None


def _speaks(template: Template, use: Use) -> bool:
    """Tell whether a template is there in a language; the platform turns en-GB into en_GB, but not what is raw."""
    if not template.languages or use.language is None:
        return True
    known = {_underscored(each) for each in template.languages}
    return (use.language if use.is_raw else _underscored(use.language)) in known


def _underscored(language: str) -> str:
    return language.replace("-", "_")


def _filled(body: str, parameters: tuple[str, ...]) -> str:
    def value(place: re.Match[str]) -> str:
        index = int(place[1]) - 1
        return parameters[index] if 0 <= index < len(parameters) else place[0]

    return _PLACE.sub(value, body)


def _raw(template: Json) -> Use:
    """Read WhatsApp's own object: ``{"namespace", "name", "language": {"code"}, "components": [...]}``."""
    template = template if isinstance(template, dict) else {}
    language = template.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    body = [
        parameter
        for component in _dicts(template.get("components"))
        if component.get("type") == "body"
        for parameter in _dicts(component.get("parameters"))
    ]
    return Use(
        name=f"{template.get('namespace')}:{template.get('name')}",
        language=code if isinstance(code, str) else None,
        parameters=tuple(str(each.get("text", "")) for each in body),
        is_raw=True,
    )


def _dicts(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(parameter: Json) -> str:
    """Return a parameter written in either of its two forms."""
    return str(parameter["default"] if isinstance(parameter, dict) else parameter)
