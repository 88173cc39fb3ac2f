"""What became of the reliable messages that came (rules 4.5 and 5): a small SQLite file, rebuildable from the log.

A reliable message may come again for as long as its deadline is away, so its memory outlives the process. All that
stands here is in the log too; a start reads what the log has beyond `mark` (startup.py), so nothing here is synced.
Messages are found by their leaf, and across a caller's attempts by a keyed hash of client, service and X-Road-Id.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.replay import GRACE_MS
from lienthong.exchange.gateway.timeliness import RELIABLE_LIFE_MS

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from lienthong.evidence.statement import Request
    from lienthong.exchange.message import IncomingRequest, OutgoingRequest

ID_BYTES: Final = 16
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    leaf BLOB PRIMARY KEY, exchange TEXT NOT NULL, client TEXT NOT NULL, service TEXT NOT NULL,
    until INTEGER NOT NULL, attempt BLOB, content BLOB, outcome TEXT NOT NULL, entry INTEGER NOT NULL,
    code TEXT NOT NULL, is_called INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_by_attempt ON message (attempt);
CREATE INDEX IF NOT EXISTS message_by_until ON message (until);
CREATE TABLE IF NOT EXISTS mark (origin TEXT PRIMARY KEY, entry INTEGER NOT NULL);
"""


_CLOSED: Final = "closed in order"
"""Stands among the marks, which are named by origins, from an orderly end to the next start."""


class Outcome(StrEnum):
    """What is recorded of a message."""

    OPEN = ""
    """Received, and no more."""
    RESPONSE = "response"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Remembered(msgspec.Struct, frozen=True):
    """One reliable message; `entry` is that of its outcome. `is_called` is False if no byte reached the service."""

    leaf: bytes
    exchange: str
    client: str
    service: str
    until: int
    attempt: bytes | None
    content: bytes | None
    outcome: Outcome
    entry: int
    code: str
    is_called: bool


_COLUMNS: Final = ", ".join(Remembered.__struct_fields__)
_MARKS: Final = ", ".join("?" * len(Remembered.__struct_fields__))
_INSERT: Final = f"INSERT OR IGNORE INTO message ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - our own columns
_SELECT: Final = f"SELECT {_COLUMNS} FROM message WHERE "  # noqa: S608 - our own columns


class Attempt(msgspec.Struct, frozen=True):
    """The keyed hashes by which a caller's attempts are found and compared."""

    id: bytes
    content: bytes


def hash_attempt(key: bytes, request: IncomingRequest | OutgoingRequest, target: bytes, body_sha256: bytes) -> Attempt:
    """Hash who asks what under which X-Road-Id, and what is asked: method, path, query and body."""
    who = f"{request.client.text}\0{request.service.text}\0{request.id}"
    what = b"\0".join((request.method, target, body_sha256))
    return Attempt(
        blake2b(who.encode(), key=key, digest_size=ID_BYTES).digest(),
        blake2b(what, key=key, digest_size=ID_BYTES).digest(),
    )


class Turn:
    """One reliable request that is being dealt with. `known` is what is recorded of this very message.

    `earlier` is what is recorded of its caller's earlier attempts with the same X-Road-Id: an answered one, or all.
    """

    def __init__(self, recall: Recall, leaf: bytes, attempt: Attempt, statement: Request) -> None:
        self.leaf = leaf
        self.attempt = attempt
        self.known = recall.find(leaf)
        self.earlier = recall.find_attempts(attempt.id, leaf)
        self._recall = recall
        self._statement = statement

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recall.end_turn(self)

    def require_same(self) -> None:
        """Require that the earlier attempts asked the same; raises `conflicting_message`."""
        if any(each.content not in {None, self.attempt.content} for each in self.earlier):
            raise ExchangeError(
                ExchangeErrorKind.CONFLICTING_MESSAGE,
                "an earlier message of this client to this service had the same X-Road-Id and another method, path, "
                "query or body: give each message an id of its own",
            )

    @property
    def is_received(self) -> bool:
        """True if `received` stands in the log."""
        return self.known is not None

    def note_received(self) -> None:
        """The message stands in the log; no byte of it has reached the service."""
        self._recall.note_received(self.leaf, self._statement, self.attempt, is_called=False)

    def note_called(self, *, is_called: bool) -> None:
        """The service is called now, or was not reached after all."""
        self._recall.note_called(self.leaf, is_called=is_called)

    def note_outcome(self, outcome: Outcome, entry: int, code: str = "") -> None:
        """The outcome stands in the log."""
        self._recall.note_received(self.leaf, self._statement, self.attempt, is_called=True)
        self._recall.note_outcome(self.leaf, outcome, entry, code)


class Recall:
    """The file. All methods belong to the loop's thread; each takes some tens of microseconds."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.key = key
        self._under_way: set[bytes] = set()
        self._is_closed = False
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.executescript(_SCHEMA)
        found = self._database.execute("DELETE FROM mark WHERE origin = ? RETURNING entry", (_CLOSED,)).fetchall()
        self._was_closed = bool(found)

    # Turns.

    def take_turn(self, leaf: bytes, request: IncomingRequest, body_sha256: bytes, statement: Request) -> Turn:
        """Begin to deal with a message; raises `under_way` while it, or another attempt of it, is being dealt with."""
        attempt = hash_attempt(self.key, request, request.part.target, body_sha256)
        if leaf in self._under_way or attempt.id in self._under_way:
            raise ExchangeError(ExchangeErrorKind.UNDER_WAY, "this message was received and is being carried out")
        self._under_way |= {leaf, attempt.id}
        return Turn(self, leaf, attempt, statement)

    def hold(self, leaf: bytes) -> bool:
        """Keep a message from being dealt with while its outcome is being recorded; False if it is dealt with."""
        if leaf in self._under_way:
            return False
        self._under_way.add(leaf)
        return True

    def release(self, leaf: bytes) -> None:
        """What was held may be dealt with again."""
        self._under_way.discard(leaf)

    def end_turn(self, turn: Turn) -> None:
        """A message is no longer being dealt with."""
        self._under_way -= {turn.leaf, turn.attempt.id}

    # What is recorded.

    def find(self, leaf: bytes) -> Remembered | None:
        """Give what is recorded of a message."""
        return self._find("leaf = ?", (leaf,))

    def find_attempts(self, attempt: bytes, leaf: bytes) -> list[Remembered]:
        """Give the attempts with this hash but for the one with this leaf: one that has an answer, else all.

        All of them: that one had no effect says nothing of another, whose outcome may be unknown.
        """
        others = "attempt = ? AND leaf <> ?"
        answered = self._select(f"{others} AND outcome = 'response' LIMIT 1", (attempt, leaf))
        return answered or self._select(others, (attempt, leaf))

    def find_overdue(self, now_ms: int) -> list[Remembered]:
        """Give the messages whose time is over and whose service may have been called without a recorded answer."""
        question = "until < ? AND outcome = '' AND is_called = 1"
        return self._select(question, (now_ms - GRACE_MS,))

    def note_received(self, leaf: bytes, statement: Request, attempt: Attempt | None, *, is_called: bool) -> None:
        """A message stands in the log; does nothing if that is known."""
        row = Remembered(
            leaf,
            statement.exchange,
            statement.client,
            statement.service,
            statement.until,
            attempt.id if attempt is not None else None,
            attempt.content if attempt is not None else None,
            Outcome.OPEN,
            -1,
            "",
            is_called,
        )
        self._insert(row)

    def note_called(self, leaf: bytes, *, is_called: bool) -> None:
        """The service is being called, or was not reached."""
        self._change("UPDATE message SET is_called = ? WHERE leaf = ?", (is_called, leaf))

    def note_outcome(self, leaf: bytes, outcome: Outcome, entry: int, code: str) -> None:
        """An outcome stands in the log; the first one counts."""
        change = "UPDATE message SET outcome = ?, entry = ?, code = ? WHERE leaf = ? AND outcome = ''"
        self._change(change, (outcome, entry, code, leaf))

    def note_refused(self, leaf: bytes, entry: int, code: str, now_ms: int) -> None:
        """A refusal stands in the log, and nothing else that a start could find."""
        until = now_ms + RELIABLE_LIFE_MS
        row = Remembered(leaf, "", "", "", until, None, None, Outcome.REFUSED, entry, code, is_called=False)
        self._insert(row)

    def note_restart(self) -> None:
        """What was open when the process crashed may have been carried out; after an orderly end this file knows."""
        if not self._was_closed:
            self._change("UPDATE message SET is_called = 1 WHERE outcome = ''")

    def forget_expired(self, now_ms: int) -> None:
        """Forget messages whose time is over, but those that `find_overdue` gives."""
        over = now_ms - GRACE_MS
        self._change("DELETE FROM message WHERE until < ? AND (outcome <> '' OR is_called = 0)", (over,))

    # How far the log was read.

    def find_mark(self, origin: str) -> int:
        """Give the entry up to which all of a log is recorded here."""
        found = self._database.execute("SELECT entry FROM mark WHERE origin = ?", (origin,)).fetchone()
        return int(found[0]) if found else 0

    def set_mark(self, origin: str, entry: int) -> None:
        """Say that all entries of a log before `entry` are recorded here."""
        self._change("INSERT OR REPLACE INTO mark VALUES (?, ?)", (origin, entry))

    def close(self) -> None:
        """Close the file. What a story notes after that is in the log, where the next start finds it."""
        self.set_mark(_CLOSED, 0)
        self._is_closed = True
        self._database.close()

    def _change(self, sql: str, values: tuple[object, ...] = ()) -> None:
        if not self._is_closed:
            self._database.execute(sql, values)

    def _insert(self, row: Remembered) -> None:
        self._change(_INSERT, msgspec.structs.astuple(row))

    def _find(self, where: str, values: tuple[object, ...]) -> Remembered | None:
        found = self._select(where, values)
        return found[0] if found else None

    def _select(self, where: str, values: tuple[object, ...]) -> list[Remembered]:
        rows = self._database.execute(_SELECT + where, values)
        return [_read_row(row) for row in rows]


def _read_row(row: tuple[Any, ...]) -> Remembered:
    named = dict(zip(Remembered.__struct_fields__, row, strict=True))
    named["outcome"], named["is_called"] = Outcome(named["outcome"]), bool(named["is_called"])
    return Remembered(**named)
