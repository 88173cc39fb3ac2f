"""What is known of a person, as a pure fold over the person's events.

Every fact keeps its value, the day from which it holds, its source and when it was recorded. Nothing is
overwritten: a newer fact stands beside the older one, and `fold_person` says which holds now.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import (
    Born,
    Corrected,
    DeathReversed,
    Died,
    HouseholdFormed,
    HouseholdLoaded,
    HouseholdPlaced,
    Loaded,
    MovedIn,
    MovedOut,
    Place,
    RecordedEvent,
    Renamed,
    StatusTold,
    Stay,
    Verified,
)
from lienthong.people.words import MaritalStatus, Sex, StayKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Value = str | int | bool | date | None


class FactName(StrEnum):
    """What can be known of a person. Religion is not: this registry does not hold it."""

    NUMBER = "number"
    FULL_NAME = "full_name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    NATIONALITY = "nationality"
    ETHNICITY = "ethnicity"
    FATHER = "father"
    MOTHER = "mother"
    MARITAL_STATUS = "marital_status"
    SPOUSE = "spouse"
    DIED_ON = "died_on"
    VERIFIED = "verified"


class Fact(msgspec.Struct, frozen=True):
    """One thing known, from when it holds, who said so, and when it was recorded."""

    name: FactName
    value: Value
    valid_from: date
    source: str
    recorded_at: datetime
    corrects: bool = False
    """The fact before it was never true."""


class PersonState(msgspec.Struct, frozen=True):
    """What holds now; `stays` are all residences ever, in the order of their first days."""

    number: str
    full_name: str
    sex: Sex
    birth_date: date
    birth_place: str
    nationality: str
    ethnicity: str
    father: int | None
    mother: int | None
    marital_status: MaritalStatus
    spouse: int | None
    died_on: date | None
    verified: bool
    stays: tuple[Stay, ...] = ()


_CHANGEABLE: Final = frozenset({FactName.FULL_NAME, FactName.NATIONALITY, FactName.MARITAL_STATUS, FactName.SPOUSE})
"""These hold from a day on, so one that is told late does not undo a later one. Of the others, the last
recorded holds."""

_FROM_BIRTH: Final = (
    FactName.NUMBER,
    FactName.FULL_NAME,
    FactName.SEX,
    FactName.BIRTH_DATE,
    FactName.BIRTH_PLACE,
    FactName.NATIONALITY,
    FactName.ETHNICITY,
    FactName.FATHER,
    FactName.MOTHER,
)


def list_facts(events: Iterable[RecordedEvent]) -> tuple[Fact, ...]:
    """List all facts of a person's events, in the order in which they were recorded."""
    facts: list[Fact] = []
    for event in events:
        for name, value, valid_from in _read_facts(event):
            corrects = isinstance(event.body, Corrected) and name is not FactName.NUMBER
            since = _find_since(facts, name, valid_from) if corrects else valid_from
            facts.append(Fact(name, value, since, event.source, event.recorded_at, corrects))
    return tuple(facts)


def choose_current(facts: Iterable[Fact]) -> dict[FactName, Fact]:
    """Choose of each name's facts the one that holds now."""
    current: dict[FactName, Fact] = {}
    for fact in facts:
        held = current.get(fact.name)
        if held is None or fact.name not in _CHANGEABLE or fact.valid_from >= held.valid_from:
            current[fact.name] = fact
    return current


def fold_person(events: Sequence[RecordedEvent]) -> PersonState:
    """Fold a person's events, first to last; raises DATA_DAMAGED without a load or birth at the beginning."""
    if not events or not isinstance(events[0].body, Loaded | Born):
        message = "a person's events begin with a load or a birth; these do not"
        raise PeopleError(PeopleErrorKind.DATA_DAMAGED, message)
    values = {name.value: fact.value for name, fact in choose_current(list_facts(events)).items()}
    return msgspec.convert({**values, "stays": fold_stays(events)}, PersonState)


def fold_stays(events: Iterable[RecordedEvent]) -> tuple[Stay, ...]:
    """Fold the residences: a permanent one ends the one before, a move out ends the one that it names."""
    stays: list[Stay] = []
    for event in events:
        body, day = event.body, event.valid_from
        if isinstance(body, Loaded):
            stays.extend(body.stays)
        elif isinstance(body, MovedIn):
            stays = [_end_stay(stay, day) if _is_replaced(stay, body) else stay for stay in stays]
            stays.append(Stay(body.household, body.relation, day, None, body.stay))
        elif isinstance(body, MovedOut):
            stays = [_end_stay(stay, day) if stay.household == body.household else stay for stay in stays]
    kept = [stay for stay in stays if stay.end is None or stay.end > stay.first_day]
    return tuple(sorted(kept, key=lambda stay: (stay.first_day, stay.kind, stay.household)))


def fold_places(events: Iterable[RecordedEvent]) -> tuple[Place, ...]:
    """Fold a household's places; a new one ends the one before."""
    places: list[Place] = []
    for event in events:
        body, day = event.body, event.valid_from
        if isinstance(body, HouseholdLoaded):
            places.extend(body.places)
        elif isinstance(body, HouseholdFormed | HouseholdPlaced):
            ended = [msgspec.structs.replace(place, end=day) if place.end is None else place for place in places]
            places = [place for place in ended if place.end is None or place.end > place.first_day]
            places.append(Place(body.area, body.line, day))
    return tuple(places)


def find_current_stay(stays: Iterable[Stay]) -> Stay | None:
    """Find the open permanent residence, or None."""
    return next((stay for stay in stays if stay.end is None and stay.kind is StayKind.PERMANENT), None)


def _read_facts(event: RecordedEvent) -> Iterator[tuple[FactName, Value, date]]:
    body, day = event.body, event.valid_from
    if isinstance(body, Loaded | Born):
        yield from _read_beginning(body, day)
    elif isinstance(body, Died):
        yield FactName.DIED_ON, day, day
    elif isinstance(body, DeathReversed):
        yield FactName.DIED_ON, None, day
    elif isinstance(body, Renamed):
        yield FactName.FULL_NAME, body.full_name, day
    elif isinstance(body, StatusTold):
        yield FactName.MARITAL_STATUS, body.status, day
        yield FactName.SPOUSE, body.spouse, day
    elif isinstance(body, Verified):
        yield FactName.VERIFIED, True, day
    elif isinstance(body, Corrected):
        for name in _FROM_BIRTH:
            value = getattr(body, name)
            if value is not UNSET:
                yield name, value, day


def _read_beginning(body: Loaded | Born, day: date) -> Iterator[tuple[FactName, Value, date]]:
    for name in _FROM_BIRTH:
        yield name, getattr(body, name), body.birth_date
    if isinstance(body, Born):
        status, since, spouse, died_on, verified = MaritalStatus.SINGLE, body.birth_date, None, None, True
    else:
        status, since, spouse = body.marital_status, body.status_since or body.birth_date, body.spouse
        died_on, verified = body.died_on, body.verified
    yield FactName.MARITAL_STATUS, status, since
    yield FactName.SPOUSE, spouse, since
    yield FactName.DIED_ON, died_on, died_on or day
    yield FactName.VERIFIED, verified, day


def _find_since(facts: Iterable[Fact], name: FactName, otherwise: date) -> date:
    """A correction holds since the fact that it puts right did."""
    held = choose_current(fact for fact in facts if fact.name is name).get(name)
    return otherwise if held is None else held.valid_from


def _is_replaced(stay: Stay, move: MovedIn) -> bool:
    if stay.end is not None:
        return False
    is_permanent = move.stay is StayKind.PERMANENT and stay.kind is StayKind.PERMANENT
    return is_permanent or stay.household == move.household


def _end_stay(stay: Stay, day: date) -> Stay:
    return msgspec.structs.replace(stay, end=day) if stay.end is None else stay
