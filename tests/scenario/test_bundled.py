"""Each bundled scenario is sound, passes with the sample service over sockets, and plays the same for the same seed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from mockserver.cli import main
from mockserver.cli.client import Server
from mockserver.cli.shell import Shell
from mockserver.contract.specs import load_specs
from mockserver.core.reports import Report
from mockserver.data import bundled
from mockserver.demo.stage import Site, sample_service
from mockserver.scenario.load import load_scenario
from mockserver.settings import Settings
from mockserver.web.server import serving

FILES = sorted(bundled("scenarios").glob("*.yaml"))
SPECS = load_specs()
FEWEST = 20
PATIENCE_S = 60
SETTINGS = Settings(port=0, tls=False, self_check=True, seed=1)
HEADER = (
    "# yaml-language-server: $schema=../docs/scenario.schema.json",
    "# Shows: ",
    "# Your application must: ",
    "# Run: mockserver run scenarios/{}.yaml --command ",
)


@contextmanager
def stage(folder: Path) -> Iterator[tuple[Server, Site]]:
    """Run a server of its own, and the sample service as a process; yield both."""
    with serving(SETTINGS) as running:
        environ = {
            "MESSAGES_API_URL": running.url,
            "MESSAGES_API_KEY": SETTINGS.api_key,
            "MESSAGES_API_SECRET": "any",
            "MESSAGES_SIGNATURE_SECRET": SETTINGS.signature_secret,
        }
        with sample_service(environ, folder / "booking.log", None, patience_s=PATIENCE_S) as sut:
            yield Server(running.url), sut


def played(file: Path, folder: Path) -> Report:
    """Return what came of a scenario; in its transcript the service is SUT, since its port is another each time."""
    folder.mkdir()
    with stage(folder) as (api, sut):
        text = file.read_text(encoding="utf-8")
        api.put_text(f"scenarios/{file.stem}", text, name=file.name, sets={"sut": sut.url})
        api.post(f"scenarios/{file.stem}/run", {})
        report = msgspec.convert(api.get(f"scenarios/{file.stem}/report", wait_s=PATIENCE_S), Report)
    return msgspec.structs.replace(report, transcript=tuple(each.replace(sut.url, "SUT") for each in report.transcript))


def failed(report: Report) -> list[str]:
    """Return what did not go well, a line each."""
    results = (*report.steps, *report.checks)
    return [f"{each.place}: {each.name}: {each.detail} {each.difference}" for each in results if not each.ok]


def test_there_are_as_many_as_promised() -> None:
    assert len(FILES) >= FEWEST


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenario_passes_twice_with_the_same_transcript(file: Path, tmp_path: Path) -> None:
    first, second = (played(file, tmp_path / name) for name in ("first", "second"))

    assert ("passed", []) == (first.outcome, failed(first)), first.why
    assert ("passed", []) == (second.outcome, failed(second)), second.why
    assert first.transcript
    assert first.transcript == second.transcript


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenario_says_what_it_shows_and_is_called_as_its_file(file: Path) -> None:
    scenario = load_scenario(file, specs=SPECS)
    comments = [each for each in file.read_text(encoding="utf-8").splitlines() if each.startswith("#")]

    assert file.stem == scenario.id
    assert scenario.about
    assert scenario.seed is not None
    assert scenario.timeline
    assert scenario.verify
    assert [1] * len(HEADER) == [sum(each.startswith(begin.format(file.stem)) for each in comments) for begin in HEADER]


def test_check_finds_no_mistake_in_any(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", *map(str, FILES)], shell=Shell({}))

    assert [f"{each}: no mistakes" for each in FILES] == capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
