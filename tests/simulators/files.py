"""A disk that fails or crashes at a chosen step, and has then lost what was not synced.

It stands behind the log's own file port and works on real files. Of bytes that no sync covers any sectors may be lost,
of names that no sync of their folder covers the later ones.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from lienthong.evidence.files import SystemFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECTOR = 512


class Crash(BaseException):
    """The machine stopped. Not an Exception: no code may go on after it."""


class FaultKind(StrEnum):
    """What happens at the chosen step."""

    CRASH = "crash"
    EIO = "EIO"
    ENOSPC = "ENOSPC"
    SHORT = "short write"


class Loss(StrEnum):
    """How much a crash takes of what was not synced."""

    ALL = "all"
    NONE = "none"
    SOME = "some"


class QuickFiles(SystemFiles):
    """The real files without waiting for the disk, for tests in which no machine crashes."""

    def fdatasync(self, descriptor: int) -> None:
        """Only test that the file is open."""
        self.size(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Only test that the folder is there."""
        folder.lstat()


@dataclass
class _Write:
    inode: int
    offset: int
    old: bytes
    new: bytes


@dataclass
class _Name:
    folder: Path
    undo: Callable[[], object]


@dataclass
class FaultyFiles:
    """The real files with one fault, at the changing step number `at`, counted from 1; 0 is never.

    `root` is the log's folder; `steps` counts. Syncs are only noted, for no real machine crashes here.
    """

    root: Path
    at: int = 0
    kind: FaultKind = FaultKind.CRASH
    steps: int = 0
    has_struck: bool = False
    is_dead: bool = False
    _real: SystemFiles = field(default_factory=SystemFiles)
    _open: set[int] = field(default_factory=set)
    _writes: list[_Write] = field(default_factory=list)
    _names: list[_Name] = field(default_factory=list)
    _spare: int = 0

    def open(self, path: Path, *, create: bool = False) -> int:
        if create:
            self._step()
        self._require_alive()
        descriptor = self._real.open(path, create=create)
        self._open.add(descriptor)
        if create:
            self._names.append(_Name(path.parent, path.unlink))
        return descriptor

    def close(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.remove(descriptor)
            self._real.close(descriptor)

    def pread(self, descriptor: int, length: int, offset: int) -> bytes:
        self._require_alive()
        return self._real.pread(descriptor, length, offset)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        if self.kind is FaultKind.SHORT and self.steps + 1 == self.at:
            data = data[: len(data) // 2]
            self.has_struck = True
        self._step()
        old = self._real.pread(descriptor, len(data), offset)
        self._writes.append(_Write(os.fstat(descriptor).st_ino, offset, old.ljust(len(data), b"\0"), data))
        return self._real.pwrite(descriptor, data, offset)

    def fdatasync(self, descriptor: int) -> None:
        self._step()
        inode = os.fstat(descriptor).st_ino
        self._writes = [write for write in self._writes if write.inode != inode]

    def size(self, descriptor: int) -> int:
        return self._real.size(descriptor)

    def lock(self, descriptor: int) -> None:
        self._real.lock(descriptor)

    def read(self, path: Path) -> bytes:
        self._require_alive()
        return self._real.read(path)

    def names(self, folder: Path) -> list[str]:
        self._require_alive()
        return self._real.names(folder)

    def make_folder(self, folder: Path) -> None:
        self._step()
        self._real.make_folder(folder)
        self._names.append(_Name(folder.parent, lambda: shutil.rmtree(folder)))

    def replace(self, source: Path, target: Path) -> None:
        self._step()
        kept = self._keep(target)
        self._real.replace(source, target)

        def undo() -> None:
            target.rename(source)
            if kept is not None:
                kept.rename(target)

        self._names.append(_Name(target.parent, undo))

    def remove(self, path: Path) -> None:
        self._step()
        kept = self._keep(path)
        self._real.remove(path)
        if kept is not None:
            self._names.append(_Name(path.parent, lambda: kept.rename(path)))

    def remove_folder(self, folder: Path) -> None:
        self._step()
        self._real.remove_folder(folder)
        self._names.append(_Name(folder.parent, folder.mkdir))

    def sync_folder(self, folder: Path) -> None:
        self._step()
        self._names = [name for name in self._names if name.folder != folder]

    def kill(self) -> None:
        """End the process, not the machine: nothing is lost yet, and the next process may go on."""
        for descriptor in list(self._open):
            self.close(descriptor)
        self.is_dead = False
        self.at = 0

    def crash(self, loss: Loss, seed: int = 0) -> None:
        """Stop the machine, if a fault has not done so yet, and lose what was not synced."""
        self.is_dead = True
        for descriptor in list(self._open):
            self.close(descriptor)
        if loss is Loss.NONE:
            return
        choice = random.Random(seed)
        self._lose_bytes(choice if loss is Loss.SOME else None)
        kept = choice.randint(0, len(self._names)) if loss is Loss.SOME else 0
        for name in reversed(self._names[kept:]):
            with suppress(FileNotFoundError):  # a name inside of a folder that is lost itself
                name.undo()

    def _lose_bytes(self, choice: random.Random | None) -> None:
        paths = {path.stat().st_ino: path for path in self.root.rglob("*") if path.is_file()}
        for write in reversed(self._writes):
            _put(paths.get(write.inode), write.offset, write.old)
        for write in self._writes if choice is not None else ():
            start = write.offset
            while start < write.offset + len(write.new):
                end = min(start // SECTOR * SECTOR + SECTOR, write.offset + len(write.new))
                if choice is not None and choice.random() < 0.5:
                    _put(paths.get(write.inode), start, write.new[start - write.offset : end - write.offset])
                start = end

    def _keep(self, path: Path) -> Path | None:
        """Keep a file whose name is about to be taken, so that the name can be given back."""
        if not path.exists():
            return None
        self._spare += 1
        spare = self.root.with_name(f"{self.root.name}-spare-{id(self)}-{self._spare}")
        spare.hardlink_to(path)
        return spare

    def _step(self) -> None:
        self._require_alive()
        self.steps += 1
        if self.steps != self.at or self.kind is FaultKind.SHORT:
            return
        self.has_struck = True
        if self.kind is FaultKind.CRASH:
            self.is_dead = True
            raise Crash
        code = errno.EIO if self.kind is FaultKind.EIO else errno.ENOSPC
        raise OSError(code, os.strerror(code))

    def _require_alive(self) -> None:
        if self.is_dead:
            raise Crash


def _put(path: Path | None, offset: int, content: bytes) -> None:
    if path is not None:
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(content)
