"""The port through which the log reaches its disk.

Every byte of a log is read and written through `Files`, so that tests can put a full, failing or crashing
disk behind the same code, and a bench a slow one. It keeps to the operating system's own terms: `pwrite` may
write less than asked, and nothing is durable before `fdatasync` of the file, and for names `sync_folder` of
the folder.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE_MODE: Final = 0o600
"""A log's files are its gateway's alone; what members may read is served, not shared as files."""
FOLDER_MODE: Final = 0o700
UNFINISHED: Final = ".new"
"""Suffix of a file that is not yet whole; nothing reads one, and the next write of its name replaces it."""


class Files(Protocol):
    """What the log needs of a file system. Errors are OSError; an open file is its descriptor's number."""

    def open(self, path: Path, *, create: bool = False) -> int:
        """Open a file to read and write it; `create` makes a new one and fails if the name is taken."""
        ...

    def close(self, descriptor: int) -> None:
        """Close an open file; writes that were not synced may still be lost."""
        ...

    def pread(self, descriptor: int, length: int, offset: int) -> bytes:
        """Read up to `length` bytes; fewer only at the end of the file."""
        ...

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        """Write and give the number of bytes written, which may be smaller than asked."""
        ...

    def fdatasync(self, descriptor: int) -> None:
        """Make all earlier writes to the file durable.

        After an error nobody knows which of them are: never retry.
        """
        ...

    def size(self, descriptor: int) -> int:
        """Give the length of an open file in bytes."""
        ...

    def lock(self, descriptor: int) -> None:
        """Take the file's exclusive lock until it is closed; BlockingIOError if another holder has it."""
        ...

    def read(self, path: Path) -> bytes:
        """Read a whole file; FileNotFoundError if it is absent."""
        ...

    def names(self, folder: Path) -> list[str]:
        """List the names in a folder, sorted; FileNotFoundError if it is absent."""
        ...

    def make_folder(self, folder: Path) -> None:
        """Make a folder; FileExistsError if it is there, FileNotFoundError if its parent is not."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another name in one step, taking the name from the file that had it."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file's name; FileNotFoundError if it is absent."""
        ...

    def remove_folder(self, folder: Path) -> None:
        """Remove an empty folder."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        ...


@dataclass(frozen=True, slots=True)
class SystemFiles:
    """The real file system. `sync_delay_s` lengthens each sync of a file, to stand for a slower disk."""

    sync_delay_s: float = 0.0

    def open(self, path: Path, *, create: bool = False) -> int:
        """Open with the close-on-exec flag, which Python sets by itself."""
        return os.open(path, os.O_RDWR | (os.O_CREAT | os.O_EXCL if create else 0), FILE_MODE)

    def close(self, descriptor: int) -> None:
        """By the system call close."""
        os.close(descriptor)

    def pread(self, descriptor: int, length: int, offset: int) -> bytes:
        """By one system call, which on Linux reads up to 2 GiB of a regular file: far more than a batch."""
        return os.pread(descriptor, length, offset)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        """By one system call, which may be short."""
        return os.pwrite(descriptor, data, offset)

    def fdatasync(self, descriptor: int) -> None:
        """By the system call, which leaves the times out but not a changed length."""
        os.fdatasync(descriptor)
        if self.sync_delay_s:
            time.sleep(self.sync_delay_s)

    def size(self, descriptor: int) -> int:
        """By the system call fstat."""
        return os.fstat(descriptor).st_size

    def lock(self, descriptor: int) -> None:
        """Take flock(2), which the kernel drops when the process ends in whatever way."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def read(self, path: Path) -> bytes:
        """Read the whole file."""
        return path.read_bytes()

    def names(self, folder: Path) -> list[str]:
        """List the folder."""
        return sorted(os.listdir(folder))  # noqa: PTH208 # only the names are wanted, and many of them

    def make_folder(self, folder: Path) -> None:
        """Make the folder, for its owner only."""
        folder.mkdir(FOLDER_MODE)

    def replace(self, source: Path, target: Path) -> None:
        """By the system call rename."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """By the system call unlink."""
        path.unlink()

    def remove_folder(self, folder: Path) -> None:
        """By the system call rmdir."""
        folder.rmdir()

    def sync_folder(self, folder: Path) -> None:
        """Sync a folder's descriptor, which can only be opened for reading."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_all(files: Files, descriptor: int, data: bytes, offset: int) -> None:
    """Write all of `data` or raise OSError.

    A short write is an error at once: on a regular file it means a full or failing disk, and writing on would
    only hide where.
    """
    written = files.pwrite(descriptor, data, offset)
    if written != len(data):
        message = f"short write at offset {offset}: expected {len(data)} bytes, wrote {written}"
        raise OSError(message)


def write_file(files: Files, path: Path, content: bytes) -> None:
    """Replace a file's whole content in one step, with its bytes durable before its name.

    A crash leaves the old file or the new one, and perhaps `NAME.new`, which the next write replaces. The
    name itself is durable only after `sync_folder`, so that a caller with many files in a folder pays for
    that once.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    write_new_file(files, unfinished, lambda descriptor: write_all(files, descriptor, content, 0))
    files.replace(unfinished, path)


def write_new_file(files: Files, path: Path, fill: Callable[[int], None]) -> None:
    """Make a file, `fill` it and sync it; a leftover of the same name goes first."""
    try:
        descriptor = files.open(path, create=True)
    except FileExistsError:
        files.remove(path)
        descriptor = files.open(path, create=True)
    try:
        fill(descriptor)
        files.fdatasync(descriptor)
    finally:
        files.close(descriptor)


def make_folders(files: Files, folder: Path) -> None:
    """Make a folder and the parents it lacks, and make its name durable.

    A folder that is there is synced into its parent too: whoever made it may have ended before that.
    """
    ensure_folder(files, folder)
    files.sync_folder(folder.parent)


def ensure_folder(files: Files, folder: Path) -> None:
    """Make a folder and the parents it lacks, whose names are not yet durable."""
    try:
        files.make_folder(folder)
    except FileExistsError:
        return
    except FileNotFoundError:
        ensure_folder(files, folder.parent)
        files.make_folder(folder)


def remove_file(files: Files, path: Path) -> None:
    """Remove a file if it is there."""
    try:
        files.remove(path)
    except FileNotFoundError:
        return


def list_names(files: Files, folder: Path) -> list[str]:
    """List a folder that may be absent, which is then as good as empty."""
    try:
        return files.names(folder)
    except FileNotFoundError:
        return []
