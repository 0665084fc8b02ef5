"""Installs and starts the tools that a tester would otherwise reach for, each doing its best on v1.

They judge by our own document of v1, as JSON, without its webhooks and updates.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from bench.programs import FOLDER, HOST, BenchError, Program, free_port, running
from bench.request import V1_PATH

FOLDER_OF_PEERS: Final = FOLDER / "peers"
MODULES: Final = FOLDER_OF_PEERS / "node_modules"
SPEC: Final = FOLDER.parent / "specs" / "messages-v1.yaml"
INSTALL: Final = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_S: Final = 300
CREDENTIALS: Final = {"matches": r"(Basic|Bearer) \S+"}


def install() -> str | None:
    """Install the peers as their lock file has them, unless that was done; return why not if they cannot be."""
    mark = MODULES / ".package-lock.json"
    lock = FOLDER_OF_PEERS / "package-lock.json"
    if mark.exists() and mark.stat().st_mtime >= lock.stat().st_mtime:
        return None
    if shutil.which("npm") is None:
        return "npm is not installed"
    try:
        run = subprocess.run(
            INSTALL, cwd=FOLDER_OF_PEERS, capture_output=True, text=True, timeout=INSTALL_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"npm did not end within {INSTALL_S} s"
    return None if run.returncode == 0 else f"npm ended with {run.returncode}: {run.stderr.strip().splitlines()[0]}"


def version_of(package: str) -> str:
    """Return the version of an installed package."""
    return str(json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))["version"])


def document() -> Any:
    """Return our document of v1 with what a peer needs of it: sending, and no webhooks."""
    whole = yaml.load(SPEC.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        **{name: part for name, part in whole.items() if name != "webhooks"},
        "paths": {V1_PATH: whole["paths"][V1_PATH]},
    }


def write_document(folder: Path) -> Path:
    """Write that document as JSON; return its path."""
    path = folder / "messages-v1.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path


@contextmanager
def checked(folder: Path) -> Iterator[Program]:
    """Run openapi-core in a handler."""
    port = free_port()
    command = [sys.executable, str(FOLDER / "checked.py"), str(port), str(write_document(folder))]
    with running("openapi-core", command, port) as program:
        yield program


@contextmanager
def prism(folder: Path) -> Iterator[Program]:
    """Run Prism; silent and in one process, since the log it writes otherwise is most of its time."""
    port = free_port()
    flags = ["-h", HOST, "-p", str(port), "-v", "silent", "-m", "false"]
    command = [_node(), str(MODULES / "@stoplight/prism-cli/dist/index.js"), "mock", *flags]
    with running("Prism", [*command, str(write_document(folder))], port) as program:
        yield program


@contextmanager
def openapi_backend(folder: Path) -> Iterator[Program]:
    """Run openapi-backend on fastify."""
    port = free_port()
    command = [_node(), str(FOLDER_OF_PEERS / "backend.mjs"), str(port), str(write_document(folder))]
    with running("openapi-backend", command, port) as program:
        yield program


@contextmanager
def wiremock(folder: Path) -> Iterator[Program]:
    """Run WireMock's jar with stubs that judge bodies by our schema; without its journal, which slows it."""
    java, jars = shutil.which("java"), sorted(MODULES.glob("wiremock/build/*.jar"))
    if java is None or not jars:
        raise BenchError("java is not installed" if java is None else "its package holds no jar")
    port = free_port()
    (folder / "mappings").mkdir()
    (folder / "mappings" / "messages.json").write_text(json.dumps(stubs(document())), encoding="utf-8")
    flags = ["--no-request-journal", "--disable-request-logging", "--disable-banner", "--disable-gzip"]
    where = ["--bind-address", HOST, "--port", str(port), "--root-dir", str(folder)]
    with running("WireMock", [java, "-jar", str(jars[-1]), *where, *flags], port) as program:
        yield program


def stubs(api: Any) -> dict[str, Any]:
    """Return WireMock's mappings: a good request is taken, one without credentials is not, nor is any other."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": "#/$defs/Message"}
    text = json.dumps({**schema, "$defs": api["components"]["schemas"]}).replace("#/components/schemas/", "#/$defs/")
    send = {"method": "POST", "urlPath": V1_PATH}
    judged = {"matchesJsonSchema": text, "schemaVersion": "V202012"}
    accepted = {
        "status": 202,
        "headers": {"Content-Type": "application/json"},
        "body": """{"message_uuid": "{{randomValue type='UUID'}}"}""",
        "transformers": ["response-template"],
    }
    rows: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({"headers": {"Authorization": CREDENTIALS}, "bodyPatterns": [judged]}, accepted),
        ({"headers": {"Authorization": {"absent": True}}}, {"status": 401}),
        ({}, {"status": 422}),
    )
    return {
        "mappings": [
            {"priority": place, "request": send | request, "response": response}
            for place, (request, response) in enumerate(rows, start=1)
        ]
    }


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise BenchError("node is not installed")
    return found
