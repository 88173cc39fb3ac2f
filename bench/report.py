"""From runs to figures: medians over rounds, ratios to the peer, the printed table and the stored JSON."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from bench.load import Run
    from bench.machine import Machine
    from bench.proofs import ProofSize

CHAINS = PEER, OURS, OURS_SLOW_DISK = "nginx", "lienthong", "lienthong 2 ms"
CASE_NAMES = ("1k", "1k-post", "100k")
IN_FLIGHT = (1, 32, 128)
BUSY = (32, 128)  # in flight where the CPU ratio is a figure: at 1 the ticks are too coarse
SUFFIXES = {"1k": "", "100k": "_100k"}  # the cases that give figures; others are only printed
HIGHEST_EXPONENT = 7  # larger logs are only printed


@dataclass(frozen=True)
class Cell:
    """One row of the table: a chain, a case, and how many requests are in flight."""

    chain: str
    case: str
    in_flight: int


Rounds = dict[Cell, list["Run"]]  # every cell's runs, one per round


@dataclass(frozen=True)
class Memory:
    """The larger of a chain's two gateways: MB just after the start, and the most ever under load."""

    idle_mb: float
    peak_mb: float


def ratio_rates(ours: Sequence[Run], peer: Sequence[Run]) -> float:
    """Give our rate over the peer's: the median of the rounds' ratios, as neighbours share their noise."""
    return statistics.median(mine.rate / other.rate for mine, other in zip(ours, peer, strict=True))


def ratio_cpu(ours: Sequence[Run], peer: Sequence[Run]) -> float:
    """Give our exchanges per gateway CPU second over the peer's, likewise."""
    return statistics.median(other.cpu_us / mine.cpu_us for mine, other in zip(ours, peer, strict=True))


def make_figures(rounds: Rounds, memory: Memory, proofs: Iterable[ProofSize]) -> dict[str, float]:
    """Give the published figures; cells that were left out by `--only` give no figure."""
    figures: dict[str, float] = {}
    for case, suffix in SUFFIXES.items():
        for in_flight in IN_FLIGHT:
            figures |= ratio_figures(rounds, case, in_flight, suffix)
        for chain, mark in ((OURS, ""), (OURS_SLOW_DISK, "_disk2ms")):
            figures |= latency_figures(rounds.get(Cell(chain, case, 1)), mark, suffix)
    figures["rss_idle_mb"] = memory.idle_mb
    figures["rss_load_mb"] = memory.peak_mb
    for proof in proofs:
        if proof.exponent <= HIGHEST_EXPONENT:
            figures[f"proof_bytes_1e{proof.exponent}"] = proof.size_bytes
    return {key: round(figure, 3) for key, figure in figures.items()}


def ratio_figures(rounds: Rounds, case: str, in_flight: int, suffix: str) -> dict[str, float]:
    """Give the ratios of one case at one load, on this disk."""
    ours, peer = (rounds.get(Cell(chain, case, in_flight)) for chain in (OURS, PEER))
    if ours is None or peer is None:
        return {}
    figures = {f"ratio_rps_{in_flight}{suffix}": ratio_rates(ours, peer)}
    if in_flight in BUSY:
        figures[f"ratio_cpu_{in_flight}{suffix}"] = ratio_cpu(ours, peer)
    return figures


def latency_figures(runs: list[Run] | None, mark: str, suffix: str) -> dict[str, float]:
    """Give the latency of one exchange at a time; on the slow disk the median only."""
    if runs is None:
        return {}
    figures = {f"p50_ms_1{mark}{suffix}": statistics.median(run.p50_ms for run in runs)}
    if not mark:
        figures[f"p99_ms_1{suffix}"] = statistics.median(run.p99_ms for run in runs)
    return figures


def format_table(rounds: Rounds) -> str:
    """Give one line per cell: medians, the spread of the rate over the rounds, and the ratios to the peer."""
    head = (
        f"{'exchange':9} {'in flight':>9}  {'chain':15} {'per s':>8} {'spread':>7}"
        f" {'p50 ms':>8} {'p99 ms':>8} {'CPU µs':>7} {'rate ratio':>10} {'CPU ratio':>9}"
    )
    lines = [head]
    for cell, runs in sorted(rounds.items(), key=lambda item: place(item[0])):
        rates = [run.rate for run in runs]
        rate = statistics.median(rates)
        lines.append(
            f"{cell.case:9} {cell.in_flight:9}  {cell.chain:15} {rate:8.0f}"
            f" {(max(rates) - min(rates)) / rate:7.0%}"
            f" {statistics.median(run.p50_ms for run in runs):8.2f}"
            f" {statistics.median(run.p99_ms for run in runs):8.2f}"
            f" {statistics.median(run.cpu_us for run in runs):7.0f} {format_ratios(rounds, cell)}"
        )
    return "\n".join(lines)


def place(cell: Cell) -> tuple[int, int, int]:
    """Give the order of the table's lines: case, load, then the peer before ours."""
    return CASE_NAMES.index(cell.case), cell.in_flight, CHAINS.index(cell.chain)


def format_ratios(rounds: Rounds, cell: Cell) -> str:
    """Give the two last columns; the peer itself and a run without peer have none."""
    peer = rounds.get(Cell(PEER, cell.case, cell.in_flight))
    if peer is None or cell.chain == PEER:
        return f"{'':10} {'':9}"
    return f"{ratio_rates(rounds[cell], peer):10.3f} {ratio_cpu(rounds[cell], peer):9.3f}"


def format_memory(memory: Memory) -> str:
    """Give the line on memory."""
    return f"memory of one gateway (the larger one): idle {memory.idle_mb:.0f} MB, peak {memory.peak_mb:.0f} MB"


def format_proofs(proofs: Iterable[ProofSize]) -> str:
    """Give one line per size of log."""
    lines = [f"{'log entries':>11} {'proof bytes':>11} {'verify µs':>9}"]
    lines += [f"{f'10^{p.exponent}':>11} {p.size_bytes:11} {p.verify_us:9.0f}" for p in proofs]
    return "\n".join(lines)


def format_machine(machine: Machine, commit: str) -> str:
    """Give the lines above the table."""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, Linux {machine['kernel']},"
        f" Python {machine['python']}, nginx {machine['nginx']}\n"
        f"fdatasync {machine['fdatasync_ms']} ms on this disk; load average before the run"
        f" {machine['load_before']}; commit {commit}"
    )


def write_report(path: Path, machine: Machine, commit: str, figures: Mapping[str, float]) -> None:
    """Write the JSON that other programs read; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine, "commit": commit, "figures": figures}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
