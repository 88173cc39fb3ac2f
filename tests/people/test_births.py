from __future__ import annotations

from datetime import date

import msgspec
import pytest

from lienthong.people.births import BirthRequest, Parent, register_birth
from lienthong.people.deaths import DeathRequest, register_death
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import Event, Person
from lienthong.people.personal_number import parse_number
from lienthong.people.words import Sex
from tests.people.registries import Known, add_person, make_registry

pytestmark = pytest.mark.django_db

BIRTH = BirthRequest("Trần Gia Bảo", Sex.MALE, date(2026, 11, 20), "Z99.03", "15/2026", ethnicity="Kinh")


def as_parent(known: Known) -> Parent:
    return Parent(known.number, known.full_name, known.birth_date)


def test_a_birth_gets_a_number_and_names_its_parents() -> None:
    registry = make_registry()
    mother = add_person(registry)
    father = add_person(registry, "Trần Văn Bình", Sex.MALE, date(1988, 1, 1))
    request = msgspec.structs.replace(BIRTH, mother=as_parent(mother), father=as_parent(father))
    answer = register_birth(registry, request, "exchange:x#1")
    number = parse_number(answer.number)
    assert (number.sex, number.birth_year, number.is_synthetic) == (Sex.MALE, 2026, True)
    child = Person.objects.get(number=answer.number)
    assert (child.mother_id, child.father_id, child.verified) == (mother.person, father.person, True)
    assert Event.objects.get(person=child).source == "exchange:x#1"


def test_a_certificate_brings_one_child_in_whoever_tells_it() -> None:
    registry = make_registry()
    request = msgspec.structs.replace(BIRTH, without_parents="biên bản 3/2026")
    register_birth(registry, request, "exchange:x#1")
    with pytest.raises(PeopleError, match="recorded already") as refusal:
        register_birth(registry, msgspec.structs.replace(request, full_name="Trần Gia Huy"), "exchange:x#2")
    assert refusal.value.kind is PeopleErrorKind.CONFLICT
    register_birth(registry, msgspec.structs.replace(request, certificate="16/2026"), "exchange:x#3")
    register_birth(registry, msgspec.structs.replace(request, office="Z99.04"), "exchange:x#4")
    assert Person.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"full_name": "Nguyễn Thị Hoa Mai"}, PeopleErrorKind.UNVERIFIED),
        ({"birth_date": date(1990, 5, 18)}, PeopleErrorKind.UNVERIFIED),
        ({"number": "999190123456"}, PeopleErrorKind.UNKNOWN_PERSON),
        ({"number": "99919012345"}, PeopleErrorKind.BAD_NUMBER),
    ],
)
def test_a_parent_must_be_the_person_whom_the_number_names(changes: dict[str, object], kind: PeopleErrorKind) -> None:
    registry = make_registry()
    parent = msgspec.structs.replace(as_parent(add_person(registry, number="999190000001")), **changes)
    with pytest.raises(PeopleError) as refusal:
        register_birth(registry, msgspec.structs.replace(BIRTH, mother=parent), "s")
    assert refusal.value.kind is kind
    assert Person.objects.count() == 1


def test_a_father_is_no_mother_and_a_child_no_parent() -> None:
    registry = make_registry()
    man = add_person(registry, "Trần Văn Bình", Sex.MALE)
    girl = add_person(registry, birth_date=date(2016, 1, 1))
    for parent, reason in ((man, "named as mother"), (girl, "too young")):
        with pytest.raises(PeopleError, match=reason):
            register_birth(registry, msgspec.structs.replace(BIRTH, mother=as_parent(parent)), "s")


def test_a_dead_mother_bears_nobody_but_a_dead_father_may_have_a_child() -> None:
    registry = make_registry()
    mother, father = add_person(registry), add_person(registry, "Trần Văn Bình", Sex.MALE)
    for one in (mother, father):
        request = DeathRequest(one.number, one.full_name, one.birth_date, date(2026, 10, 1), "1/2026")
        register_death(registry, request, "s")
    with pytest.raises(PeopleError, match="before the birth"):
        register_birth(registry, msgspec.structs.replace(BIRTH, mother=as_parent(mother)), "s")
    register_birth(registry, msgspec.structs.replace(BIRTH, father=as_parent(father)), "s")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"birth_date": date(2026, 11, 25)}, "after today"),
        ({"full_name": "Bảo 2"}, "no Latin letter"),
        ({"certificate": " "}, "certificate"),
        ({"without_parents": ""}, "at least one parent"),
        ({"number": "999026000001"}, "leave it out"),
    ],
)
def test_what_a_birth_lacks_is_said(changes: dict[str, object], reason: str) -> None:
    request = msgspec.structs.replace(BIRTH, **{"without_parents": "biên bản 3/2026", **changes})
    with pytest.raises(PeopleError, match=reason):
        register_birth(make_registry(), request, "s")
    assert not Person.objects.exists()


def test_an_instance_with_real_people_takes_the_ministrys_number_and_no_synthetic_one() -> None:
    registry = make_registry("VN")
    request = msgspec.structs.replace(BIRTH, without_parents="biên bản 3/2026")
    for number, kind in (
        ("", PeopleErrorKind.NOT_ALLOCATING),
        ("999226000001", PeopleErrorKind.MIXED_RANGES),
        ("022326000001", PeopleErrorKind.CONTRADICTING_NUMBER),
    ):
        with pytest.raises(PeopleError) as refusal:
            register_birth(registry, msgspec.structs.replace(request, number=number), "s")
        assert refusal.value.kind is kind
    given = msgspec.structs.replace(request, number="022226000001")
    assert register_birth(registry, given, "s").number == "022226000001"
    with pytest.raises(PeopleError, match="already given"):
        register_birth(registry, msgspec.structs.replace(given, certificate="16/2026"), "s")
