"""Reading a log back at opening, and making its end safe to write behind.

`recover` changes nothing. It reads the published right edge, then the segments from there, so it costs what
was not published and not the whole log. It verifies all that it reads and refuses what no crash can leave.
`repair` then makes the end as if the last commit had just ended.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.checkpoint import Checkpoint, parse_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import UNFINISHED, list_names, remove_file, write_all
from lienthong.evidence.nodes import Nodes
from lienthong.evidence.reader import segment_names
from lienthong.evidence.segment import (
    ERASED_MARKER,
    HEADER_BYTES,
    LIVE_MARKER,
    SEGMENTS_FOLDER,
    decode_segment_header,
    first_of_segment,
    measure_rest,
    read_batches_of,
    require_no_later_batch,
    segment_damage,
)
from lienthong.evidence.store import RecordState
from lienthong.evidence.tile_names import TILE_WIDTH, Tile
from lienthong.evidence.tiles import Published, read_published, read_tile, require_own_checkpoint
from lienthong.evidence.tree import leaf_hash, root_of
from lienthong.evidence.writer import SegmentPlace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.evidence.files import Files
    from lienthong.evidence.segment import SegmentHeader, StoredBatch, StoredEntry
    from lienthong.kernel.keys import VerifyKey

    RecordCheck = Callable[[bytes, bytes], RecordState]


class Tail(msgspec.Struct, frozen=True):
    """How the log ends: `torn` bytes of an unfinished batch, 0 if none, at `offset` of the file `segment`."""

    segment: str
    offset: int
    torn: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """A log as it was found.

    `statements` start with the first entry of the bundle that the published size ends in. `signed` is the
    newest signed checkpoint, empty if there is none; `last` is the last whole batch.
    """

    origin: str
    nodes: Nodes
    published: Published
    statements: list[bytes]
    signed: bytes
    last: StoredBatch | None
    tail: Tail
    place: SegmentPlace


def recover(files: Files, folder: Path, origin: str, key: VerifyKey, check: RecordCheck | None) -> Recovered:
    """Read and verify what is not known to be right.

    Refuses with kinds `log_missing`, `log_foreign`, `log_ahead`, `segment`, `tile` and `checkpoint`. `check`
    tests an erasable record: a damaged one in the last batch counts as torn, since the CRC leaves it out.
    """
    published = read_published(files, folder, origin, key)
    replay = _Replay(files, folder, published, origin, key)
    names = segment_names(files, folder)
    firsts = [first_of_segment(name) for name in names]
    start = max(0, bisect_left(firsts, published.size) - 1)
    for number in range(start, len(names)):
        replay.read_segment(number, names[number], is_last=number == len(names) - 1)
    return replay.finish(check)


class _Replay:
    """The state of reading the segments in order.

    The newest batch is held back: only the last one may be torn.
    """

    def __init__(self, files: Files, folder: Path, published: Published, origin: str, key: VerifyKey) -> None:
        self._files = files
        self._folder = folder
        self._published = published
        self._origin = origin
        self._key = key
        self._nodes = Nodes(lambda height, index: read_tile(files, folder, Tile(height, index, TILE_WIDTH)))
        self._nodes.restore(published.size, published.edge)
        self._statements = list(published.statements)
        self._signed = published.note
        self._held: StoredBatch | None = None
        self._last: StoredBatch | None = None
        self._end: int | None = None
        self._tail = Tail("", 0, 0)
        self._number = 0

    def read_segment(self, number: int, name: str, *, is_last: bool) -> None:
        """Read one segment, which must go on where the one before it ended."""
        data = self._files.read(self._folder / SEGMENTS_FOLDER / name)
        self._require_next(number, name, decode_segment_header(data, name))
        offset = HEADER_BYTES
        for batch in read_batches_of(data, name, first_of_segment(name)):
            self._absorb_held()
            self._held = batch
            self._end, offset = batch.size, batch.end
        torn = measure_rest(data, offset)
        if torn:
            require_no_later_batch(data, offset, name)
            if not is_last:
                what = "a hole: the batch here is damaged, but another segment follows"
                raise segment_damage(name, offset, what)
        self._tail = Tail(name, offset, torn)
        self._number = number

    def finish(self, check: RecordCheck | None) -> Recovered:
        """Judge the last batch, and give the whole."""
        held, tail = self._held, self._tail
        if held is not None and self._is_torn(held, check):
            self._tail = Tail(tail.segment, held.offset, held.end - held.offset)
            self._held = None
        self._absorb_held()
        size = self._last.size if self._last else 0
        if size < self._published.size:
            message = (
                f"the published checkpoint has {self._published.size} entries, the segments only {size}: the end "
                f"behind {self._tail.segment}, offset {self._tail.offset}, is lost; restore as a new log"
            )
            raise EvidenceError(EvidenceErrorKind.LOG_AHEAD, message)
        place = SegmentPlace(self._number, self._tail.segment, self._tail.offset)
        return Recovered(
            self._origin,
            self._nodes,
            self._published,
            self._statements,
            self._signed,
            self._last,
            self._tail,
            place,
        )

    def _require_next(self, number: int, name: str, header: SegmentHeader) -> None:
        if header.origin != self._origin:
            message = f"segment {name}: expected the log {self._origin}, got {header.origin}; is this the right folder?"
            raise EvidenceError(EvidenceErrorKind.LOG_FOREIGN, message)
        if header.number != number or self._end not in (None, header.first):
            what = f"a segment is missing before it: expected number {number} from entry {self._end}"
            raise segment_damage(name, 0, f"{what}, got number {header.number} from entry {header.first}")
        self._end = header.first

    def _is_torn(self, batch: StoredBatch, check: RecordCheck | None) -> bool:
        """Say whether the log's last batch did not reach the disk whole, as its erasable records show.

        Not so if something was written or published after it: then it was whole, and lost a record later.
        """
        if batch.segment != self._tail.segment or self._tail.torn or batch.size <= self._published.size:
            return False
        return any(is_damaged(entry, check) for entry in batch.entries)

    def _absorb_held(self) -> None:
        """Take the held batch into the tree, and require it to lead to its checkpoint."""
        batch, self._held = self._held, None
        if batch is None:
            return
        self._last = batch
        published = self._published
        if batch.size > published.size:
            if batch.first < published.size:
                what = f"the published checkpoint of {published.size} entries ends inside this batch"
                raise segment_damage(batch.segment, batch.offset, what)
            self._nodes.append([leaf_hash(entry.statement) for entry in batch.entries])
            self._statements += [entry.statement for entry in batch.entries]
            self._require_checkpoint(batch, root_of(batch.size, self._nodes.node))
            self._signed = batch.checkpoint if batch.signed else self._signed
        elif batch.size == published.size:
            self._require_checkpoint(batch, published.root)

    def _require_checkpoint(self, batch: StoredBatch, root: bytes) -> None:
        expected = Checkpoint(self._origin, batch.size, root)
        if batch.signed:
            where = f"segment {batch.segment}, offset {batch.offset}"
            found = require_own_checkpoint(batch.checkpoint, self._origin, self._key, where)
        else:
            found = parse_checkpoint(batch.checkpoint)
        if found != expected:
            what = f"the entries give the root {root.hex()} at size {batch.size}, its checkpoint says {found}"
            raise segment_damage(batch.segment, batch.offset, what)


def is_damaged(entry: StoredEntry, check: RecordCheck | None) -> bool:
    """Say whether an entry's erasable record is neither live nor erased.

    An erasure writes its marker first, so a record with that marker is one whose erasure may only be
    unfinished. Without `check` only the marker is looked at.
    """
    if not entry.record or entry.record[0] == ERASED_MARKER:
        return False
    if entry.record[0] != LIVE_MARKER:
        return True
    return check is not None and check(leaf_hash(entry.statement), entry.record) is RecordState.DAMAGED


def repair(files: Files, folder: Path, found: Recovered) -> None:
    """Drop a torn batch, rewrite the last whole one and make both durable; a crash leaves it to be done again.

    The last batch may have reached the page cache only; what is written again and synced is known to be on
    the disk.
    """
    segments = folder / SEGMENTS_FOLDER
    for name in list_names(files, segments):
        if name.endswith(UNFINISHED):
            remove_file(files, segments / name)
    tail, last = found.tail, found.last
    if last is not None:
        _rewrite(files, segments / last.segment, last.offset, last.end)
    if last is None or last.segment != tail.segment:
        _rewrite(files, segments / tail.segment, 0, HEADER_BYTES)
    if tail.torn:
        _overwrite(files, segments / tail.segment, bytes(tail.torn), tail.offset)
    files.sync_folder(segments)


def _rewrite(files: Files, path: Path, start: int, end: int) -> None:
    descriptor = files.open(path)
    try:
        write_all(files, descriptor, files.pread(descriptor, end - start, start), start)
        files.fdatasync(descriptor)
    finally:
        files.close(descriptor)


def _overwrite(files: Files, path: Path, content: bytes, offset: int) -> None:
    descriptor = files.open(path)
    try:
        write_all(files, descriptor, content, offset)
        files.fdatasync(descriptor)
    finally:
        files.close(descriptor)
