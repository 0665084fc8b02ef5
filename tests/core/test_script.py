"""The default script follows the channel's statuses and the settings' delays."""

import pytest

from mockserver.contract.specs import load_specs
from mockserver.core.script import plan
from mockserver.model import Planned, Status
from mockserver.settings import Settings

_CHANNELS = load_specs().capabilities.channels
_SETTINGS = Settings(submitted_after_s=1, delivered_after_s=2, read_after_s=3)
_SENT = (Planned(1, Status.SUBMITTED), Planned(2, Status.DELIVERED))


@pytest.mark.parametrize("channel", _CHANNELS)
def test_plan_submits_and_delivers_on_every_channel(channel: str) -> None:
    assert plan(_CHANNELS[channel], _SETTINGS, read=False) == _SENT


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("sms", _SENT),
        ("mms", _SENT),
        ("viber", (*_SENT, Planned(3, Status.READ))),
        ("messenger", (*_SENT, Planned(3, Status.READ))),
        ("whatsapp", (*_SENT, Planned(3, Status.READ))),
    ],
)
def test_plan_reads_only_where_the_channel_reports_it(channel: str, expected: tuple[Planned, ...]) -> None:
    assert plan(_CHANNELS[channel], _SETTINGS, read=True) == expected
