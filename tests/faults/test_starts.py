"""How a gateway starts after a crash, beside another, and without anyone to ask."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.index import Index
from lienthong.evidence.reader import read_batches
from lienthong.evidence.segment import SEGMENTS_FOLDER
from lienthong.exchange.gateway.peer_heads import PeerHeads
from lienthong.exchange.gateway.replay import ReplayMemory
from lienthong.exchange.gateway.startup import LogTail
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_secret
from tests.simulators.callers import Caller, Question
from tests.simulators.pair import BOTH, Pair, Side
from tests.simulators.service import RecordingService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR_MS = 60 * 60 * 1000


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with Pair(tmp_path / "federation") as pair:
        yield pair


@pytest.fixture
def service(pair: Pair) -> Iterator[RecordingService]:
    with RecordingService(pair.federation.areas_port) as service:
        yield service


def _ask(pair: Pair, times: int = 1) -> Caller:
    caller = Caller(pair.door)
    for _ in range(times):
        caller.ask(Question("GET"))
    caller.close()
    return caller


def _wait_until_executed(service: RecordingService) -> None:
    deadline = time.monotonic() + 10
    while not service.executions:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _kill_amid_a_call(pair: Pair, service: RecordingService) -> str:
    """Kill the provider's gateway while its service works; give the exchange."""
    service.pause_s = 1.0
    thread = threading.Thread(target=_ask, args=(pair,))
    thread.start()
    _wait_until_executed(service)
    pair.kill(Side.PROVIDER)
    thread.join()
    return service.executions[0].exchange


def test_a_stale_run_file_is_replaced_by_a_start(pair: Pair, service: RecordingService) -> None:
    pair.start(*BOTH)
    assert len(_ask(pair).outcomes.acknowledged) == 1
    run_file = pair.homes[Side.CONSUMER].folder / "run.json"
    pair.kill(*BOTH)
    stale = json.loads(run_file.read_bytes())
    # Alone, it has nobody to ask about its head and does not listen yet: the old addresses must not be believed.
    pair.launch(Side.CONSUMER)
    deadline = time.monotonic() + 60
    while run_file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    pair.start(Side.PROVIDER)
    pair.wait(Side.CONSUMER)
    assert json.loads(run_file.read_bytes())["pid"] not in {stale["pid"], 0}
    assert len(_ask(pair).outcomes.acknowledged) == 1
    assert len(service.executions) == 2


@pytest.mark.usefixtures("service")
def test_a_second_gateway_on_the_same_home_is_refused_and_the_first_goes_on(pair: Pair) -> None:
    pair.start(*BOTH)
    for side in BOTH:
        home = pair.homes[side].folder
        run = (home / "run.json").read_bytes()
        second = subprocess.run(
            [sys.executable, "-m", "lienthong", "gateway", "serve", "--home", home],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert second.returncode == 1
        assert second.stderr == (
            f"lienthong: another process writes to the log in {home / 'log'}; stop that gateway first\n"
        )
        assert (home / "run.json").read_bytes() == run
    assert len(_ask(pair, 3).outcomes.acknowledged) == 3


def test_a_torn_tail_waits_for_a_peer_and_is_dropped_after_its_answer(pair: Pair, service: RecordingService) -> None:
    pair.start(*BOTH)
    before = _ask(pair, 5)
    pair.kill(*BOTH)
    log = pair.homes[Side.CONSUMER].folder / "log"
    *_, last = read_batches(log)
    with (log / SEGMENTS_FOLDER / last.segment).open("r+b") as file:
        file.seek(last.end)
        file.write(b"LTB\1" + b"half a batch" * 10)

    pair.launch(Side.CONSUMER)
    deadline = time.monotonic() + 60
    while "waiting for one" not in pair.report_of(Side.CONSUMER):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert pair.children[Side.CONSUMER].process.poll() is None
    assert not (log.parent / "run.json").exists()
    # It can be told to stop while it waits.
    assert pair.terminate(Side.CONSUMER) == 0

    pair.launch(Side.CONSUMER)
    pair.start(Side.PROVIDER)
    pair.wait(Side.CONSUMER)
    assert "dropped 124 torn bytes" in pair.report_of(Side.CONSUMER)
    after = _ask(pair, 5)
    assert [pair.terminate(side) for side in BOTH] == [0, 0]
    before.outcomes.add(after.outcomes)
    assert pair.judge(before.outcomes, service.executions)["acknowledged"] == 10


def test_what_was_under_way_at_a_crash_becomes_unknown_at_the_start(pair: Pair, service: RecordingService) -> None:
    pair.start(*BOTH)
    exchange = _kill_amid_a_call(pair, service)
    pair.start(Side.PROVIDER)
    assert [pair.terminate(side) for side in BOTH] == [0, 0]
    outcomes = _ask(pair).outcomes
    assert pair.judge(outcomes, service.executions)["unknown"] == 1
    assert [execution.exchange for execution in service.executions] == [exchange]


def test_what_was_under_way_is_found_however_long_the_gateway_was_down(pair: Pair, service: RecordingService) -> None:
    pair.start(*BOTH)
    exchange = _kill_amid_a_call(pair, service)
    home = pair.homes[Side.PROVIDER].folder
    size = [batch.size for batch in read_batches(home / "log")][-1]
    for later_ms in (0, HOUR_MS, 30 * 24 * HOUR_MS):
        index = Index(home / "index.sqlite", load_secret(home / "keys" / "index.key"))
        tail = LogTail(ReplayMemory(), PeerHeads())
        tail.read(home / "log", index, SystemClock().now_ms() + later_ms, size)
        index.close()
        assert [each.exchange for each in tail.unresolved.values()] == [exchange]
