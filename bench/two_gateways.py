"""What a second provider gateway of one member adds (`python -m bench.two_gateways`).

Two gateways of the consumer's member ask, each for its own callers, so that the provider's side has more to do than any
one of them. The same load runs against one gateway of the provider and against two, in turns. A gateway uses one core:
with fewer than five cores for two askers, two providers and the load, a second provider cannot show what it is worth,
and the table says so.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench.chain import BenchError, Chain
from bench.exchange import RESULTS
from bench.gateways import GRANTS, SERVICE, SERVICES, Pair, start_gateway
from bench.load import CASES, require_right_answer
from bench.machine import ROOT, describe_machine, find_commit
from bench.nginx import find_nginx, start_backend
from bench.open_load import Pool, new_loop
from bench.processes import cpu_seconds
from bench.report import format_machine, write_report
from lienthong.directory.office import Office
from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.children import Children
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.federation import CLIENT, CONSUMER, PROVIDER, Federation, make_federation
from lienthong.sandbox.gateway_home import GatewayHome, ensure_keys, ensure_log, write_private, write_settings
from lienthong.sandbox.ports import LOOPBACK, find_free_ports
from lienthong.sandbox.processes import require_listening
from lienthong.sandbox.tuf_directory import certify, publish_chained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.sandbox.children import Child

IN_FLIGHT = 64
"""At each of the two asking gateways."""
WARM_S = 1.0
CORES_NEEDED = 5


@dataclass(frozen=True)
class Side:
    """A running federation with one provider or two, and where its two askers take requests."""

    chains: tuple[Chain, Chain]
    providers: tuple[Child, ...]


@dataclass(frozen=True)
class Turn:
    """One measurement: served a second, and the part of a core that each provider used."""

    rate: float
    busy: tuple[float, ...]


def main(arguments: Sequence[str]) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(prog="bench.two_gateways", description="Two gateways of a provider against one.")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    try:
        measure(chosen.rounds, chosen.seconds)
    except (BenchError, SandboxError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def measure(rounds: int, seconds: float) -> None:
    """Run both sides in turns, print the table, write build/bench/gateways.json."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS) as name, Children() as children:
        folder = Path(name)
        machine, commit = describe_machine(folder, find_nginx()), find_commit()
        print(format_machine(machine, commit), flush=True)
        backend = start_backend(children, folder)
        sides = {count: start_side(children, folder / f"providers-{count}", count, backend) for count in (1, 2)}
        for side in sides.values():
            for chain in side.chains:
                require_right_answer(chain, CASES[0])
        with asyncio.Runner(loop_factory=new_loop) as runner:
            turns = runner.run(_take_turns(sides, rounds, seconds))
    figures = make_figures(turns)
    print(format_turns(turns, figures))
    write_report(RESULTS / "gateways.json", machine, commit, figures)
    print(f"written to {(RESULTS / 'gateways.json').relative_to(ROOT)}")


async def _take_turns(sides: dict[int, Side], rounds: int, seconds: float) -> dict[int, list[Turn]]:
    turns: dict[int, list[Turn]] = {count: [] for count in sides}
    pools: dict[int, list[Pool]] = {}
    for count, side in sides.items():
        pools[count] = [Pool(chain, CASES[0].path) for chain in side.chains]
        for pool in pools[count]:
            await pool.connect(IN_FLIGHT)
        await _run(pools[count], side, WARM_S)
    for number in range(rounds):
        # Who comes first changes, so that neither always has the quieter minute.
        for count in sorted(sides, reverse=bool(number % 2)):
            turns[count].append(await _run(pools[count], sides[count], seconds))
            await asyncio.sleep(WARM_S)
    for pool in (pool for each in pools.values() for pool in each):
        pool.close()
    return turns


async def _run(pools: Sequence[Pool], side: Side, seconds: float) -> Turn:
    before = [cpu_seconds([provider.pid]) for provider in side.providers]
    loads = await asyncio.gather(*(pool.run_closed(IN_FLIGHT, seconds) for pool in pools))
    spent = [cpu_seconds([each.pid]) - was for each, was in zip(side.providers, before, strict=True)]
    wrong = sum(load.told.total() - load.told["served"] for load in loads)
    if wrong:
        raise BenchError(f"{wrong} requests were not served: {[dict(load.told) for load in loads]}")
    return Turn(sum(load.goodput for load in loads), tuple(each / seconds for each in spent))


def start_side(children: Children, folder: Path, providers: int, backend_port: int) -> Side:
    """Make and start a federation in which two gateways ask and so many answer."""
    federation = make_federation(folder, SystemClock())
    asking = [federation.consumer, _add_gateway(federation, f"{CONSUMER.id}/GW2", "PORTAL")]
    answering = [federation.provider]
    if providers > 1:
        answering.append(_add_gateway(federation, f"{PROVIDER.id}/GW2", "AREAS"))
    for home in answering:
        services = SERVICES.format(service=SERVICE, port=backend_port)
        write_private(home.folder / "services.toml", services.encode())
        write_private(home.folder / "grants.toml", GRANTS.format(service=SERVICE, client=CLIENT).encode())
    pair = Pair(folder.name, folder, 0, profile=False)
    started = {home: start_gateway(children, pair, home) for home in (*asking, *answering)}
    runs = {home: require_listening(child, home) for home, child in started.items()}
    first, second = (
        Chain(
            name=home.gateway,
            address=runs[home].consumers,
            prefix=f"/r1/{PROVIDER.id}/{SERVICE}",
            headers=(("X-Road-Client", CLIENT), ("X-Road-Token", federation.token)),
            servers=(started[home], started[answering[0]]),
        )
        for home in asking
    )
    return Side((first, second), tuple(started[home] for home in answering))


def _add_gateway(federation: Federation, gateway: str, subsystem: str) -> GatewayHome:
    """Make a further gateway's home and list it in the directory."""
    folder = federation.folder
    addresses = [f"{LOOPBACK}:{port}" for port in find_free_ports(3)]
    home = GatewayHome(gateway, folder / gateway.replace("/", "-"), *addresses)
    ensure_keys(home)
    ensure_log(home)
    tokens = (federation.token,) if subsystem == "PORTAL" else ()
    write_settings(home, federation.root, {subsystem: tokens})
    for name in ("services.toml", "grants.toml"):
        write_private(home.folder / name, b"# This gateway offers nothing yet.\n")
    office = Office(federation.office, SystemClock())
    directory = office.repository.directory_content()
    gateways = (*directory.gateways, home.list_in_directory(directory.issued))
    write_private(federation.directory, publish_chained(office, msgspec.structs.replace(directory, gateways=gateways)))
    certify(office, home)
    return home


def make_figures(turns: dict[int, list[Turn]]) -> dict[str, float]:
    """Give the figures of the JSON; the ratio is the median of the rounds' ratios."""
    ratios = [two.rate / one.rate for one, two in zip(turns[1], turns[2], strict=True)]
    return {
        "rate_1": statistics.median(turn.rate for turn in turns[1]),
        "rate_2": statistics.median(turn.rate for turn in turns[2]),
        "gateways_2_over_1": statistics.median(ratios),
        "busy_1": statistics.median(sum(turn.busy) for turn in turns[1]),
        "busy_2": statistics.median(sum(turn.busy) for turn in turns[2]),
    }


def format_turns(turns: dict[int, list[Turn]], figures: dict[str, float]) -> str:
    """Give the table."""
    lines = [f"{'providers':>9} {'per second':>10}  parts of a core that each used"]
    for count, taken in turns.items():
        parts = zip(*(turn.busy for turn in taken), strict=True)
        shares = " ".join(f"{statistics.median(part):.2f}" for part in parts)
        lines.append(f"{count:9} {figures[f'rate_{count}']:10.0f}  {shares}")
    lines.append(f"two over one: {figures['gateways_2_over_1']:.2f}")
    cores = os.cpu_count() or 1
    if cores < CORES_NEEDED:
        lines.append(
            f"this machine has {cores} cores and {CORES_NEEDED} are needed: this ratio shows only that it works"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
