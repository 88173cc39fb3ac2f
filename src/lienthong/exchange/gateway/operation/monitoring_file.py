"""Monitoring records as JSON Lines in a file that is turned over when it is full (setting `admin.monitoring_file`).

Written every few seconds by a thread, from the log: on a message's way nothing happens. Records stand in the order of
their requests, so a call without an answer holds up those behind it until SETTLED_MS is over.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.gateway.alarms import report_upkeep
from lienthong.exchange.gateway.operation.monitoring import MAX_PAGE, Monitoring, Wanted

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.exchange.gateway.assembly import Assembly
    from lienthong.exchange.gateway.operation.monitoring import MonitoringRecord

EVERY_S: Final = 2.0
SETTLED_MS: Final = 330_000
"""A service has at most 300 s; a call that old without an answer gets none."""
MAX_FILE: Final = 16 * 1024 * 1024
KEPT_FILES: Final = 8
"""Full files beside the one that is written: file.1 is the newest of them."""


class _Position(msgspec.Struct, frozen=True):
    """The log and the entry to go on from."""

    log: str
    entry: int


async def write_monitoring(parts: Assembly) -> None:
    """Write until cancelled; ends at once where the setting is empty."""
    name = parts.home.settings.admin.monitoring_file
    if not name:
        return
    monitoring = Monitoring(parts.home.log, parts.home.settings.log, parts.evidence.index, parts.evidence.store_key)
    writer = MonitoringFile(parts.home.path(name), parts.home.settings.log, monitoring)
    loop = asyncio.get_running_loop()
    while True:
        try:
            await loop.run_in_executor(parts.evidence.threads, writer.write, parts.gateway.clock.now_ms())
        except (EvidenceError, OSError) as error:
            report_upkeep("monitoring file", error)
        await asyncio.sleep(EVERY_S)


class MonitoringFile:
    """One file, and where it stands in the log."""

    def __init__(self, path: Path, log: str, monitoring: Monitoring, max_bytes: int = MAX_FILE) -> None:
        self._path = path
        self._log = log
        self._monitoring = monitoring
        self._max_bytes = max_bytes
        self._mark = path.with_name(path.name + ".position")
        self._after = self._read_position()

    def write(self, now_ms: int) -> None:
        """Append what is settled. A crash before the position is kept writes these lines once more."""
        while True:
            page = self._monitoring.read(Wanted(after=self._after, limit=MAX_PAGE))
            settled = _take_settled(page.records, now_ms)
            if settled:
                self._append(settled)
                self._after = settled[-1].entry + 1
            whole = len(settled) == len(page.records)
            if page.next is None or not whole:
                break
            self._after = page.next
        position = msgspec.json.encode(_Position(self._log, self._after))
        unfinished = self._mark.with_suffix(".new")
        unfinished.write_bytes(position)
        unfinished.replace(self._mark)

    def _append(self, records: list[MonitoringRecord]) -> None:
        if self._path.exists() and self._path.stat().st_size >= self._max_bytes:
            self._turn_over()
        with self._path.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(record) + b"\n" for record in records))

    def _turn_over(self) -> None:
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            if older.exists():
                older.replace(self._path.with_name(f"{self._path.name}.{number + 1}"))
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))

    def _read_position(self) -> int:
        try:
            position = msgspec.json.decode(self._mark.read_bytes(), type=_Position)
        except (OSError, msgspec.DecodeError):
            return 0
        # Another log: a gateway that was restored or has a new key begins with its first entry.
        return position.entry if position.log == self._log else 0


def _take_settled(records: tuple[MonitoringRecord, ...], now_ms: int) -> list[MonitoringRecord]:
    settled: list[MonitoringRecord] = []
    for record in records:
        if record.fault_code == "no_answer" and now_ms - record.monitoring_data_ts < SETTLED_MS:
            break
        settled.append(record)
    return settled
