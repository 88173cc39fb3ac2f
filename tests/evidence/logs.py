"""Logs for tests: entries, a log with its loop and disk, and what its callers were told."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import TYPE_CHECKING

from lienthong.evidence.log import Committed, Entry, Log, LogPorts, LogSettings, create_log, open_log
from lienthong.evidence.statement import Unknown, encode_statement
from lienthong.evidence.store import RecordSealer, StoreKey
from lienthong.evidence.tree import leaf_hash
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import SigningKey
from tests.simulators.files import QuickFiles
from tests.simulators.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lienthong.evidence.files import Files
    from lienthong.evidence.recovery import RecordCheck

ORIGIN = "DEMO/GOV/Z99.01/GW1/1"
KEY = SigningKey(sha256(b"the tests' log key").digest())
STORE_KEY = StoreKey(sha256(b"the tests' store key").digest())
SMALL = LogSettings(segment_bytes=8192)


def make_entry(number: int, *, proven: bool = True, record: bytes | None = None, extra: int = 0) -> Entry:
    """Make an entry unlike any other number's, with a short record."""
    statement = encode_statement(Unknown(answers=encode_base64url(sha256(b"%d" % number).digest())))
    record = b"\1record of %d" % number if record is None else record
    shared = b"head of peer %d" % (number % 2) if number % 3 else b""
    return Entry(statement, leaf_hash(statement), proven, record, b"e" * extra, shared)


def make_sealed_entry(number: int) -> Entry:
    """Make an entry whose record is a real one under `STORE_KEY`."""
    plain = make_entry(number)
    return make_entry(number, record=RecordSealer(STORE_KEY).seal(plain.leaf, b"salt and header of %d" % number))


class OpenLog:
    """A log that a test has open: its loop, its callers' answers in order, and the failures it reported."""

    def __init__(
        self,
        folder: Path,
        files: Files | None = None,
        *,
        settings: LogSettings = SMALL,
        threads: bool = False,
        check: RecordCheck | None = None,
        key: SigningKey = KEY,
    ) -> None:
        self.turns = Turns()
        self.answers: list[Committed | None] = []
        self.failures: list[Exception] = []
        run = self.turns.run_in_thread if threads else None
        ports = LogPorts(self.turns.schedule, self.failures.append, run, check, files or QuickFiles())
        settings = dataclasses.replace(settings, sync_in_thread=threads)
        self.log: Log = open_log(folder, ORIGIN, key, ports, settings)

    def append(self, *entries: Entry) -> list[Committed]:
        """Append entries in one batch, and give what became of them; all must be durable."""
        before = len(self.answers)
        self.offer(entries)
        self.turns.run()
        answers = [answer for answer in self.answers[before:] if answer is not None]
        assert len(answers) == len(entries)
        return answers

    def offer(self, entries: Iterable[Entry]) -> None:
        """Append entries without waiting."""
        for entry in entries:
            self.log.append(entry, self.answers.append)


def make_log(folder: Path, count: int = 0, *, each: int = 5, settings: LogSettings = SMALL) -> list[Committed]:
    """Make a log of `count` entries in batches of `each`, published and closed."""
    create_log(folder, ORIGIN, KEY, files=QuickFiles(), settings=settings)
    return extend_log(folder, 0, count, each=each, settings=settings)


def extend_log(
    folder: Path, start: int, count: int, *, each: int = 5, settings: LogSettings = SMALL
) -> list[Committed]:
    """Append the entries from number `start` on, publish and close."""
    opened = OpenLog(folder, settings=settings)
    opened.log.resume(None)
    done = []
    for first in range(start, start + count, each):
        numbers = range(first, min(first + each, start + count))
        done += opened.append(*(make_entry(number, proven=number % 4 != 3) for number in numbers))
    opened.log.close()
    return done
