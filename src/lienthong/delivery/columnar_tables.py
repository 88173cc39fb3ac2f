"""Which columns the columnar copy has, and how they come from PostgreSQL. Nothing personal is among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the copy: where its rows come from, the types they pass in, and what is made of them."""

    name: str
    select: str
    columns: dict[str, str]
    convert: str


def _day(column: str) -> str:
    """Give the day in Vietnam of a moment."""
    return f"({column} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"


CASES: Final = Table(
    "cases",
    f"SELECT id, unit, procedure, channel, status, is_over, due_on, {_day('submitted_at')}, {_day('received_at')},"  # noqa: S608 # our columns
    f" {_day('coalesce(done_at, ended_at)')} FROM cases_case",
    {
        "id": "VARCHAR",
        "unit": "VARCHAR",
        "procedure": "VARCHAR",
        "channel": "VARCHAR",
        "status": "SMALLINT",
        "is_over": "VARCHAR",
        "due_on": "DATE",
        "submitted_on": "DATE",
        "received_on": "DATE",
        "done_on": "DATE",
    },
    # Bytes, which every reader of Parquet knows, unlike its type of UUIDs.
    "* REPLACE (unhex(replace(id, '-', '')) AS id, is_over = 't' AS is_over)",
)

FIGURES: Final = Table(
    "figures",
    "SELECT o.id, i.code, o.area_code, o.area_on, o.period, o.period_begin, o.period_end, o.breakdown, s.code,"
    " o.version, o.value, o.qualifier, o.status, o.is_reported, o.is_illustrative, o.published_on"
    " FROM delivery_observation o JOIN delivery_indicator i ON i.id = o.indicator_id"
    " JOIN delivery_source s ON s.id = o.source_id",
    {
        "id": "BIGINT",
        "indicator": "VARCHAR",
        "area": "VARCHAR",
        "area_on": "DATE",
        "period": "VARCHAR",
        "period_begin": "DATE",
        "period_end": "DATE",
        "breakdown": "VARCHAR",
        "source": "VARCHAR",
        "version": "INTEGER",
        "value": "DECIMAL(38,12)",
        "qualifier": "VARCHAR",
        "status": "VARCHAR",
        "is_reported": "VARCHAR",
        "is_illustrative": "VARCHAR",
        "published_on": "DATE",
    },
    "* REPLACE (is_reported = 't' AS is_reported, is_illustrative = 't' AS is_illustrative)",
)
