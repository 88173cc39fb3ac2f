"""The registry's own pages as people see them: a citizen's record, and the clerks' back office."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from lienthong.people.cards_in_use import take_over_card
from lienthong.people.changes import correct_person, rename_person
from lienthong.people.events import Corrected, Renamed
from lienthong.people.lookups import Asker, look_up_by_number
from tests.browser.pages import PHONE, WIDE
from tests.identity.persons import NUMBER
from tests.portal.registry.office import add_family, enter_citizen, make_site

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from lienthong.people.registry import Registry
    from tests.browser.pages import Pages
    from tests.people.registries import Known

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_registry")]

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


def add_storied(registry: Registry) -> Known:
    """Add somebody with a family, a card, a change of name, a correction and a look-up."""
    known, _other = add_family(registry)
    take_over_card(registry, known.number, date(2024, 9, 2), "06673", "first load")
    rename_person(
        registry, known.number, Renamed("Nguyễn Thị Thu Hòa", "QĐ 3"), date(2026, 3, 1), "UBND phường Bãi Cháy"
    )
    correction = Corrected("12/QĐ-UBND", birth_place="Phường Bãi Cháy, Quảng Ninh")
    correct_person(registry, known.number, correction, "officer:Lê Thị Mai, Z99.01")
    look_up_by_number(registry, Asker("key", "Lê Thị Mai, Z99.01", "case", "H49.01-261124-0001"), known.number)
    return known


@LOOKS
def test_a_persons_own_record(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = Client()
    known = add_storied(make_site())
    enter_citizen(client, known.number)
    pages.open("/my-record/", screen, language=language, session=client)
    other = Client()
    enter_citizen(other, NUMBER)
    pages.open("/my-record/?none", screen, language=language, session=other)
