"""A witness's home folder: its name, its key, and its memory, which must never be restored from a copy."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Protocol

import structlog

from lienthong.directory.errors import DirectoryError
from lienthong.evidence.cosignature import Cosigner, format_cosigner, parse_cosigner
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.witness import Witness, WitnessedHeads
from lienthong.kernel.keys import load_signing_key, make_signing_key, store_signing_key

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.members import Directory, LogKey
    from lienthong.kernel.clock import Clock

KEY_FILE = "witness.key"
NAME_FILE = "witness.vkey"
MEMORY_FILE = "witness.sqlite"
_log = structlog.get_logger("lienthong.witness")


def make_witness_home(folder: Path, name: str) -> Cosigner:
    """Make key and memory; a key that is there is refused (`KEY_EXISTS`), for its memory goes with it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = make_signing_key()
    cosigner = Cosigner(name, key.verify_key)
    text = format_cosigner(cosigner)
    parse_cosigner(text)  # refuses a name that no note can carry
    store_signing_key(folder / KEY_FILE, key)
    WitnessedHeads(folder / MEMORY_FILE).close()
    (folder / NAME_FILE).write_text(f"{text}\n", "utf-8")
    return cosigner


class WitnessedDirectory(Protocol):
    """Where a witness learns which logs there are, such as a `DirectoryFile`."""

    def current(self) -> Directory:
        """Give the last good directory."""

    def refresh(self) -> bool:
        """Take a newer one if there is one; raises `DirectoryError` where what is offered is not good."""


class WitnessHome:
    """One witness, open: it knows the logs of a directory, which it looks at again at each question."""

    def __init__(self, folder: Path, directory: WitnessedDirectory, clock: Clock) -> None:
        """Open what `make_witness_home` made; kind `home` where the memory is gone: a new one would forget all."""
        if not (folder / MEMORY_FILE).exists():
            message = f"{folder}: {MEMORY_FILE} is not there; make a witness with another name and key, and list that"
            raise EvidenceError(EvidenceErrorKind.HOME, message)
        self.cosigner = parse_cosigner((folder / NAME_FILE).read_text("utf-8").strip())
        self._directory = directory
        self._lock = Lock()
        self._heads = WitnessedHeads(folder / MEMORY_FILE)
        key = load_signing_key(folder / KEY_FILE)
        self.witness = Witness(self.cosigner.name, key, self._heads, clock, self._find_log, _report_fork)

    def close(self) -> None:
        """Close the memory."""
        self._heads.close()

    def _find_log(self, origin: str) -> LogKey | None:
        """Give a log of the directory as it is now; a bad file is told, and the last good one stays."""
        with self._lock:
            try:
                self._directory.refresh()
            except DirectoryError as error:
                _log.error("directory refused", kind=error.kind, why=error.message)
            return self._directory.current().find_log(origin)


def _report_fork(origin: str, cosigned: bytes, offered: bytes) -> None:
    _log.critical("fork", log=origin, cosigned=cosigned.decode(), offered=offered.decode())
