from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.batch import Entry
from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.log import LogPorts, LogSettings, create_log, open_log
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Request, encode_statement
from lienthong.evidence.store import MessageRecord, RecordSealer, StoreKey, encode_message, is_erased
from lienthong.evidence.tree import leaf_hash
from lienthong.exchange.gateway.retention import MS_PER_DAY, Retention
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.clocks import SetClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORIGIN = "DEMO/GOV/Z99.01/GW1/1"
HASH = encode_base64url(bytes(32))


def request_of(time: int, key: StoreKey) -> Entry:
    raw = encode_statement(
        Request(
            client="DEMO/GOV/Z99.01/PORTAL",
            commitment=HASH,
            exchange="8d5f0e52-3c5b-4f5e-9f3e-000000000001",
            id=HASH,
            reliable=False,
            service="DEMO/GOV/Z99.02/AREAS/units",
            time=time,
            to="DEMO/GOV/Z99.02/GW1/1",
            until=time + 1,
        )
    )
    leaf = leaf_hash(raw)
    record = RecordSealer(key).seal(leaf, encode_message(MessageRecord(bytes(16), b"GET\r\n/\r\n")))
    return Entry(raw, leaf, proven=True, record=record)


def write_log(folder: Path, entries: list[Entry]) -> None:
    key = make_signing_key()
    settings = LogSettings(segment_bytes=1 << 16, sync_in_thread=False)
    create_log(folder, ORIGIN, key, settings=settings)
    turns: list[Callable[[], None]] = []
    log = open_log(folder, ORIGIN, key, LogPorts(schedule=turns.append, on_failure=lambda _error: None), settings)
    log.resume(None)
    for entry in entries:
        log.append(entry, lambda _committed: None)
    while turns:
        turns.pop(0)()
    log.close()


def test_records_older_than_the_kept_days_are_erased_and_younger_ones_stay(tmp_path: Path) -> None:
    key = StoreKey(bytes(32))
    now = 100 * MS_PER_DAY
    write_log(tmp_path / "log", [request_of(now - days * MS_PER_DAY, key) for days in (31, 30, 29, 1)])
    clock = SetClock(now + 1)
    retention = Retention(tmp_path / "log", BodyStore(tmp_path / "store", clock), 30, clock, tmp_path / "mark")
    retention.erase_expired()
    erased = [is_erased(entry.record) for batch in read_batches(tmp_path / "log") for entry in batch.entries]
    assert erased == [True, True, False, False]
    assert (tmp_path / "mark").read_text() == "2\n"
    clock.advance(2 * MS_PER_DAY)
    retention.erase_expired()
    erased = [is_erased(entry.record) for batch in read_batches(tmp_path / "log") for entry in batch.entries]
    assert erased == [True, True, True, False]


def test_a_damaged_mark_only_makes_the_log_be_read_from_its_beginning(tmp_path: Path) -> None:
    key, now = StoreKey(bytes(32)), 100 * MS_PER_DAY
    write_log(tmp_path / "log", [request_of(now - 31 * MS_PER_DAY, key)])
    (tmp_path / "mark").write_text("no number")
    clock = SetClock(now)
    Retention(tmp_path / "log", BodyStore(tmp_path / "store", clock), 30, clock, tmp_path / "mark").erase_expired()
    assert [is_erased(entry.record) for batch in read_batches(tmp_path / "log") for entry in batch.entries] == [True]
