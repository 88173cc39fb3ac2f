"""A directory's repository in memory, the keys that sign it, and a client of it without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from lienthong.directory.client import DirectoryClient
from lienthong.directory.repository import OfflineKeys, OnlineKeys, Repository
from lienthong.directory.store import Store
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import make_signing_key
from tests.clocks import SetClock
from tests.directory.province import make_directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.directory.members import Directory

URL = "http://directory.test"
DAY_MS = 24 * 3600 * 1000


def lasting_directory(version: int = 1, name: str = "Commune") -> Directory:
    """The small valid directory with a life as long as a real one's."""
    made = make_directory(version, name)
    return replace(made, expires=made.issued + 3650 * DAY_MS)


class MemoryFiles:
    """The served files."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def write(self, name: str, content: bytes) -> None:
        self.kept[name] = content

    def names(self, folder: str) -> list[str]:
        return [name.rpartition("/")[2] for name in self.kept if name.startswith(f"{folder}/")]


class MemoryFetcher(FetcherInterface):
    """Serves them to a client; nothing when the server is away."""

    def __init__(self, files: MemoryFiles) -> None:
        self.files = files
        self.is_away = False

    def _fetch(self, url: str) -> Iterator[bytes]:
        if self.is_away:
            raise DownloadError("no route")
        found = self.files.kept.get(url.removeprefix(f"{URL}/"))
        if found is None:
            raise DownloadHTTPError(url, 404)
        return iter((found,))


class Served:
    """One repository with three root keys of which two sign."""

    def __init__(self, directory: Directory | None = None) -> None:
        self.files = MemoryFiles()
        self.clock = SetClock(SystemClock().now_ms())
        self.offline = OfflineKeys(
            tuple(make_signing_key() for _ in range(3)), tuple(make_signing_key() for _ in range(2))
        )
        self.online = OnlineKeys(make_signing_key(), make_signing_key())
        self.repository = Repository(Store(self.files), self.clock)
        self.repository.create(directory or lasting_directory(), self.offline, self.online, threshold=2)
        self.fetcher = MemoryFetcher(self.files)

    def join(self, folder: Path) -> DirectoryClient:
        return DirectoryClient(folder, URL, self.offline.root[0].verify_key, self.fetcher)

    def publish(self, version: int, name: str = "Commune") -> None:
        self.repository.publish(lasting_directory(version, name), self.offline, self.online)
