"""Reliable messages, end to end between two running gateways (docs/security.md, section 5)."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.exchange.gateway.courier import MAX_UNDER_WAY
from lienthong.exchange.unknowns.commands import make_unknown_app
from tests.exchange.gateway.province import (
    CLIENT,
    OTHER_CLIENT,
    OTHER_TOKEN,
    SERVICE,
    STRANGER,
    TOKEN,
    Province,
    read_kinds,
    require_sound,
)
from tests.exchange.gateway.running import Reply, RunningGateway, call
from tests.simulators.backend import BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.simulators.backend import Backend

PATIENCE_S = 15.0
TARGET = f"/r1/{SERVICE}/granted/1"
QUICK = "\n[outbox]\nfirst_pause_s = 0.05\nlongest_pause_s = 0.2\n"


@pytest.fixture
def quick(province: Province) -> Province:
    """Both gateways try again soon."""
    for home in (province.commune, province.agency):
        with (home.folder / "gateway.toml").open("a") as settings:
            settings.write(QUICK)
    return province


def send(gateway: RunningGateway, body: bytes = b'{"n":1}', **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, "Prefer": "respond-async", **named}
    return call(gateway.consumers, "POST", TARGET, asked, body)


def look(gateway: RunningGateway, place: str, token: str = TOKEN) -> Reply:
    return call(gateway.consumers, "GET", place, {"X-Road-Token": token})


def wait_for(gateway: RunningGateway, place: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while True:
        told: dict[str, Any] = json.loads(look(gateway, place).body)
        if done(told):
            return told
        assert time.monotonic() < until, told
        time.sleep(0.02)


def is_over(told: dict[str, Any]) -> bool:
    return told["state"] not in {"waiting", "delivered"}


def declare_idempotent(province: Province) -> None:
    services = province.agency.folder / "services.toml"
    services.write_text(services.read_text().replace('/units"\n', '/units"\nidempotent = true\n', 1))


def run_command(name: str, home: Path, *words: str) -> str:
    """Run `lienthong gateway unknown`; empty if it fails."""
    result = CliRunner().invoke(make_unknown_app(), [name, *words, "--home", str(home)])
    return result.output if result.exit_code == 0 else ""


def test_a_message_is_promised_delivered_and_its_answer_fetched_through_its_status_url(
    quick: Province, service: Backend
) -> None:
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        promised = send(gateway, X_Road_Id="m-1")
        assert promised.status == 202
        assert promised.headers["preference-applied"] == "respond-async"
        place = promised.headers["location"]
        told = wait_for(gateway, place, is_over)
        assert told["state"] == "answered"
        answer = look(gateway, told["answer"])
        assert (answer.status, answer.body) == (200, service.answer.body)
        assert answer.headers["x-road-id"] == "m-1"
    assert [each.body for each in service.calls] == [b'{"n":1}']
    assert "prefer" not in service.calls[0].headers
    assert read_kinds(quick.agency) == ["received", "response"]
    assert read_kinds(quick.commune) == ["request", "received"]
    for home in (quick.agency, quick.commune):
        require_sound(home)


def test_a_status_is_told_to_the_client_that_sent_the_message_and_to_nobody_else(quick: Province) -> None:
    with RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway).headers["location"]
        assert look(gateway, place).status == 200
        assert look(gateway, place, OTHER_TOKEN).status == 404
        assert look(gateway, f"{place}x").status == 404
        assert look(gateway, place, "wrong").status == 400
        assert call(gateway.consumers, "POST", place, {"X-Road-Token": TOKEN}).status == 405
        waiting = look(gateway, f"{place}/answer")
        assert (waiting.status, json.loads(waiting.body)["state"]) == (202, "waiting")
        assert len(place.removeprefix("/status/")) == 22


def test_an_attempt_again_gets_the_same_promise_and_another_content_under_its_id_is_refused(quick: Province) -> None:
    with RunningGateway(quick.commune.folder) as gateway:
        first, again = send(gateway, X_Road_Id="m-1"), send(gateway, X_Road_Id="m-1")
        assert first.headers["location"] == again.headers["location"]
        other = send(gateway, b'{"n":2}', X_Road_Id="m-1")
        assert other.code == "server.clientproxy.conflicting_message"
    assert read_kinds(quick.commune) == ["request"]


def test_a_client_has_so_many_open_messages_and_what_is_beyond_leaves_no_trace(quick: Province) -> None:
    with (quick.commune.folder / "gateway.toml").open("a") as settings:
        settings.write("open_messages = 2\n")
    with RunningGateway(quick.commune.folder) as gateway:
        assert [send(gateway, X_Road_Id=f"m-{number}").status for number in (1, 2)] == [202, 202]
        refused = send(gateway, X_Road_Id="m-3")
        assert (refused.status, refused.code) == (503, "server.clientproxy.overloaded")
        assert "retry-after" in refused.headers
        # A promise that was given is given again, and another client has its own room.
        assert send(gateway, X_Road_Id="m-2").status == 202
        assert send(gateway, X_Road_Client=OTHER_CLIENT, X_Road_Token=OTHER_TOKEN).status == 202
    assert read_kinds(quick.commune) == ["request"] * 3


def test_a_client_holds_so_many_bytes_and_what_is_beyond_leaves_no_trace(quick: Province) -> None:
    with (quick.commune.folder / "gateway.toml").open("a") as settings:
        settings.write("open_bytes = 8000\n")
    large = json.dumps({"n": "x" * 5000}).encode()
    with RunningGateway(quick.commune.folder) as gateway:
        assert send(gateway, large, X_Road_Id="m-1").status == 202
        refused = send(gateway, large, X_Road_Id="m-2")
        assert (refused.status, refused.code) == (503, "server.clientproxy.overloaded")
        assert send(gateway, X_Road_Id="m-3").status == 202
        assert send(gateway, large, X_Road_Client=OTHER_CLIENT, X_Road_Token=OTHER_TOKEN).status == 202
    assert read_kinds(quick.commune) == ["request"] * 3


def test_a_provider_that_hangs_leaves_room_for_deliveries_to_others(quick: Province, service: Backend) -> None:
    service.may_answer.clear()
    homes = (quick.agency, quick.stranger, quick.commune)
    with RunningGateway(homes[0].folder), RunningGateway(homes[1].folder), RunningGateway(homes[2].folder) as gateway:
        hanging = [send(gateway).headers["location"] for _ in range(2 * MAX_UNDER_WAY + 1)]
        asked = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, "Prefer": "respond-async"}
        place = call(gateway.consumers, "GET", f"/r1/{STRANGER}/PORTAL/none", asked).headers["location"]
        # The answer is a refusal, and comes while the others still wait for theirs.
        assert wait_for(gateway, place, is_over)["state"] == "refused"
        waiting = json.loads(look(gateway, hanging[0]).body)
        assert (waiting["state"], waiting["tries"]) == ("waiting", 0)
        service.may_answer.set()
        for each in hanging:
            assert wait_for(gateway, each, is_over)["state"] == "answered"


def test_a_message_waits_for_a_provider_that_is_away_across_restarts_and_is_recorded_once(
    quick: Province, service: Backend
) -> None:
    with RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway, b"x" * 200_000, X_Road_Id="m-1").headers["location"]
        # Another entry comes behind it: the first one is proven under a newer checkpoint than its own.
        second = send(gateway, X_Road_Id="m-2").headers["location"]
        wait_for(gateway, place, lambda told: told["tries"] > 1)
        gateway.end_at_once()
    with RunningGateway(quick.commune.folder) as gateway, RunningGateway(quick.agency.folder):
        for each in (place, second):
            assert wait_for(gateway, each, is_over)["state"] == "answered"
            assert look(gateway, f"{each}/answer").body == service.answer.body
    assert sorted(len(each.body) for each in service.calls) == [7, 200_000]
    assert sorted(read_kinds(quick.agency)) == ["received", "received", "response", "response"]
    assert sorted(read_kinds(quick.commune)) == ["received", "received", "request", "request"]


def test_a_message_without_an_outcome_is_given_up_at_its_deadline_and_not_before(quick: Province) -> None:
    with RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway, X_Road_Deadline="1", X_Road_Id="m-1").headers["location"]
        told = wait_for(gateway, place, is_over)
        assert told["state"] == "given up"
        assert told["changed"] >= told["deadline"]
        assert look(gateway, told["answer"]).code == "server.clientproxy.given_up"
        # It may have had its effect: the same X-Road-Id asks again only once a person has found that it had none.
        assert send(gateway, X_Road_Id="m-1").headers["location"] == place
        (line,) = run_command("list", quick.commune.folder).splitlines()
        found_out = (line.split()[0], "not-carried-out", "--side", "consumer", "--who", "clerk", "--note", "by phone")
        assert run_command("resolve", quick.commune.folder, *found_out)
        assert send(gateway, X_Road_Id="m-1").headers["location"] != place


@pytest.mark.parametrize("deadline", ["0", "x", "-1", "2592001", "99999999999"])
def test_a_deadline_that_is_none_is_refused(quick: Province, deadline: str) -> None:
    with RunningGateway(quick.commune.folder) as gateway:
        assert send(gateway, X_Road_Deadline=deadline).code == "server.clientproxy.invalid_request"


def test_a_refused_message_says_why_and_may_be_sent_anew_under_its_id(quick: Province, service: Backend) -> None:
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        headers = {"X-Road-Client": OTHER_CLIENT, "X-Road-Token": OTHER_TOKEN, "Prefer": "respond-async"}
        place = call(gateway.consumers, "POST", TARGET, headers | {"X-Road-Id": "m"}, b"").headers["location"]
        until = time.monotonic() + PATIENCE_S
        while (told := json.loads(look(gateway, place, OTHER_TOKEN).body))["state"] != "refused":
            assert time.monotonic() < until, told
        assert look(gateway, told["answer"], OTHER_TOKEN).code == "server.serverproxy.access_denied"
        again = call(gateway.consumers, "POST", TARGET, headers | {"X-Road-Id": "m"}, b"").headers["location"]
        assert again != place
    assert service.calls == []


def test_a_service_that_is_not_reached_is_called_when_it_is_there(quick: Province, service: Backend) -> None:
    services = quick.agency.folder / "services.toml"
    right = services.read_text()
    services.write_text(right.replace(f":{service.port}/units", ":9/units"))
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway).headers["location"]
        wait_for(gateway, place, lambda told: told.get("code") == "service_unreachable")
        gateway.end_at_once()
        time.sleep(0.5)  # until the provider's gateway has no call under way
    # Nor does an orderly restart of the provider's gateway make an unknown outcome of it.
    services.write_text(right)
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        assert wait_for(gateway, place, is_over)["state"] == "answered"
    assert len(service.calls) == 1
    assert read_kinds(quick.agency) == ["received", "response"]


def test_a_service_that_stays_silent_leaves_an_unknown_outcome_that_a_person_resolves(
    quick: Province, service: Backend
) -> None:
    services = quick.agency.folder / "services.toml"
    # Long enough for a busy machine's answer to the message that is sent in the end.
    services.write_text(services.read_text().replace('/units"\n', '/units"\ntimeout_s = 1.5\n', 1))
    service.may_answer.clear()
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway, X_Road_Id="m-1").headers["location"]
        told = wait_for(gateway, place, is_over)
        service.may_answer.set()
        assert told["state"] == "unknown"
        assert look(gateway, told["answer"]).code == "server.serverproxy.outcome_unknown"
        assert read_kinds(quick.agency) == ["received", "unknown"]
        for home, side in ((quick.agency, "provider"), (quick.commune, "consumer")):
            (line,) = run_command("list", home.folder).splitlines()
            assert line.split()[1:3] == [side, "unknown"]
            assert f"{CLIENT} -> {SERVICE}" in line
            found_out = (
                line.split()[0],
                "not-carried-out",
                "--side",
                side,
                "--who",
                "clerk",
                "--note",
                "asked by phone",
            )
            assert told["exchange"] in run_command("resolve", home.folder, *found_out)
            assert run_command("list", home.folder) == ""
            assert "asked by phone" in run_command("list", home.folder, "--resolved")
            assert run_command("resolve", home.folder, *found_out[:1], "carried-out", *found_out[2:]) == ""
        # The effect is known not to be there: the same X-Road-Id may ask again.
        assert wait_for(gateway, place, is_over)["resolved"] == "not carried out"
        again = send(gateway, X_Road_Id="m-1").headers["location"]
        assert again != place
        assert wait_for(gateway, again, is_over)["state"] == "answered"
    assert len(service.calls) == 2


def test_a_silent_service_that_deduplicates_is_called_again_with_the_same_id(quick: Province, service: Backend) -> None:
    declare_idempotent(quick)
    services = quick.agency.folder / "services.toml"
    services.write_text(services.read_text().replace("idempotent = true\n", "idempotent = true\ntimeout_s = 0.5\n", 1))
    service.may_answer.clear()
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway, X_Road_Id="m-1").headers["location"]
        wait_for(gateway, place, lambda told: told.get("code") == "service_timeout")
        service.may_answer.set()
        assert wait_for(gateway, place, is_over)["state"] == "answered"
    assert {each.headers["x-road-id"] for each in service.calls} == {"m-1"}
    assert len(service.calls) > 1
    assert read_kinds(quick.agency) == ["received", "response"]


def test_an_answer_of_many_bytes_is_given_whole_after_a_restart(quick: Province, service: Backend) -> None:
    service.answer = BackendAnswer(body=b"y" * 300_000)
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway).headers["location"]
        wait_for(gateway, place, is_over)
    with RunningGateway(quick.commune.folder) as gateway:
        assert look(gateway, f"{place}/answer").body == service.answer.body
