"""The services over the exchange: each view reads a request, calls one story and renders its answer.

Only the member's own gateway may call them. It has checked the grant and the purpose; the purpose is asked for
again here, so that no setting elsewhere lets a look-up of a person through without one.
"""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from django.conf import settings
from msgspec import UNSET, UnsetType

from lienthong.kernel.clock import SystemClock
from lienthong.people.births import BirthAnswer, BirthRequest, register_birth
from lienthong.people.card_requests import CardAnswer, CardRequest, request_card
from lienthong.people.cards import count_cards
from lienthong.people.days import find_today, read_day
from lienthong.people.deaths import DeathAnswer, DeathRequest, register_death
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.messages import Message, answer_once
from lienthong.people.persons import find_by_name_and_birth, get_person
from lienthong.people.residences import (
    MoveInRequest,
    MoveOutRequest,
    ResidenceAnswer,
    add_residence,
    remove_residence,
)
from lienthong.people.service_answers import (
    MatchesAnswer,
    SandboxMark,
    answer_counts,
    answer_facts,
    answer_household,
    answer_parent,
    answer_person,
    read_fields,
)
from lienthong.people.service_openapi import make_description
from lienthong.people.site_registry import make_site_registry
from lienthong.web.gateway_call import GatewayCall, read_gateway_call
from lienthong.web.services import answer_json, describe_unread, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from django.http import HttpRequest, HttpResponse

    from lienthong.people.registry import Registry

_AREA_CODE: Final = re.compile(r"[0-9]{5}")

STATUSES: Final[dict[StrEnum, int]] = {
    PeopleErrorKind.BAD_NUMBER: HTTPStatus.BAD_REQUEST,
    PeopleErrorKind.CONTRADICTING_NUMBER: HTTPStatus.UNPROCESSABLE_ENTITY,
    PeopleErrorKind.BAD_NAME: HTTPStatus.BAD_REQUEST,
    PeopleErrorKind.BAD_DAY: HTTPStatus.BAD_REQUEST,
    PeopleErrorKind.BAD_CARD_TEXT: HTTPStatus.BAD_REQUEST,
    PeopleErrorKind.BAD_CARD_STEP: HTTPStatus.CONFLICT,
    PeopleErrorKind.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    PeopleErrorKind.BAD_FILE: HTTPStatus.BAD_REQUEST,
    PeopleErrorKind.NO_PURPOSE: HTTPStatus.FORBIDDEN,
    PeopleErrorKind.UNKNOWN_AREA: HTTPStatus.UNPROCESSABLE_ENTITY,
    PeopleErrorKind.UNKNOWN_PERSON: HTTPStatus.NOT_FOUND,
    PeopleErrorKind.UNKNOWN_HOUSEHOLD: HTTPStatus.UNPROCESSABLE_ENTITY,
    PeopleErrorKind.UNKNOWN_CARD: HTTPStatus.NOT_FOUND,
    PeopleErrorKind.UNVERIFIED: HTTPStatus.CONFLICT,
    PeopleErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    PeopleErrorKind.MESSAGE_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    PeopleErrorKind.NOT_ALLOCATING: HTTPStatus.CONFLICT,
    PeopleErrorKind.RANGE_EXHAUSTED: HTTPStatus.SERVICE_UNAVAILABLE,
    PeopleErrorKind.MIXED_RANGES: HTTPStatus.UNPROCESSABLE_ENTITY,
    PeopleErrorKind.DATA_DAMAGED: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Each kind's HTTP status."""

Request = TypeVar("Request", bound=msgspec.Struct)
Answer = TypeVar("Answer", bound=msgspec.Struct)


@serving("GET", STATUSES)
def show_person(request: HttpRequest, number: str) -> HttpResponse:
    """`GET persons/{number}?fields=`: look a person up by number."""
    _require_purpose(request)
    _require_parameters(request, "fields")
    fields = read_fields(request.GET.get("fields"))
    return answer_json(answer_person(get_person(number), fields, _mark(), number))


@serving("GET", STATUSES)
def match_persons(request: HttpRequest) -> HttpResponse:
    """`GET persons?full_name=&birth_date=&fields=`: look up by exact name, marks and case aside, and birth date."""
    _require_purpose(request)
    _require_parameters(request, "full_name", "birth_date", "fields")
    fields = read_fields(request.GET.get("fields"))
    birth_date = read_day(request.GET.get("birth_date", ""))
    found = find_by_name_and_birth(request.GET.get("full_name", ""), birth_date)
    return answer_json(MatchesAnswer(tuple(answer_person(person, fields, UNSET) for person in found), _mark()))


@serving("GET", STATUSES)
def show_household(request: HttpRequest, number: str) -> HttpResponse:
    """`GET persons/{number}/household`: who lives where the person is registered."""
    _require_purpose(request)
    _require_parameters(request)
    return answer_json(answer_household(get_person(number), _mark()))


@serving("GET", STATUSES)
def show_parent(request: HttpRequest, number: str) -> HttpResponse:
    """`GET persons/{number}/as-parent?ethnicity=include`: what a birth form needs of a parent."""
    _require_purpose(request)
    _require_parameters(request, "ethnicity")
    wanted = request.GET.get("ethnicity")
    if wanted not in {None, "include"}:
        message = "ethnicity: nobody is found or matched by it; expected `include`, for a birth form, or nothing"
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, message)
    return answer_json(answer_parent(get_person(number), _mark(), with_ethnicity=wanted is not None))


@serving("GET", STATUSES)
def show_facts(request: HttpRequest, number: str) -> HttpResponse:
    """`GET persons/{number}/facts`: everything recorded, with sources, for the person's own page."""
    _require_purpose(request)
    _require_parameters(request)
    return answer_json(answer_facts(get_person(number), _mark()))


@serving("POST", STATUSES)
def add_birth(request: HttpRequest) -> HttpResponse:
    """`POST births`: register a birth; the child's number comes back."""
    return _change(request, BirthRequest, register_birth, BirthAnswer, HTTPStatus.CREATED)


@serving("POST", STATUSES)
def add_stay(request: HttpRequest) -> HttpResponse:
    """`POST residences`: register a residence."""
    return _change(request, MoveInRequest, add_residence, ResidenceAnswer, HTTPStatus.CREATED)


@serving("POST", STATUSES)
def end_stay(request: HttpRequest) -> HttpResponse:
    """`POST residences/end`: end a residence."""
    return _change(request, MoveOutRequest, remove_residence, ResidenceAnswer, HTTPStatus.OK)


@serving("POST", STATUSES)
def add_death(request: HttpRequest) -> HttpResponse:
    """`POST deaths`: register a death."""
    return _change(request, DeathRequest, register_death, DeathAnswer, HTTPStatus.CREATED)


@serving("POST", STATUSES)
def add_card(request: HttpRequest) -> HttpResponse:
    """`POST cards`: apply for a card."""
    return _change(request, CardRequest, request_card, CardAnswer, HTTPStatus.CREATED)


@serving("GET", STATUSES)
def show_card_counts(request: HttpRequest) -> HttpResponse:
    """`GET cards/counts?from=&area_code=`: applications for cards per commune; names nobody, asks no purpose."""
    _require_parameters(request, "from", "area_code")
    today = find_today(SystemClock())
    first_day = read_day(request.GET["from"]) if "from" in request.GET else date(today.year, 1, 1)
    area_code = request.GET.get("area_code")
    if area_code is not None and not _AREA_CODE.fullmatch(area_code):
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, f"area_code: expected five digits, got {area_code!r}")
    counts = count_cards(today, first_day, area_code)
    return answer_json(answer_counts(counts, first_day, today, _mark()))


@serving("GET", STATUSES)
def show_description(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django calls every view with it
    """`GET openapi.json`: what these services are."""
    return answer_json(make_description())


def _mark() -> SandboxMark | UnsetType:
    return SandboxMark(settings.SITE.settings.instance) if settings.IS_SANDBOX else UNSET


def _require_purpose(request: HttpRequest) -> GatewayCall:
    call = read_gateway_call(request)
    if not call.purpose.strip():
        message = "X-Road-Purpose: nobody is looked up without a purpose; expected PROCEDURE#CASE or a legal basis"
        raise PeopleError(PeopleErrorKind.NO_PURPOSE, message)
    return call


def _require_parameters(request: HttpRequest, *known: str) -> None:
    unread = describe_unread(request, known)
    if unread is not None:
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, unread)


def _change(
    request: HttpRequest,
    shape: type[Request],
    story: Callable[[Registry, Request, str], Answer],
    answer_shape: type[Answer],
    status: HTTPStatus,
) -> HttpResponse:
    call = _require_purpose(request)
    _require_parameters(request)
    try:
        wanted = msgspec.json.decode(request.body, type=shape)
    except msgspec.MsgspecError as error:
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, f"body: {error}") from error
    message = Message(call.client, call.message_id, request.path.encode() + b"\n" + request.body)
    registry = make_site_registry()
    answer, _repeated = answer_once(message, lambda: story(registry, wanted, message.source), answer_shape)
    return answer_json(answer, status)
