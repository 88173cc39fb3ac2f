"""findUsage: the person, with a token of their own for this very member, is told each look-up; nobody else is."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.exchange.gateway.province import AGENCY, CLIENT, COMMUNE, PERSONS, TOKEN
from tests.exchange.gateway.running import Reply, RunningGateway, call
from tests.exchange.usage_tokens import ISSUER, Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend

NUMBER = "001095000001"
PURPOSE = "1.001193#H49.19-0001"


def ask(address: str, path: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(address, "GET", f"/r1/{path}", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, **named})


def find_usage(address: str, token: str, query: str = "") -> Reply:
    return ask(address, f"{AGENCY}/AREAS/findUsage{query}", Authorization=f"Bearer {token}")


@pytest.fixture
def registry(province: Province) -> Registry:
    home = province.agency.folder
    with (home / "gateway.toml").open("a") as settings:
        settings.write(f'\n[tracker]\nissuer = "{ISSUER}"\nkeys = "registry-keys.json"\n')
    return Registry(home / "registry-keys.json")


@pytest.fixture
def address(province: Province, registry: Registry, service: Backend) -> Iterator[str]:
    del registry, service
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:
        yield consumer.consumers


def test_a_person_is_told_each_look_up_with_purpose_officer_and_message(address: str, registry: Registry) -> None:
    first = ask(address, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE, X_Road_UserId="clerk-7")
    ask(address, f"{PERSONS}/001095000002", X_Road_Purpose=PURPOSE)
    second = ask(address, f"{PERSONS}/{NUMBER}/facts", X_Road_Purpose="91/2025/QH15")
    reply = find_usage(address, registry.sign(NUMBER, AGENCY))
    assert reply.status == 200
    page = json.loads(reply.body)
    assert [usage["message"] for usage in page["usages"]] == [
        each.headers["x-road-request-id"] for each in (second, first)
    ]
    told = page["usages"][1]
    assert (told["client"], told["service"], told["purpose"], told["officer"], told["check"]) == (
        CLIENT,
        PERSONS,
        PURPOSE,
        "clerk-7",
        "asserted",
    )
    assert abs(told["time"] / 1000 - time.time()) < 60
    assert "officer" not in page["usages"][0]
    assert (page["provider"], page["next"], page["delays"]) == (AGENCY, None, 0)


def test_look_ups_come_page_by_page(address: str, registry: Registry) -> None:
    for _ in range(3):
        ask(address, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE)
    token, seen, query = registry.sign(NUMBER, AGENCY), [], "?limit=2"
    while query:
        page = json.loads(find_usage(address, token, query).body)
        seen += [usage["message"] for usage in page["usages"]]
        query = f"?limit=2&before={page['next']}" if page["next"] is not None else ""
    assert len(seen) == len(set(seen)) == 3


def test_a_token_for_another_member_opens_nothing(address: str, registry: Registry) -> None:
    reply = find_usage(address, registry.sign(NUMBER, COMMUNE))
    assert (reply.status, reply.code) == (500, "server.serverproxy.access_denied.token_refused")
    assert ask(address, f"{AGENCY}/AREAS/findUsage").code == "server.serverproxy.access_denied.token_refused"


def test_a_gateway_that_trusts_no_registry_tells_nobody(province: Province, service: Backend, tmp_path: Path) -> None:
    del service
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:
        reply = find_usage(consumer.consumers, Registry(tmp_path / "keys.json").sign(NUMBER, AGENCY))
    assert reply.code == "server.serverproxy.access_denied.token_refused"
