from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from lienthong.people.changes import correct_person, rename_person, tell_marriage
from lienthong.people.days import find_moment
from lienthong.people.events import Corrected, HouseholdPlaced, Renamed
from lienthong.people.facts import FactName
from lienthong.people.persons import get_person
from lienthong.people.record import NamedPerson, read_record
from lienthong.people.recording import Told, record_household_event
from lienthong.people.words import Sex
from tests.people.registries import add_household, add_person, make_registry

pytestmark = pytest.mark.django_db


def test_a_record_tells_what_holds_what_held_before_and_never_ethnicity() -> None:
    registry = make_registry()
    known = add_person(registry)
    rename_person(registry, known.number, Renamed("Nguyễn Thị Hoa Sen", "QĐ 3"), date(2026, 3, 1), "civil:1")
    correct_person(registry, known.number, Corrected("QĐ 4", birth_place="Xã Hải Lạng"), "officer:Lê Mai")
    record = read_record(registry, get_person(known.number))
    names = [shown.fact.name for shown in record.facts]
    assert FactName.ETHNICITY not in names
    assert len(names) == len(set(names))
    assert [(shown.fact.name, shown.value) for shown in record.earlier] == [(FactName.FULL_NAME, known.full_name)]
    follower = record.earlier[0].follower
    assert follower is not None
    assert (follower.valid_from, follower.corrects) == (date(2026, 3, 1), False)
    (place,) = [shown.fact for shown in record.facts if shown.fact.name is FactName.BIRTH_PLACE]
    assert (place.value, place.corrects, place.source) == ("Xã Hải Lạng", True, "officer:Lê Mai")


def test_people_whom_a_fact_names_are_shown_by_number_and_name() -> None:
    registry = make_registry()
    wife, husband = add_person(registry), add_person(registry, "Trần Văn An", Sex.MALE)
    tell_marriage(registry, (wife.number, husband.number), "12", date(2026, 1, 5), "civil:1")
    record = read_record(registry, get_person(wife.number))
    (spouse,) = [shown.value for shown in record.facts if shown.fact.name is FactName.SPOUSE]
    assert spouse == NamedPerson(husband.number, "Trần Văn An")


def test_a_household_that_moved_gives_its_people_two_homes() -> None:
    registry = make_registry()
    household = add_household(registry)
    known = add_person(registry, household=household)
    with transaction.atomic():
        told = Told("test", find_moment(registry.clock))
        record_household_event(household, HouseholdPlaced("06676", "Số 8"), date(2026, 2, 1), told)
    record = read_record(registry, get_person(known.number))
    assert [(home.address, home.first_day, home.end) for home in record.homes] == [
        ("Số 8, Phường Cao Thắng", date(2026, 2, 1), None),
        ("Tổ 1, khu 2, Phường Bãi Cháy", date(2025, 8, 1), date(2026, 2, 1)),
    ]
    assert record.home == record.homes[0]
    assert [member.person.number for member in record.members] == [known.number]
