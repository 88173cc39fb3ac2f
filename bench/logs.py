"""Logs for the figures of the log alone: entries like a gateway's, and a loop without sockets."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

from lienthong.evidence.files import SystemFiles
from lienthong.evidence.log import Entry, Log, LogPorts, create_log, open_log
from lienthong.evidence.statement import Request, encode_statement
from lienthong.evidence.tree import leaf_hash
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lienthong.kernel.keys import SigningKey

ORIGIN = "DEMO/GOV/Z99.01/GW1/1"
RECORD_BYTES = 300  # salt and header part of a usual request, encrypted
EVIDENCE_BYTES = 500  # a peer's statement and its path
SHARED_BYTES = 350  # a peer's checkpoint and the common end of its paths


class UnsyncedFiles(SystemFiles):
    """The real files without waiting for the disk: what is measured is the processor's part."""

    def fdatasync(self, descriptor: int) -> None:
        """Only test that the file is open."""
        self.size(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Only test that the folder is there."""
        folder.lstat()


class Loop:
    """The event loop's turns and nothing else."""

    def __init__(self) -> None:
        self._calls: deque[Callable[[], None]] = deque()

    def schedule(self, call: Callable[[], None]) -> None:
        """Run a call in the next turn."""
        self._calls.append(call)

    def run(self) -> None:
        """Run until nothing is scheduled."""
        while self._calls:
            self._calls.popleft()()


def start_log(folder: Path, key: SigningKey, loop: Loop) -> Log:
    """Make and open a log whose writes are not synced."""
    files = UnsyncedFiles()
    create_log(folder, ORIGIN, key, files=files)
    log = open_log(folder, ORIGIN, key, LogPorts(loop.schedule, _fail, files=files))
    log.resume(None)
    return log


def make_entries(count: int) -> Iterator[Entry]:
    """Give entries of which every other needs a proof, each with a record and evidence."""
    shared = os.urandom(SHARED_BYTES)
    for number in range(count):
        statement = encode_statement(
            Request(
                client="DEMO/GOV/Z99.01/PORTAL",
                commitment=encode_base64url(os.urandom(32)),
                exchange=os.urandom(16).hex(),
                id=encode_base64url(os.urandom(32)),
                purpose="1.001193",
                reliable=False,
                service="DEMO/GOV/Z99.02/REGISTRY/areas",
                time=1_790_000_000_000 + number,
                to="DEMO/GOV/Z99.02/GW1/1",
                until=1_790_000_300_000 + number,
            )
        )
        record, evidence = b"\1" + os.urandom(RECORD_BYTES - 1), os.urandom(EVIDENCE_BYTES)
        yield Entry(statement, leaf_hash(statement), number % 2 == 0, record, evidence, shared)


def _fail(error: Exception) -> None:
    raise error
