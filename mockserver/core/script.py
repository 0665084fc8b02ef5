"""What will happen to an accepted message: a pure function from a channel's statuses to planned steps."""

from mockserver.core.capabilities import ChannelRow
from mockserver.model import Planned, Status
from mockserver.settings import Settings


def plan(channel: ChannelRow, settings: Settings, *, read: bool) -> tuple[Planned, ...]:
    """Return the default script: submitted, delivered and, where asked and the channel reports it, read."""
    steps = [
        Planned(settings.submitted_after_s, Status.SUBMITTED),
        Planned(settings.delivered_after_s, Status.DELIVERED),
    ]
    if read:
        steps.append(Planned(settings.read_after_s, Status.READ))
    return tuple(each for each in steps if each.status in channel.statuses)
