"""Makes the flags of ``serve`` out of the table of settings, so that no setting lacks one."""

from collections.abc import Iterator
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from mockserver.config import CONFIG_ENV, FILE_NAME
from mockserver.settings import SettingRow, settings_table


def serve_signature() -> Signature:
    """Return the signature of a command with a flag for each setting; unset flags are ``None``."""
    context = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    return Signature([context, _config_flag(), *_scenario_flags(), *(_flag(row) for row in settings_table())])


def _config_flag() -> Parameter:
    about = f"File of settings and accounts; else {CONFIG_ENV}, else {FILE_NAME} where there is one."
    return _parameter("config", str | None, typer.Option("--config", metavar="FILE", help=about))


def _scenario_flags() -> Iterator[Parameter]:
    about = "Scenario file to play in the default account from the start; repeatable."
    yield _parameter("scenario", list[str] | None, typer.Option("--scenario", metavar="FILE", help=about))
    about = "Load scenario files anew when they change; a broken one changes nothing."
    yield _parameter("watch", bool | None, typer.Option("--watch", help=about))
    about = "Show the page in the browser."
    yield _parameter("open", bool | None, typer.Option("--open", help=about))


def _flag(row: SettingRow) -> Parameter:
    if row.type is bool:
        both = f"{row.flag}/--no-{row.flag.removeprefix('--')}"
        return _parameter(row.name, bool | None, typer.Option(both, help=_about(row)))
    kind = list[str] | None if isinstance(row.default, tuple) else str | None
    metavar = "|".join(row.choices) or row.metavar or "TEXT"
    return _parameter(row.name, kind, typer.Option(row.flag, metavar=metavar, help=_about(row)))


def _parameter(name: str, kind: Any, option: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


def _about(row: SettingRow) -> str:
    """Return the help of a flag, with the default where there is one to tell."""
    return f"{row.help} [default: {shown}]" if (shown := shown_default(row)) else row.help


def shown_default(row: SettingRow) -> str:
    """Return a default as it would be written on a command line; empty if there is none."""
    if isinstance(row.default, bool):
        return "on" if row.default else "off"
    if isinstance(row.default, tuple):
        return ",".join(f"{each:g}" if isinstance(each, float) else str(each) for each in row.default)
    if isinstance(row.default, float):
        return f"{row.default:g}"
    return "" if row.default is None else str(row.default)
