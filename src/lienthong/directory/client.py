"""A gateway's end of the directory: fetches by TUF's rules, keeps the last good copy, and goes on with it.

TUF's client (python-tuf) refuses rollback, freeze beyond the lifetime, mix-and-match, wrong signers and too few of
them. Its files lie in the home's `directory/`, beside the chained document that evidence packages carry. `fetch` may
run in a thread: it changes files only; `refresh` takes what it left, on the caller's own thread.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import Metadata, Timestamp
from tuf.ngclient import Updater, UpdaterConfig

from lienthong.directory.chain import DIRECTORY_TARGET, join_chain, verify_first_root
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import MAX_ENVELOPE_BYTES, Directory, verify_directory
from lienthong.directory.repository import REVOCATIONS_TARGET
from lienthong.directory.revocations import parse_revocations, subtract
from lienthong.kernel.durable import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from tuf.ngclient import FetcherInterface

    from lienthong.kernel.keys import VerifyKey

CHAINED_FILE: Final = "directory.json"
"""The signed directory as packages carry it."""
TIMESTAMP_FILE: Final = "timestamp.json"
"""The server's last word under which all parts were fetched; its expiry is the directory's."""
MAX_ROOT_BYTES: Final = 512 * 1024

_Raw = tuple[bytes, bytes, bytes]


class _Reading(NamedTuple):
    """The kept bytes, the versions of directory and revocations in them, and what they say together."""

    raw: _Raw
    versions: tuple[int, int]
    directory: Directory


class DirectoryClient:
    """The last good directory of one address, trusted from one root key on.

    Making one reads the last good copy and, where there is none, fetches; raises `DirectoryError` if neither works.
    """

    def __init__(self, folder: Path, url: str, root: VerifyKey, fetcher: FetcherInterface) -> None:
        self._folder = folder
        self._metadata = folder / "metadata"
        self._url = url.rstrip("/")
        self._root = root
        self._fetcher = fetcher
        self._metadata.mkdir(parents=True, mode=0o700, exist_ok=True)
        self._kept: _Reading | None = None
        if not (folder / TIMESTAMP_FILE).exists():
            self.fetch()
        self._kept = self._parse(self._load())

    def current(self) -> Directory:
        """Give the last good directory without what is revoked; it expires with the server's last word."""
        return self._require_kept().directory

    def fetch(self) -> None:
        """Ask the server for what is new and keep it; raises `DirectoryError`, and the last good copy stays."""
        try:
            updater = self._make_updater()
            updater.refresh()
            directory = self._download(updater, DIRECTORY_TARGET)
            revocations = self._download(updater, REVOCATIONS_TARGET)
        except DownloadError as error:
            message = f"directory {self._url} is not reachable: {error}; the last good one stays in use"
            raise DirectoryError(DirectoryErrorKind.UNREADABLE, message) from error
        except (RepositoryError, OSError, ValueError) as error:
            message = f"directory {self._url}: {type(error).__name__}: {error}; the last good one stays in use"
            raise DirectoryError(DirectoryErrorKind.REFUSED, message) from error
        chained = join_chain(self._read_roots(), (self._metadata / "targets.json").read_bytes(), directory)
        timestamp = (self._metadata / "timestamp.json").read_bytes()
        self._require_successor(self._parse((chained, revocations, timestamp)))
        replace_file(self._folder / REVOCATIONS_TARGET, revocations)
        replace_file(self._folder / CHAINED_FILE, chained)
        # Last, and only after all that it vouches for: a server that withholds a part must not lengthen the lifetime.
        replace_file(self._folder / TIMESTAMP_FILE, timestamp)

    def refresh(self) -> bool:
        """Take what `fetch` left, and tell whether members, gateways or revocations are others than before."""
        raw = self._load()
        last = self._require_kept()
        if raw == last.raw:
            return False
        offered = self._parse(raw)
        is_news = offered.versions != last.versions
        self._kept = offered
        return is_news

    def _require_kept(self) -> _Reading:
        if self._kept is None:
            raise DirectoryError(DirectoryErrorKind.UNREADABLE, f"directory {self._url}: nothing was fetched yet")
        return self._kept

    def _require_successor(self, offered: _Reading) -> None:
        last = self._kept
        if last is None:
            return
        if offered.directory.instance != last.directory.instance:
            message = f"directory {self._url}: expected instance {last.directory.instance}"
            raise DirectoryError(DirectoryErrorKind.OTHER_INSTANCE, message)
        if offered.versions[0] < last.versions[0] or offered.versions[1] < last.versions[1]:
            message = f"directory {self._url}: expected versions from {last.versions} on, got {offered.versions}"
            raise DirectoryError(DirectoryErrorKind.ROLLBACK, message)

    def _load(self) -> _Raw:
        try:
            return (
                (self._folder / CHAINED_FILE).read_bytes(),
                (self._folder / REVOCATIONS_TARGET).read_bytes(),
                (self._folder / TIMESTAMP_FILE).read_bytes(),
            )
        except OSError as error:
            message = f"directory {self._folder} cannot be read ({error.strerror}); remove the folder to fetch it anew"
            raise DirectoryError(DirectoryErrorKind.UNREADABLE, message) from error

    def _parse(self, raw: _Raw) -> _Reading:
        directory = verify_directory(raw[0], self._root)
        revocations = parse_revocations(raw[1])
        expires = int(Metadata[Timestamp].from_bytes(raw[2]).signed.expires.replace(tzinfo=UTC).timestamp() * 1000)
        current = subtract(directory, revocations)
        if expires < current.expires:
            current = msgspec.structs.replace(current, expires=max(expires, current.issued + 1))
        return _Reading(raw, (directory.version, revocations.version), current)

    def _make_updater(self) -> Updater:
        first = self._metadata / "root_history" / "1.root.json"
        if first.exists():
            raw = first.read_bytes()
        else:
            raw = self._fetcher.download_bytes(f"{self._url}/metadata/1.root.json", MAX_ROOT_BYTES)
        verify_first_root(raw, self._root)
        return Updater(
            metadata_dir=str(self._metadata),
            metadata_base_url=f"{self._url}/metadata/",
            target_dir=str(self._folder),
            target_base_url=f"{self._url}/targets/",
            fetcher=self._fetcher,
            config=UpdaterConfig(root_max_length=MAX_ROOT_BYTES, targets_max_length=MAX_ENVELOPE_BYTES),
            bootstrap=raw,
        )

    def _download(self, updater: Updater, name: str) -> bytes:
        listed = updater.get_targetinfo(name)
        if listed is None:
            raise DirectoryError(DirectoryErrorKind.REFUSED, f"directory {self._url}: it has no target {name}")
        kept = self._metadata / f"target.{name}"
        path = updater.find_cached_target(listed, str(kept)) or updater.download_target(listed, str(kept))
        with open(path, "rb") as file:  # noqa: PTH123 - TUF gives a text
            return file.read()

    def _read_roots(self) -> list[bytes]:
        history = self._metadata / "root_history"
        versions = sorted(int(path.name.partition(".")[0]) for path in history.glob("*.root.json"))
        return [(history / f"{version}.root.json").read_bytes() for version in versions]
