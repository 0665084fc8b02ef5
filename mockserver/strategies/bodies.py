"""Request bodies of messages, each of them accepted; what a cell allows is read from its row and its schema."""

from collections.abc import Callable, Iterator
from functools import cache

from hypothesis import strategies as st

from mockserver.core.forms import FORMS, found_at, joined
from mockserver.model import Json
from mockserver.strategies.addresses import addresses
from mockserver.strategies.known import Cell, Values, cells, documents
from mockserver.strategies.making import Making, patterned
from mockserver.strategies.urls import urls

_FAILOVER = "failover"
_MOST_URL_CHARS = 2000


def send_bodies(version: str | None = None, channel: str | None = None, kind: str | None = None) -> Values:
    """Return bodies of requests that send a message, of a version, channel and kind or of any.

    The contract accepts each of them, and finds nothing odd about it but what the row itself remarks upon.
    The simplest one has only the members it must, with the documents' examples.
    Raise UnknownError for a version, channel or kind that there is not.
    """
    return st.one_of([bodies_of(each) for each in cells("outbound", version, channel, kind)])


@cache
def bodies_of(cell: Cell) -> Values:
    """Return the bodies of a cell; those of one that travels through another hold its example."""
    row = cell.row
    if row.through is not None:
        [carrier] = cells("outbound", cell.version, row.channel, row.through)
        place = FORMS[cell.version].content_at(row.through)
        return _bodies(carrier, ((place, st.just(row.example)),))
    return _bodies(cell, ())


@cache
def schema_of(cell: Cell) -> Json:
    """Return the schema of a cell's bodies, without other messages to try."""
    schema = documents().specs.schemas(cell.version).component(cell.row.schema or "")
    members = {name: each for name, each in schema["properties"].items() if name != _FAILOVER}
    return {**schema, "properties": members}


def _bodies(cell: Cell, more: tuple[tuple[str, Values], ...]) -> Values:
    made = Making({**dict(_told(cell)), **dict(more)}).values(schema_of(cell))
    made = made.map(_without_idle(cell))
    contract = documents().contracts[cell.version]
    # Only a custom object can look by chance like one that its channel does not carry.
    return made.filter(contract.accepts) if cell.row.kind == "custom" else made


def _told(cell: Cell) -> Iterator[tuple[str, Values]]:
    """Yield what the row knows better than the schema: addresses, URLs, names and options, each with its place."""
    form, row, channel = FORMS[cell.version], cell.row, cell.channel
    pair = channel.addresses["outbound"]
    yield form.party_at("from", pair.sender), addresses(pair.sender, cell.version)
    yield form.party_at("to", pair.recipient), addresses(pair.recipient, cell.version)
    content = form.content_at(row.kind)
    if row.extensions:
        yield joined(content, "url"), urls(row.extensions, max_chars=row.url_max_chars or _MOST_URL_CHARS)
    if row.name_shape:
        yield joined(content, "name"), _of_shape(row.name_shape)
    for name, option in channel.options_in(cell.version).items():
        if option.shape:
            yield form.options_at(channel, name), _of_shape(option.shape)


def _without_idle(cell: Cell) -> Callable[[Json], Json]:
    """Return what takes out of bodies the options that do nothing, since another has not the value they need."""
    options_at = FORMS[cell.version].options_at(cell.channel)
    needs = {name: each.needed_when for name, each in cell.channel.options_in(cell.version).items() if each.needed_when}

    def without_idle(body: Json) -> Json:
        options = found_at(body, options_at)
        for name, wanted in needs.items():
            if options and name in options and not wanted.items() <= options.items():
                del options[name]
        return body

    return without_idle


def _of_shape(name: str) -> Values:
    shape = documents().specs.capabilities.shapes[name]
    return st.just(shape.example) | patterned(shape.pattern)
