"""The client of the control API that commands and the handle share: calls as values, and how they travel by HTTP."""

from mockserver.client.calls import Answer, AsyncTransport, Call, Query, Transport, call_of, meaning
from mockserver.client.over_http import HINTS, Hints, OverHttp

__all__ = ["HINTS", "Answer", "AsyncTransport", "Call", "Hints", "OverHttp", "Query", "Transport", "call_of", "meaning"]
