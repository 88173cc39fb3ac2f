from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.card_text import parse_card_text
from lienthong.people.cards import (
    CardCounts,
    apply_for_card,
    check_card_text,
    count_cards,
    expire_cards,
    get_card,
    list_cards,
    list_waiting_cards,
    take_card_step,
)
from lienthong.people.cards_in_use import find_card_in_use, is_card_in_use, take_over_card
from lienthong.people.deaths import DeathRequest, register_death
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import CardApplication, CardStep, Person
from tests.people.registries import TODAY, add_household, add_person, make_clock, make_registry

if TYPE_CHECKING:
    from lienthong.people.registry import Registry

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000
WAY = (CardState.CHECKED, CardState.APPROVED, CardState.PERSONALISED, CardState.DELIVERED, CardState.ACTIVE)


def walk(registry: Registry, application: int, *states: CardState) -> None:
    for state in states:
        take_card_step(registry, application, state, "Lê Mai")


def test_a_card_goes_its_whole_way_and_every_step_is_kept() -> None:
    registry = make_registry()
    known = add_person(registry)
    application = apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    walk(registry, application, *WAY)
    view = get_card(registry, application)
    assert (view.state, view.due_on, view.expires_on) == (CardState.ACTIVE, date(2026, 12, 3), date(2030, 5, 17))
    assert [step.state for step in view.steps] == [CardState.APPLIED, *WAY]
    assert view.next_states == (CardState.LOST, CardState.EXPIRED, CardState.REPLACED)


def test_a_lost_card_is_replaced_when_the_next_one_is_active() -> None:
    registry = make_registry()
    known = add_person(registry)
    first = apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    walk(registry, first, *WAY)
    with pytest.raises(PeopleError, match="follows a lost card"):
        apply_for_card(registry, known.number, CardKind.REPLACEMENT, "06673", "Lê Mai")
    walk(registry, first, CardState.LOST)
    second = apply_for_card(registry, known.number, CardKind.REPLACEMENT, "06673", "Lê Mai")
    walk(registry, second, *WAY)
    assert get_card(registry, first).state is CardState.REPLACED
    assert [view.application for view in list_cards(registry, Person.objects.get())] == [second, first]


def test_a_step_that_the_table_does_not_allow_changes_nothing() -> None:
    registry = make_registry()
    application = apply_for_card(registry, add_person(registry).number, CardKind.FIRST, "06673", "Lê Mai")
    with pytest.raises(PeopleError) as refusal:
        walk(registry, application, CardState.ACTIVE)
    assert refusal.value.kind is PeopleErrorKind.BAD_CARD_STEP
    assert CardStep.objects.count() == 1
    with pytest.raises(PeopleError, match="who does this step"):
        take_card_step(registry, application, CardState.CHECKED, " ")


def test_no_card_for_an_unverified_or_dead_person_and_no_second_application() -> None:
    registry = make_registry()
    known = add_person(registry)
    unverified = add_person(registry, verified=False)
    application = apply_for_card(registry, unverified.number, CardKind.FIRST, "06673", "Lê Mai")
    with pytest.raises(PeopleError, match="not verified"):
        walk(registry, application, CardState.CHECKED)
    with pytest.raises(PeopleError, match="open already"):
        apply_for_card(registry, unverified.number, CardKind.FIRST, "06673", "Lê Mai")
    application = apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    walk(registry, application, *WAY[:-1])
    register_death(registry, DeathRequest(known.number, known.full_name, known.birth_date, TODAY, "1"), "s")
    with pytest.raises(PeopleError, match="recorded as dead"):
        walk(registry, application, CardState.ACTIVE)


def test_a_first_card_comes_before_a_renewal_and_only_in_a_known_commune() -> None:
    registry = make_registry()
    known = add_person(registry)
    with pytest.raises(PeopleError, match="apply for the first"):
        apply_for_card(registry, known.number, CardKind.RENEWAL, "06673", "Lê Mai")
    with pytest.raises(PeopleError) as refusal:
        apply_for_card(registry, known.number, CardKind.FIRST, "99999", "Lê Mai")
    assert refusal.value.kind is PeopleErrorKind.UNKNOWN_AREA
    with pytest.raises(PeopleError) as refusal:
        get_card(registry, 1_000_000)
    assert refusal.value.kind is PeopleErrorKind.UNKNOWN_CARD


def test_cards_expire_at_the_age_of_renewal_once() -> None:
    clock = make_clock()
    registry = make_registry(clock=clock)
    known = add_person(registry, birth_date=date(2001, 12, 1), number="999301000001")
    application = apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    CardApplication.objects.filter(pk=application).update(applied_on=date(2024, 1, 1))
    walk(registry, application, *WAY)
    CardApplication.objects.filter(pk=application).update(expires_on=date(2026, 12, 1))
    assert expire_cards(registry, "clock") == 0
    clock.advance(7 * DAY_MS)
    assert (expire_cards(registry, "clock"), expire_cards(registry, "clock")) == (1, 0)
    assert get_card(registry, application).state is CardState.EXPIRED


def test_counts_per_commune_say_issued_waiting_on_time_and_late() -> None:
    clock = make_clock()
    registry = make_registry(clock=clock)
    people = [add_person(registry, birth_date=date(1990, 1, day)) for day in range(1, 6)]
    areas = ["06673", "06673", "06673", "06676", "06676"]
    made = [
        apply_for_card(registry, known.number, CardKind.FIRST, area, "Lê Mai")
        for known, area in zip(people, areas, strict=True)
    ]
    walk(registry, made[0], *WAY)
    walk(registry, made[3], CardState.REFUSED)
    clock.advance(20 * DAY_MS)
    walk(registry, made[1], *WAY)
    counts = count_cards(date(2026, 12, 14), date(2026, 1, 1))
    assert counts == [CardCounts("06673", 3, 2, 1, 1, 2), CardCounts("06676", 2, 0, 1, 0, 1)]
    assert count_cards(date(2026, 12, 14), date(2026, 1, 1), "06676") == counts[1:]
    assert count_cards(date(2026, 12, 14), date(2026, 12, 1)) == []
    (waiting,) = list_waiting_cards(registry, "06673", 50)
    assert (waiting.application, waiting.is_late) == (made[2], True)


def test_a_cards_text_is_compared_with_the_registry() -> None:
    registry = make_registry()
    known = add_person(registry, household=add_household(registry), number="999190000001")
    text = f"{known.number}||Nguyễn Thị Hoà|17051990|Nữ|Tổ 1, Khu 2, Phường Bãi Cháy|01072021"
    assert [difference.field for difference in check_card_text(registry, parse_card_text(text))] == ["full_name"]
    other = parse_card_text(text.replace("000001|", "000002|"))
    with pytest.raises(PeopleError) as refusal:
        check_card_text(registry, other)
    assert refusal.value.kind is PeopleErrorKind.UNKNOWN_PERSON


def test_a_card_of_an_earlier_register_is_taken_over_once_while_it_is_valid() -> None:
    registry = make_registry()
    known = add_person(registry)
    with pytest.raises(PeopleError, match="expired on"):
        take_over_card(
            registry, add_person(registry, birth_date=date(2001, 1, 1)).number, date(2021, 4, 1), "06673", "x"
        )
    application = take_over_card(registry, known.number, date(2021, 4, 1), "06673", "load:test")
    person = Person.objects.get(pk=known.person)
    assert is_card_in_use(person, date(2021, 4, 1), TODAY)
    assert not is_card_in_use(person, date(2021, 4, 2), TODAY)
    with pytest.raises(PeopleError, match="recorded already"):
        take_over_card(registry, known.number, date(2021, 4, 1), "06673", "load:test")
    walk(registry, application, CardState.LOST)
    assert find_card_in_use(person, TODAY) is None


def test_a_card_past_its_age_of_renewal_is_not_in_use() -> None:
    registry = make_registry()
    known = add_person(registry)
    take_over_card(registry, known.number, date(2021, 4, 1), "06673", "load:test")
    assert find_card_in_use(Person.objects.get(pk=known.person), date(2030, 5, 17)) is None
