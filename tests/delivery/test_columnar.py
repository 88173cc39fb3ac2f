from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pytest
from django.db import connection

from lienthong.cases import actions as told
from lienthong.cases.models import Case
from lienthong.cases.words import CaseRole
from lienthong.delivery.aggregates import EXPRESSIONS, count_all, count_case_rows, count_figure_rows, list_rows
from lienthong.delivery.columnar import Refreshed, find_copy_time, refresh_copy
from lienthong.delivery.columnar_reading import open_with_duckdb, open_with_spark
from lienthong.delivery.columnar_tables import CASES
from lienthong.delivery.errors import DeliveryError
from tests.cases.houses import SIMPLE, UNIT, do, file_case, make_cases
from tests.delivery.figures import define, put, record

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.django_db,
    # Ibis 12 calls DuckDB 2 by a name of before.
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
]

TODAY = date(2026, 11, 30)


def count_noted() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM delivery_changed_case")
        (count,) = cursor.fetchone()
    return int(count)


def count_units(folder: Path) -> dict[str, Any]:
    (row,) = count_all(open_with_duckdb(folder), TODAY)["units"]
    return row


def fill() -> None:
    put(define("POP"))
    record("POP", {"2022": "990.5", "2023": "1000"})
    cases = make_cases()
    for _ in range(3):
        file_case(cases, SIMPLE)


def test_the_copy_takes_over_everything_once_and_then_only_what_changed(tmp_path: Path) -> None:
    fill()
    assert find_copy_time(tmp_path) is None
    assert refresh_copy(tmp_path, TODAY) == Refreshed(cases=3, months=1, figures=2)
    assert find_copy_time(tmp_path) is not None
    assert count_noted() == 0
    assert refresh_copy(tmp_path, TODAY) == Refreshed(0, 0, 0)

    cases = make_cases()
    receipt = file_case(cases, SIMPLE)
    do(cases, receipt.case_id, CaseRole.RECEIVER, told.Received())
    record("POP", {"2024": "1010"})
    assert count_noted() == 1
    assert refresh_copy(tmp_path, TODAY) == Refreshed(cases=1, months=1, figures=1)
    assert count_units(tmp_path)["received"] == 4
    assert {row["status"]: row["open"] for row in count_all(open_with_duckdb(tmp_path), TODAY)["statuses"]} == {
        status: Case.objects.filter(status=status).count()
        for status in Case.objects.values_list("status", flat=True).distinct()
    }


def test_counts_are_those_of_the_tables(tmp_path: Path) -> None:
    fill()
    Case.objects.update(due_on=date(2026, 11, 20))
    first = Case.objects.order_by("pk")[0]
    Case.objects.filter(pk=first.pk).update(is_over=True, done_at="2026-11-19T20:00:00+00:00", ended_at=None)
    refresh_copy(tmp_path, TODAY)
    counts = count_all(open_with_duckdb(tmp_path), TODAY)
    # Eight in the evening in UTC is the next morning in Vietnam, the case's last day: on time.
    assert counts["units"] == [
        {"unit": UNIT, "received": 3, "done": 1, "on_time": 1, "late": 2, "due_soon": 0},
    ]
    assert counts["months"][0]["online"] == 3
    assert counts["figures"] == [{"indicator": "POP", "figures": 2, "areas": 1, "published_on": date(2024, 1, 1)}]


def test_a_copy_that_was_lost_is_made_anew_and_one_that_is_not_there_says_how(tmp_path: Path) -> None:
    fill()
    refresh_copy(tmp_path, TODAY)
    shutil.rmtree(tmp_path)
    with pytest.raises(DeliveryError, match="lienthong delivery refresh"):
        open_with_duckdb(tmp_path)
    assert refresh_copy(tmp_path, TODAY) == Refreshed(cases=3, months=1, figures=2)
    assert count_units(tmp_path)["received"] == 3


def test_a_crash_before_the_notes_are_taken_away_repeats_and_counts_nobody_twice(tmp_path: Path) -> None:
    fill()
    refresh_copy(tmp_path, TODAY)
    # What a crash leaves: files that are complete, and the notes of what is in them already.
    Case.objects.update(handler="somebody")
    assert count_noted() == 3
    assert refresh_copy(tmp_path, TODAY).cases == 3
    assert count_units(tmp_path)["received"] == 3


def test_many_small_files_of_figures_become_one(tmp_path: Path) -> None:
    fill()
    for year in range(1970, 1974):
        record("POP", {str(year): "1000"})
        refresh_copy(tmp_path, TODAY, most_files=2)
    assert len(list((tmp_path / "figures").glob("*.parquet"))) <= 2
    (row,) = count_all(open_with_duckdb(tmp_path), TODAY)["figures"]
    assert row["figures"] == 6


def test_what_a_crash_left_beside_the_joined_file_is_removed_by_the_next_refresh(tmp_path: Path) -> None:
    fill()
    refresh_copy(tmp_path, TODAY)
    (small,) = (tmp_path / "figures").glob("*.parquet")
    kept = small.read_bytes()
    record("POP", {"2024": "1010"})
    refresh_copy(tmp_path, TODAY, most_files=1)
    small.write_bytes(kept)
    refresh_copy(tmp_path, TODAY)
    assert not small.exists()
    (row,) = count_all(open_with_duckdb(tmp_path), TODAY)["figures"]
    assert row["figures"] == 3


def test_counts_are_exact_for_the_day_of_the_counting_and_later_ones_and_refused_for_earlier_ones(
    tmp_path: Path,
) -> None:
    fill()
    record("POP", {"2025": "1030"}, published_on=date(2026, 12, 24))
    Case.objects.update(due_on=date(2026, 12, 2))
    refresh_copy(tmp_path, TODAY)
    tables = open_with_duckdb(tmp_path)
    days = [TODAY, date(2026, 12, 3), date(2026, 12, 24)]
    told = [count_all(tables, day) for day in days]
    assert [each["figures"][0]["figures"] for each in told] == [2, 2, 3]
    assert [each["figures"][0]["published_on"] for each in told][1:] == [date(2024, 1, 1), date(2026, 12, 24)]
    assert [(each["units"][0]["due_soon"], each["units"][0]["late"]) for each in told] == [(3, 0), (0, 3), (0, 3)]
    with pytest.raises(DeliveryError, match="counted on 2026-11-30"):
        count_all(tables, date(2026, 11, 29))
    # The day comes: the figure is known, and another refresh adds nothing twice.
    record("POP", {"2021": "960"})
    refresh_copy(tmp_path, date(2026, 12, 24), most_files=1)
    (row,) = count_all(open_with_duckdb(tmp_path), date(2026, 12, 24))["figures"]
    assert (row["figures"], row["areas"]) == (4, 1)


def test_a_copy_that_nothing_was_counted_of_is_counted_by_the_next_refresh(tmp_path: Path) -> None:
    fill()
    refresh_copy(tmp_path, TODAY)
    shutil.rmtree(tmp_path / "counted")
    assert refresh_copy(tmp_path, TODAY) == Refreshed(0, 0, 0)
    assert count_units(tmp_path)["received"] == 3


def test_nothing_personal_is_in_the_copy(tmp_path: Path) -> None:
    fill()
    refresh_copy(tmp_path, TODAY)
    personal = {"number", "name", "account", "code", "handler", "search_name"}
    assert personal & {*CASES.columns, *open_with_duckdb(tmp_path).cases.columns} == set()
    case = Case.objects.first()
    assert case is not None
    content = b"".join(file.read_bytes() for file in tmp_path.rglob("*.parquet"))
    for told_of in (case.number, case.name, case.code):
        assert told_of
        assert told_of.encode() not in content


# Spark's own: old calls of pandas, doubts about a new one, and a socket that it leaves to be collected.
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore:PySpark does not yet fully support pandas:FutureWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_spark_counts_the_same_by_the_same_expressions(tmp_path: Path) -> None:
    spark = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    fill()
    Case.objects.update(due_on=date(2026, 11, 20))
    refresh_copy(tmp_path, TODAY)
    session = spark.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        by_spark = count_all(open_with_spark(tmp_path, session), TODAY)
        rows_by_spark = count_rows(ibis.pyspark.connect(session), tmp_path, "")
    finally:
        session.stop()
    assert by_spark == count_all(open_with_duckdb(tmp_path), TODAY)
    assert set(by_spark) == set(EXPRESSIONS)
    assert rows_by_spark == count_rows(ibis.duckdb.connect(), tmp_path, "*.parquet")


def count_rows(backend: Any, folder: Path, pattern: str) -> list[list[str]]:  # noqa: ANN401 # any of Ibis's back ends
    """Count the copy's rows as a refresh does, in an order that is the same for every engine."""
    return [
        sorted(str(row) for row in list_rows(count(backend.read_parquet(str(folder / name / pattern)), TODAY)))
        for name, count in (("cases", count_case_rows), ("figures", count_figure_rows))
    ]
