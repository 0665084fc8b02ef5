"""The files around the code: locks, image, CI and Makefile say what the project promises of them."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-run.lock")
NPM_LOCK = ROOT / "tests" / "clients" / "node-legacy" / "package-lock.json"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Return the versions a lock file pins."""
    return dict(PINNED.findall((ROOT / lock).read_text(encoding="utf-8")))


def name_of(requirement: Requirement) -> str:
    """Return a requirement's name as lock files spell it."""
    return canonicalize_name(requirement.name)


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each with its joined lines."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    parts = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(word, " ".join(rest.split())) for word, _, rest in parts]


def last_stage() -> dict[str, str]:
    """Return the instructions of the stage that is shipped; of a repeated one, the last."""
    found = instructions()
    starts = [place for place, (word, _) in enumerate(found) if word == "FROM"]
    return dict(found[starts[-1] :])


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_hashes_every_pin(lock: str) -> None:
    requirements = re.split(r"\n(?=[A-Za-z])", (ROOT / lock).read_text(encoding="utf-8").strip())

    assert [] == [each for each in requirements if "--hash=sha256:" not in each]


def test_run_lock_pins_what_the_whole_lock_pins() -> None:
    whole, run = pins("requirements.lock"), pins("requirements-run.lock")

    assert run.items() <= whole.items()
    assert "pytest" not in run


def test_locks_fit_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    developing = [each for each in project["dependency-groups"]["dev"] if isinstance(each, str)]

    unfit = {
        lock: [each for each in map(Requirement, declared) if not each.specifier.contains(pins(lock)[name_of(each)])]
        for lock, declared in (
            ("requirements-run.lock", project["project"]["dependencies"]),
            ("requirements.lock", developing),
        )
    }

    assert unfit == {"requirements-run.lock": [], "requirements.lock": []}


def test_npm_lock_names_no_host() -> None:
    assert "://" not in NPM_LOCK.read_text(encoding="utf-8")


def test_npm_lock_pins_the_client_that_speaks_v0_1() -> None:
    package = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]["node_modules/@vonage/server-sdk"]

    assert package["version"] == "2.10.7-beta-2"
    assert package["integrity"].startswith("sha512-")


def test_image_is_built_in_two_stages_from_slim_images() -> None:
    bases = [rest for word, rest in instructions() if word == "FROM"]

    assert ["python:3.13-slim AS build", "python:3.13-slim"] == bases


def test_image_runs_as_nobody_special() -> None:
    assert last_stage()["USER"] == "10001:10001"


def test_image_serves_by_default_and_knows_its_health() -> None:
    stage = last_stage()

    assert json.loads(stage["ENTRYPOINT"]) == ["mockserver"]
    assert json.loads(stage["CMD"]) == ["serve"]
    assert stage["EXPOSE"] == "7670 7671"
    assert json.loads(stage["HEALTHCHECK"].partition("CMD ")[2]) == ["mockserver", "ready"]
    assert "MESSAGES_MOCKSERVER_HOST=0.0.0.0" in stage["ENV"]


def test_image_uses_known_instructions_only() -> None:
    known = {
        *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "RUN", "USER", "VOLUME", "WORKDIR"),
    }

    assert {word for word, _ in instructions()} <= known


def test_image_copies_only_what_is_let_through() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    bundled = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert {*bundled, "mockserver", "pyproject.toml", "README.md", "requirements-run.lock"} == let_through
    assert all((ROOT / name).exists() for name in let_through)


def test_ci_is_a_valid_strict_script_that_ends_in_the_tests() -> None:
    script = ROOT / ".ci" / "run"

    subprocess.run(["/bin/bash", "-n", str(script)], check=True)
    lines = script.read_text(encoding="utf-8").split("\n")

    assert "set -euo pipefail" in lines
    assert [line for line in lines if line][-1] == "make test"


def test_changelog_has_an_unreleased_part() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
