"""What the real API lets pass and a careful tester wants to know of a body that a branch was chosen for."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mockserver.contract.branches import Branch
from mockserver.contract.likeness import close_word
from mockserver.contract.members import KnownMembers, is_ordinary, oddities
from mockserver.contract.reasons import MOST, shown
from mockserver.core.capabilities import Capabilities, Shape
from mockserver.core.forms import Form, found_along, found_at
from mockserver.core.media import extension
from mockserver.model import Json
from mockserver.problem import Finding

NULL_MEMBER: Final = "null_member"
"""The rule of an optional member that is null."""
_HINT_CUTOFF: Final = 0.7
"""How alike a hint must be: at 0.6 ``recipient`` would lead to ``trusted_recipient``."""


class Findings:
    """Looks a body over; what the rows say is worked out once, so a plain message costs next to nothing."""

    def __init__(self, capabilities: Capabilities, form: Form) -> None:
        self._capabilities = capabilities
        self._form = form
        self._kinds = capabilities.kinds_in(form.dialect)
        self._patterns = {name: re.compile(shape.pattern) for name, shape in capabilities.shapes.items()}
        self._option_names = frozenset(
            each.names[form.dialect] for each in capabilities.channels_in(form.dialect) if each.options_in(form.dialect)
        )

    def of(self, branch: Branch, body: Json) -> tuple[Finding, ...]:
        """Return the findings on a body, valid or not; that a branch was chosen means that it has content."""
        found: list[Finding] = []
        if not is_ordinary(branch.members, body):
            found += self._oddities(branch, body)
        sender = found_along(branch.sender_path, body)
        if sender.__class__ is str and sender and not self._patterns[branch.sender_shape].fullmatch(sender):
            found.append(self._sender(branch, sender))
        options = found_along(branch.options_path, body)
        if options.__class__ is dict:
            found += self._options(branch, options)
        member = found_along(branch.content_path, body)
        if member.__class__ is dict:
            found += self._member(branch, member)
        if branch.row.notes:
            found += _notes(branch.row.notes, body)
        return tuple(found)

    def _oddities(self, branch: Branch, body: Json) -> Iterator[Finding]:
        odd = oddities(branch.members, body)
        for holder, name in odd.strangers[:MOST]:
            yield self._stranger(branch, holder, name)
        yield from map(null_member, odd.nulls)

    def _stranger(self, branch: Branch, holder: KnownMembers, name: str) -> Finding:
        """Say what an unknown member is likely to be, and where it would belong."""
        full = holder.name(name)
        is_block = name == branch.channel.name or name in branch.channel.names.values()
        if is_block or name in branch.options:
            there = self._form.options_at(branch.channel, "" if is_block else name)
            if there != full:
                what = "the options belong" if is_block else "it belongs"
                return Finding(full, "misplaced_options", f"`{full}` has no effect here; {what} at `{there}`.")
        if name in self._option_names:
            return Finding(
                full,
                "foreign_options",
                f"`{full}` is for another channel and has no effect on {branch.wire_name}.",
            )
        if name == "caption":
            return Finding(
                full,
                "caption",
                f"`{full}` has no effect: {branch.wire_name} shows no caption with {branch.row.kind}.",
            )
        if holder.path == self._form.holder and name in self._kinds:
            return Finding(
                full,
                "extra_content",
                f"`{full}` has no effect, since the content is of type {branch.row.kind}.",
            )
        return unknown_member(full, name, holder.names)

    def _sender(self, branch: Branch, sender: str) -> Finding:
        name = branch.sender_at
        words = self._shape(branch.sender_shape).words
        return Finding(name, "sender_shape", f"`{name}` is {shown(sender)}; a sender on {branch.wire_name} is {words}.")

    def _options(self, branch: Branch, options: dict[str, Json]) -> Iterator[Finding]:
        for name, option in branch.options.items():
            value = options.get(name)
            full = self._form.options_at(branch.channel, name)
            if value is None:
                continue
            if option.shape and value.__class__ is str and not self._patterns[option.shape].fullmatch(value):
                words = self._shape(option.shape).words
                yield Finding(full, "option_shape", f"`{full}` is {shown(value)}; it should be {words}.")
            for other, wanted in option.needed_when.items():
                if options.get(other) != wanted:
                    yield Finding(full, "idle_option", f"`{full}` has no effect unless `{other}` is {wanted}.")

    def _member(self, branch: Branch, member: Json) -> Iterator[Finding]:
        """Look at the object that carries the content: a file's URL, a template's name, a custom object."""
        row = branch.row
        full = branch.content_at
        url, name = member.get("url"), member.get("name")
        if (row.url_max_chars is not None or row.extensions) and url.__class__ is str:
            yield from _url(f"{full}.url", url, row.extensions, f"{branch.wire_name} {row.kind}")
        if row.name_shape and name.__class__ is str and not self._patterns[row.name_shape].fullmatch(name):
            words = self._shape(row.name_shape).words
            yield Finding(f"{full}.name", "template_name", f"`{full}.name` is {shown(name)}; it should be {words}.")
        if row.kind == "custom":
            yield from self._custom(full, member)

    def _custom(self, full: str, custom: Json) -> Iterator[Finding]:
        sort = self._capabilities.custom_object(custom)
        member = self._capabilities.custom_objects[sort].member if sort else None
        if member and member not in custom:
            yield Finding(
                full,
                "custom_object",
                f"`{full}` looks like a {sort} but has no `{member}`; the provider will refuse it.",
            )

    def _shape(self, name: str) -> Shape:
        return self._capabilities.shapes[name]


def unknown_member(full: str, name: str, known: Iterable[str]) -> Finding:
    """Return the finding on a member that no schema knows, with the known one that looks most like it."""
    close = close_word(name, known, _HINT_CUTOFF)
    hint = f" Did you mean `{close}`?" if close else ""
    return Finding(full, "unknown_member", f"`{full}` is not a member the API documents; it has no effect.{hint}")


def null_member(full: str) -> Finding:
    """Return the finding on an optional member that is null."""
    return Finding(full, NULL_MEMBER, f"`{full}` is null; it is taken as absent.")


def _url(full: str, url: str, extensions: tuple[str, ...], what: str) -> Iterator[Finding]:
    if not url.isascii() or " " in url:
        yield Finding(full, "url_characters", f"`{full}` holds characters that a URL must percent-encode.")
    if not extensions or "://" not in url:
        return
    ending = extension(url)
    listed = ", ".join(f".{each}" for each in extensions)
    if ending is None:
        yield Finding(full, "no_extension", f"`{full}` has no file extension; {what} supports {listed}.")
    elif ending not in extensions:
        yield Finding(full, "extension", f"`{full}` ends in .{ending}; {what} supports {listed}.")


def _notes(notes: dict[str, str], body: Json) -> Iterator[Finding]:
    for name, note in notes.items():
        if found_at(body, name) is not None:
            yield Finding(name, "divergence", note)
