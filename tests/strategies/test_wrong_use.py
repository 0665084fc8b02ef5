"""A strategy asked for with a value of the wrong type says so, and names what there is."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver import strategies
from mockserver.errors import UsageError

_LISTED: Any = ["sms"]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: strategies.send_bodies(channel=_LISTED), "there is no channel ['sms']"),
        (lambda: strategies.send_bodies(kind=_LISTED), "there is no outbound kind ['sms']"),
        (lambda: strategies.send_bodies(version=1), "there is no version 1"),  # type: ignore[arg-type]
        (lambda: strategies.inbound_webhooks(channel=5), "there is no channel 5"),  # type: ignore[arg-type]
        (lambda: strategies.broken_bodies(rule=_LISTED), "there is no rule ['sms']"),
        (lambda: strategies.broken_bodies(field=_LISTED), "there is no field \"['sms']\""),
        (lambda: strategies.phone_numbers(5), "there is no country 5"),  # type: ignore[arg-type]
        (lambda: strategies.texts(max_chars="5"), "max_chars is '5', expected a whole number"),  # type: ignore[arg-type]
        (lambda: strategies.texts(min_chars=True), "min_chars is True, expected a whole number"),
        (lambda: strategies.signed(5, "secret"), "no webhook can be read from int"),  # type: ignore[call-overload]
        (lambda: strategies.signed({}, 5), "secret is 5, expected a text"),  # type: ignore[call-overload]
        (lambda: strategies.signed({}, "s", api_key=None), "api_key is None"),  # type: ignore[call-overload]
        (lambda: strategies.signed({}, "s", form=_LISTED), "there is no form ['sms']"),
        (lambda: strategies.error_answers(5), "there is no operation 5"),  # type: ignore[arg-type]
        (lambda: strategies.status_webhooks(status=5), "there is no status 5"),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_the_wrong_type_is_told_with_what_there_is(ask: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask()

    assert said in str(caught.value)
