"""Which engine counts faster, and at which size (`python -m bench.engines`, with Java and the extra `spark`).

Makes the columnar copy's rows of cases and half as many figures, of the sizes asked for, with DuckDB alone; then runs
the same Ibis expressions (delivery/aggregates.py) over them on DuckDB in this process and on Spark in local mode: first
once each, which loads them, then in turns. Refuses results that differ. A round is both tables, from Parquet to rows.

Spark has as many threads as there are cores, and 4 GB (`--memory`). Everything lies in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from bench.processes import cpu_seconds
from lienthong.delivery.aggregates import count_case_rows, count_figure_rows, list_rows
from lienthong.delivery.columnar_tables import CASES, FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ibis.expr.types import Table

SIZES = (100_000, 1_000_000, 10_000_000)
ROUNDS = 3
TODAY = date(2026, 11, 30)
COUNTS = {CASES.name: count_case_rows, FIGURES.name: count_figure_rows}

_CASES = """
SELECT unhex(replace(uuid()::VARCHAR, '-', '')) AS id, 'Z99.' || lpad((1 + place % 54)::VARCHAR, 2, '0') AS unit,
    '2.' || lpad((place % 40)::VARCHAR, 6, '0') AS procedure,
    CASE WHEN place % 3 = 0 THEN 'counter' ELSE 'online' END AS channel,
    (CASE WHEN is_over THEN 10 ELSE 4 END)::SMALLINT AS status, is_over, day + 5 AS due_on, day AS submitted_on,
    day AS received_on, CASE WHEN is_over THEN day + (place % 7)::INTEGER END AS done_on
FROM (SELECT place, day, day < DATE '2026-11-20' OR place % 25 > 0 AS is_over FROM (
    SELECT place, DATE '2024-12-01' + (place * 7919 % 728)::INTEGER AS day FROM range(1, {count} + 1) t(place)))
"""
_FIGURES = """
SELECT place AS id, 'BENCH_' || (place % 100) AS indicator, lpad((place % 33210)::VARCHAR, 5, '0') AS area,
    make_date(2000 + place % 25, 12, 31) AS period_end, make_date(2001 + place % 25, 3, 31) AS published_on,
    (place % 100000)::DECIMAL(38, 12) AS value
FROM range(1, {count} + 1) t(place)
"""


def main() -> None:
    """Measure every size on both engines and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="cases; half as many figures")
    parser.add_argument("--memory", default="4g", help="what Spark may take")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    heads = f"{'DuckDB s':>9} {'Spark s':>8} {'DuckDB CPU s':>13} {'Spark CPU s':>12}"
    print(f"{'cases':>12} {'figures':>11} {heads} {'load':>5}")
    with tempfile.TemporaryDirectory() as home, open_spark(arguments.memory) as spark:
        for place, cases in enumerate(arguments.sizes):
            folder = Path(home) / str(place)
            write_rows(folder, cases)
            duck, other = compare(folder, spark)
            times = f"{duck.wall_s:>9.2f} {other.wall_s:>8.2f} {duck.cpu_s:>13.2f} {other.cpu_s:>12.2f}"
            print(f"{cases:>12,} {cases // 2:>11,} {times} {os.getloadavg()[0]:>5.1f}")


def write_rows(folder: Path, cases: int) -> None:
    """Write the rows: cases by the month of filing, as the copy has them."""
    for name in COUNTS:
        (folder / name).mkdir(parents=True)
    with duckdb.connect() as duck:
        duck.execute(f"CREATE TABLE made AS {_CASES.format(count=cases)}")
        months = duck.execute("SELECT DISTINCT date_trunc('month', submitted_on)::DATE FROM made").fetchall()
        for (month,) in months:
            where = f"date_trunc('month', submitted_on) = DATE '{month}'"
            duck.execute(f"COPY (SELECT * FROM made WHERE {where}) TO '{folder}/cases/{month:%Y-%m}.parquet'")  # noqa: S608 # our path
        duck.execute(f"COPY ({_FIGURES.format(count=cases // 2)}) TO '{folder}/figures/1-{cases // 2}.parquet'")


@contextmanager
def open_spark(memory: str) -> Iterator[Any]:
    """Open a Spark session of this machine's cores, and stop it."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 # of the extra `spark`

    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.memory", memory).getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@dataclass(frozen=True, slots=True)
class Took:
    """What a round took: seconds on the clock, and of processors, Spark's own process included."""

    wall_s: float
    cpu_s: float


def compare(folder: Path, session: Any) -> tuple[Took, Took]:  # noqa: ANN401 # Spark's own
    """Count on both in turns, and give the medians."""
    duck, spark = ibis.duckdb.connect(), ibis.pyspark.connect(session)
    engines = {
        "duckdb": {name: duck.read_parquet(f"{folder}/{name}/*.parquet") for name in COUNTS},
        # Spark reads folders; a pattern it looks for as a file first, and complains.
        "spark": {name: spark.read_parquet(f"{folder}/{name}") for name in COUNTS},
    }
    if count(engines["duckdb"]) != count(engines["spark"]):
        raise SystemExit("Spark and DuckDB count differently")
    took: dict[str, list[Took]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, tables in engines.items():
            begun, used = time.perf_counter(), cpu_seconds([os.getpid()])
            for table, make in COUNTS.items():
                make(tables[table], TODAY).to_pyarrow()
            took[name].append(Took(time.perf_counter() - begun, cpu_seconds([os.getpid()]) - used))
    duck_took, spark_took = (
        Took(statistics.median(each.wall_s for each in rounds), statistics.median(each.cpu_s for each in rounds))
        for rounds in took.values()
    )
    return duck_took, spark_took


def count(tables: dict[str, Table]) -> list[str]:
    """Give the rows of both counts in an order that is the same for every engine."""
    rows = [row for name, make in COUNTS.items() for row in list_rows(make(tables[name], TODAY))]
    return sorted(map(str, rows))


if __name__ == "__main__":
    main()
