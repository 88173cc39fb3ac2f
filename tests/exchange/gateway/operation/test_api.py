"""What operators ask of a gateway over its admin port, and what nobody else gets."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.sandbox.gateway_home import hash_token
from tests.exchange.gateway.province import AGENCY, CLIENT, COMMUNE, SERVICE, TOKEN
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.exchange.gateway.province import Province
    from tests.exchange.gateway.running import Reply
    from tests.simulators.backend import Backend

OPERATOR = "token-of-an-operator"
GUARDED = (
    "/metrics",
    "/monitoring",
    *(f"/api/v1/{name}" for name in ("status", "members", "services", "grants", "exchanges/x", "unknown", "peers")),
    "/api/v1/checkpoints",
    "/api/v1/doctor",
    "/api/v1/monitoring",
)


@pytest.fixture
def pair(province: Province, service: Backend) -> Iterator[tuple[RunningGateway, RunningGateway]]:
    """Two gateways with an operator each: the agency's and the commune's."""
    assert service.may_answer.is_set()
    for home in (province.agency, province.commune):
        with (home.folder / "gateway.toml").open("a") as settings:
            settings.write(f'[admin]\noperators = ["{hash_token(OPERATOR)}"]\n')
    with RunningGateway(province.agency.folder) as agency, RunningGateway(province.commune.folder) as commune:
        yield agency, commune


def ask(commune: RunningGateway, path: str) -> Reply:
    return call(commune.consumers, "GET", f"/r1/{SERVICE}{path}", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN})


def get(gateway: RunningGateway, target: str, method: str = "GET", body: object = None) -> Reply:
    data = None if body is None else json.dumps(body).encode()
    return call(gateway.admin, method, target, {"Authorization": f"Bearer {OPERATOR}"}, data)


def read(gateway: RunningGateway, target: str) -> object:
    reply = get(gateway, target)
    assert reply.status == 200, reply
    return json.loads(reply.body)


def test_only_operators_get_in_and_probes_ask_without_a_token(pair: tuple[RunningGateway, RunningGateway]) -> None:
    agency, _ = pair
    for target in GUARDED:
        assert (target, call(agency.admin, "GET", target).status) == (target, 401)
        guess = {"Authorization": "Bearer guess"}
        assert (target, call(agency.admin, "GET", target, guess).status) == (target, 401)
    assert call(agency.admin, "POST", "/api/v1/grants", {}, b"{}").status == 401
    ready = call(agency.admin, "GET", "/ready")
    assert (ready.status, json.loads(ready.body)) == (200, {"ready": True, "reasons": []})
    assert json.loads(call(agency.admin, "GET", "/api/v1/openapi.json").body)["openapi"] == "3.1.0"


def test_metrics_say_how_much_there_is_and_name_no_exchange(pair: tuple[RunningGateway, RunningGateway]) -> None:
    agency, commune = pair
    reply = ask(commune, "/granted/001095000001")
    assert reply.status == 200
    for gateway in pair:
        metrics = get(gateway, "/metrics").body.decode()
        assert "lienthong_ready 1.0\n" in metrics
        assert "lienthong_log_entries_total 2.0\n" in metrics
        assert 'lienthong_requests_limit{door="members"} 1024.0' in metrics
        assert "lienthong_unknown_outcomes 0.0" in metrics
        assert "process_resident_memory_bytes" in metrics
        assert reply.headers["x-road-request-id"] not in metrics
        assert "001095000001" not in metrics
    assert f'lienthong_links{{peer="{COMMUNE}/GW1"}} 1.0' in get(agency, "/metrics").body.decode()


def test_monitoring_records_tell_of_both_sides_answers_and_refusals_page_by_page(
    pair: tuple[RunningGateway, RunningGateway],
) -> None:
    agency, commune = pair
    replies = [ask(commune, path) for path in ("/granted/1", "/secret/2", "/granted/3")]
    assert [reply.status for reply in replies] == [200, 500, 200]
    pages: dict[str, list[dict[str, object]]] = {}
    for side, gateway in (("Client", commune), ("Producer", agency)):
        found: list[dict[str, object]] = []
        after: object = 0
        while after is not None:
            page = read(gateway, f"/monitoring?client={COMMUNE}&limit=2&after={after}")
            assert isinstance(page, dict)
            assert len(page["records"]) <= 2
            found += page["records"]
            after = page["next"]
        answered = [reply.headers["x-road-request-id"] for reply in (replies[0], replies[2])]
        assert [found[0]["xRequestId"], found[-1]["xRequestId"]] == answered
        # A request that was refused is not `received`: the one who asked has its record.
        refused = [(False, None)] if side == "Client" else []
        ends = [(record["succeeded"], record.get("statusCode")) for record in found]
        assert ends == [(True, 200), *refused, (True, 200)]
        assert {record["securityServerType"] for record in found} == {side}
        pages[side] = found
    assert pages["Client"][1]["faultCode"] == "path_not_granted"
    first, other = pages["Client"][0], pages["Producer"][0]
    assert first["requestOutTs"] <= other["requestInTs"] <= other["responseOutTs"] <= first["responseInTs"]  # type: ignore[operator] # times are numbers
    assert first["serviceSecurityServerAddress"] == f"{AGENCY}/GW1"
    assert (first["clientSubsystemCode"], first["serviceCode"]) == ("PORTAL", "units")
    # Both sides log the same bytes; a refusal has none of its own.
    assert (first["requestSize"], first["responseSize"]) == (other["requestSize"], other["responseSize"])
    assert first["responseSize"] > len(replies[0].body)  # type: ignore[operator] # as above
    assert {record["restMethod"] for record in pages["Client"]} == {"GET"}
    assert "responseSize" not in pages["Client"][1]
    assert "/granted/1" not in json.dumps(pages)
    nobody: dict[str, object] = {"records": [], "next": None}
    assert read(commune, f"/monitoring?client={AGENCY}") == nobody
    assert read(commune, "/monitoring?to=1") == nobody
    assert read(commune, f"/api/v1/monitoring?from={int(time.time() * 1000) + 60_000}") == nobody
    assert get(commune, "/monitoring?limit=0").status == 400
    assert get(commune, "/monitoring?from=yesterday").status == 400


def test_a_callers_trace_goes_through_and_none_is_made(
    pair: tuple[RunningGateway, RunningGateway], service: Backend
) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    for sent in ({"traceparent": trace, "tracestate": "a=1"}, {}):
        assert call(pair[1].consumers, "GET", f"/r1/{SERVICE}/granted/1", {**headers, **sent}).status == 200
        got = {name.lower(): value for name, value in service.calls[-1].headers.items()}
        assert {name: got[name] for name in ("traceparent", "tracestate") if name in got} == sent


def test_a_refusal_is_told_with_the_callers_trace_at_both_gateways(
    pair: tuple[RunningGateway, RunningGateway], capsys: pytest.CaptureFixture[str]
) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, "traceparent": trace}
    assert call(pair[1].consumers, "GET", f"/r1/{SERVICE}/elsewhere", headers).status == 500
    told = [line for line in capsys.readouterr().out.splitlines() if "exchange refused" in line]
    assert len(told) == 2
    assert all(trace in line for line in told)


def test_members_services_peers_and_checkpoints_are_shown(pair: tuple[RunningGateway, RunningGateway]) -> None:
    agency, commune = pair
    reply = ask(commune, "/granted/1")
    members = json.dumps(read(agency, "/api/v1/members"))
    assert f"{COMMUNE}/GW1" in members
    services = read(agency, "/api/v1/services")
    assert isinstance(services, list)
    assert {"AREAS/units", "AREAS/persons"} <= {each["name"] for each in services}
    peers = read(agency, "/api/v1/peers")
    assert isinstance(peers, list)
    assert {each["gateway"]: each["links"] for each in peers}[f"{COMMUNE}/GW1"] == 1
    checkpoints = read(agency, "/api/v1/checkpoints")
    assert isinstance(checkpoints, dict)
    assert checkpoints["size"] == 2
    shown = read(agency, f"/api/v1/exchanges/{reply.headers['x-road-request-id']}")
    assert isinstance(shown, dict)
    assert [entry["kind"] for entry in shown["entries"]] == ["received", "response"]
    assert get(agency, "/api/v1/exchanges/unheard").status == 404
    status = read(agency, "/api/v1/status")
    assert isinstance(status, dict)
    assert (status["ready"], status["entries"]) == (True, 2)


def test_a_grant_is_added_and_revoked_and_takes_effect(pair: tuple[RunningGateway, RunningGateway]) -> None:
    agency, commune = pair
    assert ask(commune, "/secret/1").status == 500
    new = {"to": CLIENT, "service": "AREAS/units", "methods": ["GET"], "paths": ["/secret/*"]}
    added = get(agency, "/api/v1/grants", "POST", new)
    assert added.status == 201, added
    grant = json.loads(added.body)["id"]
    assert grant in json.dumps(read(agency, "/api/v1/grants"))
    wait_for(lambda: ask(commune, "/secret/1").status == 200)
    assert get(agency, "/api/v1/grants", "POST", new).status == 400
    assert get(agency, f"/api/v1/grants/{grant}", "DELETE").status == 204
    assert get(agency, f"/api/v1/grants/{grant}", "DELETE").status == 404
    wait_for(lambda: ask(commune, "/secret/1").status == 500)
    for bad in ({}, {**new, "more": 1}, {**new, "paths": "x"}, {**new, "to": "nobody"}, [1]):
        assert get(agency, "/api/v1/grants", "POST", bad).status == 400
    assert get(agency, "/api/v1/grants", "POST", "x" * 70_000).status == 413


def test_a_call_in_doubt_is_listed_and_resolved(pair: tuple[RunningGateway, RunningGateway], service: Backend) -> None:
    agency, commune = pair
    service.may_answer.clear()
    target = SERVICE.replace("units", "quick")
    call(commune.consumers, "GET", f"/r1/{target}/1", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN})
    service.may_answer.set()
    # It is noted beside the answer, which waits for nobody.
    wait_for(lambda: read(agency, "/api/v1/unknown") != [])
    listed = read(agency, "/api/v1/unknown")
    assert isinstance(listed, list)
    told = {"leaf": listed[0]["leaf"], "side": "provider", "verdict": "carried out", "who": "duty", "note": "seen"}
    assert get(agency, "/api/v1/unknown", "POST", {**told, "verdict": ""}).status == 400
    assert get(agency, "/api/v1/unknown", "POST", {**told, "leaf": "x"}).status == 404
    assert get(agency, "/api/v1/unknown", "POST", told).status == 200
    assert get(agency, "/api/v1/unknown", "POST", {**told, "verdict": "not carried out"}).status == 400
    assert read(agency, "/api/v1/unknown") == []
    assert len(read(agency, "/api/v1/unknown?resolved=true")) == 1  # type: ignore[arg-type] # a list
    assert get(agency, "/api/v1/unknown?resolved=perhaps").status == 400


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
