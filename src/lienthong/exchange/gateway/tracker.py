"""Who looked: under a keyed hash of each subject, the entries of this log that asked about them.

A SQLite file of its own, `tracker.sqlite`, under a key of its own, `keys/tracker.key`: neither the log's keys nor the
index's find a person in it, and it never holds a number. A row is a hash, an entry's number and a time; everything
else about a look-up is read from the log itself, so the tracker cannot say what the log does not. Rows wait in memory
for `flush`, once a second from a thread; what a crash takes is read from the log again before the gateway starts.
"""

from __future__ import annotations

import sqlite3
import threading
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Request
from lienthong.evidence.subject import find_subject, open_content
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.lookups import MAX_SUBJECT_BODY, SubjectSource, require_subject
from lienthong.exchange.message import read_request
from lienthong.kernel.keys import load_secret, make_secret, store_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import MessageRecord, StoreKey
    from lienthong.exchange.gateway.spool import Body
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.services import Service, Services

SCHEMA_VERSION: Final = 1
HASH_BYTES: Final = 32
LOOK_BACK: Final = 10_000
"""Entries before the mark that are read again at a start: their stories may not have come to noting their row."""
BUSY_SECONDS: Final = 5.0
FLUSH_ROWS: Final = 10_000
"""Rows in memory between two writes of a long reading."""

_SCHEMA: Final = f"""
CREATE TABLE lookup (
    subject BLOB NOT NULL, entry INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (subject, entry)
) WITHOUT ROWID;
CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, key BLOB NOT NULL);
PRAGMA user_version = {SCHEMA_VERSION};
"""


class Lookup(NamedTuple):
    """A request about a subject: the entry that received it, and its statement's time (UTC ms)."""

    subject: bytes
    entry: int
    time: int


class LogReading(NamedTuple):
    """What a tracker is made from: the log's folder with its store, and where services name their subjects."""

    log: Path
    store_key: StoreKey
    bodies: BodyStore
    services: Services


class Tracker:
    """The tracker of one log. Any thread may call; `note` only appends to a list."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open the tracker or make an empty one; kind `index` if the file is another's or of another key."""
        self._path = path
        self._key = key
        self._pending: list[Lookup] = []
        self._using = threading.Lock()
        try:
            self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
            self._prepare()
        except sqlite3.Error as error:
            raise self._error(str(error)) from error

    def _prepare(self) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.executescript(_SCHEMA)
            with self._database:
                self._database.execute("INSERT INTO mark VALUES (1, 0, ?)", (self.hide("key"),))
        elif version != SCHEMA_VERSION:
            raise self._error(f"it has version {version}: expected {SCHEMA_VERSION}")
        ((known,),) = self._database.execute("SELECT key FROM mark").fetchall()
        if known != self.hide("key"):
            raise self._error("keys/tracker.key is not the key that it was made with; restore that key")

    def hide(self, subject: str) -> bytes:
        """Give the keyed hash of a subject (BLAKE2b, RFC 7693)."""
        return blake2b(subject.encode(), key=self._key, digest_size=HASH_BYTES).digest()

    def note(self, subject: str | None, entry: int, time: int) -> None:
        """Remember a look-up for the next flush; its number is forgotten here. None: the request was none."""
        if subject is None:
            return
        self._pending.append(Lookup(self.hide(subject), entry, time))

    def flush(self, size: int) -> None:
        """Write the rows noted so far; `size` is the log's as it was before. After an error they wait."""
        with self._using:
            rows = self._pending[:]
            try:
                with self._database:  # one transaction: a crash here leaves all of these rows out
                    self._database.executemany("INSERT OR REPLACE INTO lookup VALUES (?, ?, ?)", rows)
                    self._database.execute("UPDATE mark SET size = ? WHERE size < ?", (size, size))
            except sqlite3.Error as error:
                raise self._error(str(error)) from error
            del self._pending[: len(rows)]

    def find(self, subject: str, before: int, limit: int) -> tuple[Lookup, ...]:
        """Give the newest look-ups of a subject in entries below `before`, newest first."""
        question = "SELECT subject, entry, time FROM lookup WHERE subject = ? AND entry < ? ORDER BY entry DESC LIMIT ?"
        self.flush(0)
        return tuple(Lookup(*row) for row in self._ask(question, (self.hide(subject), before, limit)))

    def is_about(self, subject: str, entry: int) -> bool:
        """Say whether an entry is a look-up of this subject."""
        self.flush(0)
        return bool(self._ask("SELECT 1 FROM lookup WHERE subject = ? AND entry = ?", (self.hide(subject), entry)))

    def list_all(self) -> frozenset[Lookup]:
        """Give every row, for `lienthong evidence reconcile`."""
        self.flush(0)
        return frozenset(Lookup(*row) for row in self._ask("SELECT subject, entry, time FROM lookup", ()))

    def has_entry(self, entry: int) -> bool:
        """Say whether an entry is a look-up. Reads the whole tracker: for a command, not for a request."""
        self.flush(0)
        return bool(self._ask("SELECT 1 FROM lookup WHERE entry = ? LIMIT 1", (entry,)))

    def catch_up(self, reading: LogReading, size: int | None) -> int:
        """Read the log's end behind the mark again, up to `size`; for every start. Gives the number of rows."""
        mark = self._ask("SELECT size FROM mark", ())[0][0]
        rows = 0
        for row in read_lookups(self, reading, max(0, mark - LOOK_BACK), size):
            self._pending.append(row)
            rows += 1
            if rows % FLUSH_ROWS == 0:
                self.flush(0)
        self.flush(size or 0)
        return rows

    def close(self) -> None:
        """Flush and close."""
        self.flush(0)
        self._database.close()

    def _ask(self, question: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._using:
            try:
                return self._database.execute(question, tuple(values)).fetchall()
            except sqlite3.Error as error:
                raise self._error(str(error)) from error

    def _error(self, why: str) -> EvidenceError:
        message = f"tracker {self._path.name}: {why}; the log has what it needs: run `lienthong gateway reindex`"
        return EvidenceError(EvidenceErrorKind.INDEX, message)


def open_tracker(path: Path, keys: Path, reading: LogReading, size: int) -> Tracker:
    """Open a gateway's tracker and note what a crash took from it; raises kind `index`."""
    tracker = Tracker(path, load_tracker_key(keys))
    tracker.catch_up(reading, size)
    return tracker


def rebuild_tracker(path: Path, keys: Path, reading: LogReading) -> int:
    """Make the tracker again from the whole log, beside the old one and then in its place; gives its rows.

    No gateway may have it open. Look-ups whose content is erased are lost to it, as they are to everybody.
    """
    unfinished = path.with_name(path.name + ".new")
    for suffix in ("", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    tracker = Tracker(unfinished, load_tracker_key(keys))
    rows = tracker.catch_up(reading, None)
    tracker.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    unfinished.replace(path)
    return rows


def load_tracker_key(keys: Path) -> bytes:
    """Give the tracker's key; a home that has none yet gets one."""
    path = keys / "tracker.key"
    if not path.exists():
        store_secret(path, make_secret())
    return load_secret(path)


def find_asked(service: Service, request: IncomingRequest, body: Body) -> str | None:
    """Give the subject that a request asks about, None where the service has none; raises MISSING_SUBJECT."""
    place = service.subject_place
    if place is None:
        return None
    content: bytes | None = b""
    if place.source is SubjectSource.BODY:
        content = b"".join(body.chunks()) if body.length <= MAX_SUBJECT_BODY else None
    return require_subject(place, request, content)


def read_lookups(tracker: Tracker, reading: LogReading, start: int, size: int | None = None) -> Iterator[Lookup]:
    """Read the look-ups of a log's entries from `start` to `size`, as `tracker` would note them.

    What is erased, or of a service that names no subject any more, cannot be read.
    """
    if not any(service.subject_place for service in reading.services.by_name.values()):
        return
    for batch in read_batches(reading.log, start=start):
        if size is not None and batch.first >= size:
            return
        for entry in batch.entries:
            if entry.index >= start and (found := _read_lookup(tracker, reading, entry)) is not None:
                yield found


def _read_lookup(tracker: Tracker, reading: LogReading, entry: StoredEntry) -> Lookup | None:
    about = find_subject(entry)
    if about is None or about.received is None or not isinstance(about.message, Request):
        return None
    try:
        content = open_content(reading.store_key, entry)
        if content is None:
            return None
        request = read_request(content.header)
        place = reading.services.get_service(request.service).subject_place
        if place is None:
            return None
        subject = require_subject(place, request, _read_body(reading.bodies, content))
    except (EvidenceError, ExchangeError):
        # Erased or damaged (which is `log check`'s to report), or the service is another one now.
        return None
    return Lookup(tracker.hide(subject), entry.index, about.message.time)


def _read_body(bodies: BodyStore, content: MessageRecord) -> bytes | None:
    place = content.body
    if place is None:
        return b""
    if place.length > MAX_SUBJECT_BODY:
        return None
    return b"".join(bodies.read(place))
