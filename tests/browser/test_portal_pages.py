"""What an officer sees of the national portal, and the simulated portal's own pages, looked at in a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lienthong.cases.models import FilingDifference
from lienthong.sandbox.national_portal.behaviour import PortalBehaviour
from lienthong.sandbox.national_portal.book import ANSWER_LOST, FORGOTTEN
from lienthong.sandbox.national_portal.forms import read_fixture
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.portal.cases.desk import enter_officer
from tests.portal.cases.test_difference_pages import cases, portal

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from lienthong.cases.house import Cases
    from tests.browser.pages import Pages
    from tests.simulators.national_portal import SimulatedPortal

__all__ = ("cases", "portal")  # fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


def look(pages: Pages, page: Page, name: str) -> None:
    """Check what is on the screen, and keep a picture of it."""
    pages.check(page)
    keep_picture(page, f"portal-{name}", page.viewport_size or PHONE, "vi")


@LOOKS
def test_a_difference_is_put_right_or_says_why_not(
    pages: Pages, cases: Cases, portal: SimulatedPortal, screen: ViewportSize, language: str
) -> None:
    now, code = cases.now(), portal.file()
    row = FilingDifference.objects.create(kind="missing-here", portal_code=code, found_at=now, looked_at=now)
    portal.behave(PortalBehaviour(is_down=True))
    page = pages.open(f"/work/differences/{row.pk}/", screen, session=enter_officer(), language=language)
    pages.check(page)
    keep_picture(page, "cases-difference-portal", screen, language)
    pages.press(page, "button[name=again]")
    pages.check(page)
    keep_picture(page, "cases-difference-fault", screen, language)
    assert page.locator("[role=alert]").count() == 1


@LOOKS
def test_the_simulated_portals_pages_are_good_on_a_phone_too(
    pages: Pages, portal: SimulatedPortal, screen: ViewportSize, language: str
) -> None:
    code = portal.file()
    progress = read_fixture("outbound-progress") | {"MaHoSo": code}
    for _ in range(2):
        portal.book.keep_progress(progress)
    portal.book.note_loss(code, 9, ANSWER_LOST)
    portal.book.note_loss(code, 10, FORGOTTEN)
    page = pages.open("/", screen, language=language)
    for name, path in (("start", "/"), ("filing", f"/ho-so/{code}"), ("form", "/nop/3.000722")):
        page.goto(f"{portal.office.url}{path}")
        look(pages, page, name)
    pages.press(page, "main form button")
    look(pages, page, "form-errors")
