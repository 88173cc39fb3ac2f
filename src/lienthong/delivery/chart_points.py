"""The points of charts, made of figures: what can be computed with, as values or ranges, and what was merely told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.delivery.charts import ChartPoint
from lienthong.delivery.figures import Observed
from lienthong.delivery.formulas import Value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from lienthong.delivery.figures import Missing
    from lienthong.delivery.indicator_sheet import SheetRow
    from lienthong.delivery.periods import Period


def make_point(period: Period, lower: Fraction, upper: Fraction) -> ChartPoint:
    """Make a point: of a value, or in the middle of a range with its ends."""
    low, high = float(lower), float(upper)
    return ChartPoint(period, low) if low == high else ChartPoint(period, (low + high) / 2, low, high)


def list_known_points(figures: Iterable[tuple[Period, Value | Missing]]) -> tuple[ChartPoint, ...]:
    """Give the points of the figures that can be computed with."""
    return tuple(make_point(period, value.lower, value.upper) for period, value in figures if isinstance(value, Value))


def list_told_points(rows: Iterable[SheetRow]) -> tuple[ChartPoint, ...]:
    """Give the points of what was merely told, where there is nothing to compute with."""
    return tuple(
        ChartPoint(row.period, float(row.observed.value))
        for row in rows
        if isinstance(row.observed, Observed) and not isinstance(row.value, Value)
    )
