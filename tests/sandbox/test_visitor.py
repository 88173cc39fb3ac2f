"""The sandbox's visitor before a sign-in that takes each one-time code once, as the real one does."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.logins import Login, make_code
from lienthong.sandbox.visitor import Visitor
from tests.clocks import SetClock

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN = Login("999302001234", "Người Mẫu", "a password of tests", "JBSWY3DPEHPK3PXP")
START_MS = 1_795_000_010_000
"""Ten seconds before a code ends, and so the next one begins."""


class SignInSite:
    """Asks for a password, then for a code until one comes that nobody used; knows the codes that it got."""

    def __init__(self, used: set[str]) -> None:
        self.used = used
        self.got: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def answer(self, told: dict[str, list[str]]) -> str:
        """Give the page that follows what was sent."""
        if "code" not in told:
            return _ask("code") if "password" in told else _ask("login", "password")
        (code,) = told["code"]
        self.got.append(code)
        if code in self.used:
            return _ask("code")
        self.used.add(code)
        return "signed in"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _ask(*names: str) -> str:
    return f"<form method=post action=/>{''.join(f'<input name={name}>' for name in names)}</form>"


def _make_handler(site: SignInSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(site.answer({}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(site.answer(parse_qs(body)))

        def _say(self, page: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_told: object) -> None:
            """Say nothing on the screen."""

    return Handler


@pytest.fixture
def site() -> Iterator[SignInSite]:
    site = SignInSite(set())
    yield site
    site.close()


def sign_in(site: SignInSite, clock: SetClock, says: list[str]) -> str:
    with Visitor(clock, lambda seconds: clock.advance(int(seconds * 1000))) as visitor:
        return visitor.sign_in(visitor.open(site.url), LOGIN, says.append).text


def test_a_fresh_code_is_sent_at_once(site: SignInSite) -> None:
    says: list[str] = []
    assert sign_in(site, SetClock(START_MS), says) == "signed in"
    assert (site.got, says) == ([make_code(LOGIN.totp_secret, START_MS / 1000)], [])


def test_whose_code_was_used_before_waits_for_the_next_and_says_how_long(site: SignInSite) -> None:
    clock = SetClock(START_MS)
    site.used.add(make_code(LOGIN.totp_secret, START_MS / 1000))
    says: list[str] = []
    assert sign_in(site, clock, says) == "signed in"
    assert says == ["this one-time code was used before: waiting 10 s for the next one"]
    assert site.got[1] == make_code(LOGIN.totp_secret, START_MS / 1000 + 10)
    assert clock.now_ms() == START_MS + 10_000


def test_a_site_that_takes_no_code_at_all_is_named(site: SignInSite) -> None:
    clock = SetClock(START_MS)
    site.used.update(make_code(LOGIN.totp_secret, START_MS / 1000 + 30 * step) for step in range(10))
    with pytest.raises(SandboxError, match="goes on asking who is there"):
        sign_in(site, clock, [])
