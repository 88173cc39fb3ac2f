from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

from bench.load import CASES, Run
from bench.machine import Machine
from bench.proofs import measure_proofs
from bench.report import (
    CASE_NAMES,
    CHAINS,
    IN_FLIGHT,
    OURS,
    PEER,
    Cell,
    Memory,
    Rounds,
    format_table,
    make_figures,
    write_report,
)

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = Machine(
    cpu="some processor",
    cores=2,
    memory_gb=4.0,
    kernel="6.1",
    python="3.11.2",
    nginx="1.22.1",
    fdatasync_ms=0.1,
    load_before=0.0,
)
MEMORY = Memory(idle_mb=40.0, peak_mb=90.0)


def whole_run() -> Rounds:
    rates = {PEER: 1000.0, OURS: 400.0}
    return {
        Cell(chain, case, in_flight): [
            Run(rates.get(chain, 100.0) * noise, p50_ms=2.0, p99_ms=5.0, cpu_us=1e5 / rates.get(chain, 100.0))
            for noise in (1.0, 0.5, 2.0)
        ]
        for chain in CHAINS
        for case in CASE_NAMES
        for in_flight in IN_FLIGHT
    }


def test_a_whole_run_gives_every_published_figure_and_no_other() -> None:
    figures = make_figures(whole_run(), MEMORY, measure_proofs())

    both = {"ratio_rps_1", "ratio_rps_32", "ratio_rps_128", "ratio_cpu_32", "ratio_cpu_128"}
    both |= {"p50_ms_1", "p99_ms_1", "p50_ms_1_disk2ms"}
    once = {"rss_idle_mb", "rss_load_mb", *(f"proof_bytes_1e{exponent}" for exponent in (3, 4, 5, 6, 7))}
    assert set(figures) == once | both | {f"{key}_100k" for key in both}


def test_a_ratio_is_ours_over_the_peers_in_the_same_round() -> None:
    figures = make_figures(whole_run(), MEMORY, ())

    assert figures["ratio_rps_32"] == 0.4
    assert figures["ratio_cpu_32"] == 0.4


def test_cells_that_were_not_run_give_no_figure() -> None:
    rounds = {cell: runs for cell, runs in whole_run().items() if cell.case == "1k" and cell.in_flight == 32}

    assert set(make_figures(rounds, MEMORY, ())) == {
        "ratio_rps_32",
        "ratio_cpu_32",
        "rss_idle_mb",
        "rss_load_mb",
    }


def test_the_table_has_a_line_for_every_cell() -> None:
    assert len(format_table(whole_run()).splitlines()) == 1 + len(CHAINS) * len(CASE_NAMES) * len(IN_FLIGHT)


def test_every_case_of_the_load_has_its_place_in_the_table() -> None:
    assert tuple(case.name for case in CASES) == CASE_NAMES


def test_the_stored_report_says_machine_commit_and_figures(tmp_path: Path) -> None:
    path = tmp_path / "build" / "exchange.json"

    write_report(path, MACHINE, "abc", {"ratio_rps_1": 0.3})

    assert json.loads(path.read_text()) == {
        "machine": MACHINE,
        "commit": "abc",
        "figures": {"ratio_rps_1": 0.3},
    }


def test_a_proof_grows_with_the_logarithm_of_its_log() -> None:
    sizes = [proof.size_bytes for proof in measure_proofs()]

    steps = [later - earlier for earlier, later in pairwise(sizes)]
    assert all(100 < step < 250 for step in steps)  # three or four hashes of 45 bytes and some digits
