"""A browser for tests: the system's Chromium, looking at a site of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer


# Without its sandbox, which root may not use: it opens our own pages only. Without graphics hardware, and without what
# it does by itself in the background, which takes a test machine's processors: the address bar's list, a page of its
# own in each window that nobody sees, alone costs more than the page under test.
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the browser once for these tests: while it runs, Playwright's loop keeps this thread from other loops."""
    path = find_chromium()
    if path is None:
        pytest.fail("the browser tests need the system's Chromium; `make test` says how to get it")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as play:
        # Playwright runs an event loop in this thread, and Django would take the tests' own queries for async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def pages(chromium: Browser, live_server: LiveServer) -> Iterator[Pages]:
    """Give what opens and checks pages of the site, as a phone, a wide screen, or without scripts."""
    with Pages(chromium, live_server.url) as found:
        yield found
