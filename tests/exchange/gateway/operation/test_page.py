from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lienthong.exchange.gateway.operation.page_words import WORDS
from lienthong.exchange.gateway.operation.sessions import LIFE_S, MOST, Sessions
from lienthong.sandbox.gateway_home import hash_token
from tests.clocks import SetClock
from tests.exchange.gateway.province import COMMUNE
from tests.exchange.gateway.running import RunningGateway, call

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.exchange.gateway.running import Reply

OPERATOR = "token-of-an-operator"


def sign_in(gateway: RunningGateway, token: str) -> Reply:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return call(gateway.admin, "POST", "/page/sign-in?lang=en", form, urlencode({"token": token}).encode())


def test_an_operator_signs_in_and_sees_the_gateway_and_others_see_the_form(province: Province) -> None:
    with (province.agency.folder / "gateway.toml").open("a") as settings:
        settings.write(f'[admin]\noperators = ["{hash_token(OPERATOR)}"]\n')
    with RunningGateway(province.agency.folder) as gateway:

        def show(cookie: str = "", target: str = "/page") -> str:
            reply = call(gateway.admin, "GET", target, {"Cookie": cookie} if cookie else {})
            assert reply.status == 200
            assert "default-src 'none'" in reply.headers["content-security-policy"]
            assert "<script" not in reply.body.decode()
            return reply.body.decode()

        assert COMMUNE not in show()
        assert 'lang="vi"' in show()
        refused = sign_in(gateway, "guess")
        assert (refused.status, "set-cookie" in refused.headers) == (403, False)
        assert "The token is not right." in refused.body.decode()
        assert sign_in(gateway, "x" * 5000).status == 413
        taken = sign_in(gateway, OPERATOR)
        assert (taken.status, taken.headers["location"]) == (303, "/page?lang=en")
        cookie = taken.headers["set-cookie"]
        assert {"HttpOnly", "Path=/page", "SameSite=strict"} <= set(cookie.split("; "))
        assert OPERATOR not in cookie
        name = cookie.partition(";")[0]
        seen = show(name, "/page?lang=en")
        for part in ("Ready for requests", f"{COMMUNE}/GW1", "AREAS/units", "/granted/*", "1.001193"):
            assert part in seen
        assert WORDS["vi"]["ready"] in show(name)
        # The cookie opens the page alone.
        assert call(gateway.admin, "GET", "/api/v1/status", {"Cookie": name}).status == 401
        assert call(gateway.admin, "GET", "/page/style.css").headers["content-type"].startswith("text/css")
        (province.agency.folder / "grants.toml").write_text("[[grant]]\nto = 1\n")
        assert "/granted/*" not in show(name)
        assert call(gateway.admin, "POST", "/page/sign-out", {"Cookie": name}).status == 303
        assert COMMUNE not in show(name)


def test_every_word_is_there_in_both_languages_and_used() -> None:
    assert set(WORDS["vi"]) == set(WORDS["en"])
    assert all(re.search(r"\S", word) for words in WORDS.values() for word in words.values())


def test_sessions_end_by_themselves_and_are_bounded() -> None:
    clock = SetClock(1_000)
    sessions = Sessions(clock)
    first = sessions.begin()
    assert sessions.is_open(first)
    clock.advance(LIFE_S * 1000)
    assert not sessions.is_open(first)
    names = [sessions.begin() for _ in range(MOST + 1)]
    assert [sessions.is_open(name) for name in names].count(False) == 1
    assert not sessions.is_open("")
