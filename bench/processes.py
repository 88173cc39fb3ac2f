"""What the kernel counted for processes and their children: CPU time and resident memory (proc(5))."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
USER_TICKS, SYSTEM_TICKS = 11, 12  # utime and stime, counted after the command name in /proc/PID/stat


def walk(roots: Iterable[int]) -> Iterator[int]:
    """Give the processes and all their descendants: nginx's worker is a child of what we started."""
    for pid in roots:
        yield pid
        for task in (PROC / str(pid) / "task").iterdir():
            yield from walk(int(child) for child in (task / "children").read_text().split())


def cpu_seconds(roots: Iterable[int]) -> float:
    """Give user and system time of all threads so far, in seconds; resolution is one tick (10 ms)."""
    ticks = 0
    for pid in walk(roots):
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])
    return ticks / TICKS_PER_SECOND


def resident_mb(root: int) -> float:
    """Give the resident memory of one server now, children included, in MB of 10^6 bytes."""
    return sum(status_bytes(pid, "VmRSS") for pid in walk([root])) / 1e6


def peak_resident_mb(root: int) -> float:
    """Give the most that one server has ever had resident, children included, in MB of 10^6 bytes."""
    return sum(status_bytes(pid, "VmHWM") for pid in walk([root])) / 1e6


def open_files(pid: int) -> int:
    """Give how many files and connections one server has open now."""
    return sum(1 for _ in (PROC / str(pid) / "fd").iterdir())


def status_bytes(pid: int, field: str) -> int:
    """Give a size from /proc/PID/status, which is in KiB there."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise ProcessLookupError(f"process {pid} has no {field}: it has ended")
