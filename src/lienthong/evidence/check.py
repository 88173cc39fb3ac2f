"""Checking a whole log: every batch, statement, hash, signature, tile and bundle, from the first entry to the last.

It reads only, so it may run on a copy or beside a gateway that writes. It stops at the first bad place and names it:
what comes after damage proves nothing about what was there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import UNFINISHED, SystemFiles, list_names
from lienthong.evidence.note import parse_note
from lienthong.evidence.opening import is_locked
from lienthong.evidence.published_check import PublishedCheck
from lienthong.evidence.reader import segment_names
from lienthong.evidence.segment import (
    HEADER_BYTES,
    LIVE_MARKER,
    SEGMENTS_FOLDER,
    SegmentHeader,
    decode_segment_header,
    find_batch,
    first_of_segment,
    measure_rest,
    require_no_later_batch,
)
from lienthong.evidence.statement import decode_statement
from lienthong.evidence.store import RecordState, check_record, is_erased
from lienthong.evidence.tiles import CHECKPOINT_FILE
from lienthong.evidence.tree import Frontier, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from lienthong.evidence.files import Files
    from lienthong.evidence.segment import StoredBatch, StoredEntry
    from lienthong.evidence.store import StoreKey
    from lienthong.kernel.keys import VerifyKey

    Progress: TypeAlias = Callable[[float], None]


class Problem(msgspec.Struct, frozen=True):
    """The first bad place: a file of the log's folder, and where known the offset in it and the entry's index."""

    file: str
    offset: int | None
    entry: int | None
    what: str

    def __str__(self) -> str:
        place = [self.file]
        if self.offset is not None:
            place.append(f"offset {self.offset}")
        if self.entry is not None:
            place.append(f"entry {self.entry}")
        return f"{', '.join(place)}: {self.what}"


class Report(msgspec.Struct, frozen=True):
    """What was checked. All is well if `problem` is None.

    `size` and `root` are those up to the end or the problem; `signed` counts batches with a signed checkpoint, `live`
    and `erased` records. `is_growing` says that a gateway was writing: then bytes behind the last batch are not judged.
    """

    origin: str
    size: int
    root: bytes
    batches: int
    signed: int
    live: int
    erased: int
    published: int
    tiles: int
    is_growing: bool
    problem: Problem | None


def check_log(
    folder: Path,
    key: VerifyKey | None,
    store_key: StoreKey | None = None,
    head: bytes | None = None,
    progress: Progress | None = None,
    files: Files | None = None,
) -> Report:
    """Check the log in `folder`; `problem` of the answer is the first thing that is wrong.

    Without `key` no signature is verified. With `store_key` each live record is opened. `head` is a signed
    checkpoint that the log must have in its history. `progress` is told the part that is done, from 0 to 1.
    Kind `log_missing` if there is no log.
    """
    check = _Check(files or SystemFiles(), folder, key, store_key)
    problem = None
    try:
        # The checkpoint first: a gateway that writes may publish on, and the entries under it are there already.
        check.read_checkpoints(head)
        names = check.list_segments()
        for number, name in enumerate(names):
            check.check_segment(number, name, is_last=number == len(names) - 1)
            if progress is not None:
                progress((number + 1) / len(names))
        check.require_all_there()
    except EvidenceError as error:
        if error.kind is EvidenceErrorKind.LOG_MISSING:
            raise
        problem = check.locate(error)
    return check.report(problem)


class _Check:
    """The state of the walk: where it is, the tree up to there, and what was counted."""

    def __init__(self, files: Files, folder: Path, key: VerifyKey | None, store_key: StoreKey | None) -> None:
        self.file = CHECKPOINT_FILE
        self.offset: int | None = None
        self.entry: int | None = None
        self._files = files
        self._folder = folder
        self._key = key
        self._record_state = partial(check_record, store_key) if store_key is not None else None
        self._is_growing = is_locked(files, folder)
        self._origin = ""
        self._frontier = Frontier()
        self._published = PublishedCheck(files, folder, None)
        self._head: Checkpoint | None = None
        self._batches = self._signed = self._live = self._erased = 0

    def locate(self, error: EvidenceError) -> Problem:
        """Say where the walk was when it met the error."""
        if error.kind is EvidenceErrorKind.TILE:
            return Problem(self._published.file, None, self.entry, error.message)
        return Problem(self.file, self.offset, self.entry, error.message)

    def report(self, problem: Problem | None) -> Report:
        """Give the counts."""
        frontier, published = self._frontier, self._published
        return Report(
            self._origin,
            frontier.size,
            frontier.root(),
            self._batches,
            self._signed,
            self._live,
            self._erased,
            published.size,
            published.tiles,
            self._is_growing,
            problem,
        )

    def read_checkpoints(self, head: bytes | None) -> None:
        """Read the published checkpoint, if there is one, and the head that the caller knows."""
        try:
            note = self._files.read(self._folder / CHECKPOINT_FILE)
        except FileNotFoundError:
            pass
        else:
            self._published = PublishedCheck(self._files, self._folder, self._read_note(note))
        if head is not None:
            self.file = "the given head"
            self._head = self._read_note(head)

    def list_segments(self) -> list[str]:
        """List the segments; any other file among them is a problem, but for one that is being made."""
        for name in list_names(self._files, self._folder / SEGMENTS_FOLDER):
            self.file = f"{SEGMENTS_FOLDER}/{name}"
            if not name.endswith(UNFINISHED):
                first_of_segment(name)
        return segment_names(self._files, self._folder)

    def check_segment(self, number: int, name: str, *, is_last: bool) -> None:
        """Check one segment from its header to its end."""
        self.file, self.offset, self.entry = f"{SEGMENTS_FOLDER}/{name}", 0, None
        data = self._files.read(self._folder / SEGMENTS_FOLDER / name)
        header = decode_segment_header(data, name)
        self._origin = self._origin or header.origin
        expected = SegmentHeader(number, self._frontier.size, self._origin)
        if header != expected:
            raise _damage(f"expected the segment {expected}, got {header}: one is missing, or of another log")
        self.offset = HEADER_BYTES
        while batch := find_batch(data, self.offset, name):
            self._check_batch(batch)
            if any(data[batch.content_end : batch.end]):
                raise _damage("the zeros between this batch and the next are changed")
            self.offset, self.entry = batch.end, None
        self._check_end(data, name, self.offset, is_last=is_last)

    def require_all_there(self) -> None:
        """Require the entries to reach up to the published checkpoint and the known head."""
        self.entry = None
        size = self._frontier.size
        for what, checkpoint in (("published checkpoint", self._published.checkpoint), ("given head", self._head)):
            if checkpoint is None:
                continue
            if checkpoint.origin != self._origin:
                raise _damage(f"the {what} is of the log {checkpoint.origin}, the segments of {self._origin}")
            if checkpoint.size > size:
                raise _damage(
                    f"the {what} has {checkpoint.size} entries, the log ends after {size}: its end is cut off"
                )

    def _check_batch(self, batch: StoredBatch) -> None:
        """Check a batch whose CRC holds: its place in the log, its entries, and the checkpoint over them."""
        self.entry = batch.first
        if batch.first != self._frontier.size:
            raise _damage(f"expected a batch from entry {self._frontier.size}, got one from entry {batch.first}")
        for entry in batch.entries:
            self.entry = entry.index
            decode_statement(entry.statement)
            leaf = leaf_hash(entry.statement)
            if entry.record:
                self._check_record(entry, leaf)
            completed = self._frontier.append(leaf)
            self._published.add(entry.statement, completed)
            if self._head is not None and self._frontier.size == self._head.size:
                self._require_root(self._head, "the given head")
        self.entry = batch.first
        self._check_checkpoint(batch)
        self._published.end_batch(self._frontier)
        self._batches += 1

    def _check_record(self, entry: StoredEntry, leaf: bytes) -> None:
        """Check an erasable record by its marker, and by its tag where the store's key is given."""
        if is_erased(entry.record):
            self._erased += 1
            return
        state = self._record_state(leaf, entry.record) if self._record_state is not None else RecordState.LIVE
        if entry.record[0] != LIVE_MARKER or state is RecordState.DAMAGED:
            raise _damage("its erasable record is damaged, or its erasure did not end: erase it again")
        self._live += 1

    def _check_checkpoint(self, batch: StoredBatch) -> None:
        if batch.signed:
            checkpoint = self._read_note(batch.checkpoint)
            self._signed += 1
        else:
            checkpoint = parse_checkpoint(batch.checkpoint)
        self._require_root(checkpoint, "the batch's checkpoint")

    def _require_root(self, checkpoint: Checkpoint, what: str) -> None:
        """Require a checkpoint to be what the entries up to here give."""
        expected = Checkpoint(self._origin, self._frontier.size, self._frontier.root())
        if checkpoint != expected:
            raise _damage(f"the entries up to here give {_show(expected)}, but {what} says {_show(checkpoint)}")

    def _read_note(self, note: bytes) -> Checkpoint:
        """Read a signed checkpoint, and verify it if the key is given."""
        checkpoint = parse_checkpoint(parse_note(note).text)
        return verify_checkpoint(note, checkpoint.origin, self._key) if self._key is not None else checkpoint

    def _check_end(self, data: bytes, name: str, offset: int, *, is_last: bool) -> None:
        """Require a segment to end in zeros; behind the last batch of a growing log there may be one in writing."""
        rest = measure_rest(data, offset)
        if not rest:
            return
        require_no_later_batch(data, offset, name)
        if not is_last:
            raise _damage("a hole: the batch here is damaged, but another segment follows")
        if not self._is_growing:
            raise _damage(
                f"{rest} bytes behind the last whole batch are not zero: a commit was cut short, or its batch damaged"
            )


def _show(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin} size {checkpoint.size} root {checkpoint.root.hex()}"


def _damage(what: str) -> EvidenceError:
    return EvidenceError(EvidenceErrorKind.SEGMENT, what)
