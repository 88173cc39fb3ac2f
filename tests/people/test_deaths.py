from __future__ import annotations

from datetime import date

import msgspec
import pytest

from lienthong.people.changes import verify_person
from lienthong.people.deaths import DeathRequest, register_death, reverse_death
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import Event, Person
from tests.people.registries import Known, add_person, make_registry

pytestmark = pytest.mark.django_db


def make_request(known: Known) -> DeathRequest:
    return DeathRequest(known.number, known.full_name, known.birth_date, date(2026, 11, 1), "7/2026")


def test_a_death_is_recorded_and_a_decision_takes_it_back() -> None:
    registry = make_registry()
    known = add_person(registry)
    assert register_death(registry, make_request(known), "s").died_on == date(2026, 11, 1)
    assert Person.objects.get().died_on == date(2026, 11, 1)
    assert reverse_death(registry, known.number, "9/QĐ-UBND", "s").died_on is None
    assert Person.objects.get().died_on is None
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == ["loaded", "died", "death-reversed"]


def test_no_death_is_set_on_an_unverified_identity() -> None:
    registry = make_registry()
    known = add_person(registry, verified=False)
    with pytest.raises(PeopleError, match="not verified") as refusal:
        register_death(registry, make_request(known), "s")
    assert refusal.value.kind is PeopleErrorKind.UNVERIFIED
    verify_person(registry, known.number, "Phạm An", "card")
    assert register_death(registry, make_request(known), "s").died_on is not None


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"full_name": "Nguyễn Thị Hồng"}, PeopleErrorKind.UNVERIFIED),
        ({"birth_date": date(1990, 5, 16)}, PeopleErrorKind.UNVERIFIED),
        ({"died_on": date(1990, 5, 16)}, PeopleErrorKind.BAD_DAY),
        ({"died_on": date(2026, 11, 25)}, PeopleErrorKind.BAD_DAY),
        ({"number": "999190999999"}, PeopleErrorKind.UNKNOWN_PERSON),
        ({"certificate": ""}, PeopleErrorKind.BAD_REQUEST),
    ],
)
def test_a_death_of_somebody_else_or_on_an_impossible_day_is_refused(
    changes: dict[str, object], kind: PeopleErrorKind
) -> None:
    registry = make_registry()
    known = add_person(registry, number="999190000001")
    with pytest.raises(PeopleError) as refusal:
        register_death(registry, msgspec.structs.replace(make_request(known), **changes), "s")
    assert refusal.value.kind is kind
    assert Person.objects.get().died_on is None


def test_nobody_dies_twice_and_nobody_living_is_reversed() -> None:
    registry = make_registry()
    known = add_person(registry)
    with pytest.raises(PeopleError, match="nothing to reverse"):
        reverse_death(registry, known.number, "9/QĐ-UBND", "s")
    register_death(registry, make_request(known), "s")
    with pytest.raises(PeopleError, match="recorded as dead"):
        register_death(registry, make_request(known), "s")
    with pytest.raises(PeopleError, match="decision"):
        reverse_death(registry, known.number, " ", "s")
