from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import PHONE, WIDE, find_violations

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize
    from pytest_django.fixtures import Settings

    from tests.browser.pages import Pages

MOST_PAGE_BYTES = 60_000
MOST_FONT_BYTES = 70_000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("screen", "language"), [(PHONE, "vi"), (WIDE, "en")], ids=["phone", "wide"])
@pytest.mark.parametrize("role", ["registry", "province"])
def test_the_start_page_is_accessible(
    pages: Pages, settings: Settings, screen: ViewportSize, language: str, role: str
) -> None:
    settings.ROOT_URLCONF = f"lienthong.site.urls_{role}"
    page = pages.open("/", screen, language=language)

    assert page.locator("html").get_attribute("lang") == language
    assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in page.inner_text("body")


def test_a_missing_page_says_so_and_leads_on(pages: Pages) -> None:
    page = pages.open("/nowhere")

    assert page.inner_text("h1") == "Không tìm thấy trang"
    pages.press(page, "main a")
    assert page.url.endswith("/")


def test_pages_work_with_scripts_off(pages: Pages) -> None:
    page = pages.open("/", scripts=False)
    pages.press(page, "text=English")

    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "Population registry"


def test_the_keyboard_reaches_the_content_first(pages: Pages) -> None:
    page = pages.open("/", WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Chuyển đến nội dung chính"
    page.keyboard.press("Enter")

    assert page.url.endswith("#main-content")


def test_a_page_stays_within_its_weight(pages: Pages) -> None:
    weights = pages.weigh("/")

    assert 0 < weights["pages"] <= MOST_PAGE_BYTES
    assert 0 < weights["fonts"] <= MOST_FONT_BYTES


def test_a_script_that_somebody_injects_does_not_run(pages: Pages) -> None:
    page = pages.open("/")
    page.evaluate("""() => {
        const script = document.createElement('script')
        script.textContent = 'window.injected = true'
        document.body.append(script)
    }""")

    assert page.evaluate("window.injected") is None


def test_the_check_finds_a_planted_fault(pages: Pages) -> None:
    page = pages.open("/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\">')")

    assert any(found.startswith("image-alt") for found in find_violations(page))
