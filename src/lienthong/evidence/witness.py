"""A witness: it keeps the last head of each log that it has cosigned, and cosigns only what goes on from there.

The rules of C2SP tlog-witness, with its statuses, and beside them `show_latest`: the head check of a gateway (rule
6.3) asks by it what was cosigned of its own log. Nothing is answered before it is durable. A witness that loses its
state, or gets an older one back, can be led to cosign a fork: its file belongs on no restored machine.
"""

from __future__ import annotations

import sqlite3
from threading import Lock
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.checkpoint import decode_hash, parse_checkpoint, parse_decimal, verify_checkpoint
from lienthong.evidence.cosignature import cosign, format_signature_line
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import MAX_NOTE_BYTES, encode_base64, format_note, parse_note
from lienthong.evidence.tree import verify_consistency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lienthong.directory.members import LogKey
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import SigningKey

MAX_PROOF_LINES: Final = 63
"""The specification's limit."""
MAX_REQUEST_BYTES: Final = MAX_NOTE_BYTES + MAX_PROOF_LINES * 45 + 64
"""A checkpoint, its proof, and the line with the old size."""
SIZE_TYPE: Final = "text/x.tlog.size"
_TEXT: Final = "text/plain; charset=utf-8"
_OLD: Final = "old "


class AddCheckpoint(msgspec.Struct, frozen=True):
    """A request to cosign: the size that the witness cosigned last, the proof from there, and the signed head."""

    old: int
    path: tuple[bytes, ...]
    note: bytes


class WitnessAnswer(msgspec.Struct, frozen=True):
    """An HTTP status, body and media type."""

    status: int
    body: bytes = b""
    media_type: str = _TEXT


class WitnessedHead(msgspec.Struct, frozen=True):
    """The last head of a log that was cosigned; the note holds the log's signature and this witness's own."""

    size: int
    note: bytes


def format_add_checkpoint(old: int, path: Sequence[bytes], note: bytes) -> bytes:
    """Write the body of a request to cosign."""
    lines = [f"{_OLD}{old}", *map(encode_base64, path)]
    return "\n".join([*lines, "", ""]).encode() + note


def parse_add_checkpoint(raw: bytes) -> AddCheckpoint:
    """Read the body of a request to cosign without trusting it; kind `note`, `checkpoint` or `proof`."""
    if len(raw) > MAX_REQUEST_BYTES:
        raise _request_error(f"at most {MAX_REQUEST_BYTES} bytes", str(len(raw)))
    head, blank, note = raw.partition(b"\n\n")
    try:
        first, *path = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _request_error("ASCII above the checkpoint", repr(head[:80])) from error
    if not blank or not first.startswith(_OLD) or len(path) > MAX_PROOF_LINES:
        raise _request_error(f"a line 'old SIZE', at most {MAX_PROOF_LINES} hashes, and an empty line", repr(raw[:80]))
    parse_checkpoint(parse_note(note).text)
    return AddCheckpoint(parse_decimal(first.removeprefix(_OLD)), tuple(map(decode_hash, path)), note)


class WitnessedHeads:
    """The durable state: one row a log. Methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA synchronous = EXTRA")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL)"
        )

    def find(self, origin: str) -> WitnessedHead | None:
        """Give the last head of a log that was cosigned."""
        with self._lock:
            row = self._database.execute("SELECT size, note FROM head WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else WitnessedHead(*row)

    def advance(self, origin: str, before: WitnessedHead | None, after: WitnessedHead) -> bool:
        """Put `after` in the place of `before`, durably; False if another request was first."""
        with self._lock:
            if before is None:
                values = (origin, after.size, after.note)
                done = self._database.execute("INSERT OR IGNORE INTO head VALUES (?, ?, ?)", values)
            else:
                done = self._database.execute(
                    "UPDATE head SET size = ?, note = ? WHERE origin = ? AND size = ?",
                    (after.size, after.note, origin, before.size),
                )
            return done.rowcount == 1

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


class Witness:
    """Cosigns under `name` what `find_log` knows.

    `report` is told of each head that a log's key has signed and that does not go on from what was cosigned: the
    origin, the cosigned note and the offered one, which together may prove that the log has two histories.
    """

    def __init__(
        self,
        name: str,
        key: SigningKey,
        heads: WitnessedHeads,
        clock: Clock,
        find_log: Callable[[str], LogKey | None],
        report: Callable[[str, bytes, bytes], None] = lambda _origin, _cosigned, _offered: None,
    ) -> None:
        self.name = name
        self._key = key
        self._heads = heads
        self._clock = clock
        self._find_log = find_log
        self._report = report

    def add_checkpoint(self, raw: bytes) -> WitnessAnswer:
        """Answer a request to cosign; the head is durable before a 200 is given."""
        try:
            request = parse_add_checkpoint(raw)
        except EvidenceError as error:
            return _refuse(400, error.message)
        offered = self._verify_signed(request.note)
        if isinstance(offered, WitnessAnswer):
            return offered
        if request.old > offered.size:
            return _refuse(400, f"old size {request.old} is above the checkpoint's {offered.size}")
        before = self._heads.find(offered.origin)
        size = 0 if before is None else before.size
        if request.old != size:
            return _conflict(size)
        refusal = self._verify_history(request, before, offered)
        return refusal if refusal is not None else self._cosign(request.note, before, offered)

    def show_latest(self, note: bytes) -> WitnessAnswer:
        """Give the last cosigned note of a log to whoever has any checkpoint of it; 204 if none was ever cosigned.

        This is not of the specification. Who shows a signed checkpoint is among those who may see more (rule 8).
        """
        if len(note) > MAX_REQUEST_BYTES:
            return _refuse(400, f"expected at most {MAX_REQUEST_BYTES} bytes")
        shown = self._verify_signed(note, may_be_closed=True)
        if isinstance(shown, WitnessAnswer):
            return shown
        head = self._heads.find(shown.origin)
        return WitnessAnswer(204) if head is None else WitnessAnswer(200, head.note)

    def _verify_signed(self, note: bytes, *, may_be_closed: bool = False) -> Checkpoint | WitnessAnswer:
        """Give the checkpoint that a listed and open log has signed, or the refusal."""
        try:
            origin = parse_checkpoint(parse_note(note).text).origin
        except EvidenceError as error:
            return _refuse(400, error.message)
        log = self._find_log(origin)
        if log is None:
            return _refuse(404, f"the directory lists no log {origin!r}")
        try:
            checkpoint = verify_checkpoint(note, origin, log.key)
        except EvidenceError as error:
            return _refuse(403, error.message)
        if log.closed is not None and not may_be_closed:
            return _refuse(403, f"the log {origin} is closed at size {log.closed.size}")
        return checkpoint

    def _verify_history(
        self, request: AddCheckpoint, before: WitnessedHead | None, offered: Checkpoint
    ) -> WitnessAnswer | None:
        """Require that the offered head goes on from the cosigned one; give the refusal if it does not."""
        if before is None:
            return _refuse(422, "a first checkpoint has no proof") if request.path else None
        known = parse_checkpoint(parse_note(before.note).text)
        if offered.size == known.size:
            if offered.root != known.root:
                self._report(offered.origin, before.note, request.note)
                return _conflict(known.size)
            return _refuse(422, "the same head has no proof") if request.path else None
        if not known.size:
            return _refuse(422, "nothing is proven from size 0") if request.path else None
        try:
            verify_consistency(known.size, offered.size, request.path, known.root, offered.root)
        except EvidenceError as error:
            self._report(offered.origin, before.note, request.note)
            return _refuse(422, error.message)
        return None

    def _cosign(self, note: bytes, before: WitnessedHead | None, offered: Checkpoint) -> WitnessAnswer:
        read = parse_note(note)
        own = cosign(read.text, self.name, self._key, self._clock.now_ms() // 1000)
        signed = next(each for each in read.signatures if each.name == offered.origin)
        kept = format_note(read.text, [signed, own])
        try:
            # A crash behind this line leaves a cosigned head that the log has not heard of: it asks again.
            is_first = self._heads.advance(offered.origin, before, WitnessedHead(offered.size, kept))
        except sqlite3.Error as error:
            return _refuse(503, f"the witness cannot write its state: {error}")
        if not is_first:
            after = self._heads.find(offered.origin)
            return _conflict(0 if after is None else after.size)
        return WitnessAnswer(200, format_signature_line(own))


def _conflict(size: int) -> WitnessAnswer:
    return WitnessAnswer(409, b"%d\n" % size, SIZE_TYPE)


def _refuse(status: int, why: str) -> WitnessAnswer:
    return WitnessAnswer(status, f"{why}\n".encode())


def _request_error(expected: str, got: str) -> EvidenceError:
    message = f"a request to cosign cannot be read: expected {expected}, got {got}; see C2SP tlog-witness"
    return EvidenceError(EvidenceErrorKind.PROOF, message)
