from __future__ import annotations

from datetime import date

import pytest

from lienthong.people.card_steps import CardKind, CardState, fold_steps
from lienthong.people.cards import apply_for_card, count_cards, get_card
from lienthong.people.cards_in_use import find_card_in_use, is_card_in_use
from lienthong.people.errors import PeopleError
from lienthong.people.models import CardApplication, CardStep, Person
from lienthong.sandbox.cards_load import load_synthetic_cards
from lienthong.sandbox.people_load import load_synthetic_people
from tests.people.registries import TODAY, make_registry

pytestmark = pytest.mark.django_db

COUNT = 1500


def test_adults_hold_cards_whose_steps_fold_and_some_wait_for_the_next() -> None:
    registry = make_registry()
    load_synthetic_people(registry, COUNT, processes=1)
    made = load_synthetic_cards(registry)
    assert COUNT / 2 < made < COUNT * 1.05
    for card in CardApplication.objects.prefetch_related("steps"):
        assert fold_steps(CardState(step.state) for step in card.steps.all()) == card.state
        assert card.expires_on is None or card.expires_on > TODAY
    waiting = CardApplication.objects.filter(kind=CardKind.RENEWAL.value)
    assert 0 < waiting.count() < made / 20
    assert sum(one.waiting for one in count_cards(TODAY, date(2021, 1, 1))) == waiting.count()
    assert not CardApplication.objects.filter(person__birth_date__gt=date(2012, 11, 24)).exists()
    assert CardStep.objects.count() >= made
    assert get_card(registry, made).steps


def test_a_person_holds_the_card_of_its_day_of_issue_and_can_renew_it() -> None:
    registry = make_registry()
    load_synthetic_people(registry, COUNT, processes=1)
    load_synthetic_cards(registry)
    person = Person.objects.filter(cardapplication__isnull=False).order_by("pk")[0]
    card = find_card_in_use(person, TODAY)
    assert card is not None
    assert card.issued_on is not None
    assert is_card_in_use(person, card.issued_on, TODAY)
    assert not is_card_in_use(person, date(2020, 1, 1), TODAY)
    alone = Person.objects.filter(cardapplication__isnull=False).exclude(cardapplication__kind="renewal").order_by("pk")
    renewal = apply_for_card(registry, alone[0].number, CardKind.RENEWAL, "06673", "Lê Mai")
    assert renewal == CardApplication.objects.count()


def test_cards_are_made_once_and_only_in_the_sandbox() -> None:
    registry = make_registry()
    load_synthetic_people(registry, COUNT, processes=1)
    load_synthetic_cards(registry)
    for other in (registry, make_registry("VN")):
        with pytest.raises(PeopleError):
            load_synthetic_cards(other)
