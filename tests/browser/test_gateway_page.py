"""The gateway's own page as an operator sees it: signed out, refused, and signed in, in both languages."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.sandbox.gateway_home import hash_token
from tests.browser.pages import PHONE, WIDE, Pages, keep_picture
from tests.exchange.gateway.province import COMMUNE, Province
from tests.exchange.gateway.running import RunningGateway

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, ViewportSize

OPERATOR = "token-of-an-operator"
_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "en"), (WIDE, "vi"), (PHONE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:2])


@LOOKS
def test_an_operator_reads_the_gateway_page(
    chromium: Browser, tmp_path: Path, screen: ViewportSize, language: str
) -> None:
    province = Province(tmp_path, 1)
    home = province.agency.folder
    with (home / "gateway.toml").open("a") as settings:
        settings.write(f'[admin]\noperators = ["{hash_token(OPERATOR)}"]\n')
    with RunningGateway(home) as gateway:
        with Pages(chromium, f"http://{gateway.admin}") as pages:
            read_page(pages, screen, language)
        # The browser's connections end with its windows, and the gateway's side of them a moment later.
        time.sleep(0.5)


def read_page(pages: Pages, screen: ViewportSize, language: str) -> None:
    page = pages.open(f"/page?lang={language}", screen)
    assert page.locator("html").get_attribute("lang") == language
    page.fill("[name=token]", "guess")
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "gateway-page-refused", screen, language)
    page.fill("[name=token]", OPERATOR)
    pages.press(page, "main form button")
    pages.check(page)
    keep_picture(page, "gateway-page-shown", screen, language)
    assert page.get_by_text(f"{COMMUNE}/GW1").count() >= 1
    assert page.locator("html").get_attribute("lang") == language
