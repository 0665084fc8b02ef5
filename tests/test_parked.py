"""Webhooks held back on purpose: what lets go of which, and that none is lost or let go twice."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mockserver.model import Delivery
from mockserver.parked import Parked, Parking

AT = datetime(2026, 1, 1, tzinfo=UTC)


def webhook(identity: str, event: str = "delivered", message: str = "m-1", account: str = "key") -> Delivery:
    """Return a webhook."""
    return Delivery(identity, account, message, event, "http://sut.test/", b"{}", AT)


def ids(parked: list[Parked]) -> list[str]:
    """Return which webhooks were let go."""
    return [each.delivery.id for each in parked]


def test_one_that_waits_for_any_goes_once_the_next_written_was_tried() -> None:
    parking, other, following = Parking(), webhook("other", message="m-2"), webhook("next", "read")
    parking.put(Parked(webhook("held"), ""))

    parking.written(other)
    parking.written(following)

    assert [] == parking.tried(other)
    assert ["held"] == ids(parking.tried(following))
    assert 0 == len(parking)


def test_one_written_before_it_does_not_let_it_go() -> None:
    parking, earlier = Parking(), webhook("earlier", "submitted")
    parking.written(earlier)
    parking.put(Parked(webhook("held"), ""))

    assert [] == parking.tried(earlier)


def test_one_that_waits_for_an_event_waits_for_that_one() -> None:
    parking, between, read = Parking(), webhook("between", "rejected"), webhook("read", "read")
    parking.put(Parked(webhook("held"), "read"))

    for each in (between, read):
        parking.written(each)

    assert [] == parking.tried(between)
    assert ["held"] == ids(parking.tried(read))


def test_what_comes_in_follows_what_came_in_at_the_same_account() -> None:
    parking = Parking()
    parking.put(Parked(webhook("held", "inbound", "m-1"), ""))
    elsewhere, here = webhook("x", "inbound", "m-2", "other"), webhook("y", "inbound", "m-3")

    parking.written(elsewhere)
    parking.written(here)

    assert [] == parking.tried(elsewhere)
    assert ["held"] == ids(parking.tried(here))


def test_those_of_a_message_that_wait_for_others_can_be_let_go_but_not_those_that_wait_for_time() -> None:
    parking = Parking()
    for each in (Parked(webhook("a"), ""), Parked(webhook("b"), None), Parked(webhook("c", message="m-2"), "")):
        parking.put(each)

    assert ["a"] == ids(parking.take_waiting("m-1"))
    assert ["c"] == ids(parking.take_all())
    assert ["b"] == ids(parking.take_all("key"))


def test_one_can_be_taken_by_its_id_once() -> None:
    parking = Parking()
    parking.put(Parked(webhook("a"), None))

    first, second = parking.take("a"), parking.take("a")

    assert first is not None
    assert second is None


@given(st.lists(st.tuples(st.sampled_from(["submitted", "delivered", "read"]), st.sampled_from([None, "", "read"]))))
def test_whatever_waits_for_whatever_each_is_let_go_exactly_once(written: list[tuple[str, str | None]]) -> None:
    parking = Parking()
    tried: list[str] = []
    line: list[Delivery] = []
    for number, (event, until) in enumerate(written):
        delivery = webhook(f"d{number}", event)
        parking.written(delivery)
        if until is None:
            line.append(delivery)
        else:
            parking.put(Parked(delivery, until))
    while line:
        delivery = line.pop(0)
        tried.append(delivery.id)
        line += [each.delivery for each in parking.tried(delivery)]
    tried += ids(parking.take_waiting("m-1"))

    assert sorted(f"d{number}" for number in range(len(written))) == sorted(tried)
