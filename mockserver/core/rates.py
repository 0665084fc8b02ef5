"""Token buckets as values: how many messages may be sent now, and what is left; knows no clock and no account."""

from collections.abc import Iterable

from msgspec import Struct

from mockserver.model import Rate


class Bucket(Struct, frozen=True, gc=False):
    """The tokens a bucket held at a moment, in seconds since 1970."""

    tokens: float
    at_s: float


def refilled(bucket: Bucket | None, rate: Rate, now_s: float) -> Bucket:
    """Return a bucket with what has flowed in since, never more than the burst; one never used is full.

    So is one last used in the future, for the clock was set back.
    """
    if bucket is None or bucket.at_s > now_s:
        return Bucket(rate.burst, now_s)
    return Bucket(min(rate.burst, bucket.tokens + (now_s - bucket.at_s) * rate.per_s), now_s)


def take(buckets: Iterable[tuple[str, Bucket | None, Rate]], now_s: float) -> dict[str, Bucket] | str:
    """Return the named buckets with one token taken from each, or the name of the first that is empty."""
    left: dict[str, Bucket] = {}
    for name, bucket, rate in buckets:
        full = refilled(bucket, rate, now_s)
        if full.tokens < _ONE:
            return name
        left[name] = Bucket(full.tokens - 1, now_s)
    return left


_ONE = 1 - 1e-6
"""A token, less what adding up fractions of seconds since 1970 may lose (a double holds some 0.2 microseconds)."""
