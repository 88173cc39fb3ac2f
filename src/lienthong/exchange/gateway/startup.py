"""What a gateway must know again before it opens (rules 4.5 and 6): read from its own log's tail.

The requests seen within their life, so that a replay across a restart is refused; the heads of other logs; and the
requests whose service may have been called without a recorded answer, which become `unknown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from lienthong.evidence.peer import decode_peer_head
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Received, Refused, Request, Response, Unknown, decode_statement
from lienthong.exchange.errors import ExchangeErrorKind
from lienthong.exchange.gateway.peer_heads import KnownHead, PeerHeads
from lienthong.exchange.gateway.replay import GRACE_MS, ReplayMemory
from lienthong.kernel.canonical import decode_base64url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.index import Index
    from lienthong.evidence.segment import StoredEntry

WINDOW_MS = 2 * GRACE_MS
"""The life of a synchronous request, the clock skew and the grace, rounded up."""
LOOK_BACK = 1_000
"""Entries at the log's end of which one, at least, tells its time."""


class LogTail:
    """What the tail of our own log says. `unresolved` maps the leaf of a request to its exchange."""

    def __init__(self, replay: ReplayMemory, heads: PeerHeads) -> None:
        self.unresolved: dict[str, str] = {}
        self.met: set[str] = set()
        self._replay = replay
        self._heads = heads

    def read(self, log: Path, index: Index, now_ms: int, size: int) -> None:
        """Read the entries of the last WINDOW_MS before now and, after a pause, before the log's end.

        The index, brought up to date before, says where they begin. `size` is the log's: what lies behind it is torn.
        """
        ended = self._find_end(log, size)
        # What was under way when the log ended is older than its end, however long the gateway was down since.
        start = index.find_last_before(min(now_ms, ended) - WINDOW_MS) or 0
        for entry in _read_entries(log, start, size):
            self._take(entry)
        self._replay.forget_expired(now_ms)

    def _find_end(self, log: Path, size: int) -> int:
        """Give the latest time among the last entries, in UTC ms; 0 if they tell none: then all is read."""
        times = [_time_of(entry) for entry in _read_entries(log, max(0, size - LOOK_BACK), size)]
        return max(times, default=0)

    def _take(self, entry: StoredEntry) -> None:
        statement = decode_statement(entry.statement)
        if isinstance(statement, Received):
            self.met.add(statement.from_)
            root = decode_base64url(statement.root)
            note = decode_peer_head(entry.shared).checkpoint
            self._heads.remember(statement.from_, KnownHead(statement.size, root, note))
            if statement.until is not UNSET and statement.exchange is not UNSET:
                self._replay.remember(decode_base64url(statement.leaf), statement.until)
                self.unresolved[statement.leaf] = statement.exchange
        elif isinstance(statement, Response | Refused | Unknown) and not _is_replay(statement):
            self.unresolved.pop(statement.answers, None)


def _is_replay(statement: Response | Refused | Unknown) -> bool:
    """Say whether a second copy of a request was refused, which says nothing about what became of the first."""
    return isinstance(statement, Refused) and statement.code == ExchangeErrorKind.REPLAYED_MESSAGE


def _read_entries(log: Path, start: int, size: int) -> Iterator[StoredEntry]:
    """Give the entries from the batch of `start` on up to the log's size."""
    for batch in read_batches(log, start=start):
        for entry in batch.entries:
            if entry.index < size:
                yield entry


def _time_of(entry: StoredEntry) -> int:
    """Give about the time of an entry, sooner rather than later; 0 if it tells none."""
    statement = decode_statement(entry.statement)
    if isinstance(statement, Request | Response):
        return statement.time
    if isinstance(statement, Received) and statement.until is not UNSET:
        return statement.until - GRACE_MS
    return 0
