"""The configuration: flags, environment, ``mockserver.toml``, defaults; each mistake told with its place."""

from mockserver.config.accounts import account_from, checked_accounts
from mockserver.config.load import (
    CONFIG_ENV,
    FILE_NAME,
    URL_ENV,
    Config,
    ConfigFile,
    checked_settings,
    load_config,
    read_file,
)
from mockserver.config.values import check_url, nearest, shortened, shown

__all__ = [
    "CONFIG_ENV",
    "FILE_NAME",
    "URL_ENV",
    "Config",
    "ConfigFile",
    "account_from",
    "check_url",
    "checked_accounts",
    "checked_settings",
    "load_config",
    "nearest",
    "read_file",
    "shortened",
    "shown",
]
