"""Making the index from the log: all of it again, or the end that a crash took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.index import Index, IndexRow
from lienthong.evidence.message_part import parse_request_part, parse_response_part
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Request, Response
from lienthong.evidence.subject import find_subject, open_content
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import StoreKey
    from lienthong.evidence.subject import Subject

FLUSH_ROWS: Final = 10_000
"""Rows in memory between two writes of a rebuild: some megabytes."""

LOOK_BACK: Final = 10_000
"""Entries read before the first that is missing: an `unknown` names only the leaf of its request."""


def rebuild_index(
    path: Path, key: bytes, log: Path, store_key: StoreKey, progress: Callable[[int], None] | None = None
) -> int:
    """Make the whole index again beside the old one, then put it in its place; give the number of its rows.

    No gateway may have the index open. A crash leaves the old index, or a new one that is complete.
    `progress` is told the number of entries read. X-Road-Ids of erased messages are not found any more.
    """
    unfinished = path.with_name(path.name + ".new")
    _remove(unfinished)
    index = Index(unfinished, key)
    try:
        rows = _Rows(index, store_key).read(log, 0, progress)
    finally:
        index.close()
    # The old journal must not be applied to the new file. A crash after this leaves the old file without its
    # newest rows, which `catch_up` reads again.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    unfinished.replace(path)
    return rows


def catch_up(index: Index, log: Path, store_key: StoreKey, size: int) -> int:
    """Read the entries behind the last indexed one and give the number of rows: for every start, before new ones.

    `size` is the log's as it was opened: what lies behind it is torn, and may yet be dropped.
    """
    return _Rows(index, store_key).read(log, index.count_entries(), None, size)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class _Rows:
    """The state of reading the log in order: requests without an outcome by their leaf, and the last time."""

    def __init__(self, index: Index, store_key: StoreKey) -> None:
        self._index = index
        self._store_key = store_key
        self._open: dict[str, str] = {}
        self._time = 0
        self._rows = 0

    def read(self, log: Path, start: int, progress: Callable[[int], None] | None, size: int | None = None) -> int:
        """Note all entries from `start` on, up to `size` where it is given; give the number of rows."""
        for batch in read_batches(log, start=max(0, start - LOOK_BACK)):
            if size is not None and batch.first >= size:
                break
            for entry in batch.entries:
                row = self._find_row(entry, is_wanted=entry.index >= start)
                if row is not None:
                    self._index.note(row)
                    self._rows += 1
                    if self._rows % FLUSH_ROWS == 0:
                        self._index.flush()
            if progress is not None:
                progress(batch.size)
        self._index.flush()
        return self._rows

    def _find_row(self, entry: StoredEntry, *, is_wanted: bool) -> IndexRow | None:
        """Give an entry's row; None if it has none, or is only looked back at: opening its content would cost most."""
        subject = find_subject(entry)
        if subject is None:
            return None
        message = subject.message
        kind = message.kind if subject.received is None else subject.received.kind
        if isinstance(message, Request | Response):
            self._time = message.time
            exchange: str | None = message.exchange
        else:
            exchange = self._open.get(message.answers)
        if isinstance(message, Request):
            self._open[encode_base64url(subject.leaf)] = message.exchange
        else:
            self._open.pop(message.answers, None)
        if exchange is None or not is_wanted:
            return None
        return IndexRow(entry.index, kind, exchange, self._time, self._find_id(subject))

    def _find_id(self, subject: Subject) -> bytes | None:
        """Give the X-Road-Id from the header part; None where it is erased, damaged or absent."""
        parse = parse_request_part if isinstance(subject.message, Request) else parse_response_part
        try:
            content = open_content(self._store_key, subject.entry)
            return None if content is None else parse(content.header).find(b"x-road-id")
        except EvidenceError:
            # A damaged record is `log check`'s to report; the exchange is still found by its request id.
            return None
