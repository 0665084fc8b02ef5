"""Holds the senders of a configuration file against the channels there are; says where in the file one is wrong."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mockserver.config import nearest
from mockserver.config.places import Source, toml_lines
from mockserver.core.capabilities import Capabilities
from mockserver.errors import ConfigError
from mockserver.model import Account


def sender_mistakes(path: Path, accounts: Iterable[Account], capabilities: Capabilities) -> Iterator[ConfigError]:
    """Yield a mistake for each sender on a channel nobody knows."""
    source = Source(str(path), toml_lines(path.read_text(encoding="utf-8")))
    known = tuple(capabilities.channels)
    for account in accounts:
        for index, sender in enumerate(account.senders):
            if capabilities.channel(sender.channel) is None:
                steps = ("accounts", account.api_key, "senders", index, "channel")
                near = nearest(sender.channel, known)
                fix = f"Did you mean {near}?" if near else f"Known: {', '.join(known)}."
                what = f'accounts.{account.api_key}.senders[{index}].channel is "{sender.channel}", no channel.'
                yield ConfigError(what, where=source.at(*steps), fix=fix)
