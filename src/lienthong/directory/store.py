"""Where a repository's files lie: a folder that is served, or memory for tests of attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Directory, parse_directory
from lienthong.kernel.durable import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from tuf.api.metadata import TargetFile


class Files(Protocol):
    """Names below the served root, such as `metadata/1.root.json`, and their bytes; a write replaces a whole file."""

    def read(self, name: str) -> bytes | None:
        """Give a file's bytes, None if there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Replace a file."""
        ...

    def names(self, folder: str) -> list[str]:
        """Give the names in a folder."""
        ...


class FolderFiles:
    """Files below a folder of the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """Give a file's bytes, None if there is none."""
        path = self._folder / name
        return path.read_bytes() if path.is_file() else None

    def write(self, name: str, content: bytes) -> None:
        """Replace a file."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)

    def names(self, folder: str) -> list[str]:
        """Give the names in a folder."""
        path = self._folder / folder
        return [each.name for each in path.iterdir()] if path.is_dir() else []


class Store:
    """The repository's layout over `Files`: consistent snapshots, so versions in names and hashes before targets."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def put_metadata(self, role: str, version: int, raw: bytes) -> None:
        """Write one version of a role's metadata."""
        self._files.write(f"metadata/{version}.{role}.json", raw)

    def put_timestamp(self, raw: bytes) -> None:
        """Write the timestamp, which has no version in its name."""
        self._files.write("metadata/timestamp.json", raw)

    def find_timestamp(self) -> bytes | None:
        """Give the timestamp, None before the first."""
        return self._files.read("metadata/timestamp.json")

    def find_newest(self, role: str) -> int | None:
        """Give the highest version of a role that is there."""
        found = [
            int(version)
            for version, _, rest in (name.partition(".") for name in self._files.names("metadata"))
            if rest == f"{role}.json" and version.isascii() and version.isdecimal()
        ]
        return max(found, default=None)

    def load_newest(self, role: str) -> bytes:
        """Give the highest version of a role; raises `UNREADABLE`."""
        version = self.find_newest(role)
        raw = None if version is None else self._files.read(f"metadata/{version}.{role}.json")
        if raw is None:
            message = f"directory: there is no {role} metadata; make a repository by `lienthong directory init`"
            raise DirectoryError(DirectoryErrorKind.UNREADABLE, message)
        return raw

    def put_target(self, listed: TargetFile, content: bytes) -> None:
        """Write a target under its hash."""
        self._files.write(f"targets/{listed.get_prefixed_paths()[0]}", content)

    def load_target(self, listed: TargetFile) -> bytes:
        """Give a target's bytes; raises `UNREADABLE`."""
        raw = self._files.read(f"targets/{listed.get_prefixed_paths()[0]}")
        if raw is None:
            message = f"directory: the target {listed.path} is not in the repository; restore it from a backup"
            raise DirectoryError(DirectoryErrorKind.UNREADABLE, message)
        return raw

    def load_directory(self, listed: TargetFile) -> Directory:
        """Give the directory that a target holds."""
        return parse_directory(msgspec.json.decode(self.load_target(listed)))
