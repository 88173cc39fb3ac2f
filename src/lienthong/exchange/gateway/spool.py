"""Bodies on their way: whole before anything is decided about them, small in memory, large in an unlinked file.

A body is held here while its message is checked and committed; what is kept afterwards is the message store's.
"""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, TYPE_CHECKING

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMORY_LIMIT = 1024 * 1024
"""A body beyond this many bytes goes to a temporary file."""
READ_SIZE = 64 * 1024


class SpoolBudget:
    """All bytes that the bodies under way may take together, memory and files; one budget per gateway."""

    __slots__ = ("_free", "body_limit", "folder", "total")

    def __init__(self, total: int, body_limit: int, folder: Path) -> None:
        self.total = total
        self.body_limit = body_limit
        self.folder = folder
        self._free = total

    @property
    def used(self) -> int:
        """Bytes taken now."""
        return self.total - self._free

    def take(self, amount: int) -> None:
        """Take `amount` bytes; raises ExchangeError `overloaded` when they are not free."""
        if amount > self._free:
            raise ExchangeError(
                ExchangeErrorKind.OVERLOADED,
                f"bodies under way take {self.used} of {self.total} bytes; try again shortly",
            )
        self._free -= amount

    def give_back(self, amount: int) -> None:
        """Return what was taken."""
        self._free += amount


class Body:
    """A whole body: its length, its hashes, and its bytes as often as they are needed until `close`."""

    # Defaults of the class, not set by `__init__`: each exchange makes some of these.
    is_in_memory = True
    """True if `content` holds the whole body."""
    taken = 0
    _budget: SpoolBudget | None = None
    _file: IO[bytes] | None = None
    _sha256: bytes | None = None
    _sha512: bytes | None = None

    def __init__(self, content: bytes) -> None:
        self.content = content
        """The bytes of a body in memory."""
        self.length = len(content)

    @classmethod
    def in_file(cls, file: IO[bytes], length: int, digests: tuple[bytes, bytes]) -> Body:
        """A body that lies in an (already unlinked) file."""
        body = cls(b"")
        body.length = length
        body.is_in_memory = False
        body._file = file
        body._sha256, body._sha512 = digests
        return body

    @property
    def sha256(self) -> bytes:
        """SHA-256, what the statement commits to."""
        if self._sha256 is None:
            self._sha256 = hashlib.sha256(self.content).digest()
        return self._sha256

    @property
    def sha512(self) -> bytes:
        """SHA-512, what X-Road-Request-Hash is made of."""
        if self._sha512 is None:
            self._sha512 = hashlib.sha512(self.content).digest()
        return self._sha512

    def read(self, at: int, size: int) -> bytes | memoryview:
        """Give up to `size` bytes from offset `at`; of a body in memory they are no copy."""
        if self._file is None:
            return memoryview(self.content)[at : at + size]
        return _read_file(self._file, at, size)

    def chunks(self) -> Iterator[bytes]:
        """Give the whole body in pieces."""
        if self._file is None:
            if self.content:
                yield self.content
            return
        for at in range(0, self.length, READ_SIZE):
            yield _read_file(self._file, at, READ_SIZE)

    def charge(self, budget: SpoolBudget, taken: int) -> Body:
        """Remember what to give back to the budget at `close`."""
        self._budget, self.taken = budget, taken
        return self

    def close(self) -> None:
        """Let go of the file and of the budget; safe to call twice."""
        if self._file is not None:
            self._file.close()
        if self._budget is not None and self.taken:
            self._budget.give_back(self.taken)
            self.taken = 0


EMPTY_BODY = Body(b"")


OWN_CHUNK = 1024
"""A chunk of this size stays as it came; what an object takes beside its bytes is little then."""


class Spool:
    """A body that is still coming in. `write` until the end, then `finish`, or `drop`."""

    __slots__ = ("_budget", "_chunks", "_file", "_hashes", "_limit", "length", "taken")

    def __init__(self, budget: SpoolBudget, limit: int | None = None) -> None:
        self.length = 0
        self.taken = 0
        self._budget = budget
        self._limit = budget.body_limit if limit is None else limit
        self._chunks: list[bytes | bytearray | memoryview] = []
        self._file: IO[bytes] | None = None
        self._hashes: tuple[hashlib._Hash, hashlib._Hash] | tuple[()] = ()

    def reserve(self, amount: int) -> None:
        """Take the whole announced length at once, so that a body that was let in can also end."""
        if amount > self._limit:
            raise self._too_large(amount)
        self._budget.take(amount)
        self.taken = amount

    def write(self, chunk: bytes | memoryview) -> None:
        """Add bytes; raises `body_too_large` or `overloaded`, after which the spool must be dropped."""
        length = self.length + len(chunk)
        if length > self.taken:
            if length > self._limit:
                raise self._too_large(length)
            self._budget.take(length - self.taken)
            self.taken = length
        self.length = length
        if self._file is None and length <= MEMORY_LIMIT:
            self._keep(chunk)
            return
        file = self._file or self._open_file()
        self._put(file, chunk)

    def finish(self) -> Body:
        """Give the whole body; the spool must not be used afterwards."""
        if self._file is None:
            return Body(b"".join(self._chunks)).charge(self._budget, self.taken)
        self._file.flush()
        digests = [running.digest() for running in self._hashes]
        return Body.in_file(self._file, self.length, (digests[0], digests[1])).charge(self._budget, self.taken)

    def drop(self) -> None:
        """Forget what came in."""
        if self._file is not None:
            self._file.close()
        self._chunks.clear()
        self._budget.give_back(self.taken)
        self.taken = 0

    def _keep(self, chunk: bytes | memoryview) -> None:
        """Hold a chunk in memory. Small ones are joined: whoever sends byte by byte must not take hundreds for each."""
        chunks = self._chunks
        if len(chunk) >= OWN_CHUNK:
            chunks.append(chunk)
        elif chunks and isinstance(chunks[-1], bytearray):
            chunks[-1] += chunk
        else:
            chunks.append(bytearray(chunk))

    def _open_file(self) -> IO[bytes]:
        # Unlinked at once: a crash leaves nothing readable behind, and nothing to sweep.
        self._hashes = (hashlib.sha256(), hashlib.sha512())
        self._file = file = tempfile.TemporaryFile(dir=self._budget.folder)  # noqa: SIM115 - Body.close closes it
        for chunk in self._chunks:
            self._put(file, chunk)
        self._chunks.clear()
        return file

    def _put(self, file: IO[bytes], chunk: bytes | bytearray | memoryview) -> None:
        file.write(chunk)
        for running in self._hashes:
            running.update(chunk)

    def _too_large(self, length: int) -> ExchangeError:
        return ExchangeError(
            ExchangeErrorKind.BODY_TOO_LARGE, f"a body of {length} bytes or more, at most {self._limit}"
        )


def _read_file(file: IO[bytes], at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
