"""Where the next batch of a log goes: the open segment, and the change to the next one.

Segments are filled with zeros before their first use, so that a commit changes no length and its sync has no
metadata to write.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.files import UNFINISHED, write_all, write_new_file
from lienthong.evidence.segment import HEADER_BYTES, SegmentHeader, encode_segment_header, segment_name

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.files import Files

SEGMENT_BYTES: Final = 16 * 1024 * 1024
"""A segment's usual length: some ten thousand entries, and quickly read at opening."""
NEXT_SEGMENT: Final = "next" + UNFINISHED
"""The file of zeros that becomes the next segment; its name says that it is none yet."""
_MEASUREMENTS: Final = 5
_WATCHED: Final = 16
"""Syncs of which the shortest says how fast the disk is: a busy processor makes some of them long, a slow disk all."""
_ZEROS: Final = bytes(1024 * 1024)


class SegmentPlace(msgspec.Struct, frozen=True):
    """The end of a log: its last segment by number and name, and the offset where the next batch goes."""

    number: int
    name: str
    offset: int


def make_segment(files: Files, path: Path, length: int, start: bytes = b"") -> None:
    """Make a durable file of `length` bytes, `start` and then zeros.

    Its name is durable after a sync of the folder.
    """

    def fill(descriptor: int) -> None:
        for offset in range(0, length, len(_ZEROS)):
            write_all(files, descriptor, _ZEROS[: length - offset], offset)
        if start:
            write_all(files, descriptor, start, 0)

    write_new_file(files, path, fill)


class SegmentWriter:
    """Writes batches one behind the other.

    `sync` and `prepare` may run in another thread than the rest, `sync` not at the same time as the rest.
    """

    def __init__(self, files: Files, folder: Path, origin: str, place: SegmentPlace, segment_bytes: int) -> None:
        self._files = files
        self._folder = folder
        self._origin = origin
        self._segment_bytes = segment_bytes
        self._number = place.number
        self._offset = place.offset
        self._descriptor = files.open(folder / place.name)
        self._length = files.size(self._descriptor)
        self.usual_sync_s = 0.0
        self._took: list[float] = []
        self._preparing = threading.Lock()
        self._is_prepared = False  # guarded by _preparing

    def append(self, first: int, batch: bytes) -> None:
        """Write a batch from entry `first` behind the last one, in a new segment if this one is full.

        Not yet durable.
        """
        if self._offset + len(batch) > self._length:
            self._change_segment(first, HEADER_BYTES + len(batch))
        write_all(self._files, self._descriptor, batch, self._offset)
        self._offset += len(batch)

    def sync(self) -> None:
        """Make what was appended durable, and keep `usual_sync_s` to how long that takes of late."""
        start = time.perf_counter()
        self._files.fdatasync(self._descriptor)
        took = self._took
        took.append(time.perf_counter() - start)
        if len(took) == _WATCHED:
            self.usual_sync_s = min(took)
            took.clear()

    def measure_sync(self) -> None:
        """Measure `usual_sync_s`, the seconds that a sync takes here, as the middle of some.

        Writes the segment's header as it is.
        """
        header = self._files.pread(self._descriptor, HEADER_BYTES, 0)
        times = []
        for _ in range(_MEASUREMENTS):
            write_all(self._files, self._descriptor, header, 0)
            start = time.perf_counter()
            self._files.fdatasync(self._descriptor)
            times.append(time.perf_counter() - start)
        self.usual_sync_s = sorted(times)[_MEASUREMENTS // 2]

    @property
    def wants_next(self) -> bool:
        """Say whether to `prepare`: the segment is more than half full and the next one is not there."""
        return self._offset * 2 > self._length and not self._is_prepared

    def prepare(self) -> None:
        """Make the next segment's zeros durable ahead of its use."""
        with self._preparing:
            if not self._is_prepared:
                make_segment(self._files, self._folder / NEXT_SEGMENT, self._segment_bytes)
                self._is_prepared = True

    def close(self) -> None:
        """Close the segment."""
        self._files.close(self._descriptor)

    def _change_segment(self, first: int, needed: int) -> None:
        """Go on in a new segment that starts with entry `first` and has room for `needed` bytes."""
        unnamed = self._folder / NEXT_SEGMENT
        # A segment that is still empty, and too short for a large first batch, is replaced under its name and number.
        number = self._number if self._offset == HEADER_BYTES else self._number + 1
        header = encode_segment_header(SegmentHeader(number, first, self._origin))
        # 1. Zeros. A crash here leaves a whole or unfinished NEXT_SEGMENT, which opening removes.
        if needed > self._segment_bytes:
            with self._preparing:
                make_segment(self._files, unnamed, needed)
        else:
            self.prepare()
        descriptor = self._files.open(unnamed)
        # 2. The header, durable before the name. A crash here leaves the same, with a header.
        write_all(self._files, descriptor, header, 0)
        self._files.fdatasync(descriptor)
        # 3. The name. A crash here leaves an empty last segment, in which opening goes on, or as above.
        self._files.replace(unnamed, self._folder / segment_name(first))
        self._files.sync_folder(self._folder)
        self._is_prepared = False
        self._files.close(self._descriptor)
        self._descriptor = descriptor
        self._length = self._files.size(descriptor)
        self._number = number
        self._offset = HEADER_BYTES
