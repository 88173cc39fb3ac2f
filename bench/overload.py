"""What two gateways still do at five times what they can take (`make campaign`).

First the peak: more and more requests in flight, each for some seconds; the best rate of served requests is what the
chain can take. Then five times that rate arrives, whether or not anything is answered. Goodput counts what was served.
Wanted: over nine tenths of the peak, and memory that is flat. Load, backend and both gateways share the machine, so
whatever the load itself costs at five times the rate is taken from the gateways as well. All of it twice: with callers
that keep their connections, and with callers that open one for each request.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chain import BenchError
from bench.exchange import RESULTS
from bench.gateways import Pair, start_gateways
from bench.load import CASES, require_right_answer
from bench.machine import ROOT, describe_machine, find_commit
from bench.nginx import find_nginx, start_backend
from bench.open_load import Load, Pool, Visits, new_loop
from bench.processes import cpu_seconds, open_files, resident_mb
from bench.report import format_machine, write_report
from lienthong.sandbox.children import Children
from lienthong.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.chain import Chain

TIMES = 5
WANTED_RATIO = 0.9
MOST_GROWTH = 1.2
"""Memory in the last third of the overload, over that in its first third."""
IN_FLIGHT = (32, 128, 512)
CONNECTIONS = 2500
LOOK_S = 1.0
KEPT = "callers keep their connections"
FRESH = "callers open a connection for each request"


@dataclass(frozen=True)
class Outcome:
    """The peak, the overload, each gateway's CPU seconds per second, and their memory and open files once a second.

    Memory is in MB; of both rows the first number is the consumer's gateway's.
    """

    peak: Load
    peak_in_flight: int
    overload: Load
    busy: tuple[float, float]
    memory: list[tuple[float, float]]
    files: list[tuple[int, int]]

    @property
    def is_good(self) -> bool:
        """Tell whether it is as wanted."""
        return self.ratio > WANTED_RATIO and self.growth < MOST_GROWTH

    @property
    def ratio(self) -> float:
        """Goodput under overload, over its peak."""
        return self.overload.goodput / self.peak.goodput

    @property
    def growth(self) -> float:
        """Memory at the end of the overload, over that at its beginning, of the gateway where it is larger."""
        third = max(1, len(self.memory) // 3)
        return max(
            sum(row[side] for row in self.memory[-third:]) / sum(row[side] for row in self.memory[:third])
            for side in (0, 1)
        )


def main(arguments: Sequence[str]) -> int:
    """Measure and print; gives 1 where less is reached than wanted."""
    parser = argparse.ArgumentParser(prog="bench.overload", description="Goodput at five times the peak.")
    parser.add_argument("--seconds", type=float, default=15.0, help="of overload; a third of it for each peak")
    chosen = parser.parse_args(arguments)
    try:
        outcomes = measure(chosen.seconds)
    except (BenchError, SandboxError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    for callers, outcome in outcomes.items():
        print(f"{callers}\n{format_outcome(outcome)}")
    is_good = all(outcome.is_good for outcome in outcomes.values())
    print("as wanted" if is_good else f"wanted: a ratio over {WANTED_RATIO} and a growth under {MOST_GROWTH}")
    return 0 if is_good else 1


def measure(seconds: float) -> dict[str, Outcome]:
    """Start the chain, find the peak, overload it, and write build/bench/overload.json; gives what each sort saw."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    _allow_files(2 * CONNECTIONS)
    with tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS) as name, Children() as children:
        folder = Path(name)
        machine, commit = describe_machine(folder, find_nginx()), find_commit()
        print(format_machine(machine, commit), flush=True)
        chain = start_gateways(
            children, Pair("ours", folder / "pair", 0, profile=False), start_backend(children, folder)
        )
        require_right_answer(chain, CASES[0])
        with asyncio.Runner(loop_factory=new_loop) as runner:
            outcomes = {KEPT: runner.run(_drive_kept(chain, seconds)), FRESH: runner.run(_drive_fresh(chain, seconds))}
    figures = make_figures(outcomes[KEPT]) | {
        f"fresh_{key}": each for key, each in make_figures(outcomes[FRESH]).items()
    }
    write_report(RESULTS / "overload.json", machine, commit, figures)
    print(f"written to {(RESULTS / 'overload.json').relative_to(ROOT)}")
    return outcomes


async def _drive_kept(chain: Chain, seconds: float) -> Outcome:
    pool = Pool(chain, CASES[0].path)
    await pool.connect(max(IN_FLIGHT))
    peak, in_flight = await _find_peak(pool, seconds)
    await pool.connect(CONNECTIONS - max(IN_FLIGHT))
    return await _overload(chain, pool, peak, in_flight)


async def _drive_fresh(chain: Chain, seconds: float) -> Outcome:
    visits = Visits(chain, CASES[0].path, CONNECTIONS)
    peak, in_flight = await _find_peak(visits, seconds)
    return await _overload(chain, visits, peak, in_flight)


async def _find_peak(callers: Pool | Visits, seconds: float) -> tuple[Load, int]:
    """Give the best of some closed loops, and how many were in flight in it."""
    await callers.run_closed(IN_FLIGHT[0], 1.0)
    await callers.settle()
    runs: list[tuple[Load, int]] = []
    for in_flight in IN_FLIGHT:
        runs.append((await callers.run_closed(in_flight, seconds / 3), in_flight))
        await callers.settle()
    return max(runs, key=lambda run: run[0].goodput)


async def _overload(chain: Chain, callers: Pool | Visits, peak: Load, in_flight: int) -> Outcome:
    seconds = 3 * peak.seconds
    memory: list[tuple[float, float]] = []
    files: list[tuple[int, int]] = []
    watching = asyncio.ensure_future(_watch(chain, memory, files))
    before = [cpu_seconds([pid]) for pid in chain.processes]
    overload = await callers.run_open(TIMES * peak.goodput, seconds)
    first, second = (cpu_seconds([pid]) - was for pid, was in zip(chain.processes, before, strict=True))
    watching.cancel()
    await callers.settle()
    callers.close()
    return Outcome(peak, in_flight, overload, (first / seconds, second / seconds), memory, files)


async def _watch(chain: Chain, memory: list[tuple[float, float]], files: list[tuple[int, int]]) -> None:
    while True:
        consumer, provider = chain.processes
        memory.append((resident_mb(consumer), resident_mb(provider)))
        files.append((open_files(consumer), open_files(provider)))
        await asyncio.sleep(LOOK_S)


def format_outcome(outcome: Outcome) -> str:
    """Give the table."""
    peak, over = outcome.peak, outcome.overload
    told = ", ".join(f"{count} {what}" for what, count in sorted(over.told.items()))
    at = outcome.peak_in_flight
    files = " and ".join(str(max(row[side] for row in outcome.files)) for side in (0, 1))
    memory = " ".join(f"{consumer:.0f}/{provider:.0f}" for consumer, provider in outcome.memory)
    return "\n".join(
        (
            f"peak       {peak.goodput:8.0f}/s served, p99 {peak.percentile_ms(0.99):.0f} ms, {at} in flight",
            f"offered    {over.offered / over.seconds:8.0f}/s for {over.seconds:.0f} s: {told}, {over.unsent} unsent",
            f"goodput    {over.goodput:8.0f}/s, ratio {outcome.ratio:.2f}",
            f"served in  p50 {over.percentile_ms(0.5):.0f} ms, p99 {over.percentile_ms(0.99):.0f} ms",
            f"CPU        {outcome.busy[0]:.2f} and {outcome.busy[1]:.2f} of a core, consumer's and provider's gateway",
            f"memory MB  {memory} (each second), growth {outcome.growth:.2f}",
            f"open files {files} (at most)",
        )
    )


def make_figures(outcome: Outcome) -> dict[str, float]:
    """Give the figures of the JSON."""
    return {
        "peak_per_s": outcome.peak.goodput,
        "offered_per_s": outcome.overload.offered / outcome.overload.seconds,
        "goodput_per_s": outcome.overload.goodput,
        "goodput_ratio": outcome.ratio,
        "served_p99_ms": outcome.overload.percentile_ms(0.99),
        "memory_growth": outcome.growth,
        "memory_most_mb": max(max(row) for row in outcome.memory),
    }


def _allow_files(wanted: int) -> None:
    """Gateways inherit this: each caller is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
