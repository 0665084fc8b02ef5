"""What the real API lets pass and a careful tester wants to know of a body that a branch was chosen for."""

import re
from collections.abc import Iterable, Iterator

from mockserver.contract.branches import Branch
from mockserver.contract.members import KnownMembers, oddities
from mockserver.contract.nearest import close_word
from mockserver.contract.reasons import shown
from mockserver.core.capabilities import Capabilities, Shape
from mockserver.core.media import extension
from mockserver.model import Json
from mockserver.problem import Finding


class Findings:
    """Looks a body over; what the rows say is worked out once, so a plain message costs next to nothing."""

    def __init__(self, capabilities: Capabilities, dialect: str) -> None:
        self._capabilities = capabilities
        self._patterns = {name: re.compile(shape.pattern) for name, shape in capabilities.shapes.items()}
        self._option_names = frozenset(each.names[dialect] for each in capabilities.channels.values() if each.options)

    def of(self, branch: Branch, body: Json) -> tuple[Finding, ...]:
        """Return the findings on a body, valid or not; that a branch was chosen means that it has content."""
        odd = oddities(branch.members, body)
        found = [self._stranger(branch, holder, name) for holder, name in odd.strangers]
        found += [Finding(name, "null_member", f"`{name}` is null; it is taken as absent.") for name in odd.nulls]
        found += self._sender(branch, body)
        message = body["message"]
        found += self._options(branch, message.get(branch.wire_name))
        member = message["content"].get(branch.row.kind)
        if member.__class__ is dict:
            found += self._member(branch, member)
        if branch.row.notes:
            found += _notes(branch.row.notes, body)
        return tuple(found)

    def _stranger(self, branch: Branch, holder: KnownMembers, name: str) -> Finding:
        """Say what an unknown member is likely to be, and where it would belong."""
        full = holder.name(name)
        if name == branch.wire_name:
            there = f"message.{name}"
            return Finding(full, "misplaced_options", f"`{full}` has no effect here; the options belong at `{there}`.")
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
        if holder.path == "message.content" and name in self._capabilities.kinds:
            return Finding(
                full,
                "extra_content",
                f"`{full}` has no effect, since the content is of type {branch.row.kind}.",
            )
        return unknown_member(full, name, holder.names)

    def _sender(self, branch: Branch, body: Json) -> Iterator[Finding]:
        address = branch.channel.addresses["outbound"].sender
        sender = body.get("from")
        value = sender.get(address.member) if sender.__class__ is dict else None
        if value.__class__ is str and value and not self._patterns[address.shape].fullmatch(value):
            name = f"from.{address.member}"
            words = self._shape(address.shape).words
            yield Finding(
                name,
                "sender_shape",
                f"`{name}` is {shown(value)}; a sender on {branch.wire_name} is {words}.",
            )

    def _options(self, branch: Branch, options: Json) -> Iterator[Finding]:
        if options.__class__ is not dict:
            return
        for name, option in branch.channel.options.items():
            value = options.get(name)
            full = f"message.{branch.wire_name}.{name}"
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
        full = f"message.content.{row.kind}"
        url, name = member.get("url"), member.get("name")
        if row.url_max_chars is not None and url.__class__ is str:
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
    close = close_word(name, known)
    hint = f" Did you mean `{close}`?" if close else ""
    return Finding(full, "unknown_member", f"`{full}` is not a member the API documents; it has no effect.{hint}")


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
        value = body
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            yield Finding(name, "divergence", note)
