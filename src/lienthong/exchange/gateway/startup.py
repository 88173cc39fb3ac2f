"""What a gateway must know again before it opens (rules 4.5 and 6): read from its own log's tail.

The requests seen within their life, so that a replay across a restart is refused; the heads of other logs; and the
requests whose service may have been called without a recorded answer, which become `unknown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from lienthong.evidence.peer import decode_peer_head
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Received, Refused, Response, Unknown, decode_statement
from lienthong.exchange.gateway.peer_heads import KnownHead, PeerHeads
from lienthong.exchange.gateway.replay import GRACE_MS, ReplayMemory
from lienthong.kernel.canonical import decode_base64url

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.index import Index
    from lienthong.evidence.segment import StoredEntry

WINDOW_MS = 2 * GRACE_MS
"""The life of a synchronous request, the clock skew and the grace, rounded up."""


class LogTail:
    """What the tail of our own log says. `unresolved` maps the leaf of a request to its exchange."""

    def __init__(self, replay: ReplayMemory, heads: PeerHeads) -> None:
        self.unresolved: dict[str, str] = {}
        self.met: set[str] = set()
        self._replay = replay
        self._heads = heads

    def read(self, log: Path, index: Index, now_ms: int) -> None:
        """Read the entries of the last WINDOW_MS; the index, brought up to date before, says where they begin."""
        start = index.find_last_before(now_ms - WINDOW_MS)
        for batch in read_batches(log, start=start or 0):
            for entry in batch.entries:
                self._take(entry)
        self._replay.forget_expired(now_ms)

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
        elif isinstance(statement, Response | Refused | Unknown):
            self.unresolved.pop(statement.answers, None)
