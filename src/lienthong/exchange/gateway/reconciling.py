"""Omissions: the tracker against its own log, and a log against the log of a member that it exchanged with.

A tracker is an index and could be thinned out; the log beneath it cannot (rule 1.1). So each look-up that the log's
records still show must have its row, and each answer that the other member received must have its request here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Received, Request, Response, decode_statement
from lienthong.evidence.subject import find_subject
from lienthong.exchange.gateway.tracker import Lookup, Tracker, read_lookups
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.exchange.gateway.tracker import LogReading


class Reconciled(NamedTuple):
    """How many look-ups and answers were compared, and what is missing or too much, a sentence each."""

    lookups: int
    answers: int
    findings: tuple[str, ...]


def reconcile(path: Path, key: bytes, reading: LogReading, other_log: Path | None = None) -> Reconciled:
    """Compare the tracker at `path` with its log, and that log with `other_log` where it is given.

    Raises kind `index` if there is no tracker. A gateway may go on running; what it adds meanwhile is not judged.
    """
    if not path.exists():
        message = f"tracker {path}: there is none; run `lienthong gateway reindex` to make it from the log"
        raise EvidenceError(EvidenceErrorKind.INDEX, message)
    tracker = Tracker(path, key)
    try:
        kept = tracker.list_all()
        shown = frozenset(read_lookups(tracker, reading, 0))
    finally:
        tracker.close()
    findings = [f"entry {row.entry} is a look-up, and the tracker has no row of it" for row in _sort(shown - kept)]
    entries = {row.entry for row in shown}
    findings += [
        f"entry {row.entry} is in the tracker under another person or time than in the log"
        for row in _sort(kept - shown)
        if row.entry in entries
    ]
    answers, missing = (0, []) if other_log is None else _compare_logs(reading.log, other_log)
    return Reconciled(len(shown), answers, (*findings, *missing))


def _sort(rows: frozenset[Lookup]) -> list[Lookup]:
    return sorted(rows, key=lambda row: row.entry)


def _compare_logs(log: Path, other: Path) -> tuple[int, list[str]]:
    """Give how many answers of ours the other has, and which of them our log knows nothing of."""
    origin, responses = "", set()
    for batch in read_batches(log):
        for entry in batch.entries:
            about = find_subject(entry)
            if about is not None and about.received is None and isinstance(about.message, Response):
                responses.add(encode_base64url(about.leaf))
            origin = origin or _own_origin(entry.statement, entry.evidence)
    answers, missing = 0, []
    for batch in read_batches(other):
        for entry in batch.entries:
            about = find_subject(entry)
            if about is None or about.received is None or not isinstance(about.message, Response):
                continue
            if origin and about.received.from_ == origin:
                answers += 1
                if about.received.leaf not in responses:
                    missing.append(
                        f"exchange {about.message.exchange}: the other member has an answer that is not here"
                    )
    return answers, missing


def _own_origin(statement: bytes, evidence: bytes) -> str:
    """Give the log's own origin from a request that it received: its `to`."""
    if not evidence or not isinstance(decode_statement(statement), Received):
        return ""
    from lienthong.evidence.peer import decode_peer_evidence  # noqa: PLC0415 - rarely needed

    message = decode_statement(decode_peer_evidence(evidence).statement)
    return message.to if isinstance(message, Request) else ""
