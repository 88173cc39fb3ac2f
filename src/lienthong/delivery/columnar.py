"""A columnar copy of cases and figures, for counts over all of them: Parquet files that DuckDB and Spark both read.

A folder holds `cases/MONTH.parquet`, one file for each month of filing, and `figures/FIRST-LAST.parquet`. A refresh
takes over only what changed: months with changed cases are written anew and put in place of the old file at once,
figures (which are only ever added) come as one more file. Readers see a file as it was or as it is, never half of it.
There is nothing personal in it: no name, number, account or code of a case.

What a crash leaves: files that are complete, and notes of changes that are taken over again by the next refresh. The
folder can be removed at any time; the next refresh makes it anew.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import duckdb
import msgspec
from django.conf import settings
from django.db import connection, transaction

from lienthong.delivery.columnar_tables import CASES, FIGURES, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

MOST_CHANGED: Final = 200_000
"""Changed cases that one refresh takes over; more are left to the next."""
MOST_FIGURE_FILES: Final = 40
"""More files of figures are made into one."""


class _State(msgspec.Struct, frozen=True):
    """How far the copy is: whether all cases were taken over once, and the last figure that was."""

    has_cases: bool = False
    last_figure: int = 0


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh took over."""

    cases: int
    months: int
    figures: int


def find_folder() -> Path:
    """Give the folder of this site's copy, beside its other data."""
    folder: Path = settings.SITE.data / "columnar"
    return folder


def find_copy_time(folder: Path) -> datetime | None:
    """Give when the copy was last refreshed, which boards show; None where there is none."""
    file = folder / "state.json"
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None


def refresh_copy(folder: Path, most_files: int = MOST_FIGURE_FILES) -> Refreshed:
    """Take over what changed since the last refresh; the first one takes over everything. One at a time."""
    for table in (CASES, FIGURES):
        (folder / table.name).mkdir(parents=True, exist_ok=True)
    with _lock(folder), duckdb.connect() as duck:
        state = _read_state(folder)
        cases, months = _refresh_cases(folder, duck, is_first=not state.has_cases)
        figures, last = _refresh_figures(folder, duck, state.last_figure)
        _join_files(folder / FIGURES.name, duck, most_files)
        _write_state(folder, _State(has_cases=True, last_figure=last))
    return Refreshed(cases, months, figures)


def _refresh_cases(folder: Path, duck: duckdb.DuckDBPyConnection, *, is_first: bool) -> tuple[int, int]:
    """Write the months of changed cases anew, then take their notes away, as far as nothing came after."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS noted")
        cursor.execute("CREATE TEMPORARY TABLE noted (case_id uuid, turn bigint) ON COMMIT DROP")
        limit = "" if is_first else f"ORDER BY turn LIMIT {MOST_CHANGED}"
        cursor.execute(f"INSERT INTO noted SELECT case_id, turn FROM delivery_changed_case {limit}")  # noqa: S608 # no input
        if is_first:
            cursor.execute("SELECT DISTINCT month FROM cases_case ORDER BY month")
            months = [month for (month,) in cursor.fetchall()]
            count = sum(_copy_month(folder, duck, month, None) for month in months)
        else:
            cursor.execute(
                "SELECT c.month, array_agg(c.id) FROM cases_case c JOIN noted n ON n.case_id = c.id GROUP BY 1"
            )
            changed = cursor.fetchall()
            months = [month for month, _ in changed]
            for month, ids in changed:
                _copy_month(folder, duck, month, ids)
            count = sum(len(ids) for _, ids in changed)
        # A crash before this commit leaves the notes, and the same months are written again.
        cursor.execute(
            "DELETE FROM delivery_changed_case c USING noted n WHERE c.case_id = n.case_id AND c.turn = n.turn"
        )
    return count, len(months)


def _copy_month(folder: Path, duck: duckdb.DuckDBPyConnection, month: date, ids: Sequence[Any] | None) -> int:
    """Write a month's file: all of its cases, or those of the old file with the changed ones in their places."""
    target = folder / CASES.name / f"{month:%Y-%m}.parquet"
    where, values = ("month = %s", [month]) if ids is None else ("id = ANY(%s)", [ids])
    with _fetch(folder, duck, CASES, where, values) as fresh:
        if ids is not None and target.exists():
            # UNION BY NAME keeps a file of an older release readable.
            kept = f"SELECT * FROM read_parquet('{target}') WHERE id NOT IN (SELECT id FROM {fresh})"  # noqa: S608 # our path
            return _write(duck, f"{kept} UNION ALL BY NAME SELECT * FROM {fresh}", target)  # noqa: S608 # our names
        return _write(duck, f"SELECT * FROM {fresh}", target)  # noqa: S608 # our names


def _refresh_figures(folder: Path, duck: duckdb.DuckDBPyConnection, last: int) -> tuple[int, int]:
    """Add a file of the figures since the last one. Recording holds a lock, so ids become visible in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM delivery_observation")
        (newest,) = cursor.fetchone()
    if newest == last:
        return 0, last
    files = folder / FIGURES.name
    with _fetch(folder, duck, FIGURES, "o.id > %s AND o.id <= %s", [last, newest]) as fresh:
        count = _write(duck, f"SELECT * FROM {fresh}", files / f"{last + 1:012}-{newest:012}.parquet")  # noqa: S608 # our names
    return count, newest


def _join_files(files: Path, duck: duckdb.DuckDBPyConnection, most_files: int) -> None:
    """Make one file of many. A crash before the others are removed leaves them for the next refresh to remove.

    Until then their figures are counted twice.
    """
    there = sorted(files.glob("*.parquet"))
    spans = {file: tuple(map(int, file.stem.split("-"))) for file in there}
    whole = max(there, key=lambda file: spans[file][1] - spans[file][0], default=None)
    if whole is not None:
        for file in there:
            if file != whole and spans[whole][0] <= spans[file][0] and spans[file][1] <= spans[whole][1]:
                file.unlink()
    left = sorted(files.glob("*.parquet"))
    if len(left) <= most_files:
        return
    joined = files / f"{left[0].stem.split('-')[0]}-{left[-1].stem.split('-')[1]}.parquet"
    _write(duck, f"SELECT * FROM read_parquet('{files}/*.parquet')", joined)  # noqa: S608 # our path
    for file in left:
        file.unlink()


@contextmanager
def _fetch(
    folder: Path, duck: duckdb.DuckDBPyConnection, table: Table, where: str, values: Sequence[Any]
) -> Iterator[str]:
    """Bring rows of PostgreSQL into DuckDB, under the name that is given."""
    passing = folder / "passing.csv"
    connection.ensure_connection()
    raw: Any = connection.connection
    statement = f"COPY ({table.select} WHERE {where}) TO STDOUT (FORMAT csv, NULL '\\N')"
    with raw.cursor() as cursor, cursor.copy(statement, values) as rows, passing.open("wb") as into:
        for piece in rows:
            into.write(piece)
    form = "header = false, auto_detect = false, nullstr = '\\N', delim = ',', quote = '\"', escape = '\"', columns = ?"
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {table.convert} FROM read_csv(?, {form})",  # noqa: S608 # our columns
        [str(passing), table.columns],
    )
    try:
        yield "fresh"
    finally:
        duck.execute("DROP TABLE IF EXISTS fresh")
        passing.unlink(missing_ok=True)


def _write(duck: duckdb.DuckDBPyConnection, select: str, target: Path) -> int:
    """Write what is selected into a file of its own and put it in place at once."""
    # Hidden, so that no reader of the folder takes it for a file of the copy.
    half = target.with_name(f".{target.stem}.half")
    duck.execute(f"COPY ({select}) TO '{half}' (FORMAT parquet, COMPRESSION zstd)")
    (count,) = duck.execute(f"SELECT count(*) FROM read_parquet('{half}')").fetchall()[0]  # noqa: S608 # our path
    half.replace(target)
    return int(count)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_state(folder: Path) -> _State:
    file = folder / "state.json"
    return msgspec.json.decode(file.read_bytes(), type=_State) if file.exists() else _State()


def _write_state(folder: Path, state: _State) -> None:
    half = folder / "state.half"
    half.write_bytes(msgspec.json.encode(state))
    half.replace(folder / "state.json")
