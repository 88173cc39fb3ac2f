"""Random bytes of the system's source, fetched in larger pieces: a call for each key costs as much as a hash.

What was given is never given again. One holder, one thread: two threads at once could be given the same bytes.
"""

from __future__ import annotations

import os
from typing import Final

PIECE_BYTES: Final = 4096
"""The kernel gives as many at once in about the time of three single keys."""


class Randomness:
    """Random bytes for one holder."""

    __slots__ = ("_at", "_piece")

    def __init__(self) -> None:
        self._at = 0
        self._piece = b""

    def take(self, count: int) -> bytes:
        """Give `count` fresh random bytes, at most PIECE_BYTES."""
        end = self._at + count
        if end > len(self._piece):
            self._piece, self._at, end = os.urandom(PIECE_BYTES), 0, count
        taken = self._piece[self._at : end]
        self._at = end
        return taken

    def __repr__(self) -> str:
        return "Randomness()"
