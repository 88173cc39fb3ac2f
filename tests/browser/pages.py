"""Opens pages and checks what holds for every page: no axe violation, no error, nothing wider than the screen.

`pages.open("/path/")` gives a Playwright page that was checked; `scripts=False` opens it with scripts off. Set
`SCREENSHOTS=FOLDER` to keep a picture of each.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

    from django.test import Client
    from playwright.sync_api import Browser, ConsoleMessage, Page, Response, ViewportSize

AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
WIDE: Final[ViewportSize] = {"width": 1280, "height": 900}

PATIENCE_MS: Final = 15_000

_STANDARDS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_STATUS_REPORT: Final = re.compile(r"Failed to load resource: the server responded with a status of (?:4\d\d|503)")


class Pages:
    """Opens pages of one site in fresh contexts, and closes them all."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: list[Any] = []

    def open(
        self,
        path: str,
        screen: ViewportSize = PHONE,
        *,
        scripts: bool = True,
        language: str = "vi",
        session: Client | None = None,
    ) -> Page:
        """Open a page as somebody who was never here, or in the session of a test's client, and check it."""
        context = self._browser.new_context(viewport=screen, java_script_enabled=scripts, locale="en-US")
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page: Page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: _note(message, errors))
        page.on("pageerror", lambda error: errors.append(str(error)))
        if session is not None:
            taken = session.cookies.items()
            context.add_cookies([{"name": name, "value": cookie.value, "url": self._url} for name, cookie in taken])
        if language != "vi":
            page.goto(f"{self._url}/language/{language}")
        page.goto(f"{self._url}{path}")
        keep_picture(page, path, screen, language)
        assert errors == []
        if scripts:
            # With scripts off axe cannot run either.
            self.check(page)
        return page

    def weigh(self, path: str) -> dict[str, int]:
        """Give the bytes that a first visit transfers, as compressed: of `pages` (HTML, CSS, JS), `fonts`, `rest`."""
        context = self._browser.new_context(viewport=WIDE)
        self._contexts.append(context)
        page: Page = context.new_page()
        responses: list[Response] = []
        page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 # Playwright marks what it is given
        page.goto(f"{self._url}{path}", wait_until="networkidle")
        weights = {"pages": 0, "fonts": 0, "rest": 0}
        for response in responses:
            size = response.request.sizes()["responseBodySize"]
            kinds = {"document": "pages", "stylesheet": "pages", "script": "pages", "font": "fonts"}
            weights[kinds.get(response.request.resource_type, "rest")] += size
        return weights

    def check(self, page: Page) -> None:
        """Check what is on the screen now; for a page that a test has changed."""
        page.wait_for_load_state()
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is wider than the screen"
        assert page.locator("h1").count() == 1
        assert page.title()
        violations = find_violations(page)
        assert violations == [], "\n".join(violations)

    def press(self, page: Page, selector: str) -> None:
        """Click what leads to another page, and wait until that is there: a page is not looked at while it changes."""
        with page.expect_navigation(wait_until="load"):
            page.click(selector)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for context in self._contexts:
            context.close()


def find_violations(page: Page) -> list[str]:
    """Give axe's violations, each as its rule and the elements it met."""
    # Injected past the page's content policy, as a developer's tools are.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("standards => axe.run({runOnly: standards})", _STANDARDS)
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found["violations"]]


def _note(message: ConsoleMessage, errors: list[str]) -> None:
    # That a page which does not exist answers 404 is what its test wants.
    if message.type in {"error", "warning"} and not _STATUS_REPORT.match(message.text):
        errors.append(message.text)


def keep_picture(page: Page, path: str, screen: ViewportSize, language: str) -> None:
    """Keep a picture of what is on the screen now, if `SCREENSHOTS` names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "start"
        page.screenshot(path=f"{folder}/{name}-{screen['width']}-{language}.png", full_page=True)
