"""Counts as Ibis expressions, the same on DuckDB and on Spark: what is counted ahead of the copy's rows, and a board's.

What is counted ahead answers every question of a board exactly: cases as they stand now, with the due days of open
ones; figures as known on any day from that of the counting on. What depends on the day is reckoned when it is asked.

Counts of cases here are quick ones, by the day that a case's row names as its last. The progress index has its own rule
(cases/quality.py) and is collected, not counted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import ibis

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ibis.expr.types import Table

MONTHS_SHOWN: Final = 24
DAYS_DUE_SOON: Final = 3

Row = dict[str, Any]


def count_case_rows(rows: Table, today: date) -> Table:
    """Count cases by all that boards tell them apart by."""
    del today
    said = rows.mutate(
        month=rows.submitted_on.truncate("M"),
        is_on_time=(rows.is_over & (rows.done_on <= rows.due_on)).fill_null(False),  # noqa: FBT003 # Ibis's own call
        due_on=rows.is_over.ifelse(ibis.null("date"), rows.due_on),
    )
    keys = ("month", "unit", "procedure", "channel", "status", "is_over", "is_on_time", "due_on")
    return said.group_by(keys).aggregate(tally=said.count())


def count_figure_rows(rows: Table, today: date) -> Table:
    """Count figures by indicator and area; what is published after today stays apart until its day has come."""
    said = rows.mutate(known_on=ibis.greatest(rows.published_on, ibis.literal(today)))
    keys = ("indicator", "area", "known_on")
    return said.group_by(keys).aggregate(published_on=said.published_on.max(), tally=said.count())


def add_up_figures(counted: Table, today: date) -> Table:
    """Add up what was counted of figures in several files."""
    said = counted.mutate(known_on=ibis.greatest(counted.known_on, ibis.literal(today)))
    keys = ("indicator", "area", "known_on")
    return said.group_by(keys).aggregate(published_on=said.published_on.max(), tally=said.tally.sum())


def write_sql(make: Callable[[Table, date], Table], source: Table, today: date) -> str:
    """Give an expression over a table as DuckDB's SQL."""
    return str(ibis.to_sql(make(source, today), dialect="duckdb"))


@dataclass(frozen=True, slots=True)
class Tables:
    """The two tables of what was counted ahead; its figures are those known from the day `since` on."""

    cases: Table
    figures: Table
    since: date


def count_by_month(tables: Tables, today: date) -> Table:
    """Count the cases of each month of filing: all, online, over, and on time of those over."""
    cases = tables.cases.filter(tables.cases.month >= _first_of_month(today, MONTHS_SHOWN))
    return (
        cases.group_by("month")
        .aggregate(
            received=cases.tally.sum(),
            online=_sum_where(cases, cases.channel == "online"),
            over=_sum_where(cases, cases.is_over),
            on_time=_sum_where(cases, cases.is_on_time),
        )
        .order_by("month")
    )


def count_by_unit(tables: Tables, today: date) -> Table:
    """Count each office's cases of the year until today: received, done, on time, open, late, due soon."""
    cases = tables.cases.filter((tables.cases.month >= date(today.year, 1, 1)) | ~tables.cases.is_over)
    late = ~cases.is_over & (cases.due_on < today)
    soon = ~cases.is_over & cases.due_on.between(today, today + timedelta(days=DAYS_DUE_SOON))
    return (
        cases.group_by("unit")
        .aggregate(
            received=cases.tally.sum(),
            done=_sum_where(cases, cases.is_over),
            on_time=_sum_where(cases, cases.is_on_time),
            late=_sum_where(cases, late.fill_null(False)),  # noqa: FBT003 # Ibis's own call
            due_soon=_sum_where(cases, soon.fill_null(False)),  # noqa: FBT003 # as above
        )
        .order_by("unit")
    )


def count_by_status(tables: Tables, today: date) -> Table:
    """Count the open cases in each national status."""
    del today
    cases = tables.cases.filter(~tables.cases.is_over)
    return cases.group_by("status").aggregate(open=cases.tally.sum()).order_by("status")


def count_by_procedure(tables: Tables, today: date) -> Table:
    """Count the year's cases of each procedure, the most first."""
    cases = tables.cases.filter(tables.cases.month >= date(today.year, 1, 1))
    counted = cases.group_by("procedure").aggregate(
        received=cases.tally.sum(), on_time=_sum_where(cases, cases.is_on_time)
    )
    return counted.order_by([ibis.desc("received"), "procedure"]).limit(20)


def count_figures(tables: Tables, today: date) -> Table:
    """Count the figures known of each indicator, with the last day on which one became known."""
    known = tables.figures.filter(tables.figures.known_on <= today)
    return (
        known.group_by("indicator")
        .aggregate(figures=known.tally.sum(), areas=known.area.nunique(), published_on=known.published_on.max())
        .order_by("indicator")
    )


EXPRESSIONS: Final[Mapping[str, Callable[[Tables, date], Table]]] = {
    "months": count_by_month,
    "units": count_by_unit,
    "statuses": count_by_status,
    "procedures": count_by_procedure,
    "figures": count_figures,
}
"""All that a board counts, by name."""


def count_all(tables: Tables, today: date) -> dict[str, list[Row]]:
    """Run every expression on the back end that the tables are of, and give plain rows; raises `NO_COPY`.

    There is no copy for a day before that of the counting: what was known then has been added up with what came after.
    """
    if today < tables.since:
        message = f"the copy was counted on {tables.since}, and nothing is counted as of {today}, before that"
        raise DeliveryError(DeliveryErrorKind.NO_COPY, message)
    return {name: list_rows(make(tables, today)) for name, make in EXPRESSIONS.items()}


def list_rows(expression: Table) -> list[Row]:
    """Run an expression and give its rows."""
    rows: list[Row] = expression.to_pyarrow().to_pylist()
    return rows


def _sum_where(cases: Table, holds: Any) -> Any:  # noqa: ANN401 # Ibis columns
    return holds.ifelse(cases.tally, 0).sum()


def _first_of_month(today: date, months: int) -> date:
    years, month = divmod(today.year * 12 + today.month - months, 12)
    return date(years, month + 1, 1)
