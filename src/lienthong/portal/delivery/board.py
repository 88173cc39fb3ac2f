"""The board: one page, and one printed sheet, of what was promised and how it stands.

The invented province has its own: real plans and invented ones are never on one board, and a site that is no
sandbox has no board of invented ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.views.decorators.http import require_GET

from lienthong.delivery.board import make_board
from lienthong.delivery.figure_text import list_marks, write_observed
from lienthong.delivery.observations import list_current
from lienthong.portal.delivery.as_of import read_as_of
from lienthong.portal.delivery.pages import find_language, for_readers, require_shown, show_page
from lienthong.portal.delivery.target_rows import group_by_concern, make_target_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.figures import Observed

MOST_REPORTED: Final = 12
TARGETS_PRINTED: Final = 56
"""Targets that the sheet has room for, shared evenly among its plans; what concerns most comes first."""
MOST_PRINTED: Final = 5
"""Changes, late tasks and reported figures that the one printed sheet has room for; the page has more."""


@for_readers
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """Show the board of real plans."""
    return _show(request, illustrative=False)


@for_readers
@require_GET
def show_illustrative_board(request: HttpRequest) -> HttpResponse:
    """Show the board of the invented province."""
    require_shown(illustrative=True)
    return _show(request, illustrative=True)


def _show(request: HttpRequest, *, illustrative: bool) -> HttpResponse:
    as_of, language = read_as_of(request), find_language()
    board = make_board(as_of.day, illustrative=illustrative)
    book = board.book
    areas = tuple(dict.fromkeys(plan.plan.area_code for plan in board.plans))
    reported = _choose_reported(list_current(as_of.day, (), areas)) if areas and not illustrative else []
    made = make_target_rows(book, board.plans, language)
    told = {
        "place": "board",
        "is_illustrative": illustrative,
        "has_both": settings.IS_SANDBOX,
        "board": board,
        "areas": areas,
        "rows": {code: group_by_concern(rows) for code, rows in made.items()},
        "unchecked": sum(not row.judged.terms.is_verified for rows in made.values() for row in rows),
        "reported": reported[:MOST_REPORTED],
        "reported_count": len(reported),
        "definitions": book.definitions,
        "write": lambda figure: write_observed(figure, language),
        "marks": lambda figure: list_marks(figure, book.definitions[figure.cell.indicator], language),
        "most_printed": MOST_PRINTED,
        "targets_printed": TARGETS_PRINTED // (sum(plan.total > 0 for plan in board.plans) or 1),
    }
    return show_page(request, "board", told, as_of)


def _choose_reported(figures: Iterable[Observed]) -> list[Observed]:
    """Choose of each indicator the latest figure that was merely told, the latest told first."""
    latest: dict[str, Observed] = {}
    for each in sorted(figures, key=lambda each: (each.cell.period.end, each.published_on)):
        if each.is_reported:
            latest[each.cell.indicator] = each
    return sorted(latest.values(), key=lambda each: (each.published_on, each.cell.indicator), reverse=True)
