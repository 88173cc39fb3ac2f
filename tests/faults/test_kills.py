"""Gateways that are killed while they work lose nothing that anyone was told of."""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.simulators.callers import Caller, Load, Question
from tests.simulators.pair import BOTH, Pair, Side
from tests.simulators.service import RecordingService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED_VARIABLE = "KILL_SEED"
"""Set it to the seed that a failed run printed, and the same sides are killed after the same pauses."""
CALLERS = 6
SMALL_SEGMENTS = """
[limits]
segment_bytes = 262144
"""
"""Segments that a few seconds fill, so that kills meet their change too."""
SLOW_DISK = """
[bench]
sync_delay_ms = 2.0
"""
"""A disk whose syncs are handed to a thread, and leave more time between write and sync."""
VERY_SLOW_DISK = """
[bench]
sync_delay_ms = 400.0
"""
TOLD_WHILE_DOWN = frozenset(
    {
        "server.clientproxy.network_error",
        "server.clientproxy.io_error",
        "server.serverproxy.overloaded",
    }
)
"""What callers may be told while a gateway is down or starts; anything else would be a fault of the start."""


def _seed() -> int:
    seed = int(os.environ.get(SEED_VARIABLE, "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"{SEED_VARIABLE}={seed}")  # noqa: T201 - pytest shows it with a failure
    return seed


@contextmanager
def _running(folder: Path, settings: str = SMALL_SEGMENTS) -> Iterator[tuple[Pair, RecordingService]]:
    with Pair(folder, settings) as pair, RecordingService(pair.federation.areas_port) as service:
        pair.start(*BOTH)
        yield pair, service


def _judge(pair: Pair, service: RecordingService, load: Load) -> dict[str, int]:
    """End both gateways, have their logs judged, and give the judge's counts."""
    assert [pair.terminate(side) for side in BOTH] == [0, 0]
    outcomes = load.outcomes()
    counts = pair.judge(outcomes, service.executions)
    print(counts, outcomes.refused, outcomes.unanswered)  # noqa: T201 - pytest shows it with a failure
    assert set(outcomes.refused) <= TOLD_WHILE_DOWN
    return counts


def _kill_again_and_again(pair: Pair, load: Load, chance: random.Random, kills: int) -> int:
    """Kill a random side at a random moment and start it again; give how many kills met a working load."""
    met = 0
    for _ in range(kills):
        side = chance.choice(BOTH)
        before = load.acknowledged
        time.sleep(chance.uniform(0.02, 0.3))
        met += load.acknowledged > before
        pair.kill(side)
        pair.launch(side)
        if chance.random() < 0.15:
            # Once more, while it starts: recovery is interrupted as well as work.
            time.sleep(chance.uniform(0.1, 1.0))
            pair.kill(side)
            pair.launch(side)
        pair.wait(side)
    return met


def _run_kills(folder: Path, settings: str, kills: int) -> None:
    seed = _seed()
    with _running(folder, settings) as (pair, service):
        with Load(pair.door, CALLERS, seed) as load:
            met = _kill_again_and_again(pair, load, random.Random(seed), kills)
            time.sleep(0.3)
        counts = _judge(pair, service, load)
    # On a busy machine many kills find nothing under way; enough must have found something.
    assert met >= kills // 5
    assert load.failed > 0
    assert counts["acknowledged"] > kills


def test_twenty_kills_under_load_lose_no_acknowledged_exchange(tmp_path: Path) -> None:
    _run_kills(tmp_path / "federation", SMALL_SEGMENTS, 20)


@pytest.mark.campaign
def test_five_hundred_kills_under_load_lose_no_acknowledged_exchange(tmp_path: Path) -> None:
    _run_kills(tmp_path / "federation", SMALL_SEGMENTS, 500)


@pytest.mark.campaign
def test_a_hundred_kills_on_a_slow_disk_lose_no_acknowledged_exchange(tmp_path: Path) -> None:
    _run_kills(tmp_path / "federation", SMALL_SEGMENTS + SLOW_DISK, 100)


def test_both_gateways_killed_at_once_check_each_others_head_and_go_on(tmp_path: Path) -> None:
    seed = _seed()
    chance = random.Random(seed)
    with _running(tmp_path / "federation", SMALL_SEGMENTS + SLOW_DISK) as (pair, service):
        with Load(pair.door, CALLERS, seed) as load:
            for _ in range(3):
                time.sleep(chance.uniform(0.1, 0.4))
                pair.kill(*BOTH)
                pair.start(*BOTH)
                assert "unchecked" not in pair.report_of(Side.CONSUMER) + pair.report_of(Side.PROVIDER)
            before = load.acknowledged
            time.sleep(0.5)
            assert load.acknowledged > before
        _judge(pair, service, load)


@pytest.mark.parametrize("side", BOTH)
def test_a_kill_amid_large_bodies_leaves_whole_exchanges_only(tmp_path: Path, side: Side) -> None:
    seed = _seed()
    chance = random.Random(seed)
    with _running(tmp_path / "federation") as (pair, service):
        with Load(pair.door, 3, seed, largest_body=6_000_000) as load:
            for _ in range(3):
                before = load.acknowledged
                while load.acknowledged == before:
                    time.sleep(0.02)
                time.sleep(chance.uniform(0.0, 0.3))
                pair.kill(side)
                pair.start(side)
        counts = _judge(pair, service, load)
        # What the killed gateway had spooled is gone, and nothing of it stays on the disk.
        assert [path for home in pair.homes.values() for path in (home.folder / "spool").iterdir()] == []
    assert counts["acknowledged"] >= 3


def test_a_caller_hears_of_a_provider_that_dies_while_its_request_is_being_logged(tmp_path: Path) -> None:
    with _running(tmp_path / "federation", VERY_SLOW_DISK) as (pair, _):
        caller = Caller(pair.door)
        assert caller.ask(Question("GET"))
        start = time.monotonic()
        thread = threading.Thread(target=caller.ask, args=(Question("GET"),))
        thread.start()
        time.sleep(0.2)
        pair.kill(Side.PROVIDER)
        thread.join()
        assert time.monotonic() - start < 5
        assert set(caller.outcomes.refused) == {"server.clientproxy.network_error"}
        caller.close()
