"""Who is signed in at the gateway page: random names kept in memory, so that the token itself is in no cookie."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lienthong.kernel.clock import Clock

COOKIE: Final = "lienthong-gateway"
LIFE_S: Final = 8 * 60 * 60
"""A working day."""
MOST: Final = 100
"""Sessions at once; the oldest ends where one more begins."""


class Sessions:
    """Sessions of one process; a restart ends them all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[str, int] = {}

    def begin(self) -> str:
        """Start a session and give its name."""
        if len(self._ends) >= MOST:
            del self._ends[next(iter(self._ends))]
        name = secrets.token_urlsafe(32)
        self._ends[name] = self._clock.now_ms() + LIFE_S * 1000
        return name

    def is_open(self, name: str) -> bool:
        """Say whether a session of this name goes on."""
        end = self._ends.get(name, 0)
        if end and end <= self._clock.now_ms():
            del self._ends[name]
            return False
        return end > 0

    def end(self, name: str) -> None:
        """End a session."""
        self._ends.pop(name, None)
