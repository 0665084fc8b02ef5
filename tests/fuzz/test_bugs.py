"""Every bug planted in the booking service is found within a bounded number of cases; there is none without."""

import logging
from collections.abc import Iterator

import pytest

from mockserver.fuzz.cases import Case, FreshIds, Material, Talk
from mockserver.fuzz.checks import checks_of
from mockserver.fuzz.hunt import Hunt, Plan
from mockserver.fuzz.making import Making
from mockserver.fuzz.plain import Plain
from mockserver.fuzz.trial import Examiner, Failed, WebhookFinding
from mockserver.service.versions import versions_of
from mockserver.wire.forging import Signer
from tests.fuzz.conftest import MUTANTS, SECRET, known, serving

BUGS = [name for name, each in MUTANTS.items() if "file" not in each]
FEWEST = 12
EXAMPLES = 50
SEED = 1
WORDS = ("yes", "Yes please", "no", "STOP")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep the service from logging each of thousands of webhooks it refuses."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def hunted(bug: str | None) -> tuple[list[WebhookFinding], int]:
    """Fuzz the service until something is found; return that, and how many cases it took."""
    with serving(bug) as service:
        checks = checks_of("webhooks", told=("--secret", "--state-url"))
        examiner = Examiner(service, Signer(SECRET, "key"), checks, FreshIds(SEED))
        service.begin(is_judged=False)
        talk = service.ask(0, "12005550100")
        assert isinstance(talk, Talk)
        told = Material(("sms", "whatsapp"), ("v0.1", "v1"), ("inbound", "status"), WORDS, (talk,), is_signed=True)
        making, plain = Making(told), Plain(told, versions_of(known(), exact=False))
        hunt: Hunt[Case, Failed] = Hunt(
            Plan(SEED, EXAMPLES, shrink_s=0), examiner.attempt, lambda each: each.case.case.size
        )
        return hunt.run(making.cases(), plain.cases()), hunt.tried


def test_there_are_enough_bugs() -> None:
    assert len(BUGS) >= FEWEST


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    found, _ = hunted(bug)

    assert {each.name for each in found} & set(MUTANTS[bug]["found_by"]), found


def test_nothing_is_found_in_the_service_as_it_is() -> None:
    found, tried = hunted(None)

    assert [] == [(each.name, each.said, each.lines) for each in found]
    assert tried > EXAMPLES
