from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from lienthong.people.allocation import take_number
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import HouseholdLoaded, Loaded, Place, Stay
from lienthong.people.load_rows import LOAD_TABLES, LoadSource, make_load_rows
from lienthong.people.loading import load_people
from lienthong.people.models import AllocatedNumber, Event, Person
from lienthong.people.recording import draw_person_id, find_drift
from lienthong.people.registry import require_one_range
from lienthong.people.words import Relation, Sex
from lienthong.site.roles import Role
from lienthong.site.serving import require_own_people
from tests.people.registries import add_person, make_registry

pytestmark = pytest.mark.django_db

SOURCE = LoadSource("load:test", datetime(2026, 11, 24, tzinfo=UTC), date(2026, 11, 1))
PLACES = HouseholdLoaded((Place("06673", "Tổ 1\t\\ khu 2", date(2020, 1, 1)),))
STAY = Stay(1, Relation.HEAD, date(2020, 1, 1))


def make_rows(*people: Loaded) -> dict[str, bytes]:
    return make_load_rows(SOURCE, [(1, PLACES)], enumerate(people, 1), 1)


def make_loaded(number: str = "999190000001", **more: object) -> Loaded:
    fields = {"full_name": "Nguyễn Thị Hòa", "sex": Sex.FEMALE, "birth_date": date(1990, 5, 17), **more}
    return Loaded(number=number, **fields)  # type: ignore[arg-type] # tests name what they are about


def read_rules() -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = ANY (%s::regclass[]) UNION SELECT indexdef FROM pg_indexes WHERE tablename = ANY (%s) "
            "ORDER BY 1",
            [list(LOAD_TABLES), list(LOAD_TABLES)],
        )
        return list(cursor.fetchall())


def test_a_load_is_what_its_events_fold_to_and_keeps_every_rule() -> None:
    before = read_rules()
    husband = make_loaded("999090000002", sex=Sex.MALE, full_name="Lê Văn An", spouse=1, stays=(STAY,))
    wife = make_loaded(spouse=2, stays=(Stay(1, Relation.SPOUSE, date(2020, 1, 1)),), ethnicity="Sán Dìu")
    report = load_people(make_registry(), [make_rows(wife, husband)])
    assert (report.people, report.households, Event.objects.count()) == (2, 1, 3)
    assert find_drift(1) == find_drift(2) == ()
    assert read_rules() == before
    assert draw_person_id() == 3
    assert take_number("999190", 1) != "999190000001"
    assert AllocatedNumber.objects.count() == 3


def test_a_load_into_a_registry_that_holds_somebody_is_refused() -> None:
    add_person(make_registry())
    with pytest.raises(PeopleError, match="needs an empty registry") as refusal:
        load_people(make_registry(), [make_rows(make_loaded())])
    assert refusal.value.kind is PeopleErrorKind.CONFLICT


@pytest.mark.parametrize(("instance", "number"), [("DEMO", "022190000001"), ("VN", "999190000001")])
def test_a_load_of_the_other_range_leaves_nothing(instance: str, number: str) -> None:
    with pytest.raises(PeopleError) as refusal:
        load_people(make_registry(instance), [make_rows(make_loaded(number))])
    assert refusal.value.kind is PeopleErrorKind.MIXED_RANGES
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "people",
    [
        (make_loaded(), make_loaded()),
        (make_loaded(mother=77),),
        (make_loaded(stays=(STAY, Stay(1, Relation.HEAD, date(2021, 1, 1)))),),
    ],
)
def test_rows_that_break_a_rule_are_refused_whole(people: tuple[Loaded, ...]) -> None:
    before = read_rules()
    with pytest.raises(PeopleError, match="break a rule"):
        load_people(make_registry(), [make_rows(*people)])
    assert not Person.objects.exists()
    assert read_rules() == before


def test_the_registrys_role_does_not_start_on_real_people_in_the_sandbox_and_a_province_has_none() -> None:
    require_own_people(Role.REGISTRY)
    add_person(make_registry(), number="022190000001")
    with pytest.raises(PeopleError, match="holds real numbers, and the instance is DEMO"):
        require_own_people(Role.REGISTRY)
    require_own_people(Role.PROVINCE)


def test_a_start_on_people_of_the_other_range_or_of_both_is_refused() -> None:
    require_one_range(make_registry("VN"))
    add_person(make_registry())
    require_one_range(make_registry())
    with pytest.raises(PeopleError, match="holds synthetic numbers, and the instance is VN"):
        require_one_range(make_registry("VN"))
    add_person(make_registry(), number="022190000001")
    for instance in ("DEMO", "VN"):
        with pytest.raises(PeopleError, match="both synthetic and real"):
            require_one_range(make_registry(instance))
