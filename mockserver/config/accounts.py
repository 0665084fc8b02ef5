"""Reads accounts out of JSON or TOML tables and says what is wrong with them; knows no file and no server."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

import msgspec

from mockserver.config.places import KeyPath, Source, dotted
from mockserver.config.values import check_url, mistake, nearest, shown, unknown_key
from mockserver.errors import ConfigError
from mockserver.model import (
    Account,
    Application,
    Json,
    LimitAnswer,
    MediaFile,
    Provider,
    Rate,
    Rates,
    RuleMode,
    Sender,
    Template,
    WebhookVersion,
)

_PASTE = "Paste the application's public key, from -----BEGIN PUBLIC KEY----- to the END line."
_RECEIPT_METHODS = ("GET", "POST")
_ANSWERS = ("low_balance", "throttled")
_URLS = ("inbound_url", "status_url", "sms_receipt_url")
_SECRETS = ("secrets", "signature_secret", "access_token")
_LISTS: dict[type[msgspec.Struct], dict[str, type[msgspec.Struct]]] = {
    Account: {"applications": Application, "senders": Sender},
    Provider: {"templates": Template, "media": MediaFile},
}
"""The members that are lists of tables, by the table they stand in."""
_TABLES: dict[type[msgspec.Struct], dict[str, type[msgspec.Struct]]] = {
    Account: {"provider": Provider},
    Provider: {"rates": Rates},
    Rates: dict.fromkeys(("key", "sender", "recipient"), Rate),
}
"""The members that are tables of their own."""
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,8})?")
_WORDS = {"str": "a text", "bool": "true or false", "array": "a list", "object": "a table", "int": "a number"}
_WORDS |= {"float": "a number"}
_MISMATCH = re.compile(r"Expected `(?P<wanted>[^`|]+?)(?: \| null)?`, got `(?P<got>[^`]+)`(?: - at `\$(?P<at>.*)`)?")
_SOME_KEY = "[...]"
"""How msgspec writes a key of a mapping that is not a struct: it does not say which."""
_MISSING = re.compile(r"missing required field `(?P<key>[^`]+)`(?: - at `\$(?P<at>.*)`)?")


def account_from(json: Json, where: str) -> Account:
    """Return the account a JSON object describes; raise ConfigError, whose place begins with ``where``.

    The members are those of ``Account``: ``{"api_key": "abcd1234", "applications": [...]}``.
    """
    return read_account(json, Source(where), ())


def checked_accounts(accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Return accounts made in Python; raise ConfigError for the first mistake that a configuration file must not have.

    Places are ``accounts[0].applications[1].id``.
    """
    found: dict[str, Account] = {}
    for index, each in enumerate(accounts):
        where = f"accounts[{index}]"
        account = account_from(msgspec.to_builtins(each), where)
        if account.api_key in found:
            raise ConfigError(f"{where}.api_key is {shown(account.api_key)}, as that of another", fix="Remove one.")
        found[account.api_key] = account
    for error in check_worlds(found.values(), Source("accounts")):
        raise error
    return tuple(found.values())


def read_account(json: Json, source: Source, path: KeyPath) -> Account:
    """Return the account of a table at ``path`` of a text; raise ConfigError at the first mistake."""
    _check_keys(json, Account, source, path)
    _check_versions(json, source, path)
    _check_words(json.get("provider"), source, (*path, "provider"))
    account = _convert(json, source, path)
    _check_account(account, source, path)
    for index, application in enumerate(account.applications):
        _check_application(application, source, (*path, "applications", index))
    if account.provider is not None:
        _check_provider(account.provider, source, (*path, "provider"))
    _check_unique(account, source, path)
    _check_links(account, source, path)
    return account


def check_worlds(accounts: Iterable[Account], source: Source) -> Iterator[ConfigError]:
    """Yield a mistake for each application that two accounts claim: its tokens would belong to both."""
    owners: dict[str, str] = {}
    for account in accounts:
        for index, application in enumerate(account.applications):
            owner = owners.setdefault(application.id, account.api_key)
            if owner != account.api_key:
                path = ("accounts", account.api_key, "applications", index, "id")
                says = f"is {shown(application.id)}, which belongs to account {owner} already."
                yield mistake(source, path, says, "Give it to one account only.")


def _check_keys(json: Json, model: type[msgspec.Struct], source: Source, path: KeyPath) -> None:
    """Raise ConfigError at a key the model lacks, here or in the tables below."""
    if not isinstance(json, Mapping):
        raise mistake(source, path, f"is {shown(json)}, expected a table.")
    known = model.__struct_fields__
    for key, value in json.items():
        if key not in known:
            raise unknown_key((*path, key), _offered(known, path), source)
        if key in _LISTS.get(model, ()) and isinstance(value, list):
            for index, item in enumerate(value):
                _check_keys(item, _LISTS[model][key], source, (*path, key, index))
        if key in _TABLES.get(model, ()) and isinstance(value, Mapping):
            _check_keys(value, _TABLES[model][key], source, (*path, key))


def _offered(known: tuple[str, ...], path: KeyPath) -> tuple[str, ...]:
    """Return the keys to offer: in a file the key of an account is the name of its table."""
    return tuple(key for key in known if not (path and key == "api_key"))


def _convert(json: Json, source: Source, path: KeyPath) -> Account:
    """Return the account; turn msgspec's complaint into ours."""
    try:
        return msgspec.convert(json, Account)
    except msgspec.ValidationError as error:
        raise _worded(str(error), json, source, path) from None


def _worded(complaint: str, json: Json, source: Source, path: KeyPath) -> ConfigError:
    """Say in our words what msgspec found."""
    if missing := _MISSING.search(complaint):
        key = missing["key"]
        return mistake(source, (*path, *_steps(missing["at"]), key), "is missing.", f"Add {key}.")
    mismatch = _MISMATCH.search(complaint)
    if mismatch is None:  # pragma: no cover, a wording of msgspec not met yet
        return ConfigError(complaint, where=source.at(*path))
    steps = _steps(mismatch["at"])
    wanted = _WORDS.get(mismatch["wanted"], mismatch["wanted"])
    if _SOME_KEY in (mismatch["at"] or ""):
        return mistake(source, (*path, *steps), f"holds a value that is not {wanted}.")
    found = shown(_value_at(json, steps), secret=bool(set(steps) & set(_SECRETS)))
    return mistake(source, (*path, *steps), f"is {found}, expected {wanted}.")


def _steps(at: str | None) -> KeyPath:
    """Return the path msgspec wrote as ``.applications[0].id``."""
    parts = re.findall(r"\.([^.\[]+)|\[(\d+)\]", (at or "").partition(_SOME_KEY)[0])
    return tuple(int(index) if index else name for name, index in parts)


def _value_at(json: Json, steps: KeyPath) -> Json:
    """Return what stands at a path."""
    for step in steps:
        json = json[step]
    return json


def _check_account(account: Account, source: Source, path: KeyPath) -> None:
    """Raise ConfigError if the key is empty, a URL is none, or receipts go by no known method."""
    if not account.api_key:
        raise mistake(source, (*path, "api_key"), "is empty.", "Give the key its clients use.")
    _check_urls(account, _URLS, source, path)
    method = account.sms_receipt_method
    if method not in _RECEIPT_METHODS:
        near = nearest(method, _RECEIPT_METHODS) or _RECEIPT_METHODS[0]
        says = f'is {shown(method)}, expected "GET" or "POST".'
        raise mistake(source, (*path, "sms_receipt_method"), says, f'Did you mean "{near}"?')


def _check_urls(table: Account | Application, names: tuple[str, ...], source: Source, path: KeyPath) -> None:
    """Raise ConfigError at a URL that is none; empty means: send nothing."""
    for name in names:
        if url := getattr(table, name):
            at = (*path, name)
            check_url(dotted(at), url, source.at(*at))


def _check_application(application: Application, source: Source, path: KeyPath) -> None:
    """Raise ConfigError if the id is empty, a URL is none, or the key cannot check RS256 tokens."""
    if not application.id:
        raise mistake(source, (*path, "id"), "is empty.", "Give the id of the application.")
    _check_urls(application, _URLS[:2], source, path)
    if application.public_key is not None:
        _check_public_key(application.public_key, source, (*path, "public_key"))


def _check_public_key(pem: str, source: Source, path: KeyPath) -> None:
    """Raise ConfigError unless a text is the PEM of a public RSA key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if "PRIVATE KEY" in pem:
        raise mistake(source, path, "holds a private key.", _PASTE)
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise mistake(source, path, "is not the PEM of a public key.", _PASTE) from None
    if not isinstance(key, RSAPublicKey):
        raise mistake(source, path, "is not an RSA key, and tokens are signed with RS256.", _PASTE)


def _check_words(provider: Json, source: Source, path: KeyPath) -> None:
    """Raise ConfigError at a member of the provider's side that takes one of few words, and has another."""
    if not isinstance(provider, Mapping):
        return
    rules = provider.get("rules")
    modes = (
        [(("rules", name), mode, get_args(RuleMode)) for name, mode in dict(rules).items()]
        if isinstance(rules, Mapping)
        else []
    )
    answers = [((name,), provider[name], get_args(LimitAnswer)) for name in _ANSWERS if name in provider]
    for steps, word, words in (*modes, *answers):
        _check_word(word, words, source, (*path, *steps))


def _check_versions(account: Json, source: Source, path: KeyPath) -> None:
    """Raise ConfigError at a dialect of webhooks, of the account or an application, that there is none of."""
    applications = account.get("applications")
    listed = applications if isinstance(applications, list) else []
    tables: list[tuple[KeyPath, Json]] = [((), account)]
    tables += [(("applications", index), each) for index, each in enumerate(listed)]
    for steps, table in tables:
        version = table.get("webhook_version")
        if version is not None:
            _check_word(version, get_args(WebhookVersion), source, (*path, *steps, "webhook_version"))


def _check_word(word: Json, words: tuple[str, ...], source: Source, path: KeyPath) -> None:
    """Raise ConfigError at a value that is none of few words."""
    if word not in words:
        near = nearest(word, words) or words[0]
        listed = ", ".join(f'"{each}"' for each in words)
        raise mistake(source, path, f"is {shown(word)}, expected one of {listed}.", f'Did you mean "{near}"?')


def _check_provider(provider: Provider, source: Source, path: KeyPath) -> None:
    """Raise ConfigError at an amount of money that is none, or a rate that lets nothing through."""
    balance = provider.balance
    amounts: list[tuple[KeyPath, str]] = [(("balance",), balance)] if balance is not None else []
    amounts += [(("prices", name), price) for name, price in provider.prices.items()]
    for steps, amount in amounts:
        if not _AMOUNT.fullmatch(amount):
            raise mistake(
                source, (*path, *steps), f"is {shown(amount)}, expected an amount.", 'Write it like "0.0333".'
            )
    for name in _TABLES[Rates]:
        rate: Rate | None = getattr(provider.rates, name, None)
        if rate is not None and (not 0 < rate.per_s < math.inf or rate.burst < 1):
            says = f"is {rate.per_s:g} a second and {rate.burst} at once; nothing would get through."
            raise mistake(source, (*path, "rates", name), says, "Give a per_s above 0 and a burst of at least 1.")


def _check_unique(account: Account, source: Source, path: KeyPath) -> None:
    """Raise ConfigError if an application or a sender is listed twice."""
    _check_twice([each.id for each in account.applications], source, (*path, "applications"))
    _check_twice([f"{each.channel.lower()} {each.id}" for each in account.senders], source, (*path, "senders"))


def _check_twice(names: list[str], source: Source, path: KeyPath) -> None:
    """Raise ConfigError at the second of two equal names."""
    for index, name in enumerate(names):
        if name in names[:index]:
            says = f"({name}) is there already."
            raise mistake(source, (*path, index), says, "Remove one of them.")


def _check_links(account: Account, source: Source, path: KeyPath) -> None:
    """Raise ConfigError if a sender is linked to an application the account lacks."""
    known = [each.id for each in account.applications]
    for index, sender in enumerate(account.senders):
        linked = sender.application
        if linked is not None and linked not in known:
            near = nearest(linked, known)
            fix = f'Did you mean "{near}"?' if near else "List it under applications."
            says = f"is {shown(linked)}, which this account lacks."
            raise mistake(source, (*path, "senders", index, "application"), says, fix)
