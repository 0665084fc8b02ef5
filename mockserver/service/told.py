"""Holds what a tester told of the provider's side against the rows: names of rules and channels, codes, no values."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from mockserver.contract.specs import Specs
from mockserver.core.words import choices
from mockserver.errors import ConfigError
from mockserver.model import Provider

_T = TypeVar("_T")


def channel_name(name: str, place: str, specs: Specs) -> str:
    """Return the name a channel has here; raise ConfigError with the nearest one for none."""
    channel = specs.capabilities.channel(name)
    if channel is not None:
        return channel.name
    raise ConfigError(f"{place} is {name!r}.", fix=choices(name, specs.capabilities.channels))


def told_by_name(told: Provider, place: str, specs: Specs) -> Provider:
    """Return what was told with channels by their names here; raise ConfigError for a name or code that nothing has."""
    for name in told.rules:
        if name not in specs.provider.names:
            raise ConfigError(f"{place}.rules.{name} is not known.", fix=choices(name, specs.provider.names))
    for address, code in told.numbers.items():
        if code not in specs.errors:
            near = min(specs.errors, key=lambda each: abs(each - code))
            raise ConfigError(f"{place}.numbers.{address} is {code}.", fix=f"The nearest error code is {near}.")
    templates = tuple(
        msgspec.structs.replace(each, channel=channel_name(each.channel, f"{place}.templates[{index}].channel", specs))
        for index, each in enumerate(told.templates)
    )
    return msgspec.structs.replace(
        told,
        templates=templates,
        known_recipients=_by_channel(told.known_recipients, f"{place}.known_recipients", specs),
        countries=_by_channel(told.countries, f"{place}.countries", specs),
        prices=_by_channel(told.prices, f"{place}.prices", specs),
    )


def _by_channel(table: Mapping[str, _T], place: str, specs: Specs) -> dict[str, _T]:
    return {channel_name(name, f"{place}.{name}", specs): value for name, value in table.items()}
