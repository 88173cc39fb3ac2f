"""How long the check of a whole log takes, and what one entry costs to commit (`python -m bench.log_check`).

Makes a log of a million entries, 16 a batch, in a temporary folder (about 2 GB), checks it with its key, and times
both. Nothing is synced while it is made: the figures are the processor's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress

from bench.logs import Loop, make_entries, start_log
from bench.machine import ROOT, find_commit, find_cpu_model
from lienthong.evidence.check import check_log
from lienthong.evidence.log import PUBLISH_ENTRIES
from lienthong.kernel.keys import make_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.evidence.check import Report
    from lienthong.kernel.keys import SigningKey

RESULT = ROOT / "build" / "bench" / "log_check.json"
BATCH = 16
COMMIT_BATCH = 20
# Below the size at which publication starts by itself: commits alone are timed.
COMMIT_ENTRIES = PUBLISH_ENTRIES // COMMIT_BATCH * COMMIT_BATCH - COMMIT_BATCH
COMMIT_ROUNDS = 7


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the temporary log is made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as home, Progress(transient=True) as progress:
        figures = {"commit_us_per_entry": measure_commit(Path(home))}
        figures |= measure_check(Path(home) / "log", arguments.entries, progress)
    machine = {"cpu": find_cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    for name, figure in figures.items():
        print(f"{name:24} {figure:>14,.2f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine, "commit": find_commit(), "figures": figures}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")


def measure_commit(home: Path) -> float:
    """Give the processor's microseconds per entry from `append` to its answer, the least of some rounds."""
    best = float("inf")
    for number in range(COMMIT_ROUNDS):
        loop = Loop()
        log = start_log(home / f"commit {number}", make_signing_key(), loop)
        entries = list(make_entries(COMMIT_ENTRIES))
        started = time.process_time()
        for first in range(0, COMMIT_ENTRIES, COMMIT_BATCH):
            for entry in entries[first : first + COMMIT_BATCH]:
                log.append(entry, lambda _: None)
            loop.run()
        best = min(best, (time.process_time() - started) / COMMIT_ENTRIES)
        log.close()
    return best * 1e6


def measure_check(folder: Path, entries: int, progress: Progress) -> dict[str, float]:
    """Make a log and check it."""
    key = make_signing_key()
    task = progress.add_task("making the log", total=entries)
    make_log(folder, key, entries, lambda done: progress.update(task, completed=done))
    task = progress.add_task("checking it", total=1.0)
    started, used = time.perf_counter(), time.process_time()
    report = check_log(folder, key.verify_key, progress=lambda done: progress.update(task, completed=done))
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    require_whole(report, entries)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "entries": report.size,
        "batches": report.batches,
        "log_mb": size / 1e6,
        "check_s": seconds,
        "check_cpu_us_per_entry": processor / entries * 1e6,
    }


def make_log(folder: Path, key: SigningKey, entries: int, tell: Callable[[int], None]) -> None:
    """Make a published log of that many entries."""
    loop = Loop()
    log = start_log(folder, key, loop)
    made = make_entries(entries)
    while batch := list(islice(made, BATCH)):
        for entry in batch:
            log.append(entry, lambda _: None)
        loop.run()
        tell(log.size)
    log.close()


def require_whole(report: Report, entries: int) -> None:
    """Require that the check went through the whole log: else there is no figure."""
    if report.problem is not None or report.size != entries:
        message = f"expected {entries} good entries, got {report.size} and {report.problem}"
        raise RuntimeError(message)


if __name__ == "__main__":
    main()
