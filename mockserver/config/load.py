"""Gathers the configuration from flags, environment and file, in that order; knows no server."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mockserver.config.accounts import check_worlds, read_account
from mockserver.config.places import KeyPath, Source, toml_lines
from mockserver.config.values import checked, from_text, mistake, nearest, shortened, shown, unknown_key
from mockserver.errors import ConfigError
from mockserver.model import Account, Json
from mockserver.settings import SettingRow, Settings, settings_table

FILE_NAME = "mockserver.toml"
"""The file read from the working folder when no other is named."""

ENV_PREFIX = "MESSAGES_MOCKSERVER_"
CONFIG_ENV = ENV_PREFIX + "CONFIG"
"""Names the configuration file, as ``--config`` does."""
URL_ENV = ENV_PREFIX + "URL"
"""Where the reading commands find the server, as ``--url`` does."""

SECRET_BYTES = 32
"""JWT libraries of clients warn of shorter secrets (PyJWT) or refuse them (lcobucci)."""

_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Config:
    """What a server is to be: settings, known accounts, the file they came from, and what looks odd."""

    settings: Settings
    accounts: tuple[Account, ...] = ()
    path: Path | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file as read: the settings it gives, its accounts, and every mistake in it."""

    settings: Mapping[str, Json]
    accounts: tuple[Account, ...] = ()
    errors: tuple[ConfigError, ...] = ()


def load_config(flags: Mapping[str, Json], environ: Mapping[str, str], folder: Path) -> Config:
    """Return the whole configuration; raise ConfigError at the first mistake.

    ``flags`` maps names of settings to text, booleans or lists of text, ``None`` where a flag was not given;
    ``config`` among them names the file. ``folder`` is where ``mockserver.toml`` is looked for.
    """
    path = config_path(flags.get("config"), environ, folder)
    file = ConfigFile({}) if path is None else read_file(path)
    _raise_first(file.errors, path)
    settings = Settings(**{**file.settings, **_from_environ(environ), **_from_flags(flags)})
    warnings = (*_misspelt(environ), *_short_secrets(settings, file.accounts))
    return Config(settings, file.accounts, path, warnings)


def checked_settings(settings: Settings, where: str) -> Settings:
    """Return settings that were made in Python, each in its type; raise ConfigError at the first that cannot be.

    Paths may be those of ``pathlib``.
    """
    found: dict[str, Json] = {}
    for row in settings_table():
        value = getattr(settings, row.name)
        found[row.name] = checked(row, os.fspath(value) if isinstance(value, os.PathLike) else value, where)
    return Settings(**found)


def config_path(named: str | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """Return the file named by flag or environment, else ``mockserver.toml`` if the folder has one."""
    if name := named or environ.get(CONFIG_ENV):
        return folder / name
    path = folder / FILE_NAME
    return path if path.is_file() else None


def read_file(path: Path) -> ConfigFile:
    """Read a configuration file, its mistakes collected; raise ConfigError if it is no readable TOML."""
    text = _read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, str(error)) from None
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply to be read.", fix="No setting needs that.") from None
    source = Source(str(path), toml_lines(text))
    errors: list[ConfigError] = []
    tables = document.pop("accounts", {})
    settings = _settings(document, source, errors)
    accounts = _accounts(tables, source, path.parent, errors)
    errors += check_worlds(accounts, source)
    return ConfigFile(settings, accounts, tuple(errors))


def _raise_first(errors: tuple[ConfigError, ...], path: Path | None) -> None:
    """Raise the first mistake of a file, if there is one, and say how many follow."""
    if not errors:
        return
    first, more = errors[0], len(errors) - 1
    hint = f"`mockserver check {path}` lists {more} more." if more else ""
    fix = " ".join(filter(None, [first.fix, hint]))
    raise ConfigError(first.what, where=first.where, fix=fix or None)


def _from_flags(flags: Mapping[str, Json]) -> dict[str, Json]:
    """Return the settings that flags give."""
    given = [row for row in settings_table() if flags.get(row.name) not in (None, [])]
    return {row.name: from_text(row, flags[row.name], row.flag) for row in given}


def _from_environ(environ: Mapping[str, str]) -> dict[str, Json]:
    """Return the settings that the environment gives; an empty variable gives none."""
    given = [row for row in settings_table() if environ.get(row.env)]
    return {row.name: from_text(row, environ[row.env], row.env) for row in given}


def _misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that is nearly a setting; others may well belong to someone else."""
    known = [*(row.env for row in settings_table()), CONFIG_ENV, URL_ENV]
    for name in sorted(each for each in environ if each.startswith(ENV_PREFIX) and each not in known):
        if near := nearest(name, known, cutoff=0.9):
            yield f"{name} is not a setting and was ignored. Did you mean {near}?"


def _short_secrets(settings: Settings, accounts: tuple[Account, ...]) -> Iterator[str]:
    """Yield a sentence for each signature secret too short for the JWT libraries of some clients."""
    named = {"signature_secret": settings.signature_secret}
    named |= {f"signature_secret of account {each.api_key}": each.signature_secret or "" for each in accounts}
    for name, secret in named.items():
        size = len(secret.encode())
        if 0 < size < SECRET_BYTES:
            yield (
                f"{name} ({shortened(secret)}) has {size} bytes. Some clients' JWT libraries warn of secrets"
                f" under {SECRET_BYTES} bytes, or refuse them."
            )


def _settings(document: Mapping[str, Json], source: Source, errors: list[ConfigError]) -> dict[str, Json]:
    """Return the settings of a document; add what is wrong to ``errors``."""
    rows = {row.name: row for row in settings_table()}
    values: dict[str, Json] = {}
    for name, value in document.items():
        with _collecting(errors):
            values[name] = checked(_row(name, rows, source), value, source.at(name))
    return values


def _row(name: str, rows: Mapping[str, SettingRow], source: Source) -> SettingRow:
    """Return the row of a setting; raise ConfigError if there is none of that name."""
    if name not in rows:
        raise unknown_key((name,), (*rows, "accounts"), source)
    return rows[name]


def _accounts(tables: Json, source: Source, folder: Path, errors: list[ConfigError]) -> tuple[Account, ...]:
    """Return the accounts of a document; add the first mistake of each to ``errors``."""
    accounts: list[Account] = []
    with _collecting(errors):
        if not isinstance(tables, Mapping):
            says = f"is {shown(tables)}, expected tables."
            raise mistake(source, ("accounts",), says, "Write [accounts.KEY], KEY an API key.")
        for key, table in tables.items():
            with _collecting(errors):
                accounts.append(_account(key, table, source, folder))
    return tuple(accounts)


def _account(key: str, table: Json, source: Source, folder: Path) -> Account:
    """Return the account of one ``[accounts.KEY]``, the key files of its applications read."""
    path = ("accounts", key)
    if not isinstance(table, Mapping):
        return read_account(table, source, path)
    if "api_key" in table:
        says = "is not needed: the name of the table is the key."
        raise mistake(source, (*path, "api_key"), says, "Remove it.")
    return read_account(_with_key_files({**table, "api_key": key}, source, path, folder), source, path)


def _with_key_files(table: dict[str, Json], source: Source, path: KeyPath, folder: Path) -> dict[str, Json]:
    """Return the table of an account with each ``public_key_file`` replaced by what the file holds."""
    applications = table.get("applications")
    if not isinstance(applications, list):
        return table
    places = [(*path, "applications", index) for index in range(len(applications))]
    read = [_with_key_file(each, source, at, folder) for each, at in zip(applications, places, strict=True)]
    return {**table, "applications": read}


def _with_key_file(application: Json, source: Source, path: KeyPath, folder: Path) -> Json:
    """Return the table of an application with its ``public_key_file`` read."""
    if not isinstance(application, Mapping) or "public_key_file" not in application:
        return application
    at = (*path, "public_key_file")
    rest = {name: value for name, value in application.items() if name != "public_key_file"}
    if "public_key" in rest:
        raise mistake(source, at, "stands beside public_key.", "Keep one of them.")
    name = application["public_key_file"]
    if not isinstance(name, str):
        raise mistake(source, at, f"is {shown(name)}, expected a text.")
    return {**rest, "public_key": _read_text(folder / name, source.at(*at))}


def _read_text(path: Path, where: str | None = None) -> str:
    """Return the text of a file; raise ConfigError if there is none, ``where`` being what named it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", where=where) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", where=where) from None


def _not_toml(path: Path, complaint: str) -> ConfigError:
    """Return the mistake of a text that is not TOML, with its line and column."""
    place = _AT_LINE.search(complaint)
    where = f"{path}:{place[1]}:{place[2]}" if place else str(path)
    return ConfigError(f"This is not TOML: {_AT_LINE.sub('', complaint)}.", where=where)


@contextmanager
def _collecting(errors: list[ConfigError]) -> Iterator[None]:
    """Keep a ConfigError instead of letting it end the reading."""
    try:
        yield
    except ConfigError as error:
        errors.append(error)
