"""A gateway that is told to stop ends what it has begun."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.simulators.callers import Load
from tests.simulators.pair import BOTH, Pair, Side
from tests.simulators.service import RecordingService

if TYPE_CHECKING:
    from pathlib import Path

CALLERS = 8


@pytest.mark.parametrize("pause_s", [0.0, 0.3])
@pytest.mark.parametrize("side", BOTH)
def test_a_gateway_told_to_stop_under_load_answers_all_that_it_has_taken(
    tmp_path: Path, side: Side, pause_s: float
) -> None:
    with (
        Pair(tmp_path / "federation") as pair,
        RecordingService(pair.federation.areas_port, pause_s) as service,
    ):
        pair.start(*BOTH)
        for round_ in range(2):
            with Load(pair.door, CALLERS, round_) as load:
                while load.acknowledged < 2 * CALLERS:
                    time.sleep(0.01)
                start = time.monotonic()
                assert pair.terminate(side) == 0
                assert time.monotonic() - start < 5
                assert not (pair.homes[side].folder / "run.json").exists()
                pair.launch(side)
            outcomes = load.outcomes()
            executed = [execution.exchange for execution in service.executions]
            assert sorted(executed) == sorted(outcomes.acknowledged)
            service.executions.clear()
            pair.wait(side)
        assert [pair.terminate(each) for each in BOTH] == [0, 0]
