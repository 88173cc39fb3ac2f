"""findUsage: the person, with a token of their own for this very member, is told each look-up; nobody else is."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.directory.succession import succeed_log
from lienthong.evidence.package import ContentState
from lienthong.evidence.verify import verify_package
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.succession import succeed
from lienthong.kernel.clock import SystemClock
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


def get_package(address: str, token: str, message: str) -> Reply:
    """Ask until it is there: what was asked a moment ago is published a moment later."""
    place = f"{AGENCY}/AREAS/getUsagePackage?message={message}"
    until = time.monotonic() + 10
    while True:
        reply = ask(address, place, Authorization=f"Bearer {token}")
        if reply.status != 404 or time.monotonic() > until:
            return reply
        time.sleep(0.1)


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


def test_a_person_gets_the_proof_of_a_look_up_without_what_was_answered(
    address: str, registry: Registry, province: Province
) -> None:
    looked = ask(address, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE, X_Road_UserId="clerk-7")
    reply = get_package(address, registry.sign(NUMBER, AGENCY), looked.headers["x-road-request-id"])
    assert (reply.status, reply.headers["content-type"]) == (200, "application/zip")
    verdict = verify_package(reply.body, province.root.verify_key)
    assert verdict.exchange == looked.headers["x-road-request-id"]
    assert (verdict.outcome, verdict.request_content) == ("response", ContentState.WHOLE)
    assert verdict.target == f"/r1/{PERSONS}/{NUMBER}"
    # The answer may tell of others: it is proven, and not shown.
    assert verdict.response_content is ContentState.NONE
    assert looked.body not in reply.body


def test_nobody_gets_the_proof_of_another_persons_look_up(address: str, registry: Registry) -> None:
    looked = ask(address, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE)
    message = looked.headers["x-road-request-id"]
    assert get_package(address, registry.sign(NUMBER, AGENCY), message).status == 200
    place = f"{AGENCY}/AREAS/getUsagePackage?message="
    other = {"Authorization": f"Bearer {registry.sign('001095000002', AGENCY)}"}
    of_another, of_nobody = ask(address, place + message, **other), ask(address, f"{place}0195-nothing", **other)
    assert (of_another.status, of_another.body) == (of_nobody.status, of_nobody.body)
    assert of_another.status == 404
    for token in (registry.sign(NUMBER, COMMUNE), registry.sign(NUMBER, AGENCY, exp=1), "x"):
        refused = ask(address, place + message, Authorization=f"Bearer {token}")
        assert refused.code == "server.serverproxy.access_denied.token_refused"
    # An exchange that is no look-up of a person has no such package either.
    asked = ask(address, f"{AGENCY}/AREAS/listMethods").headers["x-road-request-id"]
    own = {"Authorization": f"Bearer {registry.sign(NUMBER, AGENCY)}"}
    assert ask(address, place + asked, **own).status == 404


def test_look_ups_in_a_log_that_another_one_follows_are_told_and_proven(
    province: Province, registry: Registry, service: Backend
) -> None:
    del service
    told: list[str] = []
    for serial in range(3):
        if serial:
            plan = succeed(open_home(province.agency.folder, {}), "a new key", SystemClock())
            province.publish(succeed_log(province.directory, plan))
        with RunningGateway(province.agency.folder) as provider, RunningGateway(province.commune.folder) as consumer:
            for _ in range(2):
                looked = ask(consumer.consumers, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE)
                told.insert(0, looked.headers["x-road-request-id"])
            token, seen, query = registry.sign(NUMBER, AGENCY), [], "?limit=3"
            while query:
                page = json.loads(find_usage(consumer.consumers, token, query).body)
                seen += [usage["message"] for usage in page["usages"]]
                query = f"?limit=3&before={page['next']}" if page["next"] is not None else ""
            assert seen == told
            reply = get_package(consumer.consumers, token, told[-1])
            assert verify_package(reply.body, province.root.verify_key).exchange == told[-1]
            consumer.stop()
            provider.stop()
