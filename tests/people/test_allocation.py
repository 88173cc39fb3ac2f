from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections, transaction

from lienthong.people.allocation import allocate_number, claim_number, take_number
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import AllocatedNumber
from lienthong.people.personal_number import parse_number
from lienthong.people.words import Sex
from tests.people.registries import add_person, make_registry

if TYPE_CHECKING:
    from collections.abc import Callable

FILL = """
INSERT INTO people_allocatednumber (number, person_id)
SELECT 999009000000 + serial, %s FROM generate_series(0, 4999) AS serial WHERE NOT serial = ANY (%s)
"""
SERIALS = 5000  # of the range in these tests


@pytest.mark.django_db
def test_a_number_says_the_sandbox_the_sex_and_the_year() -> None:
    known = add_person(make_registry())
    number = parse_number(allocate_number(make_registry(), Sex.FEMALE, 2026, known.person))
    assert (number.is_synthetic, number.sex, number.birth_year) == (True, Sex.FEMALE, 2026)
    assert AllocatedNumber.objects.filter(number=int(number.text)).exists()


@pytest.mark.django_db
def test_an_instance_with_real_people_allocates_nothing() -> None:
    known = add_person(make_registry())
    with pytest.raises(PeopleError, match="only the Ministry of Public Security") as refusal:
        allocate_number(make_registry("VN"), Sex.MALE, 2026, known.person)
    assert refusal.value.kind is PeopleErrorKind.NOT_ALLOCATING


@pytest.mark.django_db
def test_the_last_free_number_is_found_and_then_the_range_is_exhausted() -> None:
    known = add_person(make_registry(), sex=Sex.MALE, birth_date=make_birth(1990))
    with connection.cursor() as cursor:
        cursor.execute(FILL, [known.person, [2718]])
    assert take_number("999009", known.person, SERIALS) == "999009002718"
    with pytest.raises(PeopleError, match="all 5000 numbers that begin with 999009") as refusal:
        take_number("999009", known.person, SERIALS)
    assert refusal.value.kind is PeopleErrorKind.RANGE_EXHAUSTED
    assert take_number("999109", known.person).startswith("999109")


@pytest.mark.django_db
def test_a_number_that_somebody_has_cannot_be_claimed() -> None:
    known = add_person(make_registry())
    with pytest.raises(PeopleError, match="never used again"):
        claim_number(known.number, known.person)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_the_same_number() -> None:
    """Sixty numbers are left, and four take them at once: everybody waits for who drew the same one."""
    known = add_person(make_registry(), sex=Sex.MALE, birth_date=make_birth(1991))
    with connection.cursor() as cursor:
        cursor.execute(FILL, [known.person, list(range(100, 160))])

    def take_some(_worker: int) -> list[str]:
        return in_own_connection(lambda: [take_number("999009", known.person, SERIALS) for _ in range(15)])

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for part in pool.map(take_some, range(4)) for number in part]
    assert sorted(numbers) == [f"999009{serial:06}" for serial in range(100, 160)]


@pytest.mark.django_db(transaction=True)
def test_a_number_drawn_in_a_failed_transaction_is_free_again() -> None:
    known = add_person(make_registry())
    with transaction.atomic():
        drawn = take_number("999126", known.person)
        transaction.set_rollback(True)
    claim_number(drawn, known.person)


def in_own_connection(call: Callable[[], list[str]]) -> list[str]:
    try:
        return call()
    finally:
        connections.close_all()


def make_birth(year: int) -> date:
    return date(year, 2, 3)
