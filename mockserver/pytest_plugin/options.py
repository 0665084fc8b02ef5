"""What the plugin can be told by flags, ini keys and the marker; knows no server."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pytest

Form = Literal["text", "switch", "number"]
MARKER: Final = "messages_api"
MARKER_LINE: Final = (
    f"{MARKER}(scenario=None, allow_violations=False, strict=False): give the test an account of the mock Messages API;"
    " run a scenario file in it, let it send what breaks the contract, or let findings fail it too."
)
_PREFIX: Final = "messages_api_"
_WHOLE: Final = 100
_URL_ENV: Final = "MESSAGES_MOCKSERVER_URL"
"""The reading commands take the server's URL from here, and so does the plugin."""
_INI_FORMS: Final = {
    "text": "string",
    "switch": "bool",
    "number": "float" if pytest.version_tuple >= (8, 4) else "string",  # older ones know no numbers
}


@dataclass(frozen=True, slots=True)
class Option:
    """A flag and the ini key of the same name."""

    name: str
    form: Form
    help: str
    metavar: str = ""

    @property
    def flag(self) -> str:
        """The flag, such as ``--messages-api-url``."""
        return "--" + self.key.replace("_", "-")

    @property
    def key(self) -> str:
        """The ini key, such as ``messages_api_url``."""
        return _PREFIX + self.name


OPTIONS: Final = (
    Option("url", "text", f"URL of a running server to use, rather than start one; also by {_URL_ENV}.", "URL"),
    Option("tls_url", "text", "URL of the same server by https, if it has one.", "URL"),
    Option("ca_file", "text", "Certificate that clients of its https are to trust.", "FILE"),
    Option("scenarios", "text", "Folder in which the marker's scenario files are, from pytest's rootdir.", "DIR"),
    Option("strict", "switch", "Let findings fail a test as violations do."),
    Option("coverage", "switch", "Show which part of the contract the run exercised."),
    Option("coverage_fail_under", "number", "Least share of it, in percent; less fails the run.", "PERCENT"),
    Option("coverage_file", "text", "File to write it to as JSON, for `mockserver coverage --merge`.", "FILE"),
)


def add_options(parser: pytest.Parser) -> None:
    """Declare every option to pytest, as flag and as ini key."""
    group = parser.getgroup("messages_api", "mock Messages API")
    for each in OPTIONS:
        parser.addini(each.key, each.help, type=_INI_FORMS[each.form], default=None)
        if each.form == "switch":
            group.addoption(each.flag, action="store_true", default=None, help=each.help)
        else:
            read = float if each.form == "number" else str
            group.addoption(each.flag, metavar=each.metavar, type=read, default=None, help=each.help)


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was told. Paths are absolute."""

    root: Path
    url: str | None = None
    tls_url: str | None = None
    ca_file: Path | None = None
    scenarios: Path | None = None
    strict: bool = False
    coverage: bool = False
    coverage_fail_under: float | None = None
    coverage_file: Path | None = None

    @property
    def counts(self) -> bool:
        """Whether anybody asks for coverage."""
        return self.coverage or self.coverage_fail_under is not None or self.coverage_file is not None


def read_options(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Options:
    """Return what flags say, else the environment, else ini keys; raise pytest.UsageError for what cannot be."""
    folder = config.inipath.parent if config.inipath else config.rootpath
    url = _given(config, "url", environ.get(_URL_ENV))
    under = _given(config, "coverage_fail_under")
    return Options(
        config.rootpath,
        url=_checked_url("url", url),
        tls_url=_checked_url("tls_url", _given(config, "tls_url")),
        ca_file=_path(config, folder, "ca_file"),
        scenarios=_path(config, folder, "scenarios"),
        strict=bool(_given(config, "strict")),
        coverage=bool(_given(config, "coverage")),
        coverage_fail_under=_checked_share(under),
        coverage_file=_path(config, folder, "coverage_file"),
    )


def _given(config: pytest.Config, name: str, between: object = None) -> Any:
    """Return what a flag says, else what stands ``between``, else the ini key; ``None`` for none of them."""
    flagged = config.getoption(_PREFIX + name)
    found = flagged if flagged is not None else between
    return found if found is not None else _written(config, name)


def _written(config: pytest.Config, name: str) -> Any:
    """Return what the ini key says, ``None`` if it says nothing."""
    try:
        found = config.getini(_PREFIX + name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{_PREFIX}{name} cannot be read: {error}.") from None
    return None if found in {None, ""} else found


def _path(config: pytest.Config, folder: Path, name: str) -> Path | None:
    """Return a path, one of the command line from where that was given, one of an ini file from beside it."""
    flagged: str | None = config.getoption(_PREFIX + name)
    if flagged is not None:
        return config.invocation_params.dir / flagged
    written: str | None = _written(config, name)
    return folder / written if written else None


def _checked_url(name: str, url: str | None) -> str | None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise pytest.UsageError(f"{_PREFIX}{name} is {url!r}. Give the URL of a server, such as http://127.0.0.1:7670.")
    return None if url is None else url.rstrip("/")


def _checked_share(share: float | str | None) -> float | None:
    """Return a share in percent; older releases of pytest hand over the text of an ini key."""
    if share is None:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", str(share)) or float(share) > _WHOLE:
        raise pytest.UsageError(f"{_PREFIX}coverage_fail_under is {share!r}. Give a share in percent, from 0 to 100.")
    return float(share)


# The marker


@dataclass(frozen=True, slots=True)
class Marked:
    """What the markers of one test say, the nearest first.

    ``allowed`` are names of broken rules, or of the fields that break them; ``allows_all`` lets pass any.
    """

    scenario: str | None = None
    allows_all: bool = False
    allowed: frozenset[str] = frozenset()
    strict: bool | None = None


def read_marker(item: pytest.Item) -> Marked:
    """Return what the markers of a test say; raise pytest.UsageError for what they cannot."""
    words: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers(MARKER))):
        if mark.args:
            raise pytest.UsageError(_wrong(item, f"takes no {mark.args[0]!r} by place; name it, as in scenario=..."))
        words |= mark.kwargs
    unknown = next((name for name in words if name not in _KNOWN), None)
    if unknown is not None:
        raise pytest.UsageError(_wrong(item, f"knows no {unknown!r}; it takes {', '.join(_KNOWN)}"))
    for name, value in words.items():
        if not isinstance(value, _KNOWN[name]):
            raise pytest.UsageError(_wrong(item, f"takes {_WANTED[name]} as {name}, not {value!r}"))
    allowed = words.get("allow_violations", False)
    listed = [] if isinstance(allowed, bool) else [allowed] if isinstance(allowed, str) else list(allowed)
    for each in listed:
        _check_allowed(item, each)
    scenario = words.get("scenario")
    return Marked(None if scenario is None else str(scenario), allowed is True, frozenset(listed), words.get("strict"))


def _check_allowed(item: pytest.Item, name: object) -> None:
    """Raise pytest.UsageError for a name that no rule and no field has: it would never let anything pass."""
    from mockserver.pytest_plugin.rules import unknown_name

    why = unknown_name(name)
    if why is not None:
        raise pytest.UsageError(_wrong(item, why))


_KNOWN: Final[Mapping[str, Any]] = {
    "scenario": (str, os.PathLike, type(None)),
    "allow_violations": (bool, str, list, tuple, set, frozenset),
    "strict": (bool, type(None)),
}
_WANTED: Final = {
    "scenario": "the path of a scenario file",
    "allow_violations": "True, or names of rules or fields",
    "strict": "True or False",
}


def _wrong(item: pytest.Item, what: str) -> str:
    path, line, _ = item.location
    return f"{path}:{(line or 0) + 1}: the marker {MARKER} {what}."
