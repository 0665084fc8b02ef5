"""The same seed and parts must give the same chance; anything else must give another."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.chance import draws_for, numbered_uuid, random_for, uuid_for

SEEDS = st.integers(min_value=0, max_value=2**63)
PARTS = st.lists(st.one_of(st.integers(), st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)), max_size=4)


@given(SEEDS, PARTS)
def test_uuid_is_version_4_in_lower_case_with_dashes(seed: int, parts: list[object]) -> None:
    written = uuid_for(seed, *parts)

    assert str(UUID(written)) == written
    assert (UUID(written).version, UUID(written).variant) == (4, RFC_4122)


@given(SEEDS, st.text(), st.integers(), st.sampled_from(["message", "jti"]))
def test_numbered_uuid_is_the_uuid_of_its_parts(seed: int, owner: str, number: int, purpose: str) -> None:
    assert uuid_for(seed, owner, number, purpose) == numbered_uuid(seed, owner, number, purpose)


@given(SEEDS, PARTS)
def test_same_seed_and_parts_give_the_same_again(seed: int, parts: list[object]) -> None:
    assert uuid_for(seed, *parts) == uuid_for(seed, *parts)
    assert random_for(seed, *parts).random() == random_for(seed, *parts).random()


def test_uuid_never_changes_between_versions() -> None:
    """Recorded runs name ids; a release that gave other ids for the same seed would break them."""
    assert uuid_for(7, "mockkey1", 12, "message") == "b1419ba3-df93-453d-b08d-e69fd9b13008"


def test_another_seed_part_or_order_gives_another_uuid() -> None:
    owners: tuple[tuple[object, ...], ...] = (("a", 1), (1, "a"), ("a", 2), ("a",), ())

    uuids = {uuid_for(seed, *owner) for seed in range(20) for owner in owners}

    assert len(uuids) == 100


def test_another_part_gives_another_random() -> None:
    draws = {random_for(7, "mockkey1", n).random() for n in range(100)}

    assert len(draws) == 100


def test_drawing_from_one_random_leaves_the_next_alone() -> None:
    random_for(7, "price").random()

    assert random_for(7, "price").random() == random_for(7, "price").random()


def test_draws_are_even_and_never_reach_one() -> None:
    draws = sorted(draws_for(7, "mockkey1", "fault", "f1", n).random() for n in range(10_000))

    assert draws[0] >= 0.0
    assert draws[-1] < 1.0
    assert max(abs(each - place / 10_000) for place, each in enumerate(draws)) < 0.02


def test_draws_of_one_decision_differ_and_come_again() -> None:
    first, again = draws_for(7, "a"), draws_for(7, "a")

    drawn = [first.random() for _ in range(5)]

    assert len(set(drawn)) == 5
    assert [again.random() for _ in range(5)] == drawn
    assert draws_for(8, "a").random() != drawn[0]
