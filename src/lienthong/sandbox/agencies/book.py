"""An agency's book: one SQLite file with each message's entry, written once in the transaction of its effect.

`carried_out` is the provider's table of messages, `entry` what the agency did. A crash before the commit leaves
neither, after it both: sent again, the message finds its entry.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.provider.in_starlette import TABLE
from lienthong.sandbox.agencies.answers import RefusedFiling, State, StepAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.provider.in_starlette import Connection

BUSY_S: Final = 20.0

_ENTRIES: Final = """
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, service TEXT NOT NULL, client TEXT NOT NULL, message_id TEXT NOT NULL,
    purpose TEXT NOT NULL, subject TEXT, filing BLOB NOT NULL, result BLOB NOT NULL, pending INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', due REAL NOT NULL DEFAULT 0,
    UNIQUE (client, message_id)
)
"""
_ONE_OF_EACH: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS entry_of_subject ON entry (service, subject) WHERE subject IS NOT NULL
"""
_COLUMNS: Final = "id, service, client, message_id, purpose, filing, result, pending, state, reason, text, due"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the agency did on one message. `due`: until then (seconds since 1970) it is accepted only."""

    id: int
    service: str
    client: str
    message_id: str
    purpose: str
    filing: bytes
    result: bytes
    pending: bool
    state: State
    reason: str
    text: str
    due: float

    def answer(self, now: float) -> StepAnswer:
        """Give the entry as it is answered at a moment."""
        if self.state is State.DONE and now < self.due:
            return StepAnswer(state=State.ACCEPTED, text="Đã tiếp nhận, đang xử lý (mẫu)")
        if self.state is State.REFUSED:
            return StepAnswer(state=State.REFUSED, reason=self.reason, text=self.text)
        result: dict[str, Any] = msgspec.json.decode(self.result)
        return StepAnswer(state=State.DONE, result=result, pending=self.pending)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be written. `subject`: who or what it is about, of which there is one entry of a service only."""

    service: str
    client: str
    message_id: str
    purpose: str
    filing: bytes
    result: bytes
    subject: str | None = None
    pending: bool = False
    due: float = 0.0


class Book:
    """One agency's file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self.begin() as connection:
            for statement in (TABLE.format(bytes="BLOB"), _ENTRIES, _ONE_OF_EACH):
                connection.execute(statement)

    @contextmanager
    def begin(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction that ends with the block: committed, or rolled back by an error."""
        connection = sqlite3.connect(self._file, timeout=BUSY_S, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.close()

    def find(self, client: str, message_id: str) -> Entry | None:
        """Find the entry of a client's message."""
        with self.begin() as connection:
            query = f"SELECT {_COLUMNS} FROM entry WHERE client = ? AND message_id = ?"  # noqa: S608 # our own columns
            row = connection.execute(query, (client, message_id)).fetchone()
        return None if row is None else _read_row(row)

    def list_pending(self) -> list[Entry]:
        """Give the entries whose result is not whole yet."""
        with self.begin() as connection:
            query = f"SELECT {_COLUMNS} FROM entry WHERE pending = 1 ORDER BY id"  # noqa: S608 # our own columns
            return [_read_row(row) for row in connection.execute(query)]

    def complete(self, entry: Entry, result: bytes) -> None:
        """Write the whole result of an entry that was pending."""
        with self.begin() as connection:
            change = "UPDATE entry SET result = ?, pending = 0 WHERE id = ? AND pending = 1"
            connection.execute(change, (result, entry.id))

    def refuse(self, entry: Entry, refusal: RefusedFiling) -> None:
        """Write that an entry turned out not to be possible; its subject is free for another."""
        with self.begin() as connection:
            change = "UPDATE entry SET state = ?, reason = ?, text = ?, pending = 0, subject = NULL WHERE id = ?"
            connection.execute(change, (State.REFUSED.value, refusal.reason, refusal.text, entry.id))


def write_entry(connection: Connection, new: NewEntry) -> None:
    """Write an entry in the message's transaction; raises `RefusedFiling` where its subject has one already."""
    row = (new.service, new.client, new.message_id, new.purpose, new.subject, new.filing, new.result, int(new.pending))
    columns = "service, client, message_id, purpose, subject, filing, result, pending, state, due"
    insert = f"INSERT INTO entry ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 # our own columns
    try:
        connection.execute(insert, (*row, State.DONE.value, new.due))
    except sqlite3.IntegrityError as error:
        raise RefusedFiling("already-recorded", "Đã có trong sổ (mẫu)") from error


def free_subject(connection: Connection, service: str, field: str, value: str) -> None:
    """Let what an entry brought be taken back: the one whose result has `value` in `field`; else refuse."""
    change = "UPDATE entry SET subject = NULL WHERE service = ? AND subject IS NOT NULL AND result ->> ? = ?"
    if connection.execute(change, (service, f"$.{field}", value)).rowcount != 1:
        raise RefusedFiling("nothing-to-undo", f"Không có {value} trong sổ (mẫu)")


def count_entries(connection: Connection, service: str) -> int:
    """Count the entries of a service, for the next number."""
    (count,) = connection.execute("SELECT count(*) FROM entry WHERE service = ?", (service,)).fetchone()
    return int(count)


def read_time() -> float:
    """Give the machine's time: a sample agency needs no other clock."""
    return time.time()


def _read_row(row: tuple[Any, ...]) -> Entry:
    number, service, client, message_id, purpose, filing, result, pending, state, reason, text, due = row
    return Entry(
        id=number,
        service=service,
        client=client,
        message_id=message_id,
        purpose=purpose,
        filing=filing,
        result=result,
        pending=bool(pending),
        state=State(state),
        reason=reason,
        text=text,
        due=due,
    )
