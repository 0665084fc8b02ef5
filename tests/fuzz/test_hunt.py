"""The search: it makes cases smaller, tells failures apart, remembers them, and passes on what is no finding."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from mockserver.fuzz.checks import Finding
from mockserver.fuzz.hunt import Hunt, Plan

NUMBERS = st.integers(0, 10**6)


def judging(*bad: tuple[str, Callable[[int], bool]]) -> Callable[[int], Finding[int] | None]:
    """Return what finds something in numbers."""

    def attempt(number: int) -> Finding[int] | None:
        return next((Finding(name, "here", str(number), number) for name, is_bad in bad if is_bad(number)), None)

    return attempt


def hunt(attempt: Callable[[int], Finding[int] | None], **plan: object) -> Hunt[int, int]:
    """Return a search among numbers."""
    return Hunt(Plan(**{"seed": 1, **plan}), attempt, lambda found: found.case)  # type: ignore[arg-type]  # by keyword


def test_the_smallest_case_is_kept() -> None:
    found = hunt(judging(("big", lambda each: each >= 1234))).run(NUMBERS)

    assert [1234] == [each.case for each in found]


def test_kinds_of_failures_are_told_apart() -> None:
    attempt = judging(("big", lambda each: each >= 5000), ("odd", lambda each: each % 2 == 1))

    found = hunt(attempt).run(NUMBERS)

    assert {"big": 5000, "odd": 1} == {each.check: each.case for each in found}


def test_nothing_is_found_where_nothing_is() -> None:
    searching = hunt(judging(), examples=20)

    assert [] == searching.run(NUMBERS)
    assert 20 == searching.tried


def test_first_cases_are_tried_first_and_all() -> None:
    tried: list[int] = []

    def attempt(number: int) -> Finding[int] | None:
        tried.append(number)
        return Finding("low", "here", "", number) if number < 0 else None

    found = hunt(attempt, examples=1).run(NUMBERS, (-2, -1, 7))

    assert [-2, -1, 7] == tried[:3]
    assert [-2] == [each.case for each in found]


def test_the_same_seed_tries_the_same_cases() -> None:
    tried: list[list[int]] = []

    def attempt(number: int) -> Finding[int] | None:
        tried[-1].append(number)
        return None

    for seed in (3, 3, 4):
        tried.append([])
        hunt(attempt, seed=seed, examples=10).run(NUMBERS)

    assert tried[0] == tried[1] != tried[2]


def test_a_failing_case_is_remembered_and_tried_first(tmp_path: Path) -> None:
    attempt = judging(("big", lambda each: each >= 1234))
    hunt(attempt, database=tmp_path).run(NUMBERS)

    again = hunt(attempt, database=tmp_path, seed=2, examples=1)

    assert [1234] == [each.case for each in again.run(NUMBERS)]


def test_without_time_to_shrink_the_first_failure_ends_it() -> None:
    searching = hunt(judging(("any", lambda _: True)), shrink_s=0.0)

    assert 1 == len(searching.run(NUMBERS))
    assert 1 == searching.tried


def test_a_failure_that_does_not_come_again_is_kept() -> None:
    seen: list[int] = []

    def attempt(number: int) -> Finding[int] | None:
        seen.append(number)
        return Finding("once", "here", "", number) if len(seen) == 3 else None

    assert ["once"] == [each.check for each in hunt(attempt, examples=10).run(NUMBERS)]


def test_what_is_no_finding_is_passed_on() -> None:
    def attempt(_: int) -> Finding[int] | None:
        raise ConnectionError("the server is gone")

    with pytest.raises(ConnectionError, match="the server is gone"):
        hunt(attempt).run(NUMBERS)


def test_an_interruption_leaves_what_was_found() -> None:
    def attempt(number: int) -> Finding[int] | None:
        if searching.found:
            raise KeyboardInterrupt
        return Finding("any", "here", "", number)

    searching = hunt(attempt)

    with pytest.raises(KeyboardInterrupt):
        searching.run(NUMBERS)
    assert [("any", "here")] == list(searching.found)


def test_progress_is_told() -> None:
    told: list[tuple[int, int, int]] = []
    searching = hunt(judging(("five", lambda each: each == 5)), examples=3)
    searching.seen = lambda *numbers: told.append(numbers)

    searching.run(st.just(5))

    assert (1, 3, 1) == told[0]
