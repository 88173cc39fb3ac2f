"""The reliable messages that this gateway has promised to deliver: `outbox.sqlite` (rule 5.3). Not rebuildable.

A row is durable (synchronous=FULL) before its caller hears 202. It says where the frozen request stands in the log
and holds what is resent, encrypted as in the log. Writes are gathered and committed in a thread, so that one sync
serves all that wait; reading is the loop's, on a connection of its own.
"""

from __future__ import annotations

import sqlite3
import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    RunInThread: TypeAlias = Callable[[Callable[[], None], Callable[[Exception | None], None]], None]

BUSY_S: Final = 10.0
"""How long a write waits for another process, such as a command, that writes."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    id TEXT PRIMARY KEY, attempt BLOB, content BLOB NOT NULL, client TEXT NOT NULL, service TEXT NOT NULL,
    gateway TEXT NOT NULL, receiver TEXT NOT NULL, log TEXT NOT NULL, exchange TEXT NOT NULL, leaf BLOB NOT NULL,
    entry INTEGER NOT NULL, time INTEGER NOT NULL, until INTEGER NOT NULL, record BLOB NOT NULL, state TEXT NOT NULL,
    code TEXT NOT NULL, tries INTEGER NOT NULL, next INTEGER NOT NULL, changed INTEGER NOT NULL,
    answer BLOB NOT NULL, answer_leaf BLOB NOT NULL
) WITHOUT ROWID;
"""
_LATER: Final = ("held", "tell", "tell_tries")
"""Columns that a file of an earlier release lacks; all are counts."""
_INDEXES: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS message_by_attempt ON message (attempt) WHERE attempt IS NOT NULL;
DROP INDEX IF EXISTS message_by_next;
CREATE INDEX IF NOT EXISTS message_by_due ON message (next, gateway) WHERE state IN ('waiting', 'delivered');
CREATE INDEX IF NOT EXISTS message_by_change ON message (changed) WHERE state NOT IN ('waiting', 'delivered');
CREATE INDEX IF NOT EXISTS message_by_client ON message (client) WHERE state IN ('waiting', 'delivered');
CREATE INDEX IF NOT EXISTS message_by_tell ON message (tell) WHERE tell > 0;
CREATE TABLE IF NOT EXISTS doubt (
    leaf TEXT NOT NULL, side TEXT NOT NULL, exchange TEXT NOT NULL, client TEXT NOT NULL, service TEXT NOT NULL,
    kind TEXT NOT NULL, time INTEGER NOT NULL, verdict TEXT NOT NULL, note TEXT NOT NULL, who TEXT NOT NULL,
    resolved INTEGER NOT NULL, PRIMARY KEY (leaf, side)
) WITHOUT ROWID;
"""


class State(StrEnum):
    """How far a message is; those of `OPEN_STATES` are still being delivered."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    """The provider's gateway says that it has it and is carrying it out."""
    ANSWERED = "answered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Called, and no answer could be recorded: a person must find out."""
    GIVEN_UP = "given up"
    """No outcome by the deadline."""


OPEN_STATES: Final = frozenset({State.WAITING, State.DELIVERED})
_OPEN: Final = "state IN ('waiting', 'delivered')"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `id` is the secret part of its status URL, `attempt` and `content` as in recall.py.

    `receiver` and `log` are the origins of the provider's log and of ours, `entry` is the request's place in ours.
    `record` is its encrypted content, `answer` that of the answer's, under `answer_leaf`. `tries` counts deliveries
    begun, `held` the bytes that lie here and in the store for it while it is open. `tell` is when its own system is
    called back about its end (callbacks.py), 0 for not at all or not any more, after `tell_tries` calls. Times are
    milliseconds UTC.
    """

    id: str
    attempt: bytes | None
    content: bytes
    client: str
    service: str
    gateway: str
    receiver: str
    log: str
    exchange: str
    leaf: bytes
    entry: int
    time: int
    until: int
    record: bytes
    state: State = State.WAITING
    code: str = ""
    tries: int = 0
    next: int = 0
    changed: int = 0
    answer: bytes = b""
    answer_leaf: bytes = b""
    held: int = 0
    tell: int = 0
    tell_tries: int = 0

    @property
    def is_open(self) -> bool:
        """True while it is being delivered."""
        return self.state in OPEN_STATES


_COLUMNS: Final = ", ".join(Message.__struct_fields__)
_MARKS: Final = ", ".join("?" * len(Message.__struct_fields__))
_INSERT: Final = f"INSERT INTO message ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - our own columns
_SELECT: Final = f"SELECT {_COLUMNS} FROM message WHERE "  # noqa: S608 - our own columns
_DOUBTED: Final = "exchange IN (SELECT exchange FROM doubt WHERE side = 'consumer')"
_FORGET: Final = f"DELETE FROM message WHERE changed < ? AND NOT {_OPEN} AND NOT {_DOUBTED}"  # noqa: S608 - our own words
_NEXT: Final = f"SELECT min(next) FROM message WHERE next > ? AND {_OPEN}"  # noqa: S608 - our own words
_COUNT: Final = f"SELECT count(*), coalesce(sum(held), 0) FROM message WHERE client = ? AND {_OPEN}"  # noqa: S608 - our own words
_UPDATE: Final = (
    "UPDATE message SET state=?, code=?, tries=?, next=?, changed=?, answer=?, answer_leaf=?, attempt=?, tell=?, "
    # What was erased meanwhile (erasing.py) is not written back.
    "record=CASE record WHEN x'' THEN x'' ELSE ? END WHERE id=?"
)
Change: TypeAlias = "tuple[str, tuple[Any, ...]]"


class Outbox:
    """The file. `write` may be called in the loop's thread only, and so may the questions."""

    def __init__(self, path: Path, run_in_thread: RunInThread, fail: Callable[[Exception], None]) -> None:
        """Open the file or make an empty one; raises ExchangeError where it is something else.

        `fail` ends the process: after a failed write nobody knows what the disk holds (rule 6.2).
        """
        self._run_in_thread = run_in_thread
        self._fail = fail
        self._queue: list[tuple[Change, Pending[None]]] = []
        self._is_writing = self._is_stopping = False
        self._lock = threading.Lock()
        try:
            self._writer = _open(path)
            _prepare(self._writer)
            self._reader = _open(path)
        except sqlite3.Error as error:
            why = f"{path.name}: {error}; it holds promised messages and cannot be made again: restore it"
            raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, why) from error

    # Writing.

    def add(self, message: Message) -> Pending[None]:
        """Write a new message; resolved when it is durable. Fails with `outcome_not_recorded`."""
        return self.write(_INSERT, *msgspec.structs.astuple(message))

    def change(self, message: Message) -> Pending[None]:
        """Write what may change of a message; resolved when it is durable."""
        record = message.record if message.is_open else b""
        return self.write(
            _UPDATE,
            *(message.state, message.code, message.tries, message.next, message.changed),
            *(message.answer, message.answer_leaf, message.attempt, message.tell, record, message.id),
        )

    def write_told(self, identifier: str, tell: int, tries: int) -> Pending[None]:
        """Write when a message's system is called back again, 0 for never, after so many calls."""
        return self.write("UPDATE message SET tell = ?, tell_tries = ? WHERE id = ?", tell, tries, identifier)

    def write(self, sql: str, *values: Any) -> Pending[None]:  # noqa: ANN401 - what SQLite takes
        """Do one change in the next commit."""
        done: Pending[None] = Pending()
        self._queue.append(((sql, values), done))
        if not self._is_writing and not self._is_stopping:
            self._start()
        return done

    def forget_finished(self, before_ms: int) -> Pending[None]:
        """Drop messages that came to their end before a time, and doubts that were resolved before it.

        A message in doubt stays with its doubt: its X-Road-Id is not free until a person has found out.
        """
        self.write("DELETE FROM doubt WHERE resolved BETWEEN 1 AND ?", before_ms)
        return self.write(_FORGET, before_ms)

    @property
    def is_idle(self) -> bool:
        """True if nothing waits to be written."""
        return not self._is_writing and not self._queue

    def stop(self) -> None:
        """Hand no more to the threads, which end; `close` writes what comes now."""
        self._is_stopping = True

    def close(self) -> None:
        """Write what waits, and close the file."""
        left = [change for change, _ in self._queue]
        if left:
            self._commit(left)
        with self._lock:
            self._writer.close()
        self._reader.close()

    def _start(self) -> None:
        self._is_writing = True
        batch, self._queue = self._queue, []
        changes = [change for change, _ in batch]
        self._run_in_thread(lambda: self._commit(changes), lambda error: self._end(batch, error))

    def _commit(self, changes: list[Change]) -> None:
        with self._lock, self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            for sql, values in changes:
                self._writer.execute(sql, values)

    def _end(self, batch: list[tuple[Change, Pending[None]]], error: Exception | None) -> None:
        self._is_writing = False
        if error is not None:
            self._fail(error)
        for _, done in batch:
            if error is None:
                done.resolve(None)
            else:
                why = "the message could not be recorded; ask again"
                done.fail(ExchangeError(ExchangeErrorKind.OUTCOME_NOT_RECORDED, why))
        if self._queue and not self._is_writing and not self._is_stopping:
            self._start()

    # Questions.

    def find(self, identifier: str) -> Message | None:
        """Give the message with a status URL's secret part."""
        return self._find("id = ?", identifier)

    def find_attempt(self, attempt: bytes) -> Message | None:
        """Give the message of a caller's earlier attempt, as long as that one stands."""
        return self._find("attempt = ?", attempt)

    def find_due(self, now_ms: int, limit: int, without: Collection[str] = ()) -> list[Message]:
        """Give messages to deliver, those first that wait longest; none for the gateways `without`."""
        others = f"gateway NOT IN ({', '.join('?' * len(without))})"
        return self._select(f"{_OPEN} AND next <= ? AND {others} ORDER BY next LIMIT ?", now_ms, *without, limit)

    def find_open(self, after: str, limit: int) -> list[Message]:
        """Give messages that are being delivered, by their ids, from behind `after` on."""
        return self._select(f"{_OPEN} AND id > ? ORDER BY id LIMIT ?", after, limit)

    def find_next_time(self, now_ms: int) -> int | None:
        """Give when the next message falls due after now; None if none does."""
        ((time,),) = self._reader.execute(_NEXT, (now_ms,)).fetchall()
        return None if time is None else int(time)

    def find_untold(self, now_ms: int, limit: int) -> list[Message]:
        """Give messages whose systems are to be called back by now, those first that wait longest."""
        return self._select("tell > 0 AND tell <= ? ORDER BY tell LIMIT ?", now_ms, limit)

    def count_open(self, client: str) -> tuple[int, int]:
        """Give how many messages of a client are being delivered, and how many bytes are held for them."""
        ((count, held),) = self._reader.execute(_COUNT, (client,)).fetchall()
        return int(count), int(held)

    def count_states(self) -> dict[str, int]:
        """Give how many messages are in each state."""
        return dict(self._reader.execute("SELECT state, count(*) FROM message GROUP BY state").fetchall())

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Read rows, for unresolved.py."""
        return self._reader.execute(sql, values).fetchall()

    def _find(self, where: str, value: str | bytes) -> Message | None:
        found = self._select(where, value)
        return found[0] if found else None

    def _select(self, where: str, *values: object) -> list[Message]:
        rows = self._reader.execute(_SELECT + where, values)
        return [_read_row(row) for row in rows]


def _read_row(row: tuple[Any, ...]) -> Message:
    named = dict(zip(Message.__struct_fields__, row, strict=True))
    named["state"] = State(named["state"])
    return Message(**named)


def _prepare(database: sqlite3.Connection) -> None:
    database.executescript(_SCHEMA)
    there = {name for _, name, *_ in database.execute("PRAGMA table_info(message)")}
    for name in _LATER:
        if name not in there:
            database.execute(f"ALTER TABLE message ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0")
    database.executescript(_INDEXES)


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    # What is dropped is overwritten too.
    database.execute("PRAGMA secure_delete = ON")
    return database
