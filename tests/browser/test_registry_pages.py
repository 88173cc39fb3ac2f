"""The registry's own pages as people see them: a citizen's record, and the clerks' back office."""

from __future__ import annotations

import os
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from lienthong.people.card_queue import PAGE_ROWS
from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.cards import apply_for_card, take_card_step
from lienthong.people.cards_in_use import take_over_card
from lienthong.people.changes import correct_person, rename_person
from lienthong.people.events import Corrected, Renamed
from lienthong.people.lookups import Asker, look_up_by_number
from lienthong.people.registry import Registry
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.clocks import SetClock
from tests.identity.persons import NUMBER
from tests.people.registries import add_person
from tests.portal.registry.office import add_family, add_known, enter_citizen, enter_clerk, make_site
from tests.portal.registry.test_imports import BAD, GOOD, HEADER

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

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


@LOOKS
def test_a_clerk_finds_a_person_and_sees_the_record(pages: Pages, screen: ViewportSize, language: str) -> None:
    registry, client = make_site(), Client()
    known = add_storied(registry)
    enter_clerk(client)
    page = pages.open("/office/?empty", screen, language=language, session=client)
    press(pages, page, "office-errors", screen, language)
    page.check("[value=counter]")
    page.fill("#id_number", known.number)
    press(pages, page, "office-person", screen, language)
    pages.press(page, "main a[href$='/correct/birth_date/']")
    press(pages, page, "office-correct-errors", screen, language)
    for name, value in (("value", "17/5/1991"), ("decision", "12/QĐ-UBND, 3/11/2026"), ("reason", "Ghi nhầm năm")):
        page.fill(f"#id_{name}", value)
    press(pages, page, "office-correct-confirm", screen, language)
    press(pages, page, "office-corrected", screen, language)
    pages.press(page, "main a[href$='/card/']")
    pages.check(page)
    keep_picture(page, "office-card-apply", screen, language)
    page.select_option("#id_province", "48")
    press(pages, page, "office-card-apply-communes", screen, language)
    pages.press(page, "main button[type=submit] >> nth=1")
    pages.check(page)
    keep_picture(page, "office-card-apply-errors", screen, language)
    add_known(registry, full_name="Nguyễn Thị Thu Hòa", birth_date=date(1991, 5, 17))
    page = pages.open("/office/", screen, language=language, session=client)
    page.check("[value=counter]")
    page.fill("#id_full_name", "Nguyễn Thị Thu Hòa")
    page.fill("#id_birth_date", "17/5/1991")
    press(pages, page, "office-several", screen, language)
    assert page.locator("main a[href*='/office/people/']").count() == 2


@LOOKS
def test_cards_are_worked_from_the_queue_and_counted(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = Client()
    enter_clerk(client)
    pages.open("/office/cards/?empty", screen, language=language, session=client)
    pages.open("/office/cards/counts/?first_day=1/1/2099", screen, language=language, session=client)
    application = fill_queue(make_site())
    page = pages.open("/office/cards/", screen, language=language, session=client)
    pages.press(page, ".govuk-pagination__next a")
    pages.check(page)
    keep_picture(page, "office-cards-page-2", screen, language)
    pages.open("/office/cards/counts/", screen, language=language, session=client)
    page = pages.open(f"/office/cards/{application}/", screen, language=language, session=client)
    press(pages, page, "office-card-done", screen, language)
    pages.press(page, "[value=refused]")
    press(pages, page, "office-card-confirm-errors", screen, language)
    page.fill("#id_note", "Ảnh không đạt")
    press(pages, page, "office-card-end", screen, language)


@LOOKS
def test_a_file_is_imported_with_a_report(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = Client()
    enter_clerk(client)
    page = pages.open("/office/import/", screen, language=language, session=client)
    press(pages, page, "office-import-errors", screen, language)
    content = f"{HEADER}{GOOD}{BAD}".encode()
    page.set_input_files("#id_file", {"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    page.fill("#id_source", "Sổ hộ khẩu, 1/8/2025")
    page.check("#id_knows")
    press(pages, page, "office-import-report", screen, language)
    assert page.locator("tbody tr").count() == 1


def test_a_clerk_works_by_keyboard_with_scripts_off(pages: Pages) -> None:
    registry, client = make_site(), Client()
    known = add_known(registry)
    enter_clerk(client)
    page = pages.open("/office/", scripts=False, session=client)
    page.focus("[value=counter]")
    page.keyboard.press("Space")
    page.focus("#id_number")
    page.keyboard.type(known.number)
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/people/*/")
    page.focus("main a[href$='/card/']")
    page.keyboard.press("Enter")
    page.focus("[value=first]")
    page.keyboard.press("Space")
    page.select_option("#id_province", "48")
    page.focus("[name=show-communes]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_area_code option[value='20194']", state="attached")
    assert page.is_checked("[value=first]")
    page.select_option("#id_area_code", "20194")
    page.focus("main button[type=submit] >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/cards/*/")
    page.focus("[value=checked]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-notification-banner--success")
    assert page.locator("ol li").count() == 2


def press(pages: Pages, page: Page, name: str, screen: ViewportSize, language: str) -> None:
    """Press the page's first button, and check and keep what comes."""
    pages.press(page, "main button[type=submit] >> nth=0")
    pages.check(page)
    keep_picture(page, name, screen, language)


def fill_queue(registry: Registry) -> int:
    """Let applications wait at several steps in two communes, some of them late; gives one that just came."""
    latest = 0
    for place in range(PAGE_ROWS + 10):
        ago = SetClock(int(time.time() * 1000) - place * 86_400_000)
        then = Registry(registry.instance, ago, registry.find_area)
        area = ("06673", "06676")[place % 2]
        number = add_person(registry, birth_date=date(1990, 1 + place % 12, 1 + place % 28)).number
        application = apply_for_card(then, number, CardKind.FIRST, area, "Trần Thanh Bình, Z99.01")
        for state in (CardState.CHECKED, CardState.APPROVED, CardState.PERSONALISED, CardState.DELIVERED)[: place % 5]:
            take_card_step(then, application, state, "Trần Thanh Bình, Z99.01")
        latest = latest or application
    return latest
