"""Makes the account of what a scenario says is given, and tells what no account can be."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from mockserver.config.accounts import read_account
from mockserver.config.places import Source
from mockserver.core.expressions import evaluate
from mockserver.errors import ConfigError, ScenarioError
from mockserver.model import Account, Json, Provider
from mockserver.scenario.cells import Cells
from mockserver.scenario.complaints import Mistake
from mockserver.scenario.document import Document
from mockserver.scenario.given import Given
from mockserver.scenario.names import unknown_names

NO_KEY: Final = "scenario"
"""Stands for the API key, which whoever runs the scenario chooses."""
OWN: Final = ("windows", "settings")
"""Keys of ``given`` that are no members of an account."""
_ROOT: Final = "given"
_PROVIDER: Final = f"{_ROOT}.provider."
_BY_CHANNEL: Final = ("known_recipients", "countries", "prices")


def account_of(given: Mapping[str, Json], cells: Cells) -> Account:
    """Return the account that is given, channels by their names here; raise ConfigError for what no account can be."""
    return _by_name(_account(given, Source(_ROOT)), cells)


def _account(given: Mapping[str, Json], source: Source) -> Account:
    members = evaluate({name: each for name, each in given.items() if name not in OWN}, {})
    told = {name: each for name, each in members.items() if name in Provider.__struct_fields__}
    own = {name: each for name, each in members.items() if name not in told}
    return read_account({"api_key": NO_KEY, **own, **({"provider": told} if told else {})}, source, (_ROOT,))


def members_of(given: Mapping[str, Json]) -> frozenset[str]:
    """Return the members of ``Account`` and ``Provider`` that the file gives."""
    return frozenset(given) - set(OWN)


def given_mistakes(given: Given, value: Mapping[str, Json], cells: Cells) -> Iterator[Mistake]:
    """Yield the names in what is given that nothing has."""
    yield from unknown_names(value, (_ROOT,), (), {})
    yield from _names(given, cells)


def account_mistakes(given: Mapping[str, Json], document: Document) -> Iterator[ScenarioError]:
    """Yield the first thing wrong with the account as a whole: a URL, a key, an amount, or what is there twice."""
    spots = {path: f"{spot.line}:{spot.column}" for path, spot in document.values.items() if path[:1] == (_ROOT,)}
    told = {(_ROOT, "provider", *path[1:]): spot for path, spot in spots.items()}
    try:
        _account(given, Source(document.name, told | spots))
    except ConfigError as error:
        yield ScenarioError(error.what.replace(_PROVIDER, f"{_ROOT}."), where=error.where, fix=error.fix)


def _names(given: Given, cells: Cells) -> Iterator[Mistake]:
    """Yield a mistake for each channel, rule and code that there is not."""
    for section in ("senders", "templates", "windows"):
        for index, each in enumerate(getattr(given, section) or ()):
            yield from cells.unknown(each.channel, "channels", (_ROOT, section, index, "channel"))
    for section in _BY_CHANNEL:
        for name in getattr(given, section) or ():
            for mistake in cells.unknown(name, "channels", (_ROOT, section, name)):
                yield Mistake(mistake.path, "is no channel.", mistake.fix, at_key=True)
    for name in given.rules or ():
        for mistake in cells.unknown(name, "rules", (_ROOT, "rules", name)):
            yield Mistake(mistake.path, "is no rule of the provider.", mistake.fix, at_key=True)
    for address, code in (given.numbers or {}).items():
        yield from cells.code(code, (_ROOT, "numbers", address))


def _by_name(account: Account, cells: Cells) -> Account:
    """Return an account with channels by their names here."""
    senders = tuple(replace(each, channel=cells.aliases.get(each.channel, each.channel)) for each in account.senders)
    told = account.provider
    if told is not None:
        tables = {
            name: {cells.aliases.get(channel, channel): each for channel, each in getattr(told, name).items()}
            for name in _BY_CHANNEL
        }
        templates = tuple(
            replace(each, channel=cells.aliases.get(each.channel, each.channel)) for each in told.templates
        )
        told = replace(told, templates=templates, **tables)
    return replace(account, senders=senders, provider=told)
