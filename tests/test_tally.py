"""The tally: counts stay apart by account, come together for all, and outlive the account they were made in."""

from mockserver.tally import Tally

TEXT, IMAGE = ("sent", "v1", "sms", "text"), ("sent", "v1", "mms", "image")


def tallied() -> Tally:
    """Return counts in two accounts."""
    tally = Tally()
    for account, cell in (("one", TEXT), ("one", TEXT), ("two", TEXT), ("two", IMAGE)):
        tally.count(account, cell)
    return tally


def test_counts_are_those_of_one_account() -> None:
    tally = tallied()

    assert ({TEXT: 2}, {TEXT: 1, IMAGE: 1}, {}) == (tally.of("one"), tally.of("two"), tally.of("three"))


def test_the_whole_is_the_sum() -> None:
    assert {TEXT: 3, IMAGE: 1} == tallied().whole()


def test_a_removed_account_still_counts_towards_the_whole() -> None:
    tally = tallied()

    tally.retire("two")
    tally.retire("never met")

    assert ({}, {TEXT: 3, IMAGE: 1}) == (tally.of("two"), tally.whole())


def test_a_reset_account_counts_no_more() -> None:
    tally = tallied()

    tally.reset("two")

    assert ({}, {TEXT: 2}) == (tally.of("two"), tally.whole())


def test_what_was_given_out_does_not_change() -> None:
    tally = tallied()
    before = tally.of("one")

    tally.count("one", IMAGE)

    assert {TEXT: 2} == before
