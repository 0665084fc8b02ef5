"""Makes cases of trouble for a program that sends; runs none of them."""

from collections.abc import Iterator
from typing import Final

from hypothesis import strategies as st

from mockserver.fuzz.sending import PASSING, STATUSES, SendCase, Trouble

_FAULTS: Final = ("reset", "truncate", "malformed")
_HINTS_S: Final = (None, 1)
_DELAYS_S: Final = (0.3, 1.0)
MOST_TROUBLES: Final = 5
HANG: Final = Trouble(fault="hang")
"""Tried once only: each costs as long as the program is patient."""


def each_alone(*, hangs: bool) -> Iterator[SendCase]:
    """Yield the cases of a single trouble, the quick ones first: few enough to try each."""
    yield from (SendCase((Trouble(each),)) for each in STATUSES)
    yield from (SendCase((Trouble(fault=each),)) for each in _FAULTS)
    yield from (SendCase((Trouble(status, hint_s),)) for status in PASSING for hint_s in _HINTS_S if hint_s is not None)
    yield from (SendCase((Trouble(delay_s=each),)) for each in _DELAYS_S)
    if hangs:
        yield SendCase((HANG,))


def troubles(most: int) -> st.SearchStrategy[SendCase]:
    """Return the cases of several troubles, one request after the other; some requests meet none."""
    calm = st.just(Trouble())
    plain = st.sampled_from([each for each in STATUSES if each not in PASSING]).map(Trouble)
    passing = st.builds(Trouble, st.sampled_from(PASSING), st.sampled_from(_HINTS_S))
    silent = st.builds(Trouble, fault=st.sampled_from(_FAULTS))
    slow = st.builds(Trouble, delay_s=st.sampled_from(_DELAYS_S))
    listed = st.lists(calm | passing | plain | silent | slow, min_size=1, max_size=max(most, 1))
    return listed.map(lambda each: SendCase(tuple(each)))
