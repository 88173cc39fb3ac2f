"""Reliable messages while either gateway is killed at each step, and while each reply is lost once.

Judged from both logs and from the provider's own table of effects: with a service that deduplicates each message has
its effect once and its answer; with one that does not, no effect comes twice, and what cannot be known is told so.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.evidence.peer import decode_peer_evidence
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Received, Refused, Request, Response, Unknown, decode_statement
from lienthong.kernel.ids import new_uuid4
from lienthong.sandbox.federation import CLIENT, SERVICE
from tests.simulators.ledger import Ledger
from tests.simulators.pair import BOTH, Pair, Side

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """
[limits]
segment_bytes = 262144
[outbox]
first_pause_s = 0.05
longest_pause_s = 0.2
"""
PATIENCE_S = 20.0
CONSUMER_STEPS = ("5.2 body", "5.2 request", "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "5.9")
PROVIDER_STEPS = ("4.8", "4.9", "4.10")


class Town:
    """Two gateways, the provider's service, and a caller that insists."""

    def __init__(self, pair: Pair, ledger: Ledger) -> None:
        self.pair = pair
        self.ledger = ledger

    def declare(self, *, idempotent: bool) -> None:
        """Say whether the service deduplicates, to its gateway too; takes effect within a second."""
        self.ledger.deduplicates = idempotent
        services = self.pair.homes[Side.PROVIDER].folder / "services.toml"
        text = services.read_text().replace("idempotent = true\n", "")
        services.write_text(text + ("idempotent = true\n" if idempotent else ""))

    def start(self, side: Side, step: str = "") -> None:
        self.pair.launch(side, step)
        self.pair.wait(side)

    def stop(self, side: Side) -> None:
        self.pair.terminate(side)

    def wait_for_death(self, side: Side) -> None:
        assert self.pair.children[side].process.wait(PATIENCE_S) == -9

    def call(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.pair.door.address, timeout=PATIENCE_S)
        try:
            connection.request(method, target, b"{}", {"X-Road-Token": self.pair.door.token, **headers})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def send(self, xroad_id: str) -> str:
        """Send a message until it is promised; gives its status URL."""
        headers = {
            "X-Road-Client": CLIENT,
            "X-Road-Id": xroad_id,
            "Prefer": "respond-async",
        }
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                status, told, body = self.call("POST", f"/r1/{SERVICE}/a", headers)
                if status == 202:
                    return told["Location"]
                assert status == 503, body
            time.sleep(0.05)
        raise AssertionError("no promise")

    def send_and_hang_up(self, xroad_id: str) -> None:
        """Send a message and lose the promise."""
        connection = http.client.HTTPConnection(self.pair.door.address, timeout=PATIENCE_S)
        headers = {"X-Road-Token": self.pair.door.token, "X-Road-Client": CLIENT}
        connection.request(
            "POST", f"/r1/{SERVICE}/a", b"{}", headers | {"X-Road-Id": xroad_id, "Prefer": "respond-async"}
        )
        connection.close()

    def wait_for_end(self, place: str) -> str:
        """Give the state in which a message ends."""
        until = time.monotonic() + PATIENCE_S
        told: dict[str, Any] = {}
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                told = json.loads(self.call("GET", place, {})[2])
                if told["state"] not in {"waiting", "delivered"}:
                    return str(told["state"])
            time.sleep(0.05)
        raise AssertionError(told)

    def judge(self, xroad_id: str, state: str) -> None:
        """Judge one message by the provider's table, and everything by both logs."""
        count = self.ledger.effects.count(xroad_id)
        if self.ledger.deduplicates:
            assert (state, count) == ("answered", 1)
        else:
            assert count <= 1
            assert state in {"answered", "unknown"}
            assert count == 1 or state == "unknown"
        for side in BOTH:
            _judge_log(self.pair.homes[side].folder / "log")


def _judge_log(log: Path) -> None:
    """No request, and no outcome of one, stands twice in a log."""
    seen: set[tuple[str, str]] = set()
    for batch in read_batches(log):
        for entry in batch.entries:
            key = _key(entry.statement, entry.evidence)
            assert key not in seen, key
            seen.add(key)


def _key(raw: bytes, evidence: bytes) -> tuple[str, str]:
    statement = decode_statement(raw)
    if isinstance(statement, Received):
        told = decode_statement(decode_peer_evidence(evidence).statement)
        return f"received {told.kind}", _subject(told, statement.leaf)
    return statement.kind if not isinstance(statement, Response | Refused | Unknown) else "outcome", _subject(
        statement, ""
    )


def _subject(statement: object, leaf: str) -> str:
    if isinstance(statement, Request):
        return leaf or statement.exchange
    return str(getattr(statement, "answers", statement))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with (
        Pair(tmp_path_factory.mktemp("reliable") / "federation", SETTINGS) as pair,
        Ledger(pair.federation.areas_port) as ledger,
    ):
        pair.start(*BOTH)
        yield Town(pair, ledger)


@pytest.fixture(params=[True, False], ids=["deduplicates", "does not"])
def kind(request: pytest.FixtureRequest, town: Town) -> bool:
    town.declare(idempotent=request.param)
    return bool(request.param)


@pytest.mark.parametrize("step", CONSUMER_STEPS)
def test_a_consumers_gateway_killed_at_any_step_loses_and_repeats_nothing(town: Town, step: str) -> None:
    town.declare(idempotent=False)
    town.stop(Side.CONSUMER)
    town.start(Side.CONSUMER, step)
    xroad_id = new_uuid4()
    with suppress(OSError, http.client.HTTPException):
        town.send_and_hang_up(xroad_id)
    town.wait_for_death(Side.CONSUMER)
    town.start(Side.CONSUMER)
    place = town.send(xroad_id)
    state = town.wait_for_end(place)
    assert state == "answered"
    town.judge(xroad_id, state)


@pytest.mark.parametrize("step", PROVIDER_STEPS)
def test_a_providers_gateway_killed_at_any_step_repeats_nothing(town: Town, kind: bool, step: str) -> None:  # noqa: FBT001 - a parameter of the test
    town.stop(Side.PROVIDER)
    town.start(Side.PROVIDER, step)
    xroad_id = new_uuid4()
    place = town.send(xroad_id)
    town.wait_for_death(Side.PROVIDER)
    town.start(Side.PROVIDER)
    state = town.wait_for_end(place)
    # At the last step the answer stands in the provider's log, and only its sending was lost.
    assert state == ("answered" if kind or step == "4.10" else "unknown")
    town.judge(xroad_id, state)


def test_a_providers_gateway_killed_right_after_the_effect_repeats_nothing(town: Town, kind: bool) -> None:  # noqa: FBT001 - a parameter of the test
    town.ledger.after_effect = lambda: town.pair.kill(Side.PROVIDER)
    xroad_id = new_uuid4()
    place = town.send(xroad_id)
    town.wait_for_death(Side.PROVIDER)
    town.start(Side.PROVIDER)
    state = town.wait_for_end(place)
    assert state == ("answered" if kind else "unknown")
    assert town.ledger.effects.count(xroad_id) == 1
    town.judge(xroad_id, state)


def test_a_service_that_dies_right_after_its_effect_is_called_again_only_if_it_deduplicates(
    town: Town,
    kind: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    time.sleep(1.0)  # until its gateway has read what was declared
    town.ledger.after_effect = lambda: None
    xroad_id = new_uuid4()
    state = town.wait_for_end(town.send(xroad_id))
    assert state == ("answered" if kind else "unknown")
    assert town.ledger.effects.count(xroad_id) == 1
    town.judge(xroad_id, state)


def test_a_promise_that_was_lost_is_given_again(town: Town) -> None:
    xroad_id = new_uuid4()
    town.send_and_hang_up(xroad_id)
    first, second = town.send(xroad_id), town.send(xroad_id)
    assert first == second
    town.judge(xroad_id, town.wait_for_end(first))


def test_both_gateways_killed_while_a_message_is_carried_out_go_on_with_it(town: Town, kind: bool) -> None:  # noqa: FBT001 - a parameter of the test
    town.ledger.after_effect = lambda: town.pair.kill(*BOTH)
    xroad_id = new_uuid4()
    place = town.send(xroad_id)
    town.wait_for_death(Side.PROVIDER)
    for side in BOTH:
        town.pair.launch(side)
    for side in BOTH:
        town.pair.wait(side)
    state = town.wait_for_end(place)
    assert state == ("answered" if kind else "unknown")
    town.judge(xroad_id, state)


def _send_and_wait(town: Town, count: int) -> list[tuple[str, str]]:
    """Send messages one after the other, each until it is promised; gives the ids and status URLs."""
    ids = [new_uuid4() for _ in range(count)]
    return [(each, town.send(each)) for each in ids]


@pytest.mark.campaign
def test_a_thousand_promised_messages_under_kills_are_neither_lost_nor_done_twice(town: Town) -> None:
    town.declare(idempotent=True)
    chance = random.Random(20261124)
    with ThreadPoolExecutor(4) as threads:
        sending = [threads.submit(_send_and_wait, town, 250) for _ in range(4)]
        while not all(each.done() for each in sending):
            time.sleep(chance.uniform(0.1, 1.0))
            side = chance.choice(BOTH)
            town.pair.kill(side)
            town.start(side)
    for xroad_id, place in (each for some in sending for each in some.result()):
        assert town.wait_for_end(place) == "answered"
        assert town.ledger.effects.count(xroad_id) == 1
    for side in BOTH:
        _judge_log(town.pair.homes[side].folder / "log")
