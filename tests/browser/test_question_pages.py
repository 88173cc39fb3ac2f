"""The pages on which people answer questions of other agencies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lienthong.delivery.incoming import list_incoming, receive_question
from lienthong.web.callers import Caller
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.delivery.posts import NOW
from tests.delivery.test_incoming import CALL, QUESTION
from tests.portal.cases.desk import enter_officer

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from tests.browser.pages import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


@LOOKS
def test_somebody_answers_a_question(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = enter_officer(Caller.OFFICER)
    receive_question(CALL, QUESTION, NOW)
    pages.open("/delivery/questions/", screen, language=language, session=client)
    page = pages.open(f"/delivery/questions/{list_incoming()[0].pk}/", screen, language=language, session=client)
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "question-error", screen, language)
    page.fill("#id_answer", "12.000 hồ sơ")
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "questions-answered", screen, language)
