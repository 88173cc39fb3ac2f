from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bench.chain import Chain
from bench.open_load import Load, Pool, Visits
from bench.overload import Outcome, format_outcome, make_figures
from tests.simulators.moody_gateway import MoodyGateway, Say, refuse

if TYPE_CHECKING:
    from collections import Counter


MOODS: list[Say | None] = [Say(200, b"{}"), refuse("server.clientproxy.overloaded", 503)] * 5000


def load(served: int, refused: int = 0) -> Load:
    made = Load(seconds=2.0, offered=served + refused, took_ms=[float(number) for number in range(served)])
    made.told.update(served=served, refused=refused)
    return made


def test_the_ratio_is_of_what_was_served_and_growth_is_that_of_the_larger() -> None:
    outcome = Outcome(load(200), 32, load(150, 800), (0.5, 0.25), [(50, 80), (50, 80), (55, 100)], [(9, 30)])
    assert outcome.ratio == 0.75
    assert outcome.growth == 1.25
    assert make_figures(outcome)["served_p99_ms"] == 148.0
    assert not outcome.is_good
    assert "ratio 0.75" in format_outcome(outcome)
    assert "open files 9 and 30" in format_outcome(outcome)


def test_every_arrival_is_counted_once_as_served_refused_or_unsent() -> None:
    async def drive(gateway: MoodyGateway) -> tuple[Load, Load]:
        pool = Pool(play_chain(gateway), "/1k")
        await pool.connect(2)
        runs = await pool.run_closed(1, 0.3), await pool.run_open(200, 0.3)
        await asyncio.sleep(0.1)
        pool.close()
        return runs

    with MoodyGateway(MOODS) as gateway:
        closed, opened = asyncio.run(drive(gateway))
        heard = gateway.heard[0].target
    require_counted(closed, opened)
    assert heard == "/r1/x/1k"


def test_a_visit_opens_a_connection_asks_once_and_hangs_up() -> None:
    async def drive(gateway: MoodyGateway) -> tuple[Load, Load]:
        visits = Visits(play_chain(gateway), "/1k", 2)
        runs = await visits.run_closed(1, 0.3), await visits.run_open(200, 0.3)
        await visits.settle()
        assert visits.under_way == 0
        return runs

    with MoodyGateway(MOODS) as gateway:
        closed, opened = asyncio.run(drive(gateway))
    require_counted(closed, opened)


def play_chain(gateway: MoodyGateway) -> Chain:
    return Chain("played", gateway.address, "/r1/x", (("X-Road-Client", "c"),), ())  # type: ignore[arg-type] # no servers


def require_counted(*loads: Load) -> None:
    for told in loads:
        counted: Counter[str] = told.told
        assert counted["served"] > 1
        assert counted["refused"] > 1
        assert counted["served"] == len(told.took_ms)
        assert counted.total() + told.unsent == pytest.approx(told.offered, abs=2)
