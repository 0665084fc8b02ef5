"""Valid bodies of webhooks by ``mockserver.strategies``, and none where the API has none."""

from collections.abc import Callable

from hypothesis import strategies as st

from mockserver import strategies
from mockserver.errors import UnknownError
from mockserver.model import Json


def inbound_webhooks(version: str, channel: str, kind: str | None = None) -> st.SearchStrategy[Json]:
    """Return the inbound messages of a channel, those of one kind if it is named; none where it has no such."""
    return _none_if_unknown(lambda: strategies.inbound_webhooks(version, channel, kind))


def status_webhooks(version: str, channel: str) -> st.SearchStrategy[Json]:
    """Return the statuses of messages on a channel; none where it has none in this version."""
    return _none_if_unknown(lambda: strategies.status_webhooks(version, channel))


def _none_if_unknown(make: Callable[[], st.SearchStrategy[Json]]) -> st.SearchStrategy[Json]:
    try:
        return make()
    except UnknownError:
        return st.nothing()
