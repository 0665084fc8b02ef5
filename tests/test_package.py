"""The wheel holds what the server needs, and serves from a clean environment away from the checkout."""

import json
import os
import signal
import site
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parent.parent
SMS = {
    "from": {"type": "sms", "number": "AcmeCo"},
    "to": {"type": "sms", "number": "447700900001"},
    "message": {"content": {"type": "text", "text": "From the wheel"}},
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of a new environment with the wheel in it; the libraries are lent by this one."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder)
    programs = folder / "bin"
    install = [sys.executable, "-m", "pip", "--quiet", "--python", str(programs / "python"), "install"]
    subprocess.run([*install, "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return programs


def environment() -> dict[str, str]:
    """Return the environment without anything that would let the checkout in."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MESSAGES_"))}


@pytest.fixture
def server(clean: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run the installed server; yield its process and its URL."""
    ready = tmp_path / "ready.json"
    command = [str(clean / "mockserver"), "serve", "--port", "0", "--no-tls", "--ready-file", str(ready)]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process, ready_url(process, ready)
        finally:
            process.kill()


def ready_url(process: subprocess.Popen[bytes], ready: Path) -> str:
    """Read what the server prints until it is ready; return the URL it answers on."""
    assert process.stdout is not None
    said = b""
    while not ready.exists():
        line = process.stdout.readline()
        said += line
        assert line, f"the server ended before it was ready: {said.decode()}"
    return str(json.loads(ready.read_text(encoding="utf-8"))["url"])


@pytest.mark.parametrize("folder", ["specs", "scenarios", "examples"])
def test_wheel_holds_the_bundled_folder(wheel: Path, folder: str) -> None:
    bundled = f"mockserver/_bundled/{folder}/"
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(bundled)}
    tracked = {
        bundled + str(path.relative_to(ROOT / folder))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert tracked
    assert tracked == inside


def test_wheel_holds_the_page(wheel: Path) -> None:
    page = ROOT / "mockserver" / "page"
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("mockserver/page/")}
    files = {f"mockserver/page/{each.relative_to(page).as_posix()}" for each in page.rglob("*") if each.is_file()}

    assert "mockserver/page/index.html" in files
    assert files == inside


def test_wheel_says_that_it_is_typed(wheel: Path) -> None:
    assert "mockserver/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_installed_package_is_the_wheel(clean: Path, tmp_path: Path) -> None:
    command = [str(clean / "python"), "-c", "import mockserver; print(mockserver.__file__)"]

    found = subprocess.run(command, cwd=tmp_path, env=environment(), check=True, capture_output=True, text=True)

    assert Path(found.stdout.strip()).is_relative_to(clean.parent)


def test_installed_package_checks_its_bundled_documents(clean: Path, tmp_path: Path) -> None:
    subprocess.run([str(clean / "mockserver"), "check"], cwd=tmp_path, env=environment(), check=True)


def test_installed_server_accepts_a_message_and_ends_well(
    server: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, url = server
    headers = {"Content-Type": "application/json", "Authorization": "Basic bW9ja2tleTE6c2VjcmV0"}

    with urlopen(Request(f"{url}/v0.1/messages", json.dumps(SMS).encode(), headers)) as answer:
        accepted = answer.status
    process.send_signal(signal.SIGTERM)

    assert (202, 0) == (accepted, process.wait(10))
