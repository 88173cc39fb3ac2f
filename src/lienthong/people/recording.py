"""Events are appended here, and what follows from them is written in the same transaction.

The projection of a person or household is always made from all its events, by the same fold that a rebuild
uses; a person has few. The functions here open no transaction: the story that calls them does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from lienthong.people.events import (
    Body,
    HouseholdBody,
    PersonBody,
    Place,
    RecordedEvent,
    Stay,
    get_kind,
)
from lienthong.people.facts import PersonState, fold_person, fold_places
from lienthong.people.models import Event, Household, HouseholdPlace, Person, Residence
from lienthong.people.names import make_search_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Who says it, and when it is recorded."""

    source: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """A person or household whose projection is not what its events fold to."""

    subject: str
    field: str
    held: str
    folded: str


def draw_person_id() -> int:
    """Take the next id, so that a number can be allocated to a person who is not recorded yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('people_person', 'id'))")
        (person,) = cursor.fetchone()
    return int(person)


def record_person_event(person: int, body: PersonBody, valid_from: date, told: Told) -> PersonState:
    """Append an event of a person and bring the person's projection up to it."""
    _append(body, valid_from, told, person_id=person)
    return project_person(person)


def record_household_event(household: int, body: HouseholdBody, valid_from: date, told: Told) -> tuple[Place, ...]:
    """Append an event of a household and bring its places up to it."""
    _append(body, valid_from, told, household_id=household)
    return project_household(household)


def read_person_events(person: int) -> tuple[RecordedEvent, ...]:
    """Read all events of a person, in the order in which they were recorded."""
    return tuple(_read_events(person_id=person))


def read_household_events(household: int) -> tuple[RecordedEvent, ...]:
    """Read all events of a household, in the order in which they were recorded."""
    return tuple(_read_events(household_id=household))


def project_person(person: int) -> PersonState:
    """Write what a person's events fold to; nothing else is read, so this also repairs."""
    state = fold_person(read_person_events(person))
    columns = _make_columns(state)
    Person.objects.bulk_create(
        [Person(id=person, **columns)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=list(columns),
    )
    rows = [_make_residence(person, stay) for stay in state.stays]
    if _list_residences(person) != [_describe(row) for row in rows]:
        Residence.objects.filter(person_id=person).delete()
        Residence.objects.bulk_create(rows)
    return state


def project_household(household: int) -> tuple[Place, ...]:
    """Write the places that a household's events fold to."""
    places = fold_places(read_household_events(household))
    HouseholdPlace.objects.filter(household_id=household).delete()
    HouseholdPlace.objects.bulk_create(
        HouseholdPlace(
            household_id=household,
            area_code=place.area,
            line=place.line,
            valid=DateRange(place.first_day, place.end),
        )
        for place in places
    )
    return places


def find_drift(person: int) -> tuple[Drift, ...]:
    """Compare a person's projection with what the events fold to; empty means that they agree."""
    state = fold_person(read_person_events(person))
    held: dict[str, Any] = dict(Person.objects.filter(pk=person).values().first() or {})
    subject = f"person {person}"
    found = [
        Drift(subject, name, str(held.get(name)), str(value))
        for name, value in _make_columns(state).items()
        if held.get(name) != value
    ]
    folded = [_describe(_make_residence(person, stay)) for stay in state.stays]
    if folded != _list_residences(person):
        found.append(Drift(subject, "residences", str(_list_residences(person)), str(folded)))
    return tuple(found)


def rebuild_all() -> int:
    """Make every projection again from events alone, in one transaction of the caller; gives how many subjects.

    For after a repair or a changed fold; a person or household takes a few milliseconds.
    """
    subjects = Event.objects.order_by()
    households = subjects.filter(household__isnull=False).values_list("household_id", flat=True).distinct()
    people = subjects.filter(person__isnull=False).values_list("person_id", flat=True).distinct()
    count = 0
    for household in households.iterator():
        project_household(household)
        count += 1
    for person in people.iterator():
        project_person(person)
        count += 1
    return count


def _append(body: Body, valid_from: date, told: Told, **subject: int) -> None:
    Event.objects.create(
        **subject,
        kind=get_kind(body),
        valid_from=valid_from,
        recorded_at=told.recorded_at,
        source=told.source,
        body=msgspec.to_builtins(body),
    )


def _read_events(**subject: int) -> Iterator[RecordedEvent]:
    rows = Event.objects.filter(**subject).order_by("id")
    for sequence, valid_from, recorded_at, source, body in rows.values_list(
        "id", "valid_from", "recorded_at", "source", "body"
    ):
        yield RecordedEvent(sequence, valid_from, recorded_at, source, convert_body(body))


def convert_body(body: object) -> Body:
    """Read a body as the database gives it."""
    converted: Body = msgspec.convert(body, Body)
    return converted


def _make_columns(state: PersonState) -> dict[str, Any]:
    return {
        "number": state.number,
        "full_name": state.full_name,
        "search_name": make_search_name(state.full_name),
        "sex": state.sex.value,
        "birth_date": state.birth_date,
        "birth_place": state.birth_place,
        "nationality": state.nationality,
        "ethnicity": state.ethnicity,
        "father_id": state.father,
        "mother_id": state.mother,
        "marital_status": state.marital_status.value,
        "spouse_id": state.spouse,
        "died_on": state.died_on,
        "verified": state.verified,
    }


def _make_residence(person: int, stay: Stay) -> Residence:
    return Residence(
        person_id=person,
        household_id=stay.household,
        relation=stay.relation.value,
        kind=stay.kind.value,
        valid=DateRange(stay.first_day, stay.end),
    )


def _describe(row: Residence) -> tuple[date, str, int, str, date | None]:
    return row.valid.lower, row.kind, row.household_id, row.relation, row.valid.upper


def _list_residences(person: int) -> list[tuple[date, str, int, str, date | None]]:
    return sorted(_describe(row) for row in Residence.objects.filter(person_id=person))


def form_household_row() -> int:
    """Make the row that a new household's events and places hang on."""
    return int(Household.objects.create().pk)
