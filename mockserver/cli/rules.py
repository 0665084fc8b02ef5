"""``mockserver rules``: the capability table, as matrices or for one channel with its limits; the magic values."""

from collections.abc import Iterator, Sequence
from textwrap import fill, wrap
from typing import Annotated

import msgspec
import typer

from mockserver.cli.options import AsJson, examples
from mockserver.cli.output import show_json, show_table
from mockserver.cli.shell import Shell, shell_of
from mockserver.config import nearest
from mockserver.core.capabilities import Capabilities, ChannelRow, Option, Row
from mockserver.core.forms import FORMS, V0_1, V1, Form
from mockserver.core.magic import MagicTable, does
from mockserver.errors import UsageError

EXAMPLES = examples(
    "mockserver rules", "mockserver rules whatsapp", "mockserver rules sms --json", "mockserver rules --magic"
)
_CELLS = {"supported": "yes", "not_by_provider": "no", "not_by_channel": "n/a"}
_MATRICES = {"outbound": "outbound", "inbound": "inbound", "custom": "custom objects", "beyond": "beyond these"}
_LEGEND = "yes: possible. no: not through this API. n/a: the channel itself cannot."
_COLUMNS = ("DIRECTION", "KIND", "STATE", "LIMITS")
_OPTION_COLUMNS = ("OPTION", "TAKES", "WITH")
_WIDTH = 100
_WIDTH_OF_LIMITS = 66
_WIDTH_OF_VALUES = 46
"""What is left of that beside the other columns of either table."""
_MAGIC_COLUMNS = ("RECIPIENT", "CLIENT_REF", "DOES", "MEANS")


def rules(
    context: typer.Context,
    *,
    channel: Annotated[str | None, typer.Argument(metavar="[CHANNEL]", help="One channel.")] = None,
    magic: Annotated[bool, typer.Option("--magic", help="The magic values instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what each channel can do.

    Without a channel, the matrices of channels and kinds; with one, its rows, their limits and its options. Each
    version of the API has its own.
    With --magic, the recipients and client_refs that decide what becomes of a message.
    """
    from mockserver.contract.specs import load_specs

    specs = load_specs()
    shell, capabilities = shell_of(context), specs.capabilities
    if magic:
        _show_magic(shell, specs.magic, channel, as_json=as_json)
        return
    chosen = _channel(capabilities, channel) if channel else None
    if as_json:
        rows = [row for row in capabilities.rows if chosen is None or row.channel == chosen.name]
        channels = [each for each in capabilities.channels.values() if chosen in (None, each)]
        show_json(msgspec.to_builtins({"channels": channels, "rows": rows}))
    elif chosen is None:
        _show_matrices(shell, capabilities)
    else:
        _show_channel(shell, capabilities, chosen)


def _show_magic(shell: Shell, table: MagicTable, channel: str | None, *, as_json: bool) -> None:
    """Print the magic values; they are the same on every channel."""
    if channel is not None:
        raise UsageError("Magic values are the same on every channel.", fix=f"Leave out {channel}.")
    if as_json:
        show_json({"magic": table.listed()})
        return
    rows = [(table.recipient(each), table.directive(each), does(each), each.about) for each in table.rows]
    show_table(shell.environ, _MAGIC_COLUMNS, rows)


def _channel(capabilities: Capabilities, name: str) -> ChannelRow:
    """Return the channel of a name; raise UsageError with the nearest if there is none."""
    if found := capabilities.channel(name):
        return found
    known = tuple(capabilities.channels)
    near = nearest(name, known)
    fix = f"Did you mean {near}?" if near else f"Known: {', '.join(known)}."
    raise UsageError(f'There is no channel "{name}".', fix=fix)


def _show_matrices(shell: Shell, capabilities: Capabilities) -> None:
    """Print the matrices of each version: those of v0.1 as published; v1 has more kinds than fit across."""
    for matrix, title in _MATRICES.items():
        _show_titled(shell, f"{FORMS[V0_1].title}: {title}", _by_channel(capabilities, matrix))
    for side in ("outbound", "inbound"):
        _show_titled(shell, f"{FORMS[V1].title}: {side}", _by_kind(capabilities, side))
    print(_LEGEND)


def _show_titled(shell: Shell, title: str, table: list[Sequence[str]]) -> None:
    """Print a table under its title, its columns first."""
    print(title)
    show_table(shell.environ, table[0], table[1:])
    print()


def _by_channel(capabilities: Capabilities, matrix: str) -> list[Sequence[str]]:
    """Return a matrix of v0.1: channels down, kinds across; a blank cell has no row at all."""
    rows = [row for row in capabilities.rows_in(V0_1) if row.matrix == matrix]
    kinds = list(dict.fromkeys(row.kind for row in rows))
    channels = list(dict.fromkeys(row.channel for row in rows))
    cells = {(row.channel, row.kind): _cell(row) for row in rows}
    return [("CHANNEL", *kinds), *((each, *(cells.get((each, kind), "") for kind in kinds)) for each in channels)]


def _by_kind(capabilities: Capabilities, side: str) -> list[Sequence[str]]:
    """Return what v1 has in one direction: kinds down, channels across; what has no row is not possible."""
    rows = {(row.kind, row.channel): row for row in capabilities.rows_in(V1) if row.direction == side}
    kinds = [kind for kind in capabilities.kinds if any(kind == each for each, _ in rows)]
    channels = [each.name for each in capabilities.channels_in(V1)]
    lines = ((kind, *("yes" if (kind, each) in rows else "no" for each in channels)) for kind in kinds)
    return [("KIND", *channels), *lines]


def _cell(row: Row) -> str:
    """Return the word of a cell; beyond the matrices, where directions are mixed, with the direction."""
    word = _CELLS[row.state]
    return f"{word}, {row.direction}" if row.matrix == "beyond" else word


def _show_channel(shell: Shell, capabilities: Capabilities, channel: ChannelRow) -> None:
    """Print a channel's names, statuses and parties, then what each version has of it."""
    names = ", ".join(f"{name} in {dialect}" for dialect, name in channel.names.items())
    print(f"{channel.title} ({names})")
    print(f"statuses: {', '.join(channel.statuses)}")
    for party in _parties(capabilities, channel):
        print(fill(party, _WIDTH, subsequent_indent="  "))
    for form in FORMS.values():
        if channel.speaks(form.dialect):
            print()
            _show_version(shell, capabilities, channel, form)
    print()
    print(_LEGEND)


def _parties(capabilities: Capabilities, channel: ChannelRow) -> Iterator[str]:
    """Yield what the addresses look like, and what they look like in a version that has them otherwise."""
    for direction, pair in channel.addresses.items():
        for side, address in (("from", pair.sender), ("to", pair.recipient)):
            yield f"{direction} {side}: {capabilities.shapes[address.shape].words}"
            for dialect, shape in address.shapes.items():
                yield f"{direction} {side} in {dialect}: {capabilities.shapes[shape].words}"


def _show_version(shell: Shell, capabilities: Capabilities, channel: ChannelRow, form: Form) -> None:
    """Print the rows of a channel in one version, then its options."""
    print(f"{form.title}, {form.path}")
    rows = [row for side in ("outbound", "inbound") for row in capabilities.rows_of(channel.name, side, form.dialect)]
    lines = ((row.direction, row.kind, _CELLS[row.state], _limits(row)) for row in rows)
    show_table(shell.environ, _COLUMNS, [line for each in lines for line in _wrapped(each, 3, _WIDTH_OF_LIMITS)])
    options = channel.options_in(form.dialect)
    if options:
        print()
        table = (
            (form.options_at(channel, name), _takes(capabilities, each), ", ".join(each.kinds))
            for name, each in options.items()
        )
        wrapped = [line for each in table for line in _wrapped(each, 1, _WIDTH_OF_VALUES)]
        show_table(shell.environ, _OPTION_COLUMNS, wrapped)
    for direction, status in channel.v1.updates.items() if form.dialect == V1 else ():
        print(f"\nPATCH {form.path}/MESSAGE_UUID makes an {direction} message {status}.")


def _wrapped(line: Sequence[str], index: int, width: int) -> Iterator[Sequence[str]]:
    """Yield a line of a table, and further ones for what does not fit into the width of one of its cells."""
    first, *others = wrap(line[index], width, break_on_hyphens=False) or [""]
    yield *line[:index], first, *line[index + 1 :]
    for each in others:
        yield *("" for _ in line[:index]), each, *("" for _ in line[index + 1 :])


def _limits(row: Row) -> str:
    """Say the limits of a row in words."""
    parts = [
        _span("text", row.text_min_chars, row.text_max_chars),
        _span("caption", row.caption_min_chars, row.caption_max_chars),
        _span("url", row.url_min_chars, row.url_max_chars),
        f"files {', '.join(row.extensions)}" if row.extensions else "",
        f"needs {', '.join(row.options_needed)}" if row.options_needed else "",
        f"as {row.through}" if row.through else "",
    ]
    return "; ".join(filter(None, parts))


def _span(noun: str, least: int | None, most: int | None, unit: str = "characters") -> str:
    if most is not None:
        return f"{noun} {'up' if least is None else least} to {most} {unit}".lstrip()
    return "" if least is None else f"{noun} at least {least} {unit[:-1] if least == 1 else unit}".lstrip()


def _takes(capabilities: Capabilities, option: Option) -> str:
    """Say in words what an option takes."""
    parts = [
        ", ".join(option.values),
        _span("", option.min_s, option.max_s, "seconds"),
        capabilities.shapes[option.shape].words if option.shape else "",
        *(f"needed when {name} is {value}" for name, value in option.needed_when.items()),
    ]
    return "; ".join(filter(None, parts))
