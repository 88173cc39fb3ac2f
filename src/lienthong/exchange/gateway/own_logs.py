"""The logs of one gateway, the open one and those that it follows, each with its tracker: where look-ups are found.

Entries are counted over all of them, the oldest log first, so that a page of look-ups goes on from one log into the one
before it. A closed log lies in `closed/SERIAL`, a home of its own (succession.py); its count ends at its closing head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.home import EvidenceHome
from lienthong.exchange.gateway.retention import CLOSED_FOLDER
from lienthong.exchange.gateway.tracker import Tracker, load_tracker_key
from lienthong.kernel.keys import load_signing_key

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.exchange.gateway.home import GatewayHome


class TrackedLog(NamedTuple):
    """A log with its tracker. `first` is where its entries begin in the count over all logs."""

    tracker: Tracker
    folder: Path
    """A gateway's home, to read and to export from."""
    first: int

    @property
    def log(self) -> Path:
        """The log's own folder."""
        return self.folder / "log"


class FoundLookup(NamedTuple):
    """A look-up of a person, and in which log it stands."""

    log: TrackedLog
    entry: int

    @property
    def place(self) -> int:
        """Its number over all logs."""
        return self.log.first + self.entry


class OwnLogs:
    """All logs of a gateway, the newest first."""

    def __init__(self, logs: tuple[TrackedLog, ...]) -> None:
        self._logs = logs

    def find(self, number: str, before: int, limit: int) -> list[FoundLookup]:
        """Give the newest look-ups of a person at places below `before`, newest first."""
        found: list[FoundLookup] = []
        for log in self._logs:
            if before > log.first and len(found) < limit:
                rows = log.tracker.find(number, before - log.first, limit - len(found))
                found += [FoundLookup(log, row.entry) for row in rows]
        return found

    def find_exchange(self, number: str, exchange: str) -> FoundLookup | None:
        """Give the look-up of this very person with this X-Road-Request-Id; None for anybody else's, too."""
        for log in self._logs:
            index = EvidenceHome(log.folder).open_index()
            try:
                rows = index.find_exchange(exchange)
            finally:
                index.close()
            for row in rows:
                if log.tracker.is_about(number, row.entry):
                    return FoundLookup(log, row.entry)
        return None

    def close(self) -> None:
        """Close the trackers of the closed logs; the open log's is its gateway's."""
        for log in self._logs[1:]:
            log.tracker.close()


def open_own_logs(home: GatewayHome, tracker: Tracker) -> OwnLogs:
    """Find the logs that this home's log follows, and open their trackers."""
    folders = [folder for folder in (home.folder / CLOSED_FOLDER).glob("*") if folder.name.isdecimal()]
    key = load_tracker_key(home.keys)
    logs, first = [], 0
    for folder in sorted(folders, key=lambda folder: int(folder.name)):
        logs.append(TrackedLog(Tracker(folder / home.tracker.name, key), folder, first))
        first += _count_entries(folder)
    return OwnLogs((TrackedLog(tracker, home.folder, first), *reversed(logs)))


def _count_entries(folder: Path) -> int:
    closed = EvidenceHome(folder)
    key = load_signing_key(folder / "keys" / f"log-{folder.name}.key").verify_key
    return verify_checkpoint(closed.read_cosigned(), closed.origin, key).size
