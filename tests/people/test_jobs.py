from __future__ import annotations

from datetime import date

import pytest
from procrastinate.contrib.django import app

from lienthong.people.card_steps import CardState
from lienthong.people.cards_in_use import take_over_card
from lienthong.people.jobs import EXPIRER, EXPIRY_CRON, end_cards
from lienthong.people.models import CardApplication
from lienthong.people.site_registry import make_site_registry
from tests.people.registries import add_person

pytestmark = pytest.mark.django_db


def test_a_card_past_its_day_is_set_to_expired_by_the_daily_job_and_others_stay() -> None:
    registry = make_site_registry()
    over, good = (
        take_over_card(registry, add_person(registry).number, date(2024, 9, 2), "06673", "first load") for _ in range(2)
    )
    CardApplication.objects.filter(pk=over).update(expires_on=date(2026, 1, 1))
    end_cards(0)
    end_cards(0)
    assert CardApplication.objects.get(pk=good).state == CardState.ACTIVE
    ended = CardApplication.objects.get(pk=over)
    assert ended.state == CardState.EXPIRED
    assert list(ended.steps.filter(state=CardState.EXPIRED).values_list("actor", flat=True)) == [EXPIRER]


def test_the_worker_knows_the_job_and_its_hour() -> None:
    found = [task.cron for task in app.periodic_registry.periodic_tasks.values() if task.task.name == end_cards.name]
    assert found == [EXPIRY_CRON]
