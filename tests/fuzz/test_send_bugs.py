"""Every bug planted in the program that sends is found; there is none without. Each run meets a real server."""

from collections import Counter
from collections.abc import Iterator

import pytest

from mockserver.fuzz.checks import checks_of
from mockserver.fuzz.hunt import Hunt, Plan
from mockserver.fuzz.send_making import each_alone, troubles
from mockserver.fuzz.sending import DECLARED, SendCase, SendExaminer, SendFailed, SendFinding
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.fuzz.conftest import MUTANTS, SenderInProcess

BUGS = [name for name, each in MUTANTS.items() if each.get("file") == "reminders.py"]
EXAMPLES = 5
SEED = 1


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Settings(port=0, tls=False, magic=False)) as running:
        yield running.url


def hunted(bug: str | None, url: str) -> tuple[list[SendFinding], int]:
    """Fuzz the program until something is found; return that, and how many cases it took."""
    program = SenderInProcess(url, bug)
    calm = Counter(each.message for each in program.run(SendCase(())).requests)
    examiner = SendExaminer(program, checks_of("sends"), calm, DECLARED)
    hunt: Hunt[SendCase, SendFailed] = Hunt(
        Plan(SEED, EXAMPLES, shrink_s=0), examiner.attempt, lambda each: each.case.case.size
    )
    return hunt.run(troubles(3), each_alone(hangs=False)), hunt.tried


def test_there_are_bugs() -> None:
    assert len(BUGS) >= 5


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, url: str) -> None:
    found, _ = hunted(bug, url)

    assert {each.name for each in found} & set(MUTANTS[bug]["found_by"]), found


def test_nothing_is_found_in_the_program_as_it_is(url: str) -> None:
    found, tried = hunted(None, url)

    assert [] == [(each.name, each.said, each.lines) for each in found]
    assert tried > EXAMPLES
