"""Targets: those of a plan, and the page of one with its rule, its sentence, its path and its forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.views.decorators.http import require_GET

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figures import Missing
from lienthong.delivery.labels import STATUSES, explain_missing, get_label, write_amount
from lienthong.delivery.models import Directive, Task
from lienthong.delivery.period_text import write_period
from lienthong.delivery.periods import parse_period
from lienthong.delivery.sources import get_source
from lienthong.delivery.target_rules import expect_figure
from lienthong.delivery.target_terms import make_terms
from lienthong.delivery.target_words import Measure, TargetKind
from lienthong.delivery.targets import get_plan, judge_plan
from lienthong.delivery.units import parse_unit
from lienthong.portal.delivery.as_of import read_as_of
from lienthong.portal.delivery.pages import find_data_days, find_language, for_readers, require_shown, show_page
from lienthong.portal.delivery.target_rows import make_target_rows, write_point

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.periods import Period
    from lienthong.delivery.target_terms import PlanTerms
    from lienthong.delivery.targets import JudgedPlan, JudgedTarget

read_target_day = read_as_of


def get_judged_plan(code: str, day: date) -> tuple[FigureBook, JudgedPlan]:
    """Give a plan judged on a day; raises 404 for one that is not there, or that this site does not show."""
    try:
        require_shown(illustrative=get_plan(code).is_illustrative)
        book = FigureBook(day)
        return book, judge_plan(book, code)
    except DeliveryError as error:
        raise Http404 from error


def get_judged(plan: str, target: str, day: date) -> JudgedTarget:
    """Give one target judged on a day; raises 404."""
    _book, judged = get_judged_plan(plan, day)
    found = next((each for each in judged.targets if each.terms.code == target), None)
    if found is None:
        raise Http404
    return found


def list_path(judged: JudgedTarget) -> list[tuple[Period, Fraction]]:
    """Give the points of the path that a target's figures are held against; nothing where there is none."""
    terms = judged.terms
    if terms.kind is TargetKind.TREND or terms.measure is Measure.MEAN:
        return []
    made = make_terms(terms, parse_unit(terms.unit), may_be_missed=True)
    periods = {*made.path, made.due, *([made.baseline_period] if made.baseline_period else [])}
    points = [(period, expect_figure(made, period)) for period in sorted(periods)]
    return [(period, value) for period, value in points if value is not None]


@for_readers
@require_GET
def show_plan(request: HttpRequest, plan: str) -> HttpResponse:
    """Show a plan's targets, each with the sentence that explains its state."""
    as_of, language = read_as_of(request), find_language()
    book, judged = get_judged_plan(plan, as_of.day)
    told = {
        "place": "board",
        "plan": judged,
        "rows": make_target_rows(book, [judged], language)[plan],
        "source": get_source(judged.plan.source),
        "directive": find_directive_row(judged.plan),
    }
    return show_page(request, "plan", told, as_of)


@for_readers
@require_GET
def show_target(request: HttpRequest, plan: str, target: str) -> HttpResponse:
    """Show one target: rule, sentence, path against figures, forecast, and where it leads to."""
    as_of, language = read_as_of(request), find_language()
    book, whole = get_judged_plan(plan, as_of.day)
    row = next(
        (row for row in make_target_rows(book, [whole], language)[plan] if row.judged.terms.code == target), None
    )
    if row is None:
        raise Http404
    judged = row.judged
    terms = judged.terms
    forecast = judged.forecast
    told: dict[str, Any] = {
        "place": "board",
        "judged": judged,
        "plan": judged.plan,
        "terms": terms,
        "rows": _list_rows(judged, language),
        "amount": lambda value: write_amount(value, terms.unit, terms.decimals, language),
        "has_path": bool(list_path(judged)),
        "why_no_forecast": explain_missing(forecast, language) if isinstance(forecast, Missing) else "",
        "told": row if row.reported is not None else None,
        "source": get_source(terms.source),
        "directive": find_directive_row(judged.plan),
        "tasks": Task.objects.filter(plan=plan, target=target).select_related("owner").order_by("due_on", "code"),
    }
    return show_page(request, "target", told, as_of)


def find_directive_row(plan: PlanTerms) -> Directive | None:
    """Find the register's row of the document that a plan is; by its issuer alone where its number is not known."""
    rows = Directive.objects.filter(issuer=plan.directive_issuer, issued_on=plan.directive_date)
    if plan.directive_number:
        rows = rows.filter(number=plan.directive_number)
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def _list_rows(judged: JudgedTarget, language: str) -> list[dict[str, Any]]:
    """List figures and path by period, the latest first."""
    terms = judged.terms
    days = find_data_days({pk for point in judged.points for pk in point.used})
    made = make_terms(terms, parse_unit(terms.unit), may_be_missed=True)
    has_path = bool(list_path(judged))
    begin = parse_period(terms.baseline_period).begin if terms.baseline_period else None
    rows = []
    for point in reversed(judged.points):
        is_on_way = has_path and (begin is None or point.period.begin >= begin)
        expected = expect_figure(made, point.period) if is_on_way else None
        rows.append(
            {
                "period": write_period(point.period, language),
                "figure": write_point(judged, point, language),
                "status": get_label(STATUSES[point.status], language),
                "expected": "" if expected is None else write_amount(expected, terms.unit, terms.decimals, language),
                "known_on": max((days[pk] for pk in point.used if pk in days), default=None),
                "rows": sorted(point.used),
            }
        )
    return rows
