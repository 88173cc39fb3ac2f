"""The bodies of messages: encrypted, erasable, kept for a set time, in packs that are only appended to.

A pack is `store/<start in ms>.pack`, nothing but encrypted bodies (body_chunks.py) one after the other. A
body's key and place go into its message's record (store.py): who erases the record makes the body unreadable.

Bodies are durable at the next `flush`, which the gateway calls each second from a thread. A crash before it
loses at most those bodies: statement, salt and header part are in the log, and reading says that the body was
not durable. A restart begins a new pack, so bytes once written change only by `erase`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lienthong.evidence.body_chunks import (
    CHUNK_BYTES,
    SEALED_CHUNK_BYTES,
    count_chunks,
    make_body_key,
    open_chunk,
    require_length,
    seal_body,
    seal_small_body,
    sealed_length,
)
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles, make_folders, write_all
from lienthong.evidence.store import KEY_BYTES, TAG_BYTES, BodyPlace
from lienthong.kernel.randomness import Randomness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lienthong.evidence.files import Files
    from lienthong.kernel.clock import Clock

MAX_PENDING_BYTES: Final = 4 * 1024 * 1024
"""Bodies that wait in memory for `flush`; more is written at once, still without a sync. Bounds memory."""

PACK_BYTES: Final = 256 * 1024 * 1024
"""A body that finds its pack this long starts the next one: copies and backups move in handy pieces."""

PACK_SPAN_MS: Final = 60 * 60 * 1000
"""A pack takes bodies for an hour: the grain of retention, which removes whole packs."""

_SUFFIX: Final = ".pack"


@dataclass(slots=True, eq=False)
class _Pack:
    """A pack that takes bodies, or has some that are not durable. The store's `_state` guards its fields."""

    number: int
    descriptor: int
    end: int = 0  # every byte before it is written, pending or being written
    pending: list[tuple[int, bytes, bytes]] = field(default_factory=list)  # offset, key, plain; in order of offset
    writers: int = 0  # writes on their way to the file: it must stay open, and is dirty after them
    dirty: bool = False  # written and not synced
    named: bool = False  # the file's name is durable

    def is_durable(self) -> bool:
        return not (self.pending or self.writers or self.dirty)


class BodyStore:
    """The packs of one gateway, for any thread. A body up to 64 KiB costs a key and a list append.

    It is encrypted when it is written, with all that wait: one after the other in one go costs a third.

    A failed write or sync is final: nobody knows what the disk holds, so the store refuses every later `put`
    (kind `store`) and the gateway ends, as with its log (docs/security.md, section 6).
    """

    def __init__(self, folder: Path, clock: Clock, files: Files | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._files = files or SystemFiles()
        self._state = threading.Lock()  # over memory only, so that a `put` never waits for the disk
        self._writing = threading.Lock()  # over writes: who gets it finds all earlier ones done
        self._flushing = threading.Lock()  # over a whole flush; only a flush closes packs
        self._random = Randomness()  # guarded by _state
        self._open: list[_Pack] = []
        self._current: _Pack | None = None
        self._pending_bytes = 0
        self._failure: str | None = None
        make_folders(self._files, folder)
        self._last_number = max(self._numbers(), default=0)

    def put(self, chunks: Iterable[bytes], length: int) -> BodyPlace:
        """Take a body of `length` bytes and give its place; not durable before the next `flush`.

        The chunks may have any sizes. A body over 64 KiB is written while it is read, in the caller's thread.
        A sum that is not `length` is a ValueError, and leaves at most unused bytes in the pack.
        """
        if length > CHUNK_BYTES:
            return self._put_large(chunks, length, make_body_key())
        body = b"".join(chunks)
        require_length(len(body), length)
        with self._state:
            key = self._random.take(KEY_BYTES)
            pack, offset = self._reserve(length + TAG_BYTES)
            pack.pending.append((offset, key, body))
            self._pending_bytes += length
            full = self._pending_bytes > MAX_PENDING_BYTES
        if full:
            self._write_pending()
        return BodyPlace(pack.number, offset, length, key)

    def read(self, place: BodyPlace) -> Iterator[bytes]:
        """Give the plain body in chunks of 64 KiB. Raises kinds `expired`, `not_durable`, `damaged`."""
        self._write_pending()
        descriptor = self._open_pack(place)
        if descriptor is None:
            message = f"pack {place.pack} is gone: the time for which bodies are kept has ended"
            raise EvidenceError(EvidenceErrorKind.EXPIRED, message)
        cipher = AESGCM(place.key)
        end = place.offset + sealed_length(place.length)
        try:
            for number in range(count_chunks(place.length)):
                at = place.offset + number * SEALED_CHUNK_BYTES
                sealed = self._files.pread(descriptor, min(SEALED_CHUNK_BYTES, end - at), at)
                yield open_chunk(cipher, number, place.length, sealed)
        finally:
            self._files.close(descriptor)

    def erase(self, place: BodyPlace) -> None:
        """Overwrite a body's bytes and sync. A pack that is gone and a body already erased are as wanted.

        A crash inside leaves a body that cannot be read, to be erased again: so the record goes after it.
        """
        self._write_pending()
        descriptor = self._open_pack(place)
        if descriptor is None:
            return
        try:
            end = min(place.offset + sealed_length(place.length), self._files.size(descriptor))
            for at in range(place.offset, end, CHUNK_BYTES):
                write_all(self._files, descriptor, bytes(min(CHUNK_BYTES, end - at)), at)
            self._files.fdatasync(descriptor)
        except OSError as error:
            raise self._fail(place.pack, error) from error
        finally:
            self._files.close(descriptor)

    def flush(self) -> None:
        """Make every body put before this call durable. Raises kind `store` if that failed, for good."""
        with self._flushing:
            self._write_pending()
            with self._state:
                self._retire()
                stale = [pack for pack in self._open if pack.dirty]
                for pack in stale:
                    pack.dirty = False
            for pack in stale:
                self._sync(pack)
            self._close_idle()

    def expire(self, before_ms: int) -> int:
        """Remove the packs that hold nothing put at `before_ms` or later; give their number.

        A crash leaves some of them to the next call. A pack still open waits for the next `flush`.
        """
        with self._state:
            self._retire()
            in_use = {pack.number for pack in self._open}
        old = [n for n in self._numbers() if n + PACK_SPAN_MS <= before_ms and n not in in_use]
        for number in old:
            self._files.remove(self._path(number))
        if old:
            self._files.sync_folder(self._folder)
        return len(old)

    def close(self) -> None:
        """Flush and close. A later `put` would begin a new pack."""
        with self._state:
            self._current = None
        self.flush()

    def _put_large(self, chunks: Iterable[bytes], length: int, key: bytes) -> BodyPlace:
        with self._state:
            pack, offset = self._reserve(sealed_length(length))
            pack.writers += 1
        try:
            for number, sealed in enumerate(seal_body(key, chunks, length)):
                write_all(self._files, pack.descriptor, sealed, offset + number * SEALED_CHUNK_BYTES)
        except OSError as error:
            raise self._fail(pack.number, error) from error
        finally:
            self._end_write(pack)
        return BodyPlace(pack.number, offset, length, key)

    def _reserve(self, length: int) -> tuple[_Pack, int]:
        """Take the next bytes of the current pack; `_state` is held."""
        if self._failure is not None:
            raise EvidenceError(EvidenceErrorKind.STORE, self._failure)
        self._retire()
        pack = self._current or self._begin()
        offset = pack.end
        pack.end += length
        return pack, offset

    def _retire(self) -> None:
        """Stop appending to a pack that is long or old enough; `_state` is held."""
        pack = self._current
        if pack and (pack.end >= PACK_BYTES or self._clock.now_ms() >= pack.number + PACK_SPAN_MS):
            self._current = None

    def _begin(self) -> _Pack:
        """Make the next pack; `_state` is held. Numbers only grow, even where the clock was set back."""
        number = max(self._clock.now_ms(), self._last_number + 1)
        try:
            descriptor = self._files.open(self._path(number), create=True)
        except OSError as error:
            raise self._fail(number, error) from error
        self._last_number = number
        self._current = pack = _Pack(number, descriptor)
        self._open.append(pack)
        return pack

    def _write_pending(self) -> None:
        with self._writing:
            with self._state:
                runs = [(pack, pack.pending) for pack in self._open if pack.pending]
                for pack, _ in runs:
                    pack.pending = []
                    pack.writers += 1
                self._pending_bytes = 0
            for pack, pending in runs:
                self._write_runs(pack, pending)

    def _write_runs(self, pack: _Pack, pending: list[tuple[int, bytes, bytes]]) -> None:
        try:
            for offset, data in _join_runs((at, seal_small_body(key, body)) for at, key, body in pending):
                write_all(self._files, pack.descriptor, data, offset)
        except OSError as error:
            raise self._fail(pack.number, error) from error
        finally:
            self._end_write(pack)

    def _end_write(self, pack: _Pack) -> None:
        with self._state:
            pack.writers -= 1
            pack.dirty = True

    def _sync(self, pack: _Pack) -> None:
        try:
            self._files.fdatasync(pack.descriptor)
            if not pack.named:
                self._files.sync_folder(self._folder)
                pack.named = True
        except OSError as error:
            raise self._fail(pack.number, error) from error

    def _close_idle(self) -> None:
        with self._state:
            idle = [pack for pack in self._open if pack is not self._current and pack.is_durable()]
            self._open = [pack for pack in self._open if pack not in idle]
        for pack in idle:
            self._files.close(pack.descriptor)

    def _fail(self, number: int, error: OSError) -> EvidenceError:
        self._failure = (
            f"pack {self._path(number)}: {error}; bodies since the last flush may be lost, none is taken: "
            "repair the disk and start again"
        )
        return EvidenceError(EvidenceErrorKind.STORE, self._failure)

    def _open_pack(self, place: BodyPlace) -> int | None:
        try:
            return self._files.open(self._path(place.pack))
        except FileNotFoundError:
            return None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}{_SUFFIX}"

    def _numbers(self) -> list[int]:
        names = [name.removesuffix(_SUFFIX) for name in self._files.names(self._folder) if name.endswith(_SUFFIX)]
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())


def _join_runs(pieces: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Join neighbours into writes; large bodies, written elsewhere, lie between the runs.

    A run is not much longer than a chunk: its memory, still in the processor's caches, then serves the next one.
    """
    start = end = 0
    run: list[bytes] = []
    for offset, data in pieces:
        if run and (offset != end or end - start >= CHUNK_BYTES):
            yield start, b"".join(run)
            run = []
        if not run:
            start = offset
        run.append(data)
        end = offset + len(data)
    yield start, b"".join(run)
