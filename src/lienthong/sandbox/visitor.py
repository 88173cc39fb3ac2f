"""A person before the sandbox's sites, without a browser: follows redirects, fills in forms, keeps cookies.

Only what a page shows is used, as a screen reader would: links come from redirects, forms from the page's HTML. So the
sign-in that the demo shows is the one that people go through.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urljoin, urlsplit

from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.logins import STEP_SECONDS, make_code
from lienthong.sandbox.page_forms import read_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from pyreqwest.response import SyncResponse

    from lienthong.kernel.clock import Clock
    from lienthong.sandbox.logins import Login
    from lienthong.sandbox.page_forms import Form, Upload

ANSWERED: Final = 200
MOST_REDIRECTS: Final = 12
MOST_FORMS: Final = 5
"""Password, second factor, that once more, and two more that a provider may put between."""
TIMEOUT: Final = timedelta(seconds=30)
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Page:
    """What came in the end, and where it is."""

    url: str
    status: int
    text: str

    @property
    def forms(self) -> list[Form]:
        """The forms of the page that are sent by POST."""
        return read_forms(self.text)


class Visitor:
    """One person with one set of cookies; to be used as a context."""

    def __init__(self, clock: Clock | None = None, pause: Callable[[float], None] = time.sleep) -> None:
        builder = SyncClientBuilder().no_proxy().follow_redirects(enable=False).default_cookie_store(enable=True)
        self.way: list[str] = []
        """Every address that was opened, without queries."""
        self._clock = clock or SystemClock()
        self._pause = pause
        self._http = builder.timeout(TIMEOUT).default_headers({"Accept-Language": "vi"}).build()

    def open(self, url: str) -> Page:
        """Open an address and follow where it leads."""
        return self._go("GET", url, None)

    def send(self, page: Page, form: Form, told: Mapping[str, str], files: Mapping[str, Upload] | None = None) -> Page:
        """Send a form of a page with what is told, and follow where it leads."""
        return self._go("POST", urljoin(page.url, form.action), form.encode(told, files or {}))

    def fetch(self, url: str) -> bytes:
        """Fetch a file; raises `SandboxError` where there is none."""
        try:
            response = self._http.get(url).build().send()
            content = bytes(response.bytes())
        except PyreqwestError as error:
            raise SandboxError(SandboxErrorKind.SITE, f"{_without_query(url)} did not answer: {error}") from error
        if response.status != ANSWERED:
            raise SandboxError(
                SandboxErrorKind.SITE, f"expected a file at {_without_query(url)}, got {response.status}"
            )
        return content

    def sign_in(self, page: Page, login: Login, say: Callable[[str], None]) -> Page:
        """Fill in what asks for number, password or one-time code, until no such form comes any more.

        A code counts once. Where somebody used this half minute's code already, as one does who runs the demo again at
        once, the site asks again: then this waits for the next one, as its owner would, and tells `say` for how long.
        """
        sent: list[str] = []
        for _ in range(MOST_FORMS):
            found = _find_question(page)
            if found is None:
                return page
            form, asks_code = found
            if not asks_code:
                page = self.send(page, form, {"login": login.number, "password": login.password})
                continue
            if sent:
                self._await_other_code(login, sent[-1], say)
            sent.append(self._show_code(login))
            page = self.send(page, form, {"code": sent[-1]})
        raise SandboxError(SandboxErrorKind.SITE, f"{page.url} goes on asking who is there")

    def _show_code(self, login: Login) -> str:
        return make_code(login.totp_secret, self._clock.now_ms() / 1000)

    def _await_other_code(self, login: Login, used: str, say: Callable[[str], None]) -> None:
        """Wait while the second factor still shows the code that was used."""
        seconds = STEP_SECONDS - self._clock.now_ms() // 1000 % STEP_SECONDS
        if self._show_code(login) == used:
            say(f"this one-time code was used before: waiting {seconds} s for the next one")
            self._pause(seconds)

    def _go(self, method: str, url: str, told: tuple[str, bytes] | None) -> Page:
        for _ in range(MOST_REDIRECTS):
            request = self._http.request(method, url)
            if told is not None:
                origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
                request = request.header("Content-Type", told[0]).header("Origin", origin).header("Referer", url)
                request = request.body_bytes(told[1])
            try:
                response = request.build().send()
                text = response.text()
            except PyreqwestError as error:
                raise SandboxError(SandboxErrorKind.SITE, f"{_without_query(url)} did not answer: {error}") from error
            self.way.append(_without_query(url))
            where = _find_onward(response)
            if where is None:
                return Page(url, response.status, text)
            method, url, told = "GET", urljoin(url, where), None
        raise SandboxError(SandboxErrorKind.SITE, f"{_without_query(url)}: more than {MOST_REDIRECTS} redirects")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()


def _find_onward(response: SyncResponse) -> str | None:
    """Give where a redirect leads, or a page that leads on at once (browsers refuse a redirect behind some forms)."""
    if response.status in REDIRECTS:
        return response.get_header("Location")
    seconds, _, target = (response.get_header("Refresh") or "").partition(";url=")
    return target if seconds == "0" and target else None


def _find_question(page: Page) -> tuple[Form, bool] | None:
    """Find a form that asks who is there, and whether it asks for a code."""
    for form in page.forms:
        if {"login", "password"} <= form.fields.keys():
            return form, False
        if "code" in form.fields:
            return form, True
    return None


def _without_query(url: str) -> str:
    """Cut off what may hold codes and numbers."""
    return url.partition("?")[0]
