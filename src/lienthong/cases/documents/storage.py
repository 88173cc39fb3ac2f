"""Files by the hash of their content, under the site's data folder.

A file is written once, read-only for its owner, and never changed; the same content is kept once however often it is
handed in. Which files are wanted the database says: a crash between the two leaves a file that nothing names, which
the collection removes after a day. Several processes share one folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

UNNAMED_SECONDS: Final = 24 * 3600
"""How long a file may lie without a row that names it: far longer than any request between the two."""

ARRIVING: Final = "arriving"
LOCK: Final = "lock"

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """The folder of kept files; it is made when the first comes."""

    folder: Path

    def keep(self, content: bytes) -> str:
        """Make the content durable and give its SHA-256 in hexadecimal.

        A crash before the rename leaves a file in `arriving`; one after it, a file that nothing names yet.
        """
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        for folder in (self.folder, self.folder / ARRIVING, place.parent):
            _make_folder(folder)
        with self._locked():
            if place.is_file() and place.stat().st_size == len(content):
                # Named again from now on: the collection goes by this time.
                os.utime(place)
                return digest
            arriving = self.folder / ARRIVING / secrets.token_hex(16)
            _write_durably(arriving, content)
            arriving.replace(place)
            _sync_folder(place.parent)
        return digest

    def read(self, digest: str) -> bytes:
        """Give the content; DAMAGED if it is missing or is no longer what was kept."""
        place = self._place(digest)
        try:
            content = place.read_bytes()
        except OSError as error:
            message = f"the kept file {digest} cannot be read ({error.strerror}); restore {place} from a backup"
            raise DocumentError(DocumentErrorKind.DAMAGED, message) from error
        if hashlib.sha256(content).hexdigest() != digest:
            message = f"the kept file {digest} has other content than was kept; restore {place} from a backup"
            raise DocumentError(DocumentErrorKind.DAMAGED, message)
        return content

    def holds(self, digest: str) -> bool:
        """Whether a file of this name is there."""
        return self._place(digest).is_file()

    def collect(self, named_of: Callable[[Iterable[str]], set[str]], now: float | None = None) -> int:
        """Remove files that no row names and that are older than a day; gives how many.

        `named_of` gives those of some digests that a row names. A file that is handed in again meanwhile is young
        by then, because both sides hold the lock; so the answer may be a moment old.
        """
        oldest = (time.time() if now is None else now) - UNNAMED_SECONDS
        removed = self._collect_arriving(oldest)
        for folder in self._folders():
            digests = [folder.name + path.name for path in folder.iterdir()]
            for digest in set(digests) - named_of(digests):
                removed += self._remove_old(self._place(digest), oldest)
        return removed

    def _collect_arriving(self, oldest: float) -> int:
        arriving = self.folder / ARRIVING
        if not arriving.is_dir():
            return 0
        return sum(self._remove_old(path, oldest) for path in arriving.iterdir())

    def _remove_old(self, path: Path, oldest: float) -> int:
        with self._locked(), suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                return 1
        return 0

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and path.name != ARRIVING)

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise DocumentError(DocumentErrorKind.UNKNOWN_DOCUMENT, f"{digest[:80]!r} is no SHA-256 in hexadecimal")
        return self.folder / digest[:2] / digest[2:]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder against other processes; the kernel lets go when a process ends in whatever way."""
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
