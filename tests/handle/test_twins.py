"""The blocking verbs are the awaited ones, written without waiting."""

import inspect

import pytest

from docs import twins
from mockserver.handle import awaited, blocking, rules

PAIRS = [
    (awaited.AsyncMockServer, blocking.MockServer),
    (awaited.AsyncClock, blocking.Clock),
    (awaited.AsyncFaults, blocking.Faults),
    (awaited.AsyncWebhooks, blocking.Webhooks),
    (awaited.AsyncScenario, blocking.Scenario),
    (rules.AsyncRules, rules.Rules),
    (rules.AsyncRule, rules.Rule),
]


def verbs(kind: type) -> set[str]:
    """Return the public names that a class itself defines."""
    return {name for name in vars(kind) if not name.startswith("_")}


def test_blocking_module_is_fresh() -> None:
    made = twins.formatted(twins.blocking(twins.AWAITED.read_text(encoding="utf-8")))

    assert twins.BLOCKING.read_text(encoding="utf-8") == made


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_forms_have_the_same_verbs(one: type, other: type) -> None:
    assert verbs(one) == verbs(other)


@pytest.mark.parametrize("kind", [kind for pair in PAIRS for kind in pair], ids=lambda kind: kind.__name__)
def test_every_verb_says_what_it_does(kind: type) -> None:
    assert [] == [name for name in verbs(kind) if not inspect.getdoc(getattr(kind, name))]
