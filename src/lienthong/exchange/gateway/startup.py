"""What a gateway must know again before it opens (rules 4.5 and 6): read from its own log's tail.

The requests seen within their life, so that a replay across a restart is refused; the heads of other logs; the
requests whose service may have been called without a recorded answer, which become `unknown`; and what became of
reliable messages, as far as recall.sqlite has not got it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.peer import decode_peer_evidence, decode_peer_head
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Request, decode_statement
from lienthong.exchange.errors import ExchangeErrorKind
from lienthong.exchange.gateway.peer_heads import KnownHead, PeerHeads
from lienthong.exchange.gateway.replay import GRACE_MS, ReplayMemory
from lienthong.kernel.canonical import decode_base64url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.index import Index
    from lienthong.evidence.segment import StoredEntry
    from lienthong.exchange.gateway.recalls import Recalls

WINDOW_MS = 2 * GRACE_MS
"""The life of a synchronous request, the clock skew and the grace, rounded up."""
_OUTCOMES = frozenset({"response", "refused", "unknown"})
LOOK_BACK = 1_000
"""Entries at the log's end of which one, at least, tells its time."""


class _Told(msgspec.Struct, frozen=True, gc=False):
    """What this file needs of a statement of any kind: one reading of its JSON.

    Our own log was checked when it was opened, and its tail is read while callers wait: strictness is for others.
    """

    kind: str
    from_: str = msgspec.field(name="from", default="")
    leaf: str = ""
    size: int = 0
    root: str = ""
    exchange: str = ""
    until: int = 0
    time: int = 0
    answers: str = ""
    code: str = ""


_decoder = msgspec.json.Decoder(_Told)
_RELIABLE = b'"reliable":true'
"""How a statement's canonical bytes say it; inside a name the quotes would be escaped."""


class Unsettled(msgspec.Struct, frozen=True):
    """A request that was received and has no recorded outcome, or the outcome `unknown`."""

    exchange: str
    evidence: bytes

    @property
    def is_reliable(self) -> bool:
        """True if it may come again."""
        return _RELIABLE in self.evidence

    def read_statement(self) -> Request:
        """Give the peer's statement."""
        statement = decode_statement(decode_peer_evidence(self.evidence).statement)
        if not isinstance(statement, Request):
            raise EvidenceError(EvidenceErrorKind.DAMAGED, f"exchange {self.exchange}: what was received is no request")
        return statement


class LogTail:
    """What the tail of our own log says, by the leaf of a request: `unresolved` ones, and those `unknown` for good."""

    def __init__(self, replay: ReplayMemory, heads: PeerHeads, recalls: Recalls | None = None) -> None:
        self.unresolved: dict[str, Unsettled] = {}
        self.unknown: dict[str, Unsettled] = {}
        self._recalls = recalls
        self._replay = replay
        self._heads = heads
        self._newest: dict[str, tuple[_Told, bytes]] = {}  # by origin: the pin of its highest head, and the head

    def read(self, log: Path, index: Index, now_ms: int, size: int) -> None:
        """Read the entries of the last WINDOW_MS before now and, after a pause, before the log's end.

        The index, brought up to date before, says where they begin. `size` is the log's: what lies behind it is torn.
        """
        start = index.find_last_before(self._find_time(log, index, now_ms, size) - WINDOW_MS) or 0
        recalls = self._recalls
        for told, entry in _read_entries(log, start if recalls is None else min(start, recalls.start), size):
            if recalls is not None:
                recalls.take(told.kind, told.answers, told.code, entry, now_ms)
            if entry.index >= start:
                self._take(told, entry)
        for origin, (told, head) in self._newest.items():
            note = decode_peer_head(head).checkpoint
            self._heads.remember(origin, KnownHead(told.size, decode_base64url(told.root), note))
        self._replay.forget_expired(now_ms)

    def _find_time(self, log: Path, index: Index, now_ms: int, size: int) -> int:
        """Give now, or the time of the log's end if nothing was logged for long.

        What was under way when the log ended is older than its end, however long the gateway was down since. Gives 0,
        so that all is read, if none of the last entries tells its time.
        """
        last_old = index.find_last_before(now_ms - GRACE_MS)
        if last_old is None or last_old + 1 < index.count_entries():
            return now_ms
        times = [_time_of(told) for told, _ in _read_entries(log, max(0, size - LOOK_BACK), size)]
        return min(now_ms, max(times, default=0))

    def _take(self, told: _Told, entry: StoredEntry) -> None:
        if told.kind == "received":
            newest = self._newest.get(told.from_)
            if newest is None or told.size > newest[0].size:
                self._newest[told.from_] = (told, entry.shared)
            if told.until:
                self._replay.remember(decode_base64url(told.leaf), told.until)
                self.unresolved[told.leaf] = Unsettled(told.exchange, entry.evidence)
        elif told.kind in _OUTCOMES and told.code != ExchangeErrorKind.REPLAYED_MESSAGE:
            # That a second copy of a request was refused says nothing about what became of the first.
            asked = self.unresolved.pop(told.answers, None)
            if asked is not None and told.kind == "unknown":
                self.unknown[told.answers] = asked


def _read_entries(log: Path, start: int, size: int) -> Iterator[tuple[_Told, StoredEntry]]:
    """Give the entries from the batch of `start` on up to the log's size."""
    for batch in read_batches(log, start=start):
        for entry in batch.entries:
            if entry.index < size:
                yield _decoder.decode(entry.statement), entry


def _time_of(told: _Told) -> int:
    """Give about the time of an entry, sooner rather than later; 0 if it tells none."""
    return told.time or max(0, told.until - GRACE_MS)
