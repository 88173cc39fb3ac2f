"""Figures as pages and papers write them, with their marks: reported, computed, illustrative, not official. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.delivery.figures import Missing, Observed
from lienthong.delivery.labels import MARKS, QUALIFIERS, STATUSES, explain_missing, get_label, write_amount
from lienthong.delivery.number_text import count_decimals, write_number
from lienthong.delivery.period_text import write_period
from lienthong.delivery.words import Status

if TYPE_CHECKING:
    from lienthong.delivery.formulas import Base, Value
    from lienthong.delivery.indicators import Definition


_SIGNS: Final = {">=": "\N{GREATER-THAN OR EQUAL TO}", "<=": "\N{LESS-THAN OR EQUAL TO}"}
"""Comparisons as people write them, beside those of formulas."""


def write_observed(observed: Observed, language: str) -> str:
    """Write a figure as its source gave it, with all its decimals: `trên 9.500 USD`."""
    amount = write_amount(observed.value, observed.unit, count_decimals(observed.value), language)
    qualifier = get_label(QUALIFIERS[observed.qualifier], language)
    return f"{qualifier} {amount}" if qualifier else amount


def write_value(value: Value | Missing, definition: Definition, language: str) -> str:
    """Write a figure that was computed or carried: a value, or the range that it lies in."""
    if isinstance(value, Missing):
        return explain_missing(value, language)
    low = write_amount(value.lower, definition.unit, definition.decimals, language)
    if value.is_value:
        return low
    high = write_amount(value.upper, definition.unit, definition.decimals, language)
    return f"từ {low} đến {high}" if language == "vi" else f"{low} to {high}"


def list_marks(figure: Observed | Value | Missing, definition: Definition, language: str) -> tuple[str, ...]:
    """Give what must stand beside a figure: that it is reported, computed, illustrative, not official."""
    if isinstance(figure, Missing):
        return ()
    marks = []
    if isinstance(figure, Observed):
        if figure.is_reported:
            marks.append("reported")
    elif definition.formula or not figure.is_value:
        marks.append("computed")
    if figure.is_illustrative:
        marks.append("illustrative")
    words = [get_label(MARKS[mark], language) for mark in marks]
    return (*words, get_label(STATUSES[figure.status], language)) if figure.status is not Status.OFFICIAL else (*words,)


def explain_base(base: Base, language: str) -> str:
    """Say what a streak rests on: each period that was looked at, and the limit."""
    is_share = base.unit.is_number
    factor, sign = (100, "%") if is_share else (1, "")
    points = "; ".join(
        f"{write_period(point.period, language)}: {write_number(point.lower * factor, 2, language)}{sign}"
        for point in base.points
    )
    comparison = _SIGNS.get(base.comparator.value, base.comparator.value)
    limit = f"{comparison} {write_number(base.limit * factor, 0, language)}{sign}"
    condition = "Điều kiện" if language == "vi" else "Condition"
    return f"{condition}: {limit}. {points}."
