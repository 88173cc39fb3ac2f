r"""The bytes of a segment: the durable form of a log, final from its first version.

A segment is a file of zeros that batches fill from its start; only the last one of a log grows. Numbers are
little endian.

    segment header  magic "LTSEG\0\1\0" | number u64 | first index u64 | origin length u16 | origin
                    | zeros to 508 | crc32 u32
    batch, aligned  magic "LTB\1" | crc32 u32 | covered length u32 | erasable length u32 | first index u64
    to 8 bytes      | count u32 | flags u32 | covered part | erasable part
    covered part    checkpoint | shared table | per entry lengths | per entry statement and evidence
    erasable part   per entry its record

    checkpoint      length u32, then the signed note (flag 1), or of a batch that proves nothing the body
    shared table    count u32, then per item length u32 and bytes: what several entries have in common
    lengths         u32 each of statement, evidence and record, then the number of its shared item, from 1;
                    0 is none

A batch is one commit and stands or falls as one. Its CRC covers the header behind the CRC and the covered
part, so the lengths of records are covered while the records are not: erasing one changes no covered byte. A
header of zeros ends a segment, and so zeros must follow to the end of the file. One write carries a whole
batch, and sectors are taken to be written whole or not at all, so a torn write never reaches into the batch
before it. This file is pure: it turns values into bytes and back.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lienthong.evidence.batch import EntryParts

HEADER_BYTES: Final = 512
"""One sector, so that the header is never torn."""
MAX_ORIGIN_BYTES: Final = HEADER_BYTES - 30
"""What the header leaves beside its numbers and checksum."""
BATCH_HEADER_BYTES: Final = 32
ALIGNMENT: Final = 8
SEGMENTS_FOLDER: Final = "segments"
SEGMENT_SUFFIX: Final = ".seg"
LIVE_MARKER: Final = 1
ERASED_MARKER: Final = 2

_SEGMENT_MAGIC: Final = b"LTSEG\0\1\0"
_SEGMENT_HEADER: Final = struct.Struct("<8sQQH")
_BATCH_MAGIC: Final = b"LTB\1"
_BATCH_HEADER: Final = struct.Struct("<4sIIIQII")
_BATCH_REST: Final = struct.Struct("<IIQII")
_NUMBER: Final = struct.Struct("<I")
_LENGTHS_BYTES: Final = 16
_SIGNED: Final = 1
_FIRST_CRC_COVERED: Final = 8
_PIECE_BYTES: Final = 64 * 1024  # looked at in one go for zeros


class SegmentHeader(msgspec.Struct, frozen=True):
    """What a segment says of itself: its number in its log, from 0, and the index of its first entry."""

    number: int
    first: int
    origin: str


class RecordPlace(msgspec.Struct, frozen=True, array_like=True):
    """Where an erasable record lies: the segment file's name, and offset and length in it, in bytes."""

    segment: str
    offset: int
    length: int


class StoredEntry(msgspec.Struct, frozen=True):
    """One entry as it lies on disk; `place` is its record's, and has length 0 if it has none."""

    index: int
    statement: bytes
    evidence: bytes
    shared: bytes
    record: bytes
    place: RecordPlace


class StoredBatch(msgspec.Struct, frozen=True):
    """One commit as it lies on disk, with an intact CRC.

    `checkpoint` is the signed note if `signed`, else the checkpoint's body. Its bytes in the file `segment`
    are those from `offset` to `content_end`; the next batch starts at `end`.
    """

    segment: str
    offset: int
    content_end: int
    end: int
    first: int
    signed: bool
    checkpoint: bytes
    entries: list[StoredEntry]

    @property
    def size(self) -> int:
        """Give the number of entries in the log up to this batch's end."""
        return self.first + len(self.entries)


def segment_name(first: int) -> str:
    """Name the segment that starts with entry `first`; names sort as numbers do."""
    return f"{first:020d}{SEGMENT_SUFFIX}"


def first_of_segment(name: str) -> int:
    """Read the index of a segment's first entry from the file's name."""
    digits = name.removesuffix(SEGMENT_SUFFIX)
    if not digits.isdecimal() or segment_name(int(digits)) != name:
        raise segment_damage(name, 0, f"expected a name such as {segment_name(0)}")
    return int(digits)


def segment_damage(segment: str, offset: int, what: str) -> EvidenceError:
    """Make the error for bytes of a segment that are not what a log writes."""
    message = f"segment {segment}, offset {offset}: {what}; keep the files, and restore this gateway as a new log"
    return EvidenceError(EvidenceErrorKind.SEGMENT, message)


def encode_segment_header(header: SegmentHeader) -> bytes:
    """Give the 512 bytes a segment starts with."""
    origin = header.origin.encode()
    if len(origin) > MAX_ORIGIN_BYTES:
        message = f"expected an origin of at most {MAX_ORIGIN_BYTES} bytes, got {len(origin)}"
        raise EvidenceError(EvidenceErrorKind.TOO_LARGE, message)
    fixed = _SEGMENT_HEADER.pack(_SEGMENT_MAGIC, header.number, header.first, len(origin))
    covered = (fixed + origin).ljust(HEADER_BYTES - _NUMBER.size, b"\0")
    return covered + _NUMBER.pack(zlib.crc32(covered))


def decode_segment_header(data: bytes, segment: str) -> SegmentHeader:
    """Read the header of the segment file of that name; refuses a changed bit and another segment's header."""
    if len(data) < HEADER_BYTES:
        raise segment_damage(segment, 0, f"expected a header of {HEADER_BYTES} bytes, got {len(data)}")
    magic, number, first, length = _SEGMENT_HEADER.unpack_from(data)
    (crc,) = _NUMBER.unpack_from(data, HEADER_BYTES - _NUMBER.size)
    if magic != _SEGMENT_MAGIC or crc != zlib.crc32(data[: HEADER_BYTES - _NUMBER.size]):
        raise segment_damage(segment, 0, "the segment's header is damaged")
    header = SegmentHeader(
        number, first, data[_SEGMENT_HEADER.size : _SEGMENT_HEADER.size + length].decode(errors="replace")
    )
    if segment_name(first) != segment or encode_segment_header(header) != data[:HEADER_BYTES]:
        raise segment_damage(segment, 0, f"the header belongs to {segment_name(first)}")
    return header


def align(offset: int) -> int:
    """Round up to where a batch may start."""
    return (offset + ALIGNMENT - 1) & -ALIGNMENT


def encode_batch(first: int, checkpoint: bytes, entries: Sequence[EntryParts], *, signed: bool) -> bytes:
    """Give the bytes of one commit, with the zeros that align the next. On every message's way."""
    numbers: dict[bytes, int] = {}
    lengths: list[int] = []
    contents: list[bytes] = []
    records: list[bytes] = []
    for entry in entries:
        statement = entry.statement
        evidence = entry.evidence
        record = entry.record
        shared = entry.shared
        lengths.append(len(statement))
        lengths.append(len(evidence))
        lengths.append(len(record))
        lengths.append(numbers.setdefault(shared, len(numbers) + 1) if shared else 0)
        contents.append(statement)
        contents.append(evidence)
        records.append(record)
    table = [part for shared in numbers for part in (_NUMBER.pack(len(shared)), shared)]
    covered = b"".join(
        (
            _NUMBER.pack(len(checkpoint)),
            checkpoint,
            _NUMBER.pack(len(numbers)),
            *table,
            struct.pack(f"<{len(lengths)}I", *lengths),
            *contents,
        )
    )
    erasable = sum(map(len, records))
    rest = _BATCH_REST.pack(len(covered), erasable, first, len(entries), _SIGNED if signed else 0)
    crc = zlib.crc32(covered, zlib.crc32(rest))
    padding = bytes(-(len(covered) + erasable) % ALIGNMENT)
    return b"".join((_BATCH_MAGIC, _NUMBER.pack(crc), rest, covered, *records, padding))


def decode_batch(data: bytes, offset: int, segment: str) -> StoredBatch:
    """Read the batch at `offset` of a segment's bytes; raises if its CRC or its shape is wrong."""
    covered, erasable, first, count, flags = _require_intact(data, offset, segment)
    start = offset + BATCH_HEADER_BYTES
    try:
        checkpoint, place = _take(data, start)
        shared, place = _take_table(data, place)
        lengths = struct.unpack_from(f"<{4 * count}I", data, place)
        place += _LENGTHS_BYTES * count
    except struct.error as error:
        raise segment_damage(segment, offset, "the batch's tables do not fit into it") from error
    record = start + covered
    stated = sum(lengths[0::4]) + sum(lengths[1::4])
    if (
        count == 0
        or flags & ~_SIGNED
        or place + stated != record
        or sum(lengths[2::4]) != erasable
        or max(lengths[3::4]) >= len(shared)
    ):
        raise segment_damage(segment, offset, "the batch's lengths and flags contradict each other")
    entries = []
    for number in range(count):
        statement, evidence, length, common = lengths[4 * number : 4 * number + 4]
        middle = place + statement
        entries.append(
            StoredEntry(
                first + number,
                data[place:middle],
                data[middle : middle + evidence],
                shared[common],
                data[record : record + length],
                RecordPlace(segment, record, length),
            )
        )
        place = middle + evidence
        record += length
    return StoredBatch(segment, offset, record, align(record), first, bool(flags), checkpoint, entries)


def _require_intact(data: bytes, offset: int, segment: str) -> tuple[int, int, int, int, int]:
    """Give the header's numbers behind the CRC, once magic, lengths and CRC hold."""
    if len(data) - offset < BATCH_HEADER_BYTES:
        raise segment_damage(segment, offset, "the file ends where a batch's header is")
    magic, crc, covered, erasable, first, count, flags = _BATCH_HEADER.unpack_from(data, offset)
    if magic != _BATCH_MAGIC:
        raise segment_damage(segment, offset, "no batch starts here")
    start = offset + BATCH_HEADER_BYTES
    if start + covered + erasable > len(data):
        raise segment_damage(segment, offset, "the batch is longer than its file")
    if crc != zlib.crc32(data[offset + _FIRST_CRC_COVERED : start + covered]):
        raise segment_damage(segment, offset, "the batch's CRC does not fit its bytes")
    return covered, erasable, first, count, flags


def _take(data: bytes, place: int) -> tuple[bytes, int]:
    """Read a length and as many bytes; give them and the place behind them."""
    (length,) = _NUMBER.unpack_from(data, place)
    place += _NUMBER.size
    return data[place : place + length], place + length


def _take_table(data: bytes, place: int) -> tuple[list[bytes], int]:
    """Read the shared table; its first item, number 0, stands for none."""
    (count,) = _NUMBER.unpack_from(data, place)
    place += _NUMBER.size
    table = [b""]
    for _ in range(count):
        item, place = _take(data, place)
        table.append(item)
    return table, place


def read_batches_of(data: bytes, segment: str, first: int) -> Iterator[StoredBatch]:
    """Give a segment's batches in order, up to the first bytes that are none: `require_end` judges those.

    `first` is the index its first entry must have; an intact batch with another index is damage.
    """
    offset = HEADER_BYTES
    while batch := find_batch(data, offset, segment):
        if batch.first != first:
            raise segment_damage(
                segment, offset, f"expected a batch from entry {first}, got one from entry {batch.first}"
            )
        yield batch
        offset, first = batch.end, batch.size


def find_batch(data: bytes, offset: int, segment: str) -> StoredBatch | None:
    """Give the batch at `offset`, or None if there is no intact one."""
    try:
        return decode_batch(data, offset, segment)
    except EvidenceError:
        return None


def require_no_later_batch(data: bytes, offset: int, segment: str) -> None:
    """Require that no intact batch starts behind `offset`, where an intact batch ended: else there is a hole.

    Only the last batch may be torn, for the next is written after it is durable.
    """
    place = offset
    while (place := data.find(_BATCH_MAGIC, place + 1)) >= 0:
        later = find_batch(data, place, segment) if place % ALIGNMENT == 0 else None
        if later is not None:
            follows = f"one from entry {later.first} follows intact at offset {place}"
            raise segment_damage(segment, offset, f"a hole: the batch here is damaged, but {follows}")


def measure_rest(data: bytes, offset: int) -> int:
    """Give the number of bytes from `offset` to the last one that is not zero: 0 if the segment ends there."""
    end = len(data)
    while end > offset:
        start = max(offset, end - _PIECE_BYTES)
        if written := data[start:end].rstrip(b"\0"):
            return start + len(written) - offset
        end = start
    return 0
