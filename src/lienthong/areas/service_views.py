"""The areas service over the exchange: each view reads a request, asks the book and renders its answer.

Only the member's own gateway may call it. Nothing here is about people, so it asks no purpose.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from django.conf import settings
from msgspec import UNSET

from lienthong.areas.agency_codes import parse_agency_code
from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.service_answers import (
    AddressQuestion,
    Mark,
    SandboxMark,
    answer_address,
    answer_agency,
    answer_trace,
    answer_unit,
    answer_units,
)
from lienthong.areas.service_openapi import make_description
from lienthong.areas.store import find_agency, get_loaded_gazetteer
from lienthong.areas.succession import trace_unit
from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level
from lienthong.kernel.clock import SystemClock
from lienthong.web.services import answer_json, describe_unread, serving

if TYPE_CHECKING:
    from enum import StrEnum

    from django.http import HttpRequest, HttpResponse

    from lienthong.areas.store import Gazetteer
    from lienthong.areas.units import Unit

VIETNAM: Final = timezone(timedelta(hours=7))
"""Vietnam's time has had no summer time since 1975."""

MOST_BODY_BYTES: Final = 8192
"""An address question is far smaller."""

STATUSES: Final[dict[StrEnum, int]] = {
    AreasErrorKind.BAD_CODE: HTTPStatus.BAD_REQUEST,
    AreasErrorKind.BAD_DAY: HTTPStatus.BAD_REQUEST,
    AreasErrorKind.BAD_PARAMETER: HTTPStatus.BAD_REQUEST,
    AreasErrorKind.BAD_AGENCY_CODE: HTTPStatus.BAD_REQUEST,
    AreasErrorKind.BAD_FILE: HTTPStatus.BAD_REQUEST,
    AreasErrorKind.UNKNOWN_CODE: HTTPStatus.NOT_FOUND,
    AreasErrorKind.UNKNOWN_DAY: HTTPStatus.NOT_FOUND,
    AreasErrorKind.NOT_LOADED: HTTPStatus.SERVICE_UNAVAILABLE,
    AreasErrorKind.CONTRADICTION: HTTPStatus.CONFLICT,
    AreasErrorKind.SOURCE: HTTPStatus.INTERNAL_SERVER_ERROR,
    AreasErrorKind.DATA_DAMAGED: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Each kind's HTTP status."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""`date.fromisoformat` takes more spellings than the one that is promised."""


@serving("GET", STATUSES)
def list_units(request: HttpRequest) -> HttpResponse:
    """`GET units?on=&level=&province=`: all units of a level on a day."""
    _require_parameters(request, "on", "level", "province")
    gazetteer = get_loaded_gazetteer()
    day = _read_day(request, "on", _today())
    province = request.GET.get("province", "")
    _require_known(gazetteer, province, day)
    units = gazetteer.book.list_units(day, _read_level(request), province)
    return answer_json(answer_units(gazetteer, units, day, _mark()))


@serving("GET", STATUSES)
def show_unit(request: HttpRequest, code: str) -> HttpResponse:
    """`GET units/{code}?on=`: the unit that has the code on the day."""
    _require_parameters(request, "on")
    gazetteer, day = get_loaded_gazetteer(), _read_day(request, "on", _today())
    return answer_json(answer_unit(gazetteer, _get_unit(gazetteer, code, day), day, _mark()))


@serving("GET", STATUSES)
def show_successors(request: HttpRequest, code: str) -> HttpResponse:
    """`GET units/{code}/successors?on=&to=`: which unit that is on a later day, or all candidates."""
    _require_parameters(request, "on", "to")
    gazetteer, day = get_loaded_gazetteer(), _read_day(request, "on", _today())
    unit = _get_unit(gazetteer, code, day)
    other = _read_day(request, "to", _today())
    if other < day:
        message = f"to: expected a day from {day} on, got {other}; predecessors are asked for at .../predecessors"
        raise AreasError(AreasErrorKind.BAD_DAY, message)
    return _answer_trace(gazetteer, unit, (day, other))


@serving("GET", STATUSES)
def show_predecessors(request: HttpRequest, code: str) -> HttpResponse:
    """`GET units/{code}/predecessors?on=&to=`: what that unit was on an earlier day."""
    _require_parameters(request, "on", "to")
    gazetteer, day = get_loaded_gazetteer(), _read_day(request, "on", _today())
    unit = _get_unit(gazetteer, code, day)
    other = _read_day(request, "to", unit.begin - timedelta(days=1))
    if other > day:
        message = f"to: expected a day up to {day}, got {other}; successors are asked for at .../successors"
        raise AreasError(AreasErrorKind.BAD_DAY, message)
    return _answer_trace(gazetteer, unit, (day, other))


@serving("POST", STATUSES)
def read_address(request: HttpRequest) -> HttpResponse:
    """`POST addresses`: which units a free-text address may mean."""
    _require_parameters(request)
    if len(request.body) > MOST_BODY_BYTES:
        message = f"body: expected at most {MOST_BODY_BYTES} bytes, got {len(request.body)}"
        raise AreasError(AreasErrorKind.BAD_PARAMETER, message)
    try:
        question = msgspec.json.decode(request.body, type=AddressQuestion)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AreasError(AreasErrorKind.BAD_PARAMETER, f"body: {error}") from error
    gazetteer = get_loaded_gazetteer()
    parsed = gazetteer.parser.parse(question.text, question.on)
    return answer_json(answer_address(gazetteer, parsed, question.on, _mark()))


@serving("GET", STATUSES)
def show_agency(request: HttpRequest, code: str) -> HttpResponse:
    """`GET agencies/{code}?on=`: the agency that has the code on the day."""
    _require_parameters(request, "on")
    parse_agency_code(code)
    day = _read_day(request, "on", _today())
    agency = find_agency(code, day)
    if agency is None:
        raise AreasError(AreasErrorKind.UNKNOWN_CODE, f"no agency known here has the code {code} on {day}")
    return answer_json(answer_agency(agency, day, _mark()))


@serving("GET", STATUSES)
def show_description(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django calls every view with it
    """`GET openapi.json`: what this service is."""
    return answer_json(make_description())


def parse_day(text: str) -> date:
    """Read a day spelled YYYY-MM-DD; anything else raises `BAD_DAY`."""
    message = f"expected a day of the calendar as YYYY-MM-DD, got {text!r}"
    if not _DAY.fullmatch(text):
        raise AreasError(AreasErrorKind.BAD_DAY, message)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AreasError(AreasErrorKind.BAD_DAY, message) from error


def _answer_trace(gazetteer: Gazetteer, unit: Unit, days: tuple[date, date]) -> HttpResponse:
    trace = trace_unit(gazetteer.book, unit, days[1])
    if isinstance(trace, Unknown):
        raise AreasError(trace.kind, trace.reason)
    return answer_json(answer_trace(gazetteer, unit, days, trace, _mark()))


def _get_unit(gazetteer: Gazetteer, code: str, day: date) -> Unit:
    found = gazetteer.book.resolve(code, day)
    if isinstance(found, Unknown):
        raise AreasError(found.kind, found.reason)
    return found


def _require_known(gazetteer: Gazetteer, province: str, day: date) -> None:
    """Refuse a list for a day or a province that the data does not cover: it would look complete."""
    if province:
        found = _get_unit(gazetteer, province, day)
        if found.level is not Level.PROVINCE:
            raise AreasError(AreasErrorKind.BAD_PARAMETER, f"province: {province} is {found.name}")
    elif day < gazetteer.book.whole_country_from:
        first = gazetteer.book.whole_country_from
        message = f"unknown: the data covers the whole country from {first} on, asked for {day}"
        raise AreasError(AreasErrorKind.UNKNOWN_DAY, message)


def _read_level(request: HttpRequest) -> Level:
    text = request.GET.get("level", Level.COMMUNE)
    try:
        return Level(text)
    except ValueError as error:
        message = f"level: expected one of {', '.join(Level)}, got {text!r}"
        raise AreasError(AreasErrorKind.BAD_PARAMETER, message) from error


def _read_day(request: HttpRequest, name: str, otherwise: date) -> date:
    return parse_day(request.GET[name]) if name in request.GET else otherwise


def _require_parameters(request: HttpRequest, *known: str) -> None:
    unread = describe_unread(request, known)
    if unread is not None:
        raise AreasError(AreasErrorKind.BAD_PARAMETER, unread)


def _mark() -> Mark:
    return SandboxMark(settings.SITE.settings.instance) if settings.IS_SANDBOX else UNSET


def _today() -> date:
    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, VIETNAM).date()
