from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.lookup_purposes import LookUpPurpose, require_purpose
from lienthong.people.lookups import (
    OPEN_MINUTES,
    Asker,
    get_open_look_up,
    list_look_ups_of,
    list_own_look_ups,
    look_up_applicant,
    look_up_by_name,
    look_up_by_number,
    look_up_member,
)
from lienthong.people.models import LookUp
from lienthong.people.persons import get_person
from tests.people.registries import add_household, add_person, make_clock, make_registry

ASKER = Asker("key-1", "Lê Mai, Z99.01", "counter")


@pytest.mark.parametrize(
    ("purpose", "reference"), [("", "case 12"), ("curiosity", ""), ("other", " "), ("case", ""), ("correction", "\t")]
)
def test_no_look_up_without_a_purpose_and_the_paper_that_some_purposes_need(purpose: str, reference: str) -> None:
    with pytest.raises(PeopleError) as refusal:
        require_purpose(purpose, reference)
    assert refusal.value.kind is PeopleErrorKind.NO_PURPOSE


def test_a_reference_is_kept_in_one_line() -> None:
    assert require_purpose("case", " H49.01-261124\n-0001 ") == (LookUpPurpose.CASE, "H49.01-261124 -0001")


@pytest.mark.django_db
def test_each_look_up_is_recorded_with_who_when_why_and_whom() -> None:
    registry = make_registry()
    known = add_person(registry)
    found = look_up_by_number(registry, ASKER, known.number)
    assert found is not None
    (view,) = list_look_ups_of(registry, get_person(known.number), 10)
    assert (view.look_up, view.clerk, view.purpose) == (found.look_up, "Lê Mai, Z99.01", LookUpPurpose.COUNTER)
    assert view.is_open
    assert get_open_look_up(registry, found.look_up, "key-1").person == found.person


@pytest.mark.django_db
def test_a_look_up_that_finds_nobody_is_recorded_without_what_was_typed() -> None:
    registry = make_registry()
    known = add_person(registry)
    free = f"{known.number[:6]}{(int(known.number[6:]) + 1) % 1_000_000:06}"
    assert look_up_by_number(registry, ASKER, free) is None
    assert look_up_by_name(registry, ASKER, "Trần Văn Không", date(1990, 1, 1)) == ()
    assert [view.person for view in list_own_look_ups(registry, "key-1", 10)] == [None, None]


@pytest.mark.django_db
def test_everybody_whom_a_name_finds_is_recorded() -> None:
    registry = make_registry()
    one, other = add_person(registry), add_person(registry)
    found = look_up_by_name(registry, ASKER, "NGUYỄN THỊ HOÀ", one.birth_date)
    assert {each.person.number for each in found} == {one.number, other.number}
    assert LookUp.objects.exclude(person=None).count() == 2


@pytest.mark.django_db
def test_without_a_purpose_or_with_a_number_that_is_none_nothing_is_recorded() -> None:
    registry = make_registry()
    for asker, number in ((Asker("key-1", "Lê Mai", ""), add_person(registry).number), (ASKER, "12")):
        with pytest.raises(PeopleError):
            look_up_by_number(registry, asker, number)
    with pytest.raises(PeopleError, match="who asks"):
        look_up_by_number(registry, Asker("", "", "counter"), add_person(registry).number)
    assert LookUp.objects.count() == 0


@pytest.mark.django_db
def test_a_look_up_opens_the_page_to_its_own_clerk_and_for_an_hour() -> None:
    clock = make_clock()
    registry = make_registry(clock=clock)
    found = look_up_by_number(registry, ASKER, add_person(registry).number)
    assert found is not None
    with pytest.raises(PeopleError, match="not open to this account"):
        get_open_look_up(registry, found.look_up, "key-2")
    clock.advance(OPEN_MINUTES * 60_000)
    with pytest.raises(PeopleError, match="not open"):
        get_open_look_up(registry, found.look_up, "key-1")
    assert not list_own_look_ups(registry, "key-1", 10)[0].is_open


@pytest.mark.django_db
def test_a_member_of_the_household_is_looked_up_for_the_same_purpose_and_nobody_else_is() -> None:
    registry = make_registry()
    household = add_household(registry)
    one, other = add_person(registry, household=household), add_person(registry, "Trần An", household=household)
    stranger = add_person(registry)
    found = look_up_by_number(registry, ASKER, one.number)
    assert found is not None
    opened = get_open_look_up(registry, found.look_up, "key-1")
    member = look_up_member(registry, opened, other.number)
    assert member is not None
    assert member.person.number == other.number
    assert look_up_member(registry, opened, stranger.number) is None
    assert [view.purpose for view in list_look_ups_of(registry, member.person, 5)] == [LookUpPurpose.COUNTER]


@pytest.mark.django_db
def test_opening_an_application_again_within_the_hour_is_one_look_up() -> None:
    clock = make_clock()
    registry = make_registry(clock=clock)
    person = get_person(add_person(registry).number)
    for _ in range(2):
        look_up_applicant(registry, Asker("key-1", "Lê Mai", "card", "7"), person)
    assert LookUp.objects.count() == 1
    clock.advance(OPEN_MINUTES * 60_001)
    look_up_applicant(registry, Asker("key-1", "Lê Mai", "card", "7"), person)
    assert LookUp.objects.count() == 2


@pytest.mark.django_db
def test_the_table_refuses_changes() -> None:
    registry = make_registry()
    look_up_by_number(registry, ASKER, add_person(registry).number)
    for change in (lambda: LookUp.objects.update(clerk="nobody"), lambda: LookUp.objects.all().delete()):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()
