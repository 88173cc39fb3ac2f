from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from lienthong.people.changes import rename_person
from lienthong.people.deaths import DeathRequest, register_death
from lienthong.people.events import Loaded, Renamed
from lienthong.people.models import AllocatedNumber, CardApplication, CardStep, Event, HouseholdPlace, Person, Residence
from lienthong.people.recording import (
    find_drift,
    project_household,
    project_person,
    read_household_events,
    read_person_events,
    rebuild_all,
)
from lienthong.people.words import Relation, StayKind
from tests.people.registries import TODAY, add_household, add_person, make_registry

pytestmark = pytest.mark.django_db


def test_a_persons_row_is_what_the_events_fold_to() -> None:
    registry = make_registry()
    known = add_person(registry, household=add_household(registry))
    rename_person(registry, known.number, Renamed("Nguyễn Thị Hoa", "12/QĐ-UBND"), date(2020, 1, 2), "test")
    person = Person.objects.get(pk=known.person)
    assert (person.full_name, person.search_name) == ("Nguyễn Thị Hoa", "nguyen thi hoa")
    assert find_drift(known.person) == ()


def test_a_projection_is_made_again_from_events_alone() -> None:
    registry = make_registry()
    household = add_household(registry)
    known = add_person(registry, household=household)
    before = (Person.objects.values().get(pk=known.person), list(Residence.objects.values("household", "valid")))
    Residence.objects.all().delete()
    Person.objects.filter(pk=known.person).update(full_name="Ai Đó", verified=False)
    assert {drift.field for drift in find_drift(known.person)} == {"full_name", "verified", "residences"}
    project_person(known.person)
    project_household(household)
    after = (Person.objects.values().get(pk=known.person), list(Residence.objects.values("household", "valid")))
    assert after == before
    assert len(read_household_events(household)) == 1


def test_everything_is_rebuilt_from_events() -> None:
    registry = make_registry()
    known = [add_person(registry, household=add_household(registry)) for _ in range(3)]
    Residence.objects.all().delete()
    HouseholdPlace.objects.all().delete()
    Person.objects.update(full_name="Ai Đó", ethnicity="")
    assert rebuild_all() == 6
    assert [find_drift(one.person) for one in known] == [(), (), ()]
    assert HouseholdPlace.objects.count() == 3


def test_events_numbers_and_card_steps_cannot_be_changed_or_deleted() -> None:
    registry = make_registry()
    known = add_person(registry)
    card = CardApplication.objects.create(
        person_id=known.person, kind="first", area_code="06673", applied_on=TODAY, due_on=TODAY, state="applied",
        state_on=TODAY,
    )  # fmt: skip
    CardStep.objects.create(
        application=card, place=1, state="applied", done_on=TODAY, recorded_at="2026-11-24T03:00:00Z", actor="x"
    )
    for rows in (Event.objects.all(), AllocatedNumber.objects.all(), CardStep.objects.all()):
        assert rows.exists()
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            rows.delete()
    for rows, change in ((Event.objects.all(), {"source": "x"}), (CardStep.objects.all(), {"actor": "y"})):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            rows.update(**change)


def test_nobody_lives_permanently_in_two_places_at_once() -> None:
    registry = make_registry()
    one, other = add_household(registry), add_household(registry)
    known = add_person(registry, household=one)
    row = Residence(
        person_id=known.person, household_id=other, relation=Relation.HEAD, valid=DateRange(date(2026, 1, 1), None)
    )
    row.kind = StayKind.PERMANENT
    with pytest.raises(IntegrityError, match="people_one_permanent_residence"), transaction.atomic():
        row.save()
    row.kind = StayKind.TEMPORARY
    row.save()


def test_an_event_is_read_back_as_it_was_written() -> None:
    registry = make_registry()
    known = add_person(registry)
    (event,) = read_person_events(known.person)
    assert isinstance(event.body, Loaded)
    assert (event.body.number, event.body.ethnicity, event.source) == (known.number, "Dao", "test")


def test_a_failing_story_leaves_neither_event_nor_projection() -> None:
    registry = make_registry()
    known = add_person(registry)
    request = DeathRequest(known.number, "Người Khác", known.birth_date, TODAY, "1/2026")
    with pytest.raises(Exception, match="nothing was done"):
        register_death(registry, request, "test")
    assert Event.objects.count() == 1
    assert Person.objects.get().died_on is None
