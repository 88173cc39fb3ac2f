from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bench.chain import Chain
from bench.open_load import Load, Pool
from bench.overload import Outcome, format_outcome, make_figures
from tests.simulators.moody_gateway import MoodyGateway, Say, refuse

if TYPE_CHECKING:
    from collections import Counter


def load(served: int, refused: int = 0) -> Load:
    made = Load(seconds=2.0, offered=served + refused, took_ms=[float(number) for number in range(served)])
    made.told.update(served=served, refused=refused)
    return made


def test_the_ratio_is_of_what_was_served_and_growth_is_that_of_the_larger() -> None:
    outcome = Outcome(load(200), 32, load(150, 800), (0.5, 0.25), [(50, 80), (50, 80), (55, 100)])
    assert outcome.ratio == 0.75
    assert outcome.growth == 1.25
    assert make_figures(outcome)["served_p99_ms"] == 148.0
    assert "ratio 0.75" in format_outcome(outcome)


def test_every_arrival_is_counted_once_as_served_refused_or_unsent() -> None:
    async def drive(gateway: MoodyGateway) -> tuple[Load, Load]:
        chain = Chain("played", gateway.address, "/r1/x", (("X-Road-Client", "c"),), ())  # type: ignore[arg-type] # no servers
        pool = Pool(chain, "/1k")
        await pool.connect(2)
        runs = await pool.run_closed(1, 0.3), await pool.run_open(200, 0.3)
        await asyncio.sleep(0.1)
        pool.close()
        return runs

    with MoodyGateway([Say(200, b"{}"), refuse("server.clientproxy.overloaded", 503)] * 5000) as gateway:
        closed, opened = asyncio.run(drive(gateway))
    for told in (closed, opened):
        counted: Counter[str] = told.told
        assert counted["served"] > 1
        assert counted["refused"] > 1
        assert counted["served"] == len(told.took_ms)
        assert counted.total() + told.unsent == pytest.approx(told.offered, abs=2)
    assert gateway.heard[0].target == "/r1/x/1k"
