"""Charts as pictures of their own: a page's content policy lets no style into its text, and a picture can be saved."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Final

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.areas.errors import AreasError
from lienthong.delivery.chart_points import list_known_points, list_told_points, make_point
from lienthong.delivery.charts import (
    Bar,
    ChartPoint,
    ChartSize,
    ChartWords,
    Line,
    Stroke,
    draw_bars,
    draw_line,
    embed_face,
    make_words,
)
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.forecasts import Forecast
from lienthong.delivery.formulas import Value
from lienthong.delivery.indicator_sheet import make_sheet
from lienthong.delivery.report.maps import draw_map, list_spots
from lienthong.delivery.words import Carry, find_country
from lienthong.portal.assets import BUILT, read_manifest
from lienthong.portal.delivery.indicators import read_asked
from lienthong.portal.delivery.pages import find_language, for_readers, name_area
from lienthong.portal.delivery.targets import get_judged, list_path, read_target_day

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.delivery.indicator_sheet import IndicatorSheet

MOST_BARS: Final = 60
"""More units than a province has communes after 2025 make no picture that anybody reads; the table has all."""


@for_readers
@require_GET
def draw_indicator(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the line of an indicator in an area, with the country's beside it."""
    sheet = _get_sheet(request, code)
    return send_drawing(request, draw_line(_list_lines(sheet, read_asked(request).area), _make_words(request, sheet)))


@for_readers
@require_GET
def draw_areas(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the units of a province side by side, in the latest period that has any."""
    sheet = _get_sheet(request, code)
    values = [(row.name, row.value) for row in sheet.areas if isinstance(row.value, Value)]
    ordered = sorted(values, key=lambda row: row[1].upper, reverse=True)[:MOST_BARS]
    bars = [Bar(name, float(each.lower), float(each.lower), float(each.upper)) for name, each in ordered]
    return send_drawing(request, draw_bars(bars, _make_words(request, sheet)))


@for_readers
@require_GET
def draw_area_map(request: HttpRequest, code: str) -> HttpResponse:
    """Draw where the units of a province lie, the darker the higher their figures, as the report does."""
    sheet = _get_sheet(request, code)
    spots = list_spots(sheet.areas)
    if not spots:
        raise Http404
    return send_drawing(request, draw_map(spots, _make_words(request, sheet)))


@for_readers
@require_GET
def draw_target(request: HttpRequest, plan: str, target: str) -> HttpResponse:
    """Draw a target's figures against the path that leads to it, and the forecast with its interval."""
    judged = get_judged(plan, target, read_target_day(request).day)
    terms = judged.terms
    figures = tuple(make_point(point.period, point.lower, point.upper) for point in judged.points)
    lines = [Line(name_area(judged.plan.area_code, judged.plan.ends_on), Stroke.MAIN, figures)]
    path = tuple(ChartPoint(period, float(value)) for period, value in list_path(judged))
    lines.append(Line(_("Path to the goal"), Stroke.PATH, path))
    forecast = judged.forecast
    if isinstance(forecast, Forecast):
        point = ChartPoint(forecast.period, forecast.central, forecast.lower, forecast.upper)
        lines.append(Line(_("Forecast with its interval"), Stroke.FORECAST, (point,)))
    words = make_words(terms.unit, terms.decimals, find_language(), _read_size(request))
    return send_drawing(request, draw_line(lines, words))


def _get_sheet(request: HttpRequest, code: str) -> IndicatorSheet:
    asked = read_asked(request)
    try:
        return make_sheet(FigureBook(asked.as_of.day, asked.on), code, asked.area, find_language())
    except (DeliveryError, AreasError) as error:
        raise Http404 from error


def _list_lines(sheet: IndicatorSheet, area: str) -> list[Line]:
    country = find_country(area)
    known = list_known_points((row.period, row.value) for row in sheet.charted)
    lines = [Line(name_area(area, sheet.place.on), Stroke.MAIN, known)]
    lines.append(Line(_("As reported"), Stroke.REPORTED, list_told_points(sheet.charted)))
    if country != area and sheet.definition.carry is not Carry.SUM:
        # Beside a country's whole, a province's part would be a flat line; the table has both.
        beside = list_known_points((row.period, row.country) for row in sheet.charted)
        lines.append(Line(name_area(country, sheet.place.on), Stroke.COUNTRY, beside))
    return lines


def _make_words(request: HttpRequest, sheet: IndicatorSheet) -> ChartWords:
    definition = sheet.definition
    return make_words(definition.unit, definition.decimals, find_language(), _read_size(request))


def _read_size(request: HttpRequest) -> ChartSize:
    return ChartSize.NARROW if request.GET.get("size") == ChartSize.NARROW else ChartSize.WIDE


def send_drawing(request: HttpRequest, svg: bytes) -> HttpResponse:
    """Send a drawing with its letters; the browser keeps it and asks by its hash whether it is still the same."""
    content = embed_face(svg, _read_faces())
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type="image/svg+xml", headers=headers)


@cache
def _read_faces() -> tuple[bytes, ...]:
    """Read our face from what the build has put beside the pages; nothing is built: the machine's own letters."""
    built = read_manifest()
    names = [built.get(f"be-vietnam-pro-{script}-400.woff2") for script in ("latin", "vietnamese")]
    return tuple((BUILT / name).read_bytes() for name in names if name)
