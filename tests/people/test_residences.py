from __future__ import annotations

from datetime import date

import msgspec
import pytest

from lienthong.people.deaths import DeathRequest, register_death
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import HouseholdPlace, Person, Residence
from lienthong.people.persons import find_home, list_members
from lienthong.people.residences import (
    MoveInRequest,
    MoveOutRequest,
    NewPlace,
    add_residence,
    place_household,
    remove_residence,
)
from lienthong.people.words import Relation, StayKind
from tests.people.registries import Known, add_household, add_person, make_registry

pytestmark = pytest.mark.django_db


def move_in(known: Known, household: int | None, day: date = date(2026, 3, 1)) -> MoveInRequest:
    return MoveInRequest(known.number, known.full_name, known.birth_date, Relation.SPOUSE, day, household)


def test_moving_ends_the_residence_before_and_both_stay_known() -> None:
    registry = make_registry()
    one, other = add_household(registry), add_household(registry, "06676")
    known = add_person(registry, household=one)
    answer = add_residence(registry, move_in(known, other), "s")
    assert (answer.household, answer.since) == (other, date(2026, 3, 1))
    assert [(r.household_id, r.valid.upper) for r in Residence.objects.order_by("valid")] == [
        (one, date(2026, 3, 1)),
        (other, None),
    ]
    assert list_members(one) == []
    assert [member.relation for member in list_members(other)] == [Relation.SPOUSE]


def test_a_residence_in_a_new_household_makes_it_at_a_known_place() -> None:
    registry = make_registry()
    known = add_person(registry)
    request = msgspec.structs.replace(move_in(known, None), place=NewPlace("06799", "Thôn 2"))
    add_residence(registry, request, "s")
    home = find_home(Person.objects.get())
    assert home is not None
    assert (home.area_code, home.line, home.area_day) == ("06799", "Thôn 2", date(2026, 3, 1))
    nowhere = msgspec.structs.replace(request, place=NewPlace("00000", "x"), from_day=date(2026, 4, 1))
    with pytest.raises(PeopleError) as refusal:
        add_residence(registry, nowhere, "s")
    assert refusal.value.kind is PeopleErrorKind.UNKNOWN_AREA


def test_a_temporary_residence_leaves_the_permanent_one() -> None:
    registry = make_registry()
    one, other = add_household(registry), add_household(registry)
    known = add_person(registry, household=one)
    answer = add_residence(registry, msgspec.structs.replace(move_in(known, other), kind=StayKind.TEMPORARY), "s")
    assert answer.household == one
    assert Residence.objects.filter(valid__upper_inf=True).count() == 2


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"household": None}, PeopleErrorKind.BAD_REQUEST),
        ({"place": NewPlace("06673", "x")}, PeopleErrorKind.BAD_REQUEST),
        ({"household": 999_999}, PeopleErrorKind.UNKNOWN_HOUSEHOLD),
        ({"from_day": date(2025, 7, 31)}, PeopleErrorKind.CONFLICT),
        ({"from_day": date(2026, 12, 1)}, PeopleErrorKind.BAD_DAY),
        ({"full_name": "Ai"}, PeopleErrorKind.UNVERIFIED),
    ],
)
def test_a_move_that_contradicts_the_record_is_refused(changes: dict[str, object], kind: PeopleErrorKind) -> None:
    registry = make_registry()
    household = add_household(registry)
    known = add_person(registry, household=household)
    with pytest.raises(PeopleError) as refusal:
        add_residence(registry, msgspec.structs.replace(move_in(known, household), **changes), "s")
    assert refusal.value.kind is kind
    assert Residence.objects.count() == 1


def test_the_residence_of_somebody_who_died_is_ended_and_none_is_added() -> None:
    registry = make_registry()
    household = add_household(registry)
    known = add_person(registry, household=household)
    register_death(registry, DeathRequest(known.number, known.full_name, known.birth_date, date(2026, 5, 1), "1"), "s")
    with pytest.raises(PeopleError, match="recorded as dead"):
        add_residence(registry, move_in(known, household, date(2026, 6, 1)), "s")
    leave = MoveOutRequest(known.number, known.full_name, known.birth_date, date(2026, 5, 1), household, "death")
    assert remove_residence(registry, leave, "s").household is None
    with pytest.raises(PeopleError, match="no open residence in household"):
        remove_residence(registry, leave, "s")


def test_without_a_household_named_the_permanent_residence_is_ended() -> None:
    registry = make_registry()
    known = add_person(registry, household=add_household(registry))
    leave = MoveOutRequest(known.number, known.full_name, known.birth_date, date(2026, 5, 1), reason="death")
    assert remove_residence(registry, leave, "s").household is None
    with pytest.raises(PeopleError, match="no open permanent residence"):
        remove_residence(registry, leave, "s")


def test_a_reform_places_a_household_anew_and_the_old_place_stays_known() -> None:
    registry = make_registry()
    household = add_household(registry)
    place_household(registry, household, NewPlace("06676", "Tổ 1, khu 2"), date(2026, 7, 1), "NQ")
    assert [(p.area_code, p.valid.upper) for p in HouseholdPlace.objects.order_by("valid")] == [
        ("06673", date(2026, 7, 1)),
        ("06676", None),
    ]
    with pytest.raises(PeopleError, match="later than"):
        place_household(registry, household, NewPlace("06676", "x"), date(2026, 6, 1), "NQ")
    with pytest.raises(PeopleError) as refusal:
        place_household(registry, 999_999, NewPlace("06676", "x"), date(2026, 8, 1), "NQ")
    assert refusal.value.kind is PeopleErrorKind.UNKNOWN_HOUSEHOLD
