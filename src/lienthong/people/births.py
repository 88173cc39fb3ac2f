"""A birth that the civil registry registered: the child gets a number, and a record that names its parents."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from django.db import connection, transaction
from django.db.models.fields.json import KT
from msgspec import Meta

from lienthong.people.allocation import allocate_number, claim_number
from lienthong.people.days import find_moment, find_today, require_birth_date
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import Born, EventKind
from lienthong.people.models import Event
from lienthong.people.names import require_name
from lienthong.people.personal_number import parse_number, require_agreement
from lienthong.people.persons import get_person, require_same_person
from lienthong.people.recording import Told, draw_person_id, record_person_event
from lienthong.people.request_types import CountryCode, LongText, NeededText, NumberText
from lienthong.people.words import VIETNAMESE, Sex

if TYPE_CHECKING:
    from lienthong.people.models import Person
    from lienthong.people.registry import Registry

YOUNGEST_PARENT: Final = 12
"""Years; younger than any birth that was ever registered here, so it is a mistyped number."""


class Parent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parent as a birth form names them: the number, and the name that must go with it."""

    number: NumberText
    full_name: LongText
    birth_date: date


class BirthRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the civil registry tells of a birth. At least one parent is named, or a decision says why not.

    `office` is the registering office's code, within which the certificate's number is given once.
    """

    full_name: LongText
    sex: Sex
    birth_date: date
    office: NeededText
    certificate: NeededText
    birth_place: LongText = ""
    nationality: CountryCode = VIETNAMESE
    ethnicity: Annotated[str, Meta(max_length=40, pattern=r"^[^\u0000-\u001f\u007f]*$")] = ""
    mother: Parent | None = None
    father: Parent | None = None
    without_parents: LongText = ""
    number: NumberText = ""
    """Only for an instance with real people: the number that the Ministry gave."""


class BirthAnswer(msgspec.Struct, frozen=True):
    """The child's number, in the same call."""

    number: str
    full_name: str
    sex: Sex
    birth_date: date


def register_birth(registry: Registry, request: BirthRequest, source: str) -> BirthAnswer:
    """Record a birth in one transaction: check the parents, give a number, append the event.

    Two births of one certificate are refused as CONFLICT; the same message again is `messages`' business.
    """
    today = find_today(registry.clock)
    require_birth_date(request.birth_date, today)
    if not request.certificate.strip() or not request.office.strip():
        raise PeopleError(
            PeopleErrorKind.BAD_REQUEST, "office, certificate: expected who registered it, and the number"
        )
    with transaction.atomic():
        _require_new_certificate(request)
        mother = _require_parent(request.mother, Sex.FEMALE, request.birth_date)
        father = _require_parent(request.father, Sex.MALE, request.birth_date)
        if mother is None and father is None and not request.without_parents.strip():
            message = "mother, father: expected at least one parent, or without_parents with the record that says why"
            raise PeopleError(PeopleErrorKind.BAD_REQUEST, message)
        person = draw_person_id()
        number = _give_number(registry, request, person)
        body = Born(
            number=number,
            full_name=require_name(request.full_name),
            sex=request.sex,
            birth_date=request.birth_date,
            birth_place=request.birth_place,
            nationality=request.nationality,
            ethnicity=request.ethnicity,
            father=None if father is None else father.pk,
            mother=None if mother is None else mother.pk,
            office=request.office,
            certificate=request.certificate,
        )
        state = record_person_event(person, body, request.birth_date, Told(source, find_moment(registry.clock)))
    return BirthAnswer(state.number, state.full_name, state.sex, state.birth_date)


def _require_new_certificate(request: BirthRequest) -> None:
    """Refuse a certificate that already brought a child in, whatever message tells it again.

    Two that come at the same time: the second waits for the first at this lock, which ends with the transaction.
    """
    key = f"birth {request.office} {request.certificate}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    known = Event.objects.filter(kind=EventKind.BORN.value)
    if (
        known.alias(office=KT("body__office"), certificate=KT("body__certificate"))
        .filter(office=request.office, certificate=request.certificate)
        .exists()
    ):
        message = f"certificate {request.certificate} of {request.office}: the birth is recorded already"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)


def _give_number(registry: Registry, request: BirthRequest, person: int) -> str:
    if not request.number:
        return allocate_number(registry, request.sex, request.birth_date.year, person)
    if registry.is_synthetic:
        message = "number: in the sandbox this registry allocates the number; leave it out"
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, message)
    number = parse_number(request.number)
    registry.require_number(number)
    require_agreement(number, request.sex, request.birth_date)
    claim_number(number.text, person)
    return number.text


def _require_parent(parent: Parent | None, sex: Sex, birth_date: date) -> Person | None:
    if parent is None:
        return None
    person = get_person(parent.number)
    require_same_person(person, parent.full_name, parent.birth_date)
    fault = _find_fault(person, sex, birth_date)
    if fault:
        raise PeopleError(PeopleErrorKind.CONFLICT, f"personal number {person.number}: {fault}")
    return person


def _find_fault(person: Person, sex: Sex, birth_date: date) -> str:
    """Say why a person cannot be the mother or father of who was born on a day; empty if nothing speaks against it."""
    if person.sex != sex:
        return f"named as {'mother' if sex is Sex.FEMALE else 'father'}, and is {person.sex}"
    if birth_date.year - person.birth_date.year < YOUNGEST_PARENT:
        return f"born in {person.birth_date.year}, too young for a birth on {birth_date}"
    if sex is Sex.FEMALE and person.died_on is not None and person.died_on < birth_date:
        return f"recorded as dead since {person.died_on}, before the birth on {birth_date}"
    return ""
