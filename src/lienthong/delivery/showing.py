"""What `lienthong delivery show` and `check` print."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from lienthong.areas.errors import AreasError
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figure_text import explain_base, list_marks
from lienthong.delivery.figures import Missing, MissingKind
from lienthong.delivery.formulas import Value
from lienthong.delivery.indicator_sheet import make_sheet
from lienthong.delivery.indicators import verify_definition
from lienthong.delivery.labels import STATES, get_label
from lienthong.delivery.missing_text import tell_ended, tell_missing
from lienthong.delivery.models import Observation
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.target_terms import verify_target
from lienthong.delivery.targets import judge_plan, list_plans, list_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.delivery.progress import Tell

VIETNAM: Final = timezone(timedelta(hours=7))


def read_day(text: str) -> date:
    """Read a day; nothing is today, in Vietnam. Raises `BAD_PERIOD`."""
    if not text:
        return datetime.now(UTC).astimezone(VIETNAM).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"expected a day such as 2026-04-15, got {text!r}"
        raise DeliveryError(DeliveryErrorKind.BAD_PERIOD, message) from error


def describe(code: str, area: str, as_of: date, language: str) -> Iterator[str]:
    """Describe an indicator, a plan, or list what there is, a line each; raises `UNKNOWN_INDICATOR`."""
    book = FigureBook(as_of)
    if not code:
        yield from (f"plan\t{plan.code}\t{plan.title_in(language)}" for plan in list_plans())
        yield from (f"indicator\t{each.code}\t{each.name_in(language)}" for each in book.definitions.values())
    elif any(plan.code == code for plan in list_plans()):
        yield from _describe_plan(book, code, language)
    else:
        yield from _describe_indicator(book, code, area, language)


def list_faults(as_of: date, tell: Tell = tell_nobody) -> Iterator[str]:
    """List what does not fit together: definitions, targets, and figures on which sources disagree."""
    book = FigureBook(as_of)
    for definition in book.definitions.values():
        try:
            verify_definition(definition)
        except DeliveryError as error:
            yield error.message
    for plan in list_plans():
        for target in list_targets(plan.code, as_of):
            try:
                verify_target(target, book.definitions.get(target.indicator))
            except DeliveryError as error:
                yield f"{plan.code}: {error.message}"
    pairs = Observation.objects.values_list("indicator__code", "area_code", "breakdown").distinct()
    series = list(pairs.order_by("indicator__code", "area_code", "breakdown"))
    for indicator, area, breakdown in follow(series, "series of figures compared", tell, len(series)):
        yield from _list_conflicts(book, indicator, area, breakdown)


def _list_conflicts(book: FigureBook, indicator: str, area: str, breakdown: str) -> Iterator[str]:
    try:
        observed = book.list_observed(indicator, area, breakdown)
    except AreasError as error:
        yield f"{indicator} of {area}: {error.message}"
        return
    for each in observed.values():
        if isinstance(each, Missing) and each.kind is MissingKind.SOURCES_DISAGREE:
            yield tell_missing(each, book, "en")


def _describe_plan(book: FigureBook, code: str, language: str) -> Iterator[str]:
    judged = judge_plan(book, code)
    yield f"{judged.plan.title_in(language)}: {judged.write_count(language)} ({book.as_of})"
    for target in judged.targets:
        state = get_label(STATES[target.state], language)
        yield f"{target.terms.place}\t{target.terms.name_in(language)}\t{state}\t{target.explain(language)}"


def _describe_indicator(book: FigureBook, code: str, area: str, language: str) -> Iterator[str]:
    sheet = make_sheet(book, code, area, language)
    definition = sheet.definition
    yield f"{definition.code}\t{definition.name_in(language)}\t{definition.unit}\t{definition.definition_in(language)}"
    if definition.formula:
        yield f"= {definition.formula}"
    for row in sheet.rows:
        marks = ", ".join(row.list_marks(definition, language))
        yield f"{row.period.text}\t{row.write(definition, language)}" + (f"\t({marks})" if marks else "")
        if isinstance(row.value, Value) and row.value.base is not None:
            base = row.value.base
            yield f"\t{explain_base(base, language)}{tell_ended(base, book, language)}"
        for other in row.others:
            told = ", ".join(list_marks(other, definition, language))
            said = f"{other.qualifier} {other.value} ({told}) {other.wording}"
            yield f"\t{other.source} v{other.version}: {said}".rstrip()
