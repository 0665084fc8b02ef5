"""The documents in ``specs/``, read once at start, and linted where they are not ours; it judges no body."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from mockserver.contract import lint
from mockserver.contract.reading import read_yaml
from mockserver.contract.schemas import Schemas
from mockserver.core import magic
from mockserver.core.capabilities import Capabilities, read_capabilities
from mockserver.core.forms import FORMS, V1
from mockserver.core.provider import ProviderRules, read_provider_rules, rule_mistakes
from mockserver.data import bundled
from mockserver.errors import SpecError
from mockserver.model import Json

DIALECTS = tuple(FORMS)
"""The dialects with a document of their own, ``specs/messages-<dialect>.yaml``."""
DISPATCH = "dispatch-v0.1"
"""The name of the document of Dispatch."""

EXTERNAL_ACCOUNTS = "external-accounts"
"""The name of the document of the External Accounts API."""

FURTHER = (DISPATCH, EXTERNAL_ACCOUNTS)
"""The documents of the other APIs, by the names of their files in ``specs/``."""

DOCUMENTS = (*(f"messages-{dialect}" for dialect in DIALECTS), *FURTHER)
"""All OpenAPI documents, by the names of their files."""


class ErrorCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An asynchronous error.

    ``label`` is the exact text of ``error.reason`` in v0.1; ``status`` is the status that carries it, ``v1_status``
    the one that does in v1, where that is another. ``dialects`` are the API versions whose lists have it.
    """

    code: int
    label: str
    meaning: str
    status: Literal["rejected", "undeliverable"]
    note: str = ""
    v1_status: Literal["rejected", "undeliverable"] | None = None
    dialects: tuple[str, ...] = DIALECTS

    def carried_by(self, dialect: str) -> str:
        """Return the status that carries the code in a dialect."""
        return self.v1_status if self.v1_status is not None and dialect == V1 else self.status


class _ErrorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    source: str
    errors: tuple[ErrorCode, ...]


@dataclass(frozen=True)
class Specs:
    """Everything the documents say. ``documents`` holds parsed OpenAPI by name (``messages-v0.1``)."""

    capabilities: Capabilities
    errors: dict[int, ErrorCode]
    documents: dict[str, Json]
    magic: magic.MagicTable
    provider: ProviderRules

    def schemas(self, dialect: str) -> Schemas:
        """Return the schemas of a dialect's document."""
        return Schemas(self.documents[f"messages-{dialect}"])


def load_specs(folder: Path | None = None) -> Specs:
    """Read ``specs/``, or another folder of the same files; raise SpecError for anything broken.

    The bundled files are linted by the tests alone: here it would take 34 ms of each start.
    """
    if folder is None:
        return _read(bundled("specs"))
    specs = _read(folder)
    for file, place, what, fix in _mistakes(specs):
        raise SpecError(what, where=f"{folder / file}{place and ': '}{place}", fix=fix)
    return specs


def _mistakes(specs: Specs) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield what is wrong with documents that could be read: the file, the place, what it is and how to mend it."""
    capabilities = specs.capabilities
    yield from (("capabilities.yaml", *each, None) for each in lint.row_mistakes(capabilities))
    yield from (("magic.yaml", *each, None) for each in magic.mistakes(specs.magic))
    for name, document in specs.documents.items():
        fix = "Correct the document, or teach contract/lint.py."
        yield from ((f"{name}.yaml", *each, fix) for each in lint.document_mistakes(document))
    rules = rule_mistakes(specs.provider, capabilities.channels, specs.errors)
    yield from (("provider.yaml", "", each, None) for each in rules)
    for dialect in DIALECTS:
        found = lint.unmatched(capabilities, specs.schemas(dialect), FORMS[dialect])
        yield from (("capabilities.yaml", *each, "Rows and branches go in pairs.") for each in found)


def _read(folder: Path) -> Specs:
    errors = _errors(folder / "errors.yaml")
    return Specs(
        capabilities=_capabilities(folder / "capabilities.yaml"),
        errors=errors,
        magic=_magic(folder / "magic.yaml", errors),
        provider=_provider(folder / "provider.yaml"),
        documents={name: read_yaml(folder / f"{name}.yaml") for name in DOCUMENTS},
    )


def _provider(path: Path) -> ProviderRules:
    try:
        return read_provider_rules(read_yaml(path))
    except msgspec.ValidationError as error:
        raise SpecError(f"A rule does not fit: {error}.", where=str(path)) from error


def _capabilities(path: Path) -> Capabilities:
    try:
        return read_capabilities(read_yaml(path))
    except msgspec.ValidationError as error:
        raise SpecError(f"A row does not fit: {error}.", where=str(path)) from error


def _errors(path: Path) -> dict[int, ErrorCode]:
    try:
        file = msgspec.convert(read_yaml(path), _ErrorFile)
    except msgspec.ValidationError as error:
        raise SpecError(f"An error code does not fit: {error}.", where=str(path)) from error
    found: dict[int, ErrorCode] = {}
    for index, each in enumerate(file.errors):
        if each.code in found:
            raise SpecError(f"The code {each.code} stands here twice.", where=f"{path}: errors[{index}].code")
        found[each.code] = each
    return found


def _magic(path: Path, errors: dict[int, ErrorCode]) -> magic.MagicTable:
    try:
        return magic.read_magic(read_yaml(path), errors)
    except msgspec.ValidationError as error:
        raise SpecError(f"A magic value does not fit: {error}.", where=str(path)) from error
