"""Residence: households, who moves in and out, and places that move or are called otherwise by a reform."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from lienthong.people.days import find_moment, find_today, require_past_day
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import HouseholdFormed, HouseholdPlaced, MovedIn, MovedOut
from lienthong.people.facts import find_current_stay
from lienthong.people.models import Household, HouseholdPlace, Residence
from lienthong.people.persons import lock_person, require_alive, require_same_person
from lienthong.people.recording import Told, form_household_row, record_household_event, record_person_event
from lienthong.people.request_types import AreaCode, HouseholdNumber, LongText, NumberText, ShortText
from lienthong.people.words import Relation, StayKind

if TYPE_CHECKING:
    from lienthong.people.facts import PersonState
    from lienthong.people.models import Person
    from lienthong.people.registry import Registry


class NewPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place for a household that does not exist yet."""

    area_code: AreaCode
    line: LongText


class MoveInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A residence to register: in a household that exists, or in a new one at a place, never both."""

    number: NumberText
    full_name: LongText
    birth_date: date
    relation: Relation
    from_day: date
    household: HouseholdNumber | None = None
    place: NewPlace | None = None
    kind: StayKind = StayKind.PERMANENT


class MoveOutRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A residence to end; `reason` is a word for the record, such as `death`. Without `household` the permanent one."""

    number: NumberText
    full_name: LongText
    birth_date: date
    end_day: date
    household: HouseholdNumber | None = None
    reason: ShortText = ""


class ResidenceAnswer(msgspec.Struct, frozen=True):
    """The permanent residence that holds now, if any."""

    number: str
    household: int | None
    relation: Relation | None
    since: date | None


def add_residence(registry: Registry, request: MoveInRequest, source: str) -> ResidenceAnswer:
    """Register a residence; a permanent one ends the permanent one before it on the same day."""
    told = Told(source, find_moment(registry.clock))
    with transaction.atomic():
        person = lock_person(request.number)
        require_same_person(person, request.full_name, request.birth_date)
        require_alive(person)
        require_past_day(request.from_day, person.birth_date, find_today(registry.clock))
        household = _require_household(registry, request, told)
        _require_later(person, household, request)
        body = MovedIn(household, request.relation, request.kind)
        state = record_person_event(person.pk, body, request.from_day, told)
    return _answer(state)


def remove_residence(registry: Registry, request: MoveOutRequest, source: str) -> ResidenceAnswer:
    """End a residence; that of somebody who died is ended too."""
    with transaction.atomic():
        person = lock_person(request.number)
        require_same_person(person, request.full_name, request.birth_date)
        stay = _find_open_stay(person, request.household)
        if stay is None:
            which = (
                "permanent residence" if request.household is None else f"residence in household {request.household}"
            )
            message = f"personal number {person.number}: no open {which}"
            raise PeopleError(PeopleErrorKind.CONFLICT, message)
        require_past_day(request.end_day, stay.valid.lower, find_today(registry.clock))
        told = Told(source, find_moment(registry.clock))
        state = record_person_event(person.pk, MovedOut(stay.household_id, request.reason), request.end_day, told)
    return _answer(state)


def _find_open_stay(person: Person, household: int | None) -> Residence | None:
    stays = Residence.objects.filter(person=person, valid__upper_inf=True)
    wanted = {"kind": StayKind.PERMANENT.value} if household is None else {"household_id": household}
    return stays.filter(**wanted).first()


def form_household(registry: Registry, place: NewPlace, day: date, told: Told) -> int:
    """Make a household at a place, in the caller's transaction; gives its number."""
    registry.require_area(place.area_code, day)
    household = form_household_row()
    record_household_event(household, HouseholdFormed(place.area_code, place.line), day, told)
    return household


def place_household(registry: Registry, household: int, place: NewPlace, day: date, source: str) -> None:
    """Record that a household is elsewhere from a day on, or that a reform calls its place otherwise."""
    registry.require_area(place.area_code, day)
    with transaction.atomic():
        if not Household.objects.select_for_update().filter(pk=household).exists():
            raise _unknown_household(household)
        current = HouseholdPlace.objects.filter(household_id=household, valid__upper_inf=True).first()
        if current is not None and day < current.valid.lower:
            message = f"household {household}: the present place holds since {current.valid.lower}, later than {day}"
            raise PeopleError(PeopleErrorKind.CONFLICT, message)
        told = Told(source, find_moment(registry.clock))
        record_household_event(household, HouseholdPlaced(place.area_code, place.line), day, told)


def _require_household(registry: Registry, request: MoveInRequest, told: Told) -> int:
    if (request.household is None) is (request.place is None):
        message = "household, place: expected exactly one of them"
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, message)
    if request.place is not None:
        return form_household(registry, request.place, request.from_day, told)
    if request.household is None or not Household.objects.filter(pk=request.household).exists():
        raise _unknown_household(request.household)
    return request.household


def _require_later(person: Person, household: int, request: MoveInRequest) -> None:
    """A stay that begins before an open one which it would end contradicts what is recorded."""
    for stay in Residence.objects.filter(person=person, valid__upper_inf=True):
        is_ended = stay.household_id == household or StayKind.PERMANENT.value == stay.kind == request.kind
        if is_ended and request.from_day < stay.valid.lower:
            message = (
                f"personal number {person.number}: a residence in household {stay.household_id} holds since "
                f"{stay.valid.lower}, later than {request.from_day}; correct that one first"
            )
            raise PeopleError(PeopleErrorKind.CONFLICT, message)


def _unknown_household(household: int | None) -> PeopleError:
    return PeopleError(
        PeopleErrorKind.UNKNOWN_HOUSEHOLD, f"household {household}: this registry has none of this number"
    )


def _answer(state: PersonState) -> ResidenceAnswer:
    stay = find_current_stay(state.stays)
    if stay is None:
        return ResidenceAnswer(state.number, None, None, None)
    return ResidenceAnswer(state.number, stay.household, stay.relation, stay.first_day)
