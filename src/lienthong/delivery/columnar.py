"""A columnar copy of cases and figures, for counts over all of them: Parquet files that DuckDB and Spark both read.

A folder holds `cases/MONTH.parquet`, one file for each month of filing, and `figures/FIRST-LAST.parquet`. A refresh
takes over only what changed: months with changed cases are written anew and put in place of the old file at once,
figures (which are only ever added) come as one more file. Beside each file stands what a board counts of it, in
`counted/` (columnar_tables.py): thousands of rows instead of millions. Readers see a file as it was or as it is, never
half of it. There is nothing personal in it: no name, number, account or code of a case.

What a crash leaves: files that are complete, and notes of changes that are taken over again by the next refresh. The
folder can be removed at any time; the next refresh makes it anew.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

import duckdb
import ibis
import msgspec
from django.conf import settings
from django.db import connection, transaction

from lienthong.delivery.aggregates import add_up_figures, count_case_rows, count_figure_rows, write_sql
from lienthong.delivery.columnar_tables import CASES, FIGURES, Table
from lienthong.delivery.progress import follow, tell_nobody

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lienthong.delivery.progress import Tell

_SOURCE: Final = "copied"
_CASE_ROWS: Final = ibis.table(
    {"unit": "string", "procedure": "string", "channel": "string", "status": "int16", "is_over": "boolean",
     "due_on": "date", "submitted_on": "date", "done_on": "date"},
    name=_SOURCE,
)  # fmt: skip # one table
_FIGURE_ROWS: Final = ibis.table({"indicator": "string", "area": "string", "published_on": "date"}, name=_SOURCE)
_COUNTED_FIGURES: Final = ibis.table(
    {"indicator": "string", "area": "string", "known_on": "date", "published_on": "date", "tally": "int64"},
    name=_SOURCE,
)
_COUNTS: Final = {CASES.name: (count_case_rows, _CASE_ROWS), FIGURES.name: (count_figure_rows, _FIGURE_ROWS)}
"""By the table's name what is counted of it, and the columns that this needs."""

MOST_CHANGED: Final = 200_000
"""Changed cases that one refresh takes over; more are left to the next."""
VIETNAM: Final = timezone(timedelta(hours=7))

MOST_FIGURE_FILES: Final = 40
"""More files of figures are made into one."""


class _State(msgspec.Struct, frozen=True):
    """How far the copy is: whether it has all cases, which figure was the last, and on which day it was counted."""

    has_cases: bool = False
    last_figure: int = 0
    counted_on: date | None = None


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


def find_counted(folder: Path, table: Table) -> Path:
    """Give the folder of what was counted of a table."""
    return folder / "counted" / table.name


def find_counted_day(folder: Path) -> date | None:
    """Give the day of the last counting: boards of it and of later days are exact. None where there is no copy."""
    return _read_state(folder).counted_on


def refresh_copy(
    folder: Path, today: date | None = None, most_files: int = MOST_FIGURE_FILES, tell: Tell = tell_nobody
) -> Refreshed:
    """Take over what changed since the last refresh, and count it; the first one takes over everything. One at a time.

    `today` is the day in Vietnam, the clock's where none is given.
    """
    today = today or datetime.now(VIETNAM).date()
    for table in (CASES, FIGURES):
        (folder / table.name).mkdir(parents=True, exist_ok=True)
        find_counted(folder, table).mkdir(parents=True, exist_ok=True)
    with _lock(folder), duckdb.connect() as duck:
        state = _read_state(folder)
        # A clock that went back would make what was counted already inexact for the days between.
        copy = _Copy(folder, duck, max(today, state.counted_on or today))
        cases, months = _refresh_cases(copy, tell, is_first=not state.has_cases)
        tell("copying figures", 0, None)
        figures, last = _refresh_figures(copy, state.last_figure)
        _remove_covered(copy)
        _join_figures(copy, most_files)
        _count_uncounted(copy)
        _remove_covered(copy)
        _write_state(folder, _State(has_cases=True, last_figure=last, counted_on=copy.today))
    return Refreshed(cases, months, figures)


@dataclass(frozen=True, slots=True)
class _Copy:
    """The copy while it is refreshed: its folder, what writes it, and the day of the counting."""

    folder: Path
    duck: duckdb.DuckDBPyConnection
    today: date


def _refresh_cases(copy: _Copy, tell: Tell, *, is_first: bool) -> tuple[int, int]:
    """Write the months of changed cases anew, then take their notes away, as far as nothing came after."""
    what = "months of cases copied"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS noted")
        cursor.execute("CREATE TEMPORARY TABLE noted (case_id uuid, turn bigint) ON COMMIT DROP")
        limit = "" if is_first else f"ORDER BY turn LIMIT {MOST_CHANGED}"
        cursor.execute(f"INSERT INTO noted SELECT case_id, turn FROM delivery_changed_case {limit}")  # noqa: S608 # no input
        if is_first:
            cursor.execute("SELECT DISTINCT month FROM cases_case ORDER BY month")
            months = [month for (month,) in cursor.fetchall()]
            count = sum(_copy_month(copy, month, None) for month in follow(months, what, tell, len(months)))
        else:
            cursor.execute(
                "SELECT c.month, array_agg(c.id) FROM cases_case c JOIN noted n ON n.case_id = c.id GROUP BY 1"
            )
            changed = cursor.fetchall()
            months = [month for month, _ in changed]
            for month, ids in follow(changed, what, tell, len(changed)):
                _copy_month(copy, month, ids)
            count = sum(len(ids) for _, ids in changed)
        # A crash before this commit leaves the notes, and the same months are written again.
        cursor.execute(
            "DELETE FROM delivery_changed_case c USING noted n WHERE c.case_id = n.case_id AND c.turn = n.turn"
        )
    return count, len(months)


def _copy_month(copy: _Copy, month: date, ids: Sequence[Any] | None) -> int:
    """Write a month's file: all of its cases, or those of the old file with the changed ones in their places."""
    target = copy.folder / CASES.name / f"{month:%Y-%m}.parquet"
    where, values = ("month = %s", [month]) if ids is None else ("id = ANY(%s)", [ids])
    with _fetch(copy.folder, copy.duck, CASES, where, values) as fresh:
        whole = f"SELECT * FROM {fresh}"  # noqa: S608 # our names
        if ids is not None and target.exists():
            # UNION BY NAME keeps a file of an older release readable.
            kept = f"SELECT * FROM read_parquet('{target}') WHERE id NOT IN (SELECT id FROM {fresh})"  # noqa: S608 # our path
            whole = f"{kept} UNION ALL BY NAME {whole}"
        count = _write(copy.duck, whole, target)
    _count(copy, CASES, target)
    return count


def _refresh_figures(copy: _Copy, last: int) -> tuple[int, int]:
    """Add a file of the figures since the last one. Recording holds a lock, so ids become visible in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM delivery_observation")
        (newest,) = cursor.fetchone()
    if newest == last:
        return 0, last
    target = copy.folder / FIGURES.name / f"{last + 1:012}-{newest:012}.parquet"
    with _fetch(copy.folder, copy.duck, FIGURES, "o.id > %s AND o.id <= %s", [last, newest]) as fresh:
        count = _write(copy.duck, f"SELECT * FROM {fresh}", target)  # noqa: S608 # our names
    _count(copy, FIGURES, target)
    return count, newest


def _join_figures(copy: _Copy, most_files: int) -> None:
    """Make one file of many, of rows and of what was counted.

    A crash before the parts are removed leaves them for the next refresh; until then their figures are counted twice.
    """
    added = write_sql(add_up_figures, _COUNTED_FIGURES, copy.today)
    for files, select in (
        (copy.folder / FIGURES.name, f"SELECT * FROM {_SOURCE}"),  # noqa: S608 # our name
        # DuckDB's sums are wider than what they add up, and Parquet would keep them as floating points.
        (find_counted(copy.folder, FIGURES), f"SELECT * REPLACE (tally::BIGINT AS tally) FROM ({added})"),  # noqa: S608 # our text
    ):
        left = sorted(files.glob("*.parquet"))
        if len(left) > most_files:
            joined = files / f"{left[0].stem.split('-')[0]}-{left[-1].stem.split('-')[1]}.parquet"
            _write_from(copy.duck, f"{files}/*.parquet", select, joined)
            for file in left:
                file.unlink()


def _remove_covered(copy: _Copy) -> None:
    """Remove files of figures that another file has too: what a crash left beside the whole."""
    for files in (copy.folder / FIGURES.name, find_counted(copy.folder, FIGURES)):
        there = sorted(files.glob("*.parquet"))
        for file in there:
            if any(_is_within(file, other) for other in there if other != file):
                file.unlink()


def _is_within(file: Path, other: Path) -> bool:
    """Whether another file has all figures of a file: `FIRST-LAST` of each stands in its name."""
    (first, last), (low, high) = (map(int, each.stem.split("-")) for each in (file, other))
    return low <= first and last <= high


def _count_uncounted(copy: _Copy) -> None:
    """Count files that have nothing counted beside them: of an older release, or after a crash."""
    for table in (CASES, FIGURES):
        for file in (copy.folder / table.name).glob("*.parquet"):
            if not (find_counted(copy.folder, table) / file.name).exists():
                _count(copy, table, file)


def _count(copy: _Copy, table: Table, file: Path) -> None:
    """Write what a board counts of one file's rows."""
    select = write_sql(*_COUNTS[table.name], copy.today)
    _write_from(copy.duck, str(file), select, find_counted(copy.folder, table) / file.name)


def _write_from(duck: duckdb.DuckDBPyConnection, files: str, select: str, target: Path) -> None:
    """Write what is selected from files, which the selection knows by one name."""
    duck.execute(f"CREATE OR REPLACE TEMP VIEW {_SOURCE} AS SELECT * FROM read_parquet('{files}')")  # noqa: S608 # our path
    _write(duck, select, target)


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
