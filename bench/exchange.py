"""How fast a proven exchange is against nginx with two hops of mutual TLS and no proof (`make bench`).

Ours: two gateways with durable logs, four awaited appends per exchange, both sides verified. The peer: two
nginx, no log. Same machine, same backend, same load, same run: each round visits all cells in a new random
order, the chains of one cell right after each other. A second pair of gateways waits 2 ms more for each
sync, as on a slower disk. The 1 KiB case is a GET answered by 1 KiB; a POST of 1 KiB and an answer of 100
KiB are measured too.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chain import BenchError
from bench.gateways import Pair, start_gateways
from bench.load import CASES, Case, find_wrk, require_right_answer, run_load
from bench.machine import ROOT, describe_machine, find_commit
from bench.nginx import find_nginx, start_backend, start_peer
from bench.processes import peak_resident_mb, resident_mb
from bench.profiles import print_profiles
from bench.proofs import measure_proofs
from bench.report import (
    IN_FLIGHT,
    OURS,
    OURS_SLOW_DISK,
    Cell,
    Memory,
    Rounds,
    format_machine,
    format_memory,
    format_proofs,
    format_table,
    make_figures,
    write_report,
)
from lienthong.sandbox.children import Children
from lienthong.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.chain import Chain

RESULTS = ROOT / "build" / "bench"
SLOW_DISK_MS = 2
SETTLE_SECONDS = 2.0  # after the start, before idle memory is read
WARM_SECONDS = 1


@dataclass(frozen=True)
class Plan:
    """What to run: rounds of whole seconds over the chosen cells; only a full plan is published."""

    rounds: int
    seconds: int
    cells: tuple[tuple[Case, int], ...]
    profile: bool
    full: bool


def main(arguments: Sequence[str]) -> int:
    """Measure, print and store; gives 1 and says what is missing or went wrong."""
    try:
        measure(read_plan(arguments))
    except (BenchError, SandboxError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def read_plan(arguments: Sequence[str]) -> Plan:
    """Read the command line; `--only` may be given several times."""
    parser = argparse.ArgumentParser(prog="bench.exchange", description="Proven exchanges against nginx.")
    parser.add_argument("--quick", action="store_true", help="two rounds of a second: shows only that all works")
    parser.add_argument("--rounds", type=int, help="rounds over all cells")
    parser.add_argument("--only", action="append", metavar="CASE@N", help="only these cells, such as 1k@32")
    parser.add_argument("--profile", action="store_true", help="gateways under cProfile; distorts all figures")
    chosen = parser.parse_args(arguments)
    cells = {f"{case.name}@{in_flight}": (case, in_flight) for case in CASES for in_flight in IN_FLIGHT}
    unknown = [name for name in chosen.only or () if name not in cells]
    if unknown:
        raise BenchError(f"--only {unknown[0]}: expected one of {' '.join(cells)}")
    return Plan(
        rounds=chosen.rounds or (2 if chosen.quick else 7),
        seconds=1 if chosen.quick else 2,
        cells=tuple(cells[name] for name in chosen.only or cells),
        profile=chosen.profile,
        full=not (chosen.only or chosen.quick or chosen.profile),
    )


def measure(plan: Plan) -> None:
    """Start all chains, run all rounds, print the tables and write the JSON."""
    find_wrk()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS) as name:
        folder = Path(name)
        machine, commit = describe_machine(folder, find_nginx()), find_commit()
        print(format_machine(machine, commit), flush=True)
        with Children() as children:
            rounds, memory = run_rounds(start_chains(children, folder, plan), plan)
        if plan.profile:
            print_profiles(folder)
    proofs = measure_proofs()
    print("\n".join((format_table(rounds), format_memory(memory), format_proofs(proofs))))
    path = RESULTS / ("exchange.json" if plan.full else "exchange-trial.json")
    write_report(path, machine, commit, make_figures(rounds, memory, proofs))
    print(f"written to {path.relative_to(ROOT)}")


def start_chains(children: Children, folder: Path, plan: Plan) -> tuple[Chain, ...]:
    """Start the backend and the three chains in front of it."""
    backend = start_backend(children, folder)
    ours = Pair(OURS, folder / "this-disk", delay_ms=0, profile=plan.profile)
    slow = Pair(OURS_SLOW_DISK, folder / "slow-disk", delay_ms=SLOW_DISK_MS, profile=plan.profile)
    return (
        start_peer(children, folder, backend),
        start_gateways(children, ours, backend),
        start_gateways(children, slow, backend),
    )


def run_rounds(chains: Sequence[Chain], plan: Plan) -> tuple[Rounds, Memory]:
    """Check and warm all cells, then measure round by round; memory is that of our chain on this disk."""
    gateways = next(chain.processes for chain in chains if chain.name == OURS)
    time.sleep(SETTLE_SECONDS)
    idle = max(resident_mb(pid) for pid in gateways)
    for chain in chains:
        for case, in_flight in plan.cells:
            require_right_answer(chain, case)
            run_load(chain, case, in_flight, WARM_SECONDS)
    rounds: Rounds = {}
    for number in range(plan.rounds):
        print(f"round {number + 1} of {plan.rounds}", file=sys.stderr, flush=True)
        run_round(rounds, chains, plan, random.Random(number))  # noqa: S311 - an order, not a secret
    return rounds, Memory(idle, max(peak_resident_mb(pid) for pid in gateways))


def run_round(rounds: Rounds, chains: Sequence[Chain], plan: Plan, order: random.Random) -> None:
    """Visit all cells in random order; the chains of one cell are neighbours, so they share their noise."""
    for case, in_flight in order.sample(plan.cells, len(plan.cells)):
        for chain in order.sample(chains, len(chains)):
            run = run_load(chain, case, in_flight, plan.seconds)
            rounds.setdefault(Cell(chain.name, case.name, in_flight), []).append(run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
