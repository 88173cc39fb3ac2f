"""The board: targets at a glance, what changed this week, what is late; every figure with the day of its data.

One function gives all that the page and its printed sheet show, as of any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.observations import find_before, find_last_day, list_published
from lienthong.delivery.targets import JudgedPlan, judge_plans, list_plans
from lienthong.delivery.tasks import list_late

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.figures import Observed
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.models.task import Task

DAYS_OF_CHANGE: Final = 7
MOST_CHANGES: Final = 20
MOST_LATE: Final = 20
"""A printed sheet has room for so many; the pages behind have all."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that became known, and the version before it where it is a revision."""

    observed: Observed
    definition: Definition
    before: Observed | None


@dataclass(frozen=True, slots=True)
class Board:
    """What is shown, the figures that it rests on, and the last day on which anything in it became known."""

    book: FigureBook
    data_on: date | None
    plans: tuple[JudgedPlan, ...]
    changes: tuple[Change, ...]
    late: tuple[Task, ...]
    late_count: int

    @property
    def as_of(self) -> date:
        """The day as of which all of it is known."""
        return self.book.as_of


def make_board(as_of: date, *, illustrative: bool, on: date | None = None) -> Board:
    """Make the board of real plans, or of the invented ones: the two are never on one board."""
    book = FigureBook(as_of, on)
    plans = [plan for plan in list_plans() if plan.is_illustrative is illustrative]
    judged = judge_plans(book, [plan for plan in plans if plan.begins_on <= as_of])
    late = list_late(as_of).filter(is_illustrative=illustrative)
    return Board(
        book,
        find_last_day(as_of, illustrative=illustrative),
        tuple(judged),
        _list_changes(book, illustrative=illustrative),
        tuple(late[:MOST_LATE]),
        late.count(),
    )


def _list_changes(book: FigureBook, *, illustrative: bool) -> tuple[Change, ...]:
    since = book.as_of - timedelta(days=DAYS_OF_CHANGE - 1)
    published = list_published(since, book.as_of, illustrative=illustrative, limit=MOST_CHANGES)
    before = find_before([each for each in published if each.version > 1])
    return tuple(Change(each, book.get_definition(each.cell.indicator), before.get(each.pk)) for each in published)
