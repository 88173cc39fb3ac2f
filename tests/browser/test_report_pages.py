"""The report of a session as leaders see it, and the page on which they write into it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lienthong.delivery.recording import record_figures
from lienthong.web.callers import Caller
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.delivery.figures import figure
from tests.delivery.report.sessions import AS_OF, load
from tests.portal.cases.desk import enter_officer

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from tests.browser.pages import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

REPORT = "/delivery/sessions/illustrative/report/"
_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "en"), (WIDE, "vi"), (PHONE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


@LOOKS
def test_a_leader_writes_into_the_report_and_sees_what_went_stale(
    pages: Pages, screen: ViewportSize, language: str
) -> None:
    load(illustrative=True)
    client = enter_officer(Caller.LEADER)
    page = pages.open(f"{REPORT}words/assessment/", screen, language=language, session=client)
    page.fill("#id_text", "Tỉnh đạt 17/19 chỉ tiêu trong năm; 42 kiến nghị đã nêu.")
    pages.press(page, "main form button")
    pages.check(page)
    record_figures([figure("GRDP_REAL", "2022", "119000", source="invented", published_on=AS_OF)])
    page.reload()
    pages.check(page)
    assert page.locator(".lt-stale").count() == 1
    assert "16/19" in page.locator(".lt-stale-now").inner_text()
    for picture in page.locator(".lt-chart img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("each => each.decode()")
    keep_picture(page, "report", screen, language)
