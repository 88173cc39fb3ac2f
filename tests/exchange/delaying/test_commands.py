"""Delayed disclosure from the command to the person: held back by two approvers, counted for all, told in the end."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.exchange.errors import ExchangeError
from lienthong.sandbox.gateway_home import hash_token
from tests.exchange.gateway.conftest import province, service
from tests.exchange.gateway.province import AGENCY, CLIENT, PERSONS, TOKEN, require_sound
from tests.exchange.gateway.running import RunningGateway, call
from tests.exchange.usage_tokens import ISSUER, Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend

__all__ = ["province", "service"]

NUMBER = "001095000001"
OTHER = "001095000002"
PATIENCE_S = 10.0
AN, BINH = "token-of-an", "token-of-binh"


class Looked(NamedTuple):
    """Two look-ups of one person, by their exchange, and how to ask."""

    province: Province
    registry: Registry
    provider: RunningGateway
    consumer: RunningGateway
    first: str
    second: str

    @property
    def home(self) -> Path:
        return self.province.agency.folder

    def find_usage(self, number: str = NUMBER, query: str = "") -> dict[str, object]:
        token = self.registry.sign(number, AGENCY)
        bearer = {"Authorization": f"Bearer {token}"}
        reply = ask_gateway(self.consumer.consumers, f"{AGENCY}/AREAS/findUsage{query}", bearer)
        return dict(json.loads(reply[1]))

    def told(self) -> tuple[set[str], int]:
        page = self.find_usage()
        usages, delays = page["usages"], page["delays"]
        assert isinstance(usages, list)
        assert isinstance(delays, int)
        return {usage["message"] for usage in usages}, delays

    def wait_until_told(self, messages: set[str], delays: int) -> None:
        until = time.monotonic() + PATIENCE_S
        while self.told() != (messages, delays):
            assert time.monotonic() < until, self.told()
            time.sleep(0.1)


def ask_gateway(address: str, path: str, headers: dict[str, str]) -> tuple[str, bytes]:
    reply = call(address, "GET", f"/r1/{path}", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, **headers})
    assert reply.status == 200
    return reply.headers["x-road-request-id"], reply.body


def look(address: str, number: str) -> str:
    return ask_gateway(address, f"{PERSONS}/{number}", {"X-Road-Purpose": "1.001193#H49.19-0001"})[0]


@pytest.fixture
def looked(province: Province, service: Backend) -> Iterator[Looked]:
    del service
    home = province.agency.folder
    with (home / "gateway.toml").open("a") as settings:
        settings.write(f'\n[tracker]\nissuer = "{ISSUER}"\nkeys = "registry-keys.json"\n')
        settings.write('delay_maximum = [{ from = 2026-01-01, days = 30, source = "none was read" }]\n')
        settings.write(f'[tracker.approvers]\nAn = "{hash_token(AN)}"\nBinh = "{hash_token(BINH)}"\n')
    registry = Registry(home / "registry-keys.json")
    with RunningGateway(home) as provider, RunningGateway(province.commune.folder) as consumer:
        first, second = (look(consumer.consumers, NUMBER) for _ in range(2))
        yield Looked(province, registry, provider, consumer, first, second)


def run(*words: str, token: str | None = None, typed: str = "") -> str:
    """Run `lienthong gateway delay …`; gives what it said, and raises what it refused."""
    told = CliRunner().invoke(make_app(), ["gateway", "delay", *words], input=typed, env={"APPROVER_TOKEN": token})
    if isinstance(told.exception, ExchangeError):
        raise told.exception
    assert told.exit_code == 0, told.output
    return str(told.output)


def later(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def ask(looked: Looked, seconds: float = 3600, reason: str = "an investigation", exchange: str = "") -> str:
    """Ask for a delay of the first look-up; waits until the gateway has written its index."""
    words = ("ask", exchange or looked.first, "--home", str(looked.home), "--reason", reason, "--until", later(seconds))
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return run(*words)
        except ExchangeError as error:
            if "try again" not in error.message or exchange or time.monotonic() > until:
                raise
            time.sleep(0.2)


def approve(looked: Looked, token: str) -> str:
    return run("approve", looked.first, "--home", str(looked.home), token=token)


def test_two_approvers_hold_a_look_up_back_and_the_count_is_public(looked: Looked) -> None:
    both = {looked.first, looked.second}
    assert "approved by 0 of 2" in ask(looked)
    assert "approved by 1 of 2" in approve(looked, AN)
    time.sleep(1.0)
    assert looked.told() == (both, 0)  # one is not enough
    typed = run("approve", looked.first, "--home", str(looked.home), typed=f"{BINH}\n")
    assert ("in force" in typed, BINH in typed) == (True, False)
    looked.wait_until_told({looked.second}, 1)
    assert looked.find_usage(OTHER) == {"provider": AGENCY, "usages": [], "next": None, "delays": 1}
    assert looked.provider.health()["delays"] == 1
    assert "an investigation" in run("list", "--home", str(looked.home))
    require_sound(looked.province.agency)
    run("end", looked.first, "--home", str(looked.home))
    looked.wait_until_told(both, 0)


def test_pages_do_not_show_that_something_is_left_out(looked: Looked) -> None:
    ask(looked)
    approve(looked, AN)
    approve(looked, BINH)
    looked.wait_until_told({looked.second}, 1)
    page = looked.find_usage(query="?limit=1")
    assert page["next"] is None
    third = look(looked.consumer.consumers, NUMBER)
    page = looked.find_usage(query="?limit=1")
    assert [usage["message"] for usage in page["usages"]] == [third]  # type: ignore[attr-defined] # a list
    page = looked.find_usage(query=f"?limit=1&before={page['next']}")
    assert [usage["message"] for usage in page["usages"]] == [looked.second]  # type: ignore[attr-defined] # a list
    assert page["next"] is None


def test_an_expired_delay_is_told_without_anybodys_doing(looked: Looked) -> None:
    ask(looked, seconds=6)
    approve(looked, AN)
    approve(looked, BINH)
    looked.wait_until_told({looked.second}, 1)
    looked.wait_until_told({looked.first, looked.second}, 0)
    assert "over" in run("list", "--home", str(looked.home))


def test_a_damaged_file_hides_nothing(looked: Looked, capsys: pytest.CaptureFixture[str]) -> None:
    ask(looked)
    approve(looked, AN)
    approve(looked, BINH)
    looked.wait_until_told({looked.second}, 1)
    (looked.home / "delays.json").write_text("{")
    looked.wait_until_told({looked.first, looked.second}, 0)
    assert "delays refused" in capsys.readouterr().out
    with pytest.raises(ExchangeError, match=r"delays\.json"):
        ask(looked, exchange=looked.second)


def test_the_same_approver_twice_or_a_strangers_token_is_refused(looked: Looked) -> None:
    ask(looked)
    approve(looked, AN)
    with pytest.raises(ExchangeError, match="2 different approvers"):
        approve(looked, AN)
    with pytest.raises(ExchangeError, match="no approver's token"):
        approve(looked, "token-of-nobody")
    assert looked.told() == ({looked.first, looked.second}, 0)


def test_what_may_not_be_delayed_is_refused(looked: Looked) -> None:
    with pytest.raises(ExchangeError, match="reason"):
        ask(looked, reason="  ")
    with pytest.raises(ExchangeError, match="at the latest"):
        ask(looked, seconds=31 * 86_400)
    with pytest.raises(ExchangeError, match="in the future"):
        ask(looked, seconds=-1)
    with pytest.raises(ExchangeError, match="no look-up"):
        ask(looked, exchange="018f0000-0000-7000-8000-000000000000")
    with pytest.raises(ExchangeError, match="is open"):
        approve(looked, AN)
    ask(looked)
    with pytest.raises(ExchangeError, match="already"):
        ask(looked)
    assert looked.told() == ({looked.first, looked.second}, 0)
