"""Opens the columnar copy for counting, by DuckDB in this process or by a Spark session that is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from lienthong.delivery.aggregates import Tables
from lienthong.delivery.columnar import find_counted, find_counted_day
from lienthong.delivery.columnar_tables import CASES, FIGURES
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind

if TYPE_CHECKING:
    from pathlib import Path


def open_with_duckdb(folder: Path) -> Tables:
    """Open the copy in this process; raises `NO_COPY` where there is none yet."""
    return _open(ibis.duckdb.connect(), folder, "*.parquet")


def open_with_spark(folder: Path, session: Any) -> Tables:  # noqa: ANN401 # a Spark session, of the extra `spark`
    """Open the same copy by a Spark session; raises `NO_COPY` where there is none yet."""
    # Spark reads folders; a pattern it looks for as a file first, and complains.
    return _open(ibis.pyspark.connect(session), folder, "")


def _open(backend: Any, folder: Path, pattern: str) -> Tables:  # noqa: ANN401 # any of Ibis's back ends
    since = find_counted_day(folder)
    lacking = [table.name for table in (CASES, FIGURES) if not any(find_counted(folder, table).glob("*.parquet"))]
    if since is None or lacking:
        message = f"{folder} holds no copy of {' and '.join(lacking)} yet; make it with: lienthong delivery refresh"
        raise DeliveryError(DeliveryErrorKind.NO_COPY, message)
    cases, figures = (backend.read_parquet(str(find_counted(folder, table) / pattern)) for table in (CASES, FIGURES))
    return Tables(cases, figures, since)
