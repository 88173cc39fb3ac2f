"""A judged target as pages show it in one row: its figure with period and day, its goal, its state in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from lienthong.delivery.figure_text import write_observed
from lienthong.delivery.figures import Observed
from lienthong.delivery.labels import write_amount
from lienthong.delivery.period_text import write_period
from lienthong.delivery.target_words import TargetState
from lienthong.portal.delivery.pages import find_data_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from lienthong.delivery.figure_book import FigureBook
    from lienthong.delivery.target_rules import Point
    from lienthong.delivery.targets import JudgedPlan, JudgedTarget


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with what is written of it; `known_on` is the day on which the last of its data became known."""

    judged: JudgedTarget
    figure: str
    period: str
    known_on: date | None
    reported: Observed | None
    """What was merely told, where nothing can be judged."""


def make_target_rows(book: FigureBook, plans: Iterable[JudgedPlan], language: str) -> dict[str, list[TargetRow]]:
    """Make the rows of plans, by the plan's code."""
    listed = list(plans)
    used = {pk for plan in listed for target in plan.targets for pk in _get_used(target)}
    days = find_data_days(used)
    return {plan.plan.code: [_make_row(book, target, days, language) for target in plan.targets] for plan in listed}


_CONCERN: Final = (
    TargetState.MISSED,
    TargetState.AT_RISK,
    TargetState.ON_TRACK,
    TargetState.REACHED,
    TargetState.NO_DATA,
)


def group_by_concern(rows: Iterable[TargetRow]) -> list[tuple[TargetState, list[TargetRow]]]:
    """Group rows by state: first what is not reached, last what cannot be judged; the document's order within each."""
    ordered = sorted(rows, key=lambda row: _CONCERN.index(row.judged.state))
    return [(state, list(group)) for state, group in groupby(ordered, lambda row: row.judged.state)]


def write_point(judged: JudgedTarget, point: Point, language: str) -> str:
    """Write a figure of a target in the target's unit: a value, or the range that it lies in."""
    unit, decimals = judged.terms.unit, judged.terms.decimals
    low = write_amount(point.lower, unit, decimals, language)
    if point.is_value:
        return low
    high = write_amount(point.upper, unit, decimals, language)
    return f"từ {low} đến {high}" if language == "vi" else f"{low} to {high}"


def _make_row(book: FigureBook, judged: JudgedTarget, days: Mapping[int, date], language: str) -> TargetRow:
    latest = judged.verdict.latest
    if latest is not None:
        known_on = max((days[pk] for pk in latest.used if pk in days), default=None)
        return TargetRow(
            judged, write_point(judged, latest, language), write_period(latest.period, language), known_on, None
        )
    reported = _find_reported(book, judged)
    if reported is None:
        return TargetRow(judged, "", "", None, None)
    text = write_observed(reported, language)
    return TargetRow(judged, text, write_period(reported.cell.period, language), reported.published_on, reported)


def _find_reported(book: FigureBook, judged: JudgedTarget) -> Observed | None:
    """Find the latest figure that somebody told of what a target is about."""
    if judged.definition is None:
        return None
    told = book.list_observed(judged.terms.indicator, judged.plan.area_code, judged.terms.breakdown)
    found = [each for _period, each in sorted(told.items()) if isinstance(each, Observed) and each.is_reported]
    return found[-1] if found else None


def _get_used(judged: JudgedTarget) -> frozenset[int]:
    return judged.verdict.latest.used if judged.verdict.latest is not None else frozenset()
