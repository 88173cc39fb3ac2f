"""The parts of a gateway's home folder that hold its evidence.

The gateway reads all of `gateway.toml`; whoever exports or erases evidence needs three of its settings, and
must be able to when the gateway's own settings have grown.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from lienthong.directory.members import verify_directory
from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.cosigned_history import HISTORY_FILE
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.index import Index
from lienthong.evidence.store import load_store_key
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import VerifyKey, load_secret

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.store import StoreKey

SETTINGS_FILE = "gateway.toml"


class _DirectorySettings(msgspec.Struct, frozen=True):
    root: str
    file: str = "directory/directory.json"


class _Settings(msgspec.Struct, frozen=True):
    log: str
    directory: _DirectorySettings


class EvidenceHome:
    """Where one gateway's log, store, index and keys lie. Reading it changes nothing in the folder."""

    def __init__(self, folder: Path) -> None:
        """Read the three settings; kind `home` if the folder is no gateway's."""
        settings = _read_settings(folder / SETTINGS_FILE)
        self.folder = folder
        self.origin = settings.log
        self.root = VerifyKey(decode_base64url(settings.directory.root))
        self.log = folder / "log"
        self._directory = folder / settings.directory.file

    def read_directory(self) -> bytes:
        """Give the signed directory as the gateway last had it, once its signature holds."""
        try:
            envelope = self._directory.read_bytes()
        except OSError as error:
            raise _home_error(self._directory, str(error.strerror)) from error
        verify_directory(envelope, self.root)
        return envelope

    def read_cosigned(self) -> bytes:
        """Give the newest head of the log that a witness has cosigned, b"" if there is none."""
        path = self.folder / "cosigned-head"
        return path.read_bytes() if path.exists() else b""

    @property
    def cosigned_heads(self) -> Path:
        """The file of all heads of the log that a witness has cosigned."""
        return self.folder / HISTORY_FILE

    def load_store_key(self) -> StoreKey:
        """Give the key of the erasable records."""
        return load_store_key(self.folder / "keys" / "store.key")

    def open_index(self) -> Index:
        """Open the index; kind `index` if it is not there, for an empty one would say that nothing happened."""
        path = self.folder / "index.sqlite"
        if not path.exists():
            message = f"index {path}: there is none; run `lienthong gateway reindex` to make it from the log"
            raise EvidenceError(EvidenceErrorKind.INDEX, message)
        return Index(path, load_secret(self.folder / "keys" / "index.key"))

    def open_bodies(self) -> BodyStore:
        """Open the store of bodies, to read or erase."""
        return BodyStore(self.folder / "store", SystemClock())


def _read_settings(path: Path) -> _Settings:
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Settings)
    except OSError as error:
        raise _home_error(path, str(error.strerror)) from error
    except (ValueError, msgspec.ValidationError) as error:
        raise _home_error(path, str(error)) from error


def _home_error(path: Path, what: str) -> EvidenceError:
    message = f"{path}: {what}; expected a gateway's home folder, give its path with --home"
    return EvidenceError(EvidenceErrorKind.HOME, message)
