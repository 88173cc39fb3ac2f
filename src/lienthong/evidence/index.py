"""Where an exchange lies in the log: a SQLite file that can be made again from the log at any time.

It holds random exchange ids, entry numbers, kinds and times, and of an X-Road-Id, which callers may fill
with anything, only a keyed BLAKE2b hash (RFC 7693): without the key, a secret file, nobody can test a
guess. Rows wait in memory for `flush`, which the gateway calls each second from a thread. A crash loses the
newest rows only, since they are noted in the order of the log: `catch_up` (reindex.py) reads them from the
log before the gateway starts.

A flush changes few pages of the file, however long it has grown: X-Road-Request-Ids are UUIDs of version 7, so new
rows lie side by side, and the hashes, which are random, are sorted within a stretch of the log only.
"""

from __future__ import annotations

import sqlite3
import threading
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEMA_VERSION: Final = 3
"""SQLite's `user_version` of this schema."""

_WITHOUT_STRETCHES: Final = 2
"""The version before, which sorted the hashes of the whole log together: brought up to date when it is opened."""

ID_HASH_BYTES: Final = 16
"""Two of 10^12 messages share a hash with a chance below 10^-14."""

BUSY_SECONDS: Final = 5.0
"""How long a flush waits for another process, such as an export, before it gives up for now."""

# A stretch is 2^14 entries: some hundred pages of hashes.
_INDEX_BY_ID: Final = "CREATE INDEX entry_by_id ON entry (entry >> 14, id) WHERE id IS NOT NULL"

_SCHEMA: Final = f"""
CREATE TABLE entry (
    exchange TEXT NOT NULL, entry INTEGER NOT NULL, kind TEXT NOT NULL, id BLOB, time INTEGER NOT NULL,
    PRIMARY KEY (exchange, entry)
) WITHOUT ROWID;
{_INDEX_BY_ID};
CREATE TABLE mark (entry INTEGER PRIMARY KEY, time INTEGER NOT NULL);
PRAGMA user_version = {SCHEMA_VERSION};
"""

_UPGRADE: Final = f"""
BEGIN IMMEDIATE;
DROP INDEX entry_by_id;
{_INDEX_BY_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""

# One look into each stretch, some 10 µs: below a second for 10^9 entries.
_FIND_MESSAGE: Final = """
WITH RECURSIVE stretch (number) AS (
    SELECT max(entry) >> 14 FROM mark UNION ALL SELECT number - 1 FROM stretch WHERE number > 0
)
SELECT DISTINCT exchange FROM stretch CROSS JOIN entry ON entry >> 14 = number AND id = ? LIMIT 2
"""

# An entry that stands already stays as it is. OR REPLACE would have SQLite keep an undo file for each statement.
_INSERT_ENTRIES: Final = "INSERT OR IGNORE INTO entry (exchange, entry, kind, time) VALUES "
_INSERT_NAMED_ENTRIES: Final = "INSERT OR IGNORE INTO entry (exchange, entry, kind, time, id) VALUES "
_INSERT_MARKS: Final = "INSERT OR IGNORE INTO mark (entry, time) VALUES "

ROWS_AT_ONCE: Final = 64
"""Rows that one statement writes: the interpreter's lock changes hands for each statement, not for each row."""

MARK_EVERY: Final = 256
"""Rows between two marks. A mark says when an entry was noted; the rows themselves stand in the order of exchanges, so
that those of one are written side by side."""


class IndexRow(msgspec.Struct, frozen=True, gc=False):
    """One entry of an exchange: its number in the log, its statement's kind and its time in UTC ms.

    `xroad_id` is the raw X-Road-Id on its way into the index, None where the entry has none or its content is
    erased. Rows that come out of the index have none.
    """

    entry: int
    kind: str
    exchange: str
    time: int
    xroad_id: bytes | None = None


class Index:
    """The index of one log. Any thread may call; `note` only appends to a list."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open the index or make an empty one; kind `index` if the file is something else."""
        self._path = path
        self._keyed: Final = blake2b(key=key, digest_size=ID_HASH_BYTES)
        self._pending: list[IndexRow] = []
        self._using = threading.Lock()  # over the connection and over taking from `_pending`
        try:
            self._database = _open(path)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def note(self, row: IndexRow) -> None:
        """Remember an entry for the next flush. On every message's way."""
        self._pending.append(row)

    def flush(self) -> None:
        """Write the rows noted so far. After an error (kind `index`) they wait for the next flush."""
        with self._using:
            # A row appended meanwhile stands behind these and stays.
            if rows := self._pending[:]:
                self._write(rows)
                del self._pending[: len(rows)]

    def find_exchange(self, exchange: str) -> tuple[IndexRow, ...]:
        """Give the entries of an exchange (X-Road-Request-Id) in the log's order; none if it is unknown."""
        question = "SELECT entry, kind, exchange, time FROM entry WHERE exchange = ? ORDER BY entry"
        return tuple(IndexRow(*row) for row in self._ask(question, exchange))

    def find_message(self, xroad_id: bytes) -> str | None:
        """Give the exchange with this X-Road-Id, or None; kind `ambiguous` if several have it."""
        found = self._ask(_FIND_MESSAGE, self._hide(xroad_id))
        if len(found) > 1:
            message = "several exchanges have this X-Road-Id: ask for one of them by its X-Road-Request-Id"
            raise EvidenceError(EvidenceErrorKind.AMBIGUOUS, message)
        return str(found[0][0]) if found else None

    def forget_ids(self, exchange: str) -> None:
        """Drop the X-Road-Id's hash of an exchange whose content is erased; its request id still finds it.

        A crash before leaves the hash, which says nothing without the index's key; erase again.
        """
        self._ask("UPDATE entry SET id = NULL WHERE exchange = ?", exchange)

    def count_entries(self) -> int:
        """Give the number of the first entry that may be missing: the one after the last that has a row."""
        ((count,),) = self._ask("SELECT coalesce(max(entry) + ?, 0) FROM mark", 1)
        return int(count)

    def find_last_before(self, time_ms: int) -> int | None:
        """Give the last marked entry that was noted before a time: what is younger lies behind it."""
        found = self._ask("SELECT entry FROM mark WHERE time < ? ORDER BY entry DESC LIMIT 1", time_ms)
        return int(found[0][0]) if found else None

    def close(self) -> None:
        """Flush and close; the file then stands alone, without SQLite's journal beside it."""
        self.flush()
        self._database.close()

    def _hide(self, xroad_id: bytes) -> bytearray:
        hashed = self._keyed.copy()
        hashed.update(xroad_id)
        # SQLite's module looks in vain for an adapter of each value that is `bytes`, and of none that is `bytearray`.
        return bytearray(hashed.digest())

    def _write(self, rows: Sequence[IndexRow]) -> None:
        entries = [(row.exchange, row.entry, row.kind, row.time) for row in rows if row.xroad_id is None]
        named = [
            (row.exchange, row.entry, row.kind, row.time, self._hide(row.xroad_id))
            for row in rows
            if row.xroad_id is not None
        ]
        marks = [(row.entry, row.time) for row in (*rows[::MARK_EVERY], rows[-1])]
        try:
            with self._database:  # one transaction: a crash here leaves all of these rows out
                self._insert(_INSERT_ENTRIES, entries)
                self._insert(_INSERT_NAMED_ENTRIES, named)
                self._insert(_INSERT_MARKS, marks)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _insert(self, insert: str, rows: Sequence[tuple[str | int | bytearray, ...]]) -> None:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            places = f"({', '.join('?' * len(part[0]))})"
            self._database.execute(insert + ", ".join([places] * len(part)), tuple(chain.from_iterable(part)))

    def _ask(self, question: str, value: str | bytearray | int) -> list[tuple[Any, ...]]:
        self.flush()
        with self._using:
            try:
                with self._database:
                    return self._database.execute(question, (value,)).fetchall()
            except sqlite3.Error as error:
                raise self._error(error) from error

    def _error(self, what: sqlite3.Error) -> EvidenceError:
        message = f"index {self._path}: {what}; the log has all that it needs: run `lienthong gateway reindex`"
        return EvidenceError(EvidenceErrorKind.INDEX, message)


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, and make the tables if it is new; sqlite3.Error if it is anything but an index."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        # Readers of other processes do not stop the writer; what a crash takes is in the log.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        # What is dropped from a row is overwritten too.
        database.execute("PRAGMA secure_delete = ON")
        _require_schema(database)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _require_schema(database: sqlite3.Connection) -> None:
    ((version,),) = database.execute("PRAGMA user_version").fetchall()
    ((tables,),) = database.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    if version == 0 and tables == 0:
        database.executescript(_SCHEMA)
    elif version == _WITHOUT_STRETCHES:
        database.executescript(_UPGRADE)
    elif version != SCHEMA_VERSION:
        message = f"expected schema {SCHEMA_VERSION}, got {version}"
        raise sqlite3.DatabaseError(message)
