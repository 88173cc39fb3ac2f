"""What two gateways still do at five times what they can take (`make campaign`).

First the peak: more and more requests in flight, each for some seconds; the best rate of served requests is what the
chain can take. Then five times that rate arrives, whether or not anything is answered. Goodput counts what was served.
Wanted: over nine tenths of the peak, and memory that is flat. Load, backend and both gateways share the machine, so
whatever the load itself costs at five times the rate is taken from the gateways as well.
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
from bench.open_load import Load, Pool, new_loop
from bench.processes import cpu_seconds, resident_mb
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


@dataclass(frozen=True)
class Outcome:
    """The peak, the overload, each gateway's CPU seconds per second, and their memory once a second (MB)."""

    peak: Load
    peak_in_flight: int
    overload: Load
    busy: tuple[float, float]
    memory: list[tuple[float, float]]

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
        outcome = measure(chosen.seconds)
    except (BenchError, SandboxError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(format_outcome(outcome))
    is_good = outcome.ratio > WANTED_RATIO and outcome.growth < MOST_GROWTH
    print("as wanted" if is_good else f"wanted: a ratio over {WANTED_RATIO} and a growth under {MOST_GROWTH}")
    return 0 if is_good else 1


def measure(seconds: float) -> Outcome:
    """Start the chain, find the peak, overload it, and write build/bench/overload.json."""
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
            outcome = runner.run(_drive(chain, seconds))
    write_report(RESULTS / "overload.json", machine, commit, make_figures(outcome))
    print(f"written to {(RESULTS / 'overload.json').relative_to(ROOT)}")
    return outcome


async def _drive(chain: Chain, seconds: float) -> Outcome:
    pool = Pool(chain, CASES[0].path)
    await pool.connect(max(IN_FLIGHT))
    await pool.run_closed(IN_FLIGHT[0], 1.0)
    await pool.settle()
    runs: list[tuple[Load, int]] = []
    for in_flight in IN_FLIGHT:
        runs.append((await pool.run_closed(in_flight, seconds / 3), in_flight))
        await pool.settle()
    peak, in_flight = max(runs, key=lambda run: run[0].goodput)
    await pool.connect(CONNECTIONS - max(IN_FLIGHT))
    memory: list[tuple[float, float]] = []
    watching = asyncio.ensure_future(_watch(chain, memory))
    before = [cpu_seconds([pid]) for pid in chain.processes]
    overload = await pool.run_open(TIMES * peak.goodput, seconds)
    first, second = (cpu_seconds([pid]) - was for pid, was in zip(chain.processes, before, strict=True))
    watching.cancel()
    await pool.settle()
    pool.close()
    return Outcome(peak, in_flight, overload, (first / seconds, second / seconds), memory)


async def _watch(chain: Chain, memory: list[tuple[float, float]]) -> None:
    while True:
        consumer, provider = chain.processes
        memory.append((resident_mb(consumer), resident_mb(provider)))
        await asyncio.sleep(LOOK_S)


def format_outcome(outcome: Outcome) -> str:
    """Give the table."""
    peak, over = outcome.peak, outcome.overload
    told = ", ".join(f"{count} {what}" for what, count in sorted(over.told.items()))
    at = outcome.peak_in_flight
    memory = " ".join(f"{consumer:.0f}/{provider:.0f}" for consumer, provider in outcome.memory)
    return "\n".join(
        (
            f"peak       {peak.goodput:8.0f}/s served, p99 {peak.percentile_ms(0.99):.0f} ms, {at} in flight",
            f"offered    {over.offered / over.seconds:8.0f}/s for {over.seconds:.0f} s: {told}, {over.unsent} unsent",
            f"goodput    {over.goodput:8.0f}/s, ratio {outcome.ratio:.2f}",
            f"served in  p50 {over.percentile_ms(0.5):.0f} ms, p99 {over.percentile_ms(0.99):.0f} ms",
            f"CPU        {outcome.busy[0]:.2f} and {outcome.busy[1]:.2f} of a core, consumer's and provider's gateway",
            f"memory MB  {memory} (each second), growth {outcome.growth:.2f}",
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
