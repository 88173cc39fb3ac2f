"""Corrections, changes of name, marital status as the civil registry tells it, and verified identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import transaction
from msgspec import UNSET

from lienthong.people.allocation import allocate_number, claim_number
from lienthong.people.days import find_moment, find_today, require_birth_date, require_past_day
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import Corrected, Renamed, StatusTold, Verified
from lienthong.people.names import require_name
from lienthong.people.personal_number import parse_number, require_agreement
from lienthong.people.persons import lock_person, lock_persons, require_alive
from lienthong.people.recording import Told, record_person_event
from lienthong.people.words import MaritalStatus, Sex

if TYPE_CHECKING:
    from datetime import date

    from msgspec import UnsetType

    from lienthong.people.facts import PersonState
    from lienthong.people.models import Person
    from lienthong.people.registry import Registry


def correct_person(registry: Registry, number: str, correction: Corrected, source: str) -> PersonState:
    """Put right what was recorded wrong, by a decision that is named.

    Another sex or birth year makes the number contradict the record, so the person gets a new one in the same
    step (an instance with real people must be told it); the old one is never used again and still finds the
    person.
    """
    today = find_today(registry.clock)
    if not correction.decision.strip():
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "decision: expected the number and date of the decision")
    if correction.birth_date is not UNSET:
        require_birth_date(correction.birth_date, today)
    if correction.full_name is not UNSET:
        correction = msgspec.structs.replace(correction, full_name=require_name(correction.full_name))
    with transaction.atomic():
        person = lock_person(number)
        body = msgspec.structs.replace(correction, number=_renew_number(registry, person, correction))
        return record_person_event(person.pk, body, today, Told(source, find_moment(registry.clock)))


def rename_person(registry: Registry, number: str, change: Renamed, day: date, source: str) -> PersonState:
    """Record a change of name from a day on; the former name stays true for the time before."""
    body = msgspec.structs.replace(change, full_name=require_name(change.full_name))
    with transaction.atomic():
        person = lock_person(number)
        require_past_day(day, person.birth_date, find_today(registry.clock))
        return record_person_event(person.pk, body, day, Told(source, find_moment(registry.clock)))


def tell_marriage(registry: Registry, numbers: tuple[str, str], certificate: str, day: date, source: str) -> None:
    """Record a marriage of two people on both, in one transaction."""
    _tell_both(registry, numbers, StatusTold(MaritalStatus.MARRIED, None, certificate), day, source)


def tell_divorce(registry: Registry, numbers: tuple[str, str], decision: str, day: date, source: str) -> None:
    """Record a divorce of two people on both, in one transaction; refuses who are not married to each other."""
    _tell_both(registry, numbers, StatusTold(MaritalStatus.DIVORCED, None, decision), day, source)


def tell_widowed(registry: Registry, number: str, certificate: str, day: date, source: str) -> None:
    """Record that somebody is widowed; the registry does not infer it from a death, it is told."""
    with transaction.atomic():
        person = lock_person(number)
        require_past_day(day, person.birth_date, find_today(registry.clock))
        body = StatusTold(MaritalStatus.WIDOWED, None, certificate)
        record_person_event(person.pk, body, day, Told(source, find_moment(registry.clock)))


def verify_person(registry: Registry, number: str, officer: str, how: str) -> PersonState:
    """Record that an officer compared a person with card or papers, so that the number is theirs."""
    if not officer.strip() or not how.strip():
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "officer, how: expected who verified the identity, and by what")
    with transaction.atomic():
        person = lock_person(number)
        told = Told(f"officer:{officer}", find_moment(registry.clock))
        return record_person_event(person.pk, Verified(officer, how), find_today(registry.clock), told)


def _tell_both(registry: Registry, numbers: tuple[str, str], told: StatusTold, day: date, source: str) -> None:
    today, moment = find_today(registry.clock), find_moment(registry.clock)
    with transaction.atomic():
        one, other = lock_persons(numbers)
        for person, spouse in ((one, other), (other, one)):
            require_alive(person)
            require_past_day(day, person.birth_date, today)
            _require_status(person, spouse, told.status)
        for person, spouse in ((one, other), (other, one)):
            named = spouse.pk if told.status is MaritalStatus.MARRIED else None
            body = msgspec.structs.replace(told, spouse=named)
            record_person_event(person.pk, body, day, Told(source, moment))


def _require_status(person: Person, spouse: Person, status: MaritalStatus) -> None:
    if person.pk == spouse.pk:
        raise PeopleError(PeopleErrorKind.CONFLICT, f"personal number {person.number}: named twice")
    if status is MaritalStatus.MARRIED and person.marital_status == MaritalStatus.MARRIED:
        message = f"personal number {person.number}: recorded as married already"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)
    if status is MaritalStatus.DIVORCED and person.spouse_id != spouse.pk:
        message = f"personal number {person.number}: not recorded as married to {spouse.number}"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)


def _renew_number(registry: Registry, person: Person, correction: Corrected) -> str | UnsetType:
    """Give the new number, or UNSET while the present one still agrees with the record."""
    sex = Sex(person.sex) if correction.sex is UNSET else correction.sex
    born = person.birth_date if correction.birth_date is UNSET else correction.birth_date
    present = parse_number(person.number)
    if present.sex is sex and present.birth_year == born.year:
        if correction.number is not UNSET:
            message = f"number: {person.number} agrees with the corrected record, so it stays"
            raise PeopleError(PeopleErrorKind.BAD_REQUEST, message)
        return UNSET
    if correction.number is UNSET:
        return allocate_number(registry, sex, born.year, person.pk)
    given = parse_number(correction.number)
    registry.require_number(given)
    require_agreement(given, sex, born)
    claim_number(given.text, person.pk)
    return given.text
