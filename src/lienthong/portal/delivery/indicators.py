"""Indicators: the list, and the page of one with its line, table, definition, areas, and what can be taken away."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Max
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from lienthong.areas.errors import AreasError
from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.exporting import MEDIA_TYPES, ExportFormat, Selection, export_figures, parse_format
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figure_text import explain_base, write_value
from lienthong.delivery.figures import Observed
from lienthong.delivery.formula_parser import parse_formula
from lienthong.delivery.formula_tree import list_references
from lienthong.delivery.formulas import Value
from lienthong.delivery.indicator_sheet import make_sheet
from lienthong.delivery.indicators import list_definitions
from lienthong.delivery.labels import DIRECTIONS, FREQUENCIES, SOURCE_KINDS, UNITS, get_label
from lienthong.delivery.missing_text import tell_ended
from lienthong.delivery.models import Observation, Plan
from lienthong.delivery.places import COUNTRY_NAMES, Place
from lienthong.delivery.report.maps import list_spots
from lienthong.delivery.words import Rule, find_country, is_illustrative_area
from lienthong.portal.delivery.as_of import find_day_in, read_as_of
from lienthong.portal.delivery.pages import (
    find_data_days,
    find_language,
    for_readers,
    require_area,
    show_page,
)
from lienthong.portal.delivery.topics import name_source, name_topic, place_topic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.http import HttpRequest

    from lienthong.delivery.indicator_sheet import IndicatorSheet, SheetRow
    from lienthong.delivery.indicators import Definition
    from lienthong.portal.delivery.as_of import AsOf

PROVINCE_CODE: Final = 2
"""Characters of a province's code."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: an area, as known on a day, in the tree of a day."""

    area: str
    as_of: AsOf
    on: date

    @property
    def words(self) -> dict[str, str]:
        """What links have to keep beside the day of knowledge."""
        return {"area": self.area, "on": self.on.isoformat() if self.on != self.as_of.day else ""}


def read_asked(request: HttpRequest) -> Asked:
    """Read area and days from the address; raises 404 for an area that this site does not show."""
    as_of = read_as_of(request)
    area = request.GET.get("area", "") or find_home_area()
    require_area(area)
    return Asked(area, as_of, find_day_in(request, "on") or as_of.day)


def find_home_area() -> str:
    """Give the area that plans are of: the real one before the invented one."""
    codes = list(Plan.objects.order_by("is_illustrative", "ends_on").values_list("area_code", flat=True)[:1])
    return codes[0] if codes else "22"


@for_readers
@require_GET
def show_indicators(request: HttpRequest) -> HttpResponse:
    """List what is measured, by topic, with how far its figures reach in the area."""
    asked = read_asked(request)
    areas = dict.fromkeys(Plan.objects.order_by("is_illustrative").values_list("area_code", flat=True))
    counted = Observation.objects.filter(area_code=asked.area, published_on__lte=asked.as_of.day)
    known = counted.values("indicator__code").annotate(
        periods=Count("period", distinct=True), last=Max("period_end"), known=Max("published_on")
    )
    definitions = sorted(list_definitions().values(), key=lambda each: (place_topic(each.topic), each.code))
    told = {
        "place": "indicators",
        "asked": asked,
        "areas": [code for code in areas if code == asked.area or _is_shown(code)],
        "topics": [(name_topic(topic), list(each)) for topic, each in groupby(definitions, lambda each: each.topic)],
        "known": {row["indicator__code"]: row for row in known},
        "unit": name_unit,
        "labels": _LABELS,
    }
    return show_page(request, "indicators", told, asked.as_of)


@for_readers
@require_GET
def show_indicator(request: HttpRequest, code: str) -> HttpResponse:
    """Show one indicator in an area."""
    asked, language = read_asked(request), find_language()
    book = FigureBook(asked.as_of.day, asked.on)
    try:
        sheet = make_sheet(book, code, asked.area, language)
    except DeliveryError as error:
        raise Http404 from error
    except AreasError as error:
        raise Http404 from error
    days = find_data_days({pk for row in sheet.rows for pk in _get_used(row)})
    told: dict[str, Any] = {
        "place": "indicators",
        "asked": asked,
        "sheet": sheet,
        "definition": sheet.definition,
        "has_map": bool(list_spots(sheet.areas)),
        "country": find_country(asked.area),
        "days": {row.period: _find_day(row, days) for row in sheet.rows},
        "sources_of": _list_sources_by_row(sheet),
        "source_names": {each.code: each.publisher or each.title_in(language) for each in sheet.sources},
        "write_value": lambda value: write_value(value, sheet.definition, language),
        "explain_base": lambda base: explain_base(base, language) + tell_ended(base, book, language),
        "is_value": lambda value: isinstance(value, Value),
        "parts_of": _list_parts(sheet.definition, book),
        "unit": name_unit,
        "labels": _LABELS,
        "topic": name_topic(sheet.definition.topic),
        "name_source": name_source,
        "is_ordinary": sheet.definition.rule is Rule.ORDINARY,
        "is_illustrative": is_illustrative_area(asked.area),
        "places_to_choose": list_places(book, asked),
    }
    return show_page(request, "indicator", told, asked.as_of)


@for_readers
@require_GET
def send_figures(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Send what sources say of an indicator in an area and in the country, in a format of files."""
    asked = read_asked(request)
    areas = tuple(dict.fromkeys((asked.area, find_country(asked.area))))
    try:
        wanted = parse_format(form)
    except DeliveryError as error:
        raise Http404 from error
    content = export_figures(Selection(asked.as_of.day, (code,), areas), wanted)
    ending = "xml" if wanted in {ExportFormat.SDMX_ML, ExportFormat.SDMX_STRUCTURE} else "csv"
    name = f"{code}-{asked.area}-{asked.as_of.day}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=MEDIA_TYPES[wanted], headers=headers)


def name_unit(unit: str) -> str:
    """Say a unit; what has no word is written as its code, and a bare number has none."""
    return get_label(UNITS.get(unit, (unit, unit)), find_language())


def list_places(book: FigureBook, asked: Asked) -> list[tuple[str, str]]:
    """Give the areas to choose from: the country, the province, and its communes in the tree of the day."""
    country = find_country(asked.area)
    province = asked.area if len(asked.area) == PROVINCE_CODE else ""
    units = book.places.get_book(asked.area)
    if not province and asked.area not in COUNTRY_NAMES:
        unit = units.resolve(asked.area, asked.on)
        province = units.find_province(unit).code if not isinstance(unit, Unknown) else ""
    communes = units.list_units(book.on, Level.COMMUNE, province) if province else []
    codes = dict.fromkeys([country, *([province] if province else []), asked.area, *(each.code for each in communes)])
    return [(code, book.places.name(Place(code, asked.on), find_language())) for code in codes]


def _list_parts(definition: Definition, book: FigureBook) -> list[Definition]:
    """Give the indicators that a formula rests on."""
    if not definition.formula:
        return []
    codes = dict.fromkeys(reference.code for reference in list_references(parse_formula(definition.formula)))
    return [book.definitions[code] for code in codes if code in book.definitions]


def _list_sources_by_row(sheet: IndicatorSheet) -> dict[object, list[Observed]]:
    """Give of each period the last version of each source."""
    return {
        row.period: list({each.source: each for each in sorted(row.others, key=lambda each: each.version)}.values())
        for row in sheet.rows
    }


def _get_used(row: SheetRow) -> frozenset[int]:
    return row.value.used if isinstance(row.value, Value) else frozenset()


def _find_day(row: SheetRow, days: Mapping[int, date]) -> date | None:
    """Give the day on which the last of what a row shows became known."""
    if isinstance(row.best, Observed):
        return row.best.published_on
    return max((days[pk] for pk in _get_used(row) if pk in days), default=None)


def _is_shown(code: str) -> bool:
    try:
        require_area(code)
    except Http404:
        return False
    return True


def _name_by(labels: Mapping[Any, tuple[str, str]]) -> Any:  # noqa: ANN401 # a function for templates
    return lambda word: get_label(labels[word], find_language())


_LABELS: Final = {
    "frequency": _name_by(FREQUENCIES),
    "direction": _name_by(DIRECTIONS),
    "source_kind": _name_by(SOURCE_KINDS),
}
