"""The documents in ``specs/``, read and linted once at start; it loads them and judges no body."""

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
    """Read and lint ``specs/``, or another folder of the same files; raise SpecError for anything broken."""
    folder = folder or bundled("specs")
    errors = _errors(folder / "errors.yaml")
    specs = Specs(
        capabilities=_capabilities(folder / "capabilities.yaml"),
        errors=errors,
        magic=_magic(folder / "magic.yaml", errors),
        provider=_provider(folder / "provider.yaml"),
        documents={name: _document(folder / f"{name}.yaml") for name in DOCUMENTS},
    )
    for what in rule_mistakes(specs.provider, specs.capabilities.channels, errors):
        raise SpecError(what, where=str(folder / "provider.yaml"))
    for dialect in DIALECTS:
        for place, what in lint.unmatched(specs.capabilities, specs.schemas(dialect), FORMS[dialect]):
            raise SpecError(
                what, where=f"{folder / 'capabilities.yaml'}: {place}", fix="Rows and branches go in pairs."
            )
    return specs


def _provider(path: Path) -> ProviderRules:
    try:
        return read_provider_rules(read_yaml(path))
    except msgspec.ValidationError as error:
        raise SpecError(f"A rule does not fit: {error}.", where=str(path)) from error


def _document(path: Path) -> Json:
    document = read_yaml(path)
    for place, what in lint.document_mistakes(document):
        raise SpecError(what, where=f"{path}: {place}", fix="Correct the document, or teach contract/lint.py.")
    return document


def _capabilities(path: Path) -> Capabilities:
    try:
        capabilities = read_capabilities(read_yaml(path))
    except msgspec.ValidationError as error:
        raise SpecError(f"A row does not fit: {error}.", where=str(path)) from error
    for place, what in lint.row_mistakes(capabilities):
        raise SpecError(what, where=f"{path}: {place}")
    return capabilities


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
        table = magic.read_magic(read_yaml(path), errors)
    except msgspec.ValidationError as error:
        raise SpecError(f"A magic value does not fit: {error}.", where=str(path)) from error
    for place, what in magic.mistakes(table):
        raise SpecError(what, where=f"{path}: {place}")
    return table
