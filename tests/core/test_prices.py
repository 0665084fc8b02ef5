"""What a message costs: price by parts, with four decimals."""

import pytest

from mockserver.contract.specs import load_specs
from mockserver.core.prices import counted, price_of, priced
from mockserver.core.segments import Segments
from mockserver.model import Account, Provider
from tests.core.outbound import outbound

CHANNELS = load_specs().capabilities.channels


@pytest.mark.parametrize(
    ("channel", "text", "expected"),
    [
        ("sms", "a" * 160, "0.0333"),
        ("sms", "a" * 161, "0.0666"),
        ("sms", "ж" * 70, "0.0333"),
        ("sms", "ж" * 71, "0.0666"),
        ("sms", "a" * 1000, "0.2331"),
        ("whatsapp", "a" * 1000, "0.0333"),
        ("viber", "ж" * 1000, "0.0333"),
    ],
)
def test_an_sms_costs_each_of_its_parts_and_others_cost_once(channel: str, text: str, expected: str) -> None:
    assert expected == price_of(outbound(channel, content={"text": text}), CHANNELS[channel])


@pytest.mark.parametrize(("own", "parts", "expected"), [("0.05", 1, "0.0500"), ("1", 2, "2.0000"), ("0", 1, "0.0000")])
def test_an_account_may_have_prices_of_its_own(own: str, parts: int, expected: str) -> None:
    channel = priced(CHANNELS["sms"], Account("key", provider=Provider(prices={"sms": own})))

    assert expected == price_of(outbound("sms", content={"text": "a" * 153 * parts}), channel)


@pytest.mark.parametrize(
    "account",
    [None, Account("key"), Account("key", provider=Provider(prices={"mms": "1"}))],
    ids=["none", "untold", "mms"],
)
def test_without_one_the_price_of_the_table_stands(account: Account | None) -> None:
    assert CHANNELS["sms"] is priced(CHANNELS["sms"], account)


def test_only_a_text_is_counted() -> None:
    assert Segments("gsm7", 2, 1) == counted(outbound("sms", content={"text": "€"}), CHANNELS["sms"])
    assert counted(outbound("mms"), CHANNELS["mms"]) is None
