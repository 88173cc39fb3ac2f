"""How often a client may call under one grant: a token bucket for each grant and client.

A bucket holds as many requests as the rate's number and fills evenly over its period, so that a client may use its
whole period at once and then goes on at the rate. Counts live in memory: a restart begins with full buckets.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

RATE_FORM: Final = re.compile(r"([1-9][0-9]{0,6})/(s|min|h|day)")
PERIODS_MS: Final = {"s": 1_000, "min": 60_000, "h": 3_600_000, "day": 86_400_000}
FIRST_SWEEP: Final = 1024
"""Buckets before full ones are forgotten for the first time; then whenever twice as many are there as were left."""


class Rate(msgspec.Struct, frozen=True):
    """`count` requests in `period_ms`; `text` as the settings have it."""

    count: int
    period_ms: int
    text: str


def read_rate(text: str) -> Rate:
    """Read a rate such as `100/min`; ValueError says what is wrong with it."""
    found = RATE_FORM.fullmatch(text)
    if found is None:
        message = f"rate is {text!r}: expected a number and s, min, h or day, such as 100/min"
        raise ValueError(message)
    return Rate(int(found[1]), PERIODS_MS[found[2]], text)


class _Bucket:
    __slots__ = ("level", "period_ms", "updated_ms")

    def __init__(self, level: float, updated_ms: int, period_ms: int) -> None:
        self.level = level
        self.updated_ms = updated_ms
        self.period_ms = period_ms


class RateMeter:
    """The buckets of all grants with a rate. Not for several threads."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._sweep_at = FIRST_SWEEP

    def take(self, grant: str, client: str, rate: Rate, now_ms: int) -> int:
        """Count one request of `client` under `grant`: 0 if it is within the rate, else the ms until one is."""
        bucket = self._buckets.get((grant, client))
        if bucket is None:
            self._sweep(now_ms)
            bucket = self._buckets[grant, client] = _Bucket(rate.count, now_ms, rate.period_ms)
        # A clock that was set back refills nothing, and the time since counts from there.
        passed = max(0, now_ms - bucket.updated_ms)
        bucket.level = min(rate.count, bucket.level + passed * rate.count / rate.period_ms)
        bucket.updated_ms = now_ms
        if bucket.level < 1:
            return max(1, round((1 - bucket.level) * rate.period_ms / rate.count))
        bucket.level -= 1
        return 0

    @property
    def size(self) -> int:
        """Buckets that are kept."""
        return len(self._buckets)

    def _sweep(self, now_ms: int) -> None:
        """Forget buckets that have been untouched for their whole period: they are full, as new ones are."""
        if len(self._buckets) < self._sweep_at:
            return
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if now_ms - bucket.updated_ms < bucket.period_ms
        }
        self._sweep_at = max(FIRST_SWEEP, 2 * len(self._buckets))
