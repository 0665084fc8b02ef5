"""``mockserver rules``: the capability table, as matrices or for one channel with its limits; the magic values."""

from typing import Annotated

import msgspec
import typer

from mockserver.cli.options import AsJson, examples
from mockserver.cli.output import show_json, show_table
from mockserver.cli.shell import Shell, shell_of
from mockserver.config import nearest
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.magic import MagicTable, does
from mockserver.errors import UsageError

EXAMPLES = examples(
    "mockserver rules", "mockserver rules whatsapp", "mockserver rules sms --json", "mockserver rules --magic"
)
_CELLS = {"supported": "yes", "not_by_provider": "no", "not_by_channel": "n/a"}
_MATRICES = {"outbound": "Outbound", "inbound": "Inbound", "custom": "Custom objects", "beyond": "Beyond these"}
_LEGEND = "yes: possible. no: the channel can, the provider does not. n/a: the channel itself cannot."
_COLUMNS = ("DIRECTION", "KIND", "STATE", "LIMITS")
_MAGIC_COLUMNS = ("RECIPIENT", "CLIENT_REF", "DOES", "MEANS")


def rules(
    context: typer.Context,
    *,
    channel: Annotated[str | None, typer.Argument(metavar="[CHANNEL]", help="One channel.")] = None,
    magic: Annotated[bool, typer.Option("--magic", help="The magic values instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what each channel can do.

    Without a channel, the matrices of channels and kinds; with one, its rows and their limits.
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
    """Print the matrices: channels down, kinds across."""
    for matrix, title in _MATRICES.items():
        rows = [row for row in capabilities.rows_in("v0.1") if row.matrix == matrix]
        kinds = list(dict.fromkeys(row.kind for row in rows))
        channels = list(dict.fromkeys(row.channel for row in rows))
        cells = {(row.channel, row.kind): _cell(row) for row in rows}
        print(title)
        table = [(each, *(cells.get((each, kind), "") for kind in kinds)) for each in channels]
        show_table(shell.environ, ("CHANNEL", *kinds), table)
        print()
    print(_LEGEND)


def _cell(row: Row) -> str:
    """Return the word of a cell; beyond the matrices, where directions are mixed, with the direction."""
    word = _CELLS[row.state]
    return f"{word}, {row.direction}" if row.matrix == "beyond" else word


def _show_channel(shell: Shell, capabilities: Capabilities, channel: ChannelRow) -> None:
    """Print a channel's names and statuses, then its rows."""
    names = ", ".join(f"{name} in {dialect}" for dialect, name in channel.names.items())
    print(f"{channel.title} ({names})")
    print(f"statuses: {', '.join(channel.statuses)}")
    for direction, pair in channel.addresses.items():
        sender, recipient = (capabilities.shapes[each.shape].words for each in (pair.sender, pair.recipient))
        print(f"{direction} from: {sender}; to: {recipient}")
    rows = [row for side in ("outbound", "inbound") for row in capabilities.rows_of(channel.name, side, "v0.1")]
    show_table(shell.environ, _COLUMNS, [(row.direction, row.kind, _CELLS[row.state], _limits(row)) for row in rows])
    print(_LEGEND)


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


def _span(noun: str, least: int | None, most: int | None) -> str:
    return f"{noun} {least or 0} to {most} characters" if most is not None else ""
