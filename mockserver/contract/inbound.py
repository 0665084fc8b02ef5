"""What an inbound message may hold, read off its branch: members of its content, and members beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import DIALECTS, Specs
from mockserver.core.capabilities import Row
from mockserver.core.forms import FORMS
from mockserver.model import Json

FURTHER: Final = ("context", "profile")
"""Members beside the content that a tester may give, where a document has them."""
_ENVELOPE: Final = ("message_uuid", "to", "from", "timestamp")
"""Members that every inbound message has, whatever it says."""


@dataclass(frozen=True, slots=True)
class InboundShape:
    """The schemas of one branch, free of references.

    ``content`` is that of the member named after the kind, ``None`` for a kind without; ``members`` are those of the
    content by name; ``beside`` are those that stand beside the content, such as the context of a reply.
    """

    content: Json
    members: Mapping[str, Json]
    beside: Mapping[str, Json]

    @property
    def given(self) -> tuple[str, ...]:
        """What a tester may give: the members of the content, and some beside it; a bare kind is a member itself."""
        return (*self.members, *(each for each in FURTHER if each in self.beside))


class InboundShapes:
    """The shapes of all inbound messages. Works one out on first use."""

    def __init__(self, specs: Specs) -> None:
        self._schemas = {dialect: specs.schemas(dialect) for dialect in DIALECTS}
        self._known: dict[tuple[str, str], InboundShape] = {}

    def of(self, row: Row) -> InboundShape:
        """Return the shape of a supported inbound row."""
        cell = (row.dialect, row.schema or "")
        if cell not in self._known:
            self._known[cell] = _shape_of(row, self._schemas[row.dialect])
        return self._known[cell]


def _shape_of(row: Row, schemas: Schemas) -> InboundShape:
    """Return the shape of a supported inbound row, by the schemas of its dialect."""
    form = FORMS[row.dialect]
    holder = schemas.component(row.schema or "")
    for name in form.holder.split(".") if form.holder else ():
        holder = holder["properties"][name]
    members = holder["properties"]
    written = {row.kind, form.kind_at.rpartition(".")[2], *form.channel_at, *_ENVELOPE}
    content = members.get(row.kind)
    return InboundShape(
        content=content,
        members=_members(content, row.kind),
        beside={name: schema for name, schema in members.items() if name not in written},
    )


def _members(content: Json, kind: str) -> Mapping[str, Json]:
    """Return the members of a content; one that is no object is its own only member."""
    if content is None:
        return {}
    members: dict[str, Json] = content.get("properties", {kind: content})
    return members
