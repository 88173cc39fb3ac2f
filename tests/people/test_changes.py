from __future__ import annotations

from datetime import date

import pytest

from lienthong.people.changes import (
    correct_person,
    rename_person,
    tell_divorce,
    tell_marriage,
    tell_widowed,
    verify_person,
)
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import Corrected, Renamed
from lienthong.people.models import Person
from lienthong.people.persons import get_person
from lienthong.people.words import MaritalStatus, Sex
from tests.people.registries import add_person, make_registry

pytestmark = pytest.mark.django_db

MARRIED_ON = date(2020, 2, 2)


def test_another_birth_year_brings_a_new_number_and_the_old_one_still_finds_the_person() -> None:
    registry = make_registry()
    known = add_person(registry)
    state = correct_person(registry, known.number, Corrected("5/QĐ", birth_date=date(1991, 5, 17)), "s")
    assert state.number != known.number
    assert state.number[3:6] == "191"
    assert get_person(known.number).pk == get_person(state.number).pk == known.person


def test_a_correction_that_the_number_agrees_with_keeps_it() -> None:
    registry = make_registry()
    known = add_person(registry)
    state = correct_person(registry, known.number, Corrected("5/QĐ", birth_date=date(1990, 7, 15)), "s")
    assert state.number == known.number
    with pytest.raises(PeopleError, match="it stays"):
        correct_person(registry, known.number, Corrected("5/QĐ", number="999190000009"), "s")


def test_a_correction_to_the_other_sex_by_a_number_that_contradicts_it_is_refused() -> None:
    registry = make_registry()
    known = add_person(registry)
    with pytest.raises(PeopleError) as refusal:
        correct_person(registry, known.number, Corrected("5/QĐ", sex=Sex.MALE, number="999190000009"), "s")
    assert refusal.value.kind is PeopleErrorKind.CONTRADICTING_NUMBER
    state = correct_person(registry, known.number, Corrected("5/QĐ", sex=Sex.MALE, number="999090000009"), "s")
    assert (state.sex, state.number) == (Sex.MALE, "999090000009")


def test_a_correction_names_its_decision_and_gives_possible_values() -> None:
    registry = make_registry()
    known = add_person(registry)
    for correction in (Corrected(""), Corrected("5/QĐ", birth_date=date(2027, 1, 1)), Corrected("5", full_name="1")):
        with pytest.raises(PeopleError):
            correct_person(registry, known.number, correction, "s")


def test_a_change_of_name_keeps_the_former_one_for_the_time_before() -> None:
    registry = make_registry()
    known = add_person(registry)
    rename_person(registry, known.number, Renamed("Nguyễn  Thị Hồng", "4/QĐ"), date(2024, 1, 1), "s")
    assert Person.objects.get().full_name == "Nguyễn Thị Hồng"
    with pytest.raises(PeopleError, match="born on"):
        rename_person(registry, known.number, Renamed("Nguyễn Thị Hồng", "4/QĐ"), date(1980, 1, 1), "s")


def test_a_marriage_and_a_divorce_are_recorded_on_both() -> None:
    registry = make_registry()
    wife, husband = add_person(registry), add_person(registry, "Lê Văn An", Sex.MALE)
    tell_marriage(registry, (wife.number, husband.number), "3/2020", MARRIED_ON, "s")
    assert get_person(wife.number).spouse_id == husband.person
    assert get_person(husband.number).marital_status == MaritalStatus.MARRIED
    with pytest.raises(PeopleError, match="married already"):
        tell_marriage(registry, (wife.number, add_person(registry, "A B", Sex.MALE).number), "3", MARRIED_ON, "s")
    tell_divorce(registry, (husband.number, wife.number), "8/2024", date(2024, 1, 1), "s")
    assert get_person(wife.number).spouse_id is None
    assert get_person(wife.number).marital_status == MaritalStatus.DIVORCED
    with pytest.raises(PeopleError, match="not recorded as married"):
        tell_divorce(registry, (husband.number, wife.number), "8/2024", date(2024, 1, 1), "s")


def test_nobody_marries_themselves() -> None:
    registry = make_registry()
    known = add_person(registry)
    with pytest.raises(PeopleError, match="named twice"):
        tell_marriage(registry, (known.number, known.number), "3/2020", MARRIED_ON, "s")


def test_widowhood_is_told_and_a_verification_names_its_officer() -> None:
    registry = make_registry()
    known = add_person(registry, verified=False)
    tell_widowed(registry, known.number, "1/2025", date(2025, 1, 1), "s")
    assert get_person(known.number).marital_status == MaritalStatus.WIDOWED
    with pytest.raises(PeopleError, match="who verified"):
        verify_person(registry, known.number, "", "card")
    assert verify_person(registry, known.number, "Phạm An", "card").verified
