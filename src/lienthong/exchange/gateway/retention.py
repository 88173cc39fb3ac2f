"""Retention: what messages held is erased when its time is over; statements and proofs stay (rule 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.erase import erase_older

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.bodies import BodyStore
    from lienthong.kernel.clock import Clock

EVERY_S = 60 * 60
"""Seconds between two runs: what is kept for days may stay an hour longer."""
MS_PER_DAY = 24 * 60 * 60 * 1000


class Retention:
    """Erases records and bodies older than `keep_days`. `mark` holds the entry up to which all is erased."""

    def __init__(self, log: Path, bodies: BodyStore, keep_days: int, clock: Clock, mark: Path) -> None:
        self._log = log
        self._bodies = bodies
        self._keep_ms = keep_days * MS_PER_DAY
        self._clock = clock
        self._mark = mark

    def erase_expired(self) -> None:
        """Erase what is too old. Runs in a thread; a crash leaves the rest to the next run."""
        before = self._clock.now_ms() - self._keep_ms
        self._bodies.expire(before)
        done = erase_older(self._log, before, self._read_mark())
        # Written last: a crash before it has some records looked at again, which are then found erased.
        unfinished = self._mark.with_suffix(".new")
        unfinished.write_text(f"{done}\n", encoding="ascii")
        unfinished.replace(self._mark)

    def _read_mark(self) -> int:
        try:
            return int(self._mark.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0
