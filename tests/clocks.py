"""A clock that stands still until a test moves it."""

from __future__ import annotations


class SetClock:
    """Tells the milliseconds it was set to."""

    def __init__(self, ms: int) -> None:
        self._ms = ms

    def now_ms(self) -> int:
        return self._ms

    def advance(self, ms: int) -> None:
        """Move on by `ms` milliseconds, or back where it is negative."""
        self._ms += ms
