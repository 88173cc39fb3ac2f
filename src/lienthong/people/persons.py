"""Finding persons: by number, by name and birth date, with household and address, and locked for a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from lienthong.people.card_text import CardRecord
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.facts import Fact, list_facts
from lienthong.people.models import Person, Residence
from lienthong.people.names import make_search_name, require_name
from lienthong.people.personal_number import parse_number
from lienthong.people.recording import read_person_events
from lienthong.people.words import Relation, Sex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MOST_MATCHES: Final = 20
"""More people of one name and birth date are not told apart by them; the asker needs the number."""

# The two questions of every look-up are written out: making them anew each time took longer than the answers.
_BY_NUMBER: Final = """
SELECT person.* FROM people_allocatednumber AS given JOIN people_person AS person ON person.id = given.person_id
WHERE given.number = %s
"""
_HOME: Final = """
SELECT stay.household_id, stay.relation, place.area_code, lower(place.valid), place.line, lower(stay.valid)
FROM people_residence AS stay JOIN people_householdplace AS place ON place.household_id = stay.household_id
WHERE stay.person_id = %s AND stay.kind = 'permanent' AND upper_inf(stay.valid) AND upper_inf(place.valid)
"""
_RELATION_ORDER: Final = {relation.value: place for place, relation in enumerate(Relation)}


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody is registered now: household, relation, and the unit's code with the day to read it by."""

    household: int
    relation: Relation
    area_code: str
    area_day: date
    line: str
    since: date


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household."""

    person: Person
    relation: Relation
    since: date


def find_person(number: str) -> Person | None:
    """Find who has a number, or had it before it was replaced; None if nobody has."""
    parsed = parse_number(number)
    return next(iter(Person.objects.raw(_BY_NUMBER, [int(parsed.text)])), None)


def get_person(number: str) -> Person:
    """Get who has a number; raises UNKNOWN_PERSON."""
    person = find_person(number)
    if person is None:
        raise PeopleError(PeopleErrorKind.UNKNOWN_PERSON, f"personal number {number}: nobody in this registry has it")
    return person


def lock_person(number: str) -> Person:
    """Get who has a number, and keep others from changing that person until the transaction ends."""
    return Person.objects.select_for_update().get(pk=get_person(number).pk)


def lock_persons(numbers: Sequence[str]) -> list[Person]:
    """Lock several, always in the order of their ids, so that two who do so never wait for each other."""
    wanted = [get_person(number).pk for number in numbers]
    locked = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    return [locked[key] for key in wanted]


def find_by_name_and_birth(name: str, birth_date: date) -> list[Person]:
    """Find all with exactly this name, marks and case aside, and exactly this birth date.

    Refuses more than `MOST_MATCHES`, so that nobody lists people by guessing.
    """
    key = make_search_name(require_name(name))
    found = list(Person.objects.filter(birth_date=birth_date, search_name=key).order_by("pk")[: MOST_MATCHES + 1])
    if len(found) > MOST_MATCHES:
        message = f"more than {MOST_MATCHES} people have this name and birth date: ask by number"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)
    return found


def find_home(person: Person) -> Home | None:
    """Find the permanent residence of today, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_HOME, [person.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    household, relation, area_code, area_day, line, since = row
    return Home(household, Relation(relation), area_code, area_day, line, since)


def list_members(household: int) -> list[Member]:
    """List who is registered in a household now: the head first, then by relation and age."""
    stays = Residence.objects.filter(household_id=household, valid__upper_inf=True).select_related("person")
    members = [Member(stay.person, Relation(stay.relation), stay.valid.lower) for stay in stays]
    return sorted(members, key=lambda member: (_RELATION_ORDER[member.relation], member.person.birth_date))


def list_known_facts(person: Person) -> tuple[Fact, ...]:
    """List everything that was ever recorded of a person, with sources: for the person themselves."""
    return list_facts(read_person_events(person.pk))


def make_card_record(person: Person, area_name: str) -> CardRecord:
    """Give what the registry says of a person, for comparison with a card."""
    home = find_home(person)
    residence = "" if home is None else f"{home.line}, {area_name}"
    return CardRecord(person.number, person.full_name, person.birth_date, Sex(person.sex), residence, person.died_on)


def require_alive(person: Person) -> None:
    """Refuse what cannot happen to somebody who is recorded as dead."""
    if person.died_on is not None:
        message = (
            f"personal number {person.number}: recorded as dead since {person.died_on}; a decision can reverse that"
        )
        raise PeopleError(PeopleErrorKind.CONFLICT, message)


def require_verified(person: Person) -> None:
    """Refuse to rest something grave on a number that nobody has compared with a person or papers."""
    if not person.verified:
        message = (
            f"personal number {person.number}: the identity is not verified, so nothing that ends or changes a life "
            "may rest on it; verify it by card or papers first"
        )
        raise PeopleError(PeopleErrorKind.UNVERIFIED, message)


def require_same_person(person: Person, full_name: str, birth_date: date) -> None:
    """Refuse a request that names another person than its number does, without telling who has the number."""
    is_same_name = make_search_name(require_name(full_name)) == person.search_name
    if not is_same_name or birth_date != person.birth_date:
        message = (
            f"personal number {person.number}: name or birth date of the request are not those of the registry; "
            "one of them is wrong, so nothing was done"
        )
        raise PeopleError(PeopleErrorKind.UNVERIFIED, message)
