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
CLOSED_FOLDER = "closed"
"""Where a home keeps the logs that its log follows, each as a home of its own."""
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
        _erase(self._log, self._mark, before)
        # What earlier logs of this gateway hold grows old too (succession.py).
        for log in sorted(self._mark.parent.glob(f"{CLOSED_FOLDER}/*/log")):
            _erase(log, log.with_name(self._mark.name), before)


def _erase(log: Path, mark: Path, before: int) -> None:
    done = erase_older(log, before, _read_mark(mark))
    # Written last: a crash before it has some records looked at again, which are then found erased.
    unfinished = mark.with_suffix(".new")
    unfinished.write_text(f"{done}\n", encoding="ascii")
    unfinished.replace(mark)


def _read_mark(mark: Path) -> int:
    try:
        return int(mark.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0
