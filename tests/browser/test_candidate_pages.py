"""The pages on which people decide on what was found in documents."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lienthong.delivery.candidates import reject_candidate
from lienthong.delivery.models import Observation
from lienthong.web.callers import Caller
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.delivery.posts import NOW, make_holder
from tests.portal.cases.desk import enter_officer, find_account
from tests.portal.delivery.test_candidates import keep, place
from tests.portal.delivery.test_drafts import FIGURE, accept
from tests.portal.delivery.test_drafts import place as in_drafts

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from tests.browser.pages import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


@LOOKS
def test_somebody_decides_on_what_was_found(pages: Pages, screen: ViewportSize, language: str) -> None:
    client, owner = enter_officer(Caller.LEADER), make_holder("lan.le")
    pages.open("/delivery/candidates/", screen, language=language, session=client)
    rows = keep()
    reject_candidate(rows["target"].pk, "trùng", owner.account, NOW)
    pages.open("/delivery/candidates/", screen, language=language, session=client)
    page = pages.open(place(rows["task"]), screen, language=language, session=client)
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "candidate-task-error", screen, language)
    page.select_option("#id_owner", str(owner.post.pk))
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "candidate-next", screen, language)
    for kind in ("observation", "target", "task"):
        pages.open(place(rows[kind]), screen, language=language, session=client)
    pages.open(f"/delivery/candidates/{rows['task'].document_id}/", screen, language=language, session=client)
    page = pages.open(f"/delivery/candidates/{rows['task'].document_id}/", screen, language=language, session=client)
    page.click("summary")
    pages.check(page)
    pages.press(page, "details form button")
    pages.check(page)
    keep_picture(page, "candidates-withdraw", screen, language)


@LOOKS
def test_somebody_completes_and_enters_what_was_accepted(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = enter_officer(Caller.STATISTICIAN)
    rows = accept(find_account(client))
    page = pages.open("/delivery/drafts/", screen, language=language, session=client)
    keep_picture(page, "drafts", screen, language)
    page = pages.open(in_drafts(rows["target"]), screen, language=language, session=client)
    keep_picture(page, "draft-target", screen, language)
    page = pages.open(in_drafts(rows["observation"]), screen, language=language, session=client)
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "draft-error", screen, language)
    for name in ("area", "period", "published_on"):
        page.fill(f"#id_{name}", FIGURE[name])
    page.select_option("#id_indicator", FIGURE["indicator"])
    page.select_option("#id_unit", "person")
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "draft-refused", screen, language)
    page.select_option("#id_unit", FIGURE["unit"])
    page.fill("#id_published_on", "1/1/2024")
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "draft-refused-day", screen, language)
    page.fill("#id_published_on", FIGURE["published_on"])
    pages.press(page, "main form button")
    pages.check(page)
    assert page.locator(f'a[href^="/delivery/figures/{Observation.objects.get().pk}/"]').count() == 1
    keep_picture(page, "draft-entered", screen, language)
