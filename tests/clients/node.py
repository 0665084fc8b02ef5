"""Runs the drivers of Node clients: each reads an order and answers in JSON; knows nothing of what they send."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mockserver.model import Json
from tests.clients.installed import missing

HERE = Path(__file__).parent
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class NodeClient:
    """An official client: the folder here that holds its packages, its package, and the program that drives it."""

    place: str
    package: str
    driver: str

    @property
    def folder(self) -> Path:
        """The folder of its packages."""
        return HERE / self.place

    @property
    def version(self) -> str:
        """The version that is installed."""
        installed = self.folder / "node_modules" / self.package / "package.json"
        version: str = json.loads(installed.read_text(encoding="utf-8"))["version"]
        return version

    def ready(self) -> None:
        """Skip the test if Node or the client's packages are missing; in CI, fail it."""
        if shutil.which("node") is None or not (self.folder / "node_modules").is_dir():
            missing("Node or packages of its clients are", "node-clients", os.environ)

    def run(self, order: Json, **environ: str) -> Json:
        """Return what the driver answers to an order; ``environ`` is set beside the environment of the test."""
        run = subprocess.run(
            ["node", str(HERE / self.driver)],  # noqa: S607, found where `ready` looked
            cwd=self.folder,
            env=os.environ | environ,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)
