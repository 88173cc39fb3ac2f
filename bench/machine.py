"""Which machine and which code a figure belongs to: a rate without its machine says nothing."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parents[1]
SYNC_TRIES = 200
SYNC_BYTES = 4096  # about what a small batch writes


class Machine(TypedDict):
    """What is printed over the table and stored beside the figures."""

    cpu: str
    cores: int
    memory_gb: float
    kernel: str
    python: str
    nginx: str
    fdatasync_ms: float
    load_before: float


def describe_machine(folder: Path, nginx: str) -> Machine:
    """Describe this machine; `folder` is on the disk that the logs will be on, `nginx` is its program."""
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    return Machine(
        cpu=find_cpu_model(),
        cores=os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        kernel=platform.release(),
        python=platform.python_version(),
        nginx=version.strip().rpartition("/")[2],
        fdatasync_ms=round(measure_sync(folder) * 1e3, 3),
        load_before=round(os.getloadavg()[0], 2),
    )


def find_cpu_model() -> str:
    """Give the processor's name as Linux knows it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def measure_sync(folder: Path) -> float:
    """Give the median seconds of a small write and fdatasync into a file that is already full of zeros."""
    path = folder / "sync-probe"
    path.write_bytes(bytes(SYNC_BYTES * SYNC_TRIES))
    descriptor = os.open(path, os.O_WRONLY)
    times = []
    try:
        os.fsync(descriptor)
        for number in range(SYNC_TRIES):
            started = time.perf_counter()
            os.pwrite(descriptor, b"x" * SYNC_BYTES, number * SYNC_BYTES)
            os.fdatasync(descriptor)
            times.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(times)


def find_commit() -> str:
    """Give the commit that is measured, with `+` if files differ from it; `unknown` outside of a clone."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return "unknown"
    commit = subprocess.run(
        [git, "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    changed = subprocess.run(
        [git, "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    return commit + ("+" if changed else "")
