"""The CI job of the booking service is green, and red by the expected step for each way to break the service."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mockserver.data import bundled
from mockserver.model import Json

HERE = bundled("examples") / "ci"
LISTED: Mapping[str, Json] = {each["name"]: each for each in YAML(typ="safe").load(HERE / "mutants.yaml")}
MUTANTS: Mapping[str, Json] = {name: each for name, each in LISTED.items() if "caught_by" in each}
FEWEST = 10
LONGEST_S = 120
ROOT = Path(__file__).parent.parent.parent


def job(folder: Path, **more: str) -> tuple[int, list[tuple[str, bool]], str]:
    """Run the job, told ``more`` by the environment.

    Return its exit code, by each case of its report whether that is well, and what was printed.
    """
    junit = folder / "junit.xml"
    environ = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "JUNIT": str(junit), **more}
    command = ["/bin/sh", str(HERE / "run.sh")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert junit.exists(), done.stderr
    cases = ET.parse(junit).getroot().iter("testcase")  # noqa: S314 - our own report
    found = [(str(each.get("name")), each.find("failure") is None and each.find("error") is None) for each in cases]
    return done.returncode, found, done.stdout + done.stderr


def broken(name: str, folder: Path) -> Path:
    """Write the service broken in one way; return where it is."""
    app = folder / "app.py"
    with app.open("wb") as output:
        subprocess.run([sys.executable, str(HERE / "break.py"), name], stdout=output, check=True, timeout=LONGEST_S)
    return app


def first_failure(name: str, folder: Path) -> tuple[int, str]:
    """Return how the job ends with a broken service, and the first step or check that fails."""
    folder.mkdir()
    scenario = f"scenarios/{MUTANTS[name]['caught_by']['scenario']}.yaml"
    code, cases, said = job(folder, SCENARIOS=scenario, APP=str(broken(name, folder)))
    failed = [case for case, is_well in cases if not is_well]
    return code, failed[0].partition(": ")[2] if failed else said


def test_service_as_it_is_passes_every_scenario(tmp_path: Path) -> None:
    code, cases, said = job(tmp_path)

    assert (0, []) == (code, [name for name, is_well in cases if not is_well]), said
    assert len(cases) > len(list(bundled("scenarios").glob("*.yaml")))


def test_service_broken_in_each_way_fails_at_the_step_meant_for_it(tmp_path: Path) -> None:
    assert len(MUTANTS) >= FEWEST
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = dict(zip(MUTANTS, pool.map(lambda name: first_failure(name, tmp_path / name), MUTANTS), strict=True))

    assert {name: (1, each["caught_by"]["step"]) for name, each in MUTANTS.items()} == found


@pytest.mark.parametrize("arguments", [(), ("no-such-way",)], ids=["none", "unknown"])
def test_break_lists_the_ways_there_are(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, str(HERE / "break.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)

    assert (1, "") == (done.returncode, done.stdout)
    assert all(f"{name}: {each['about']}" in done.stderr for name, each in LISTED.items())
