"""Reading a log's entries from its segments, and erasing records in them, also while a gateway writes.

A reader sees whole batches only: it stops before the first bytes that are none, as at a batch that is being written.
Only that batch's records, which the CRC leaves out, may still be on their way. It trusts what it reads up to the CRC;
check.py verifies. `erase_record` alone writes, and only where the CRC is blind.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles, list_names, write_all
from lienthong.evidence.segment import (
    SEGMENT_SUFFIX,
    SEGMENTS_FOLDER,
    decode_segment_header,
    first_of_segment,
    read_batches_of,
    segment_damage,
    segment_name,
)
from lienthong.evidence.store import erased_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.files import Files
    from lienthong.evidence.segment import RecordPlace, StoredBatch, StoredEntry

_MARKER_BYTES: Final = 1


def segment_names(files: Files, folder: Path) -> list[str]:
    """List a log's segments in order; kind `log_missing` if there are none."""
    names = [name for name in list_names(files, folder / SEGMENTS_FOLDER) if name.endswith(SEGMENT_SUFFIX)]
    if not names:
        expected = f"{SEGMENTS_FOLDER}/{segment_name(0)}"
        message = f"there is no log in {folder}: expected {expected}; is this the right folder?"
        raise EvidenceError(EvidenceErrorKind.LOG_MISSING, message)
    return names


def read_batches(folder: Path, start: int = 0, files: Files | None = None) -> Iterator[StoredBatch]:
    """Give the batches from the one that holds entry `start` on, to the last whole one.

    Reads one segment at a time. Kind `segment` if a segment goes on elsewhere than the one before it ended.
    """
    files = files or SystemFiles()
    names = segment_names(files, folder)
    position = max(0, bisect_right([first_of_segment(name) for name in names], start) - 1)
    end = first_of_segment(names[position])
    for name in names[position:]:
        data = files.read(folder / SEGMENTS_FOLDER / name)
        header = decode_segment_header(data, name)
        if header.first != end:
            raise segment_damage(name, 0, f"expected a segment from entry {end}: the one before it is cut short")
        for batch in read_batches_of(data, name, header.first):
            end = batch.size
            if end > start:
                yield batch


def get_entry(folder: Path, index: int, files: Files | None = None) -> StoredEntry:
    """Read one entry; kind `not_found` if the log has not that many."""
    for batch in read_batches(folder, index, files):
        return batch.entries[index - batch.first]
    message = f"the log in {folder} has no entry {index}"
    raise EvidenceError(EvidenceErrorKind.NOT_FOUND, message)


def erase_record(folder: Path, place: RecordPlace, files: Files | None = None) -> None:
    """Overwrite a record for good; its entry and all proofs stay as they are. Erasing twice does no harm.

    A gateway that runs erases in its own process, so that its opening never writes an old copy back.
    """
    files = files or SystemFiles()
    content = erased_record(place.length)
    descriptor = files.open(folder / SEGMENTS_FOLDER / place.segment)
    try:
        # 1. The marker alone, which no crash can tear. A crash here leaves a record that counts as erased and is to
        #    be erased again: `log check` with the store's key reports it.
        write_all(files, descriptor, content[:_MARKER_BYTES], place.offset)
        files.fdatasync(descriptor)
        # 2. The rest.
        write_all(files, descriptor, content, place.offset)
        files.fdatasync(descriptor)
    finally:
        files.close(descriptor)
