"""Time as the project knows it: whole milliseconds since 1970 in UTC, asked from a clock that is handed in.

Rules never read the time of the machine by themselves, so a test can put any moment before them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

_NANOSECONDS_PER_MILLISECOND = 1_000_000


class Clock(Protocol):
    """Tells the time.

    It may step back when the machine's clock is set, so durations are not measured with it.
    """

    def now_ms(self) -> int:
        """Give the milliseconds since 1970-01-01T00:00:00Z."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Give the milliseconds since 1970-01-01T00:00:00Z by the machine's clock."""
        return time.time_ns() // _NANOSECONDS_PER_MILLISECOND
