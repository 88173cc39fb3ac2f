from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.checkpoint import Checkpoint
from tests.evidence.logs import ORIGIN, OpenLog
from tests.faults.log_story import BEFORE, copies, judge, make_beginning, tell
from tests.simulators.files import FaultKind, FaultyFiles, Loss

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAMPAIGN_SEEDS = 10


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beginning") / "log"
    make_beginning(folder)
    return folder


@pytest.fixture
def fresh(beginning: Path, tmp_path: Path) -> Iterator[Path]:
    return copies(beginning, tmp_path / "log")


def count_steps(fresh: Iterator[Path], *, threads: bool) -> int:
    """Tell the story without a fault, and give the number of steps at which one may strike."""
    folder = next(fresh)
    files = FaultyFiles(folder)
    story = tell(folder, files, threads=threads)
    assert len(story.given) == len(story.offered) == 30
    judge(folder, story)
    assert files.steps > 100
    return files.steps


def strike(fresh: Iterator[Path], fault: tuple[int, FaultKind], loss: Loss, seed: int, *, threads: bool) -> None:
    """Tell the story with a fault, lose what was not synced, and judge."""
    folder = next(fresh)
    files = FaultyFiles(folder, *fault)
    story = tell(folder, files, threads=threads)
    if files.has_struck:
        files.crash(loss, seed)
        judge(folder, story)


@pytest.mark.parametrize("loss", list(Loss))
def test_a_crash_before_any_step_loses_nothing_that_was_acknowledged(fresh: Iterator[Path], loss: Loss) -> None:
    threads = loss is Loss.SOME
    # Where nothing is lost the log is as it was one step before: every other step is enough.
    for at in range(1, count_steps(fresh, threads=threads) + 1, 2 if loss is Loss.NONE else 1):
        strike(fresh, (at, FaultKind.CRASH), loss, at, threads=threads)


def test_an_error_at_any_step_ends_the_log_and_loses_nothing_that_was_acknowledged(fresh: Iterator[Path]) -> None:
    for at in range(1, count_steps(fresh, threads=True) + 1):
        kind = (FaultKind.EIO, FaultKind.ENOSPC)[at % 2]
        strike(fresh, (at, kind), list(Loss)[at % 3], at, threads=at % 4 < 2)


def test_a_short_write_ends_the_log_and_loses_nothing_that_was_acknowledged(fresh: Iterator[Path]) -> None:
    for at in range(1, count_steps(fresh, threads=True) + 1):
        strike(fresh, (at, FaultKind.SHORT), list(Loss)[at % 3], at, threads=at % 2 == 0)


def test_what_a_killed_process_left_unsynced_is_durable_once_the_log_is_resumed(fresh: Iterator[Path]) -> None:
    for at in range(1, count_steps(fresh, threads=False) + 1):
        folder = next(fresh)
        files = FaultyFiles(folder, at)
        story = tell(folder, files, threads=False)
        files.kill()
        opened = OpenLog(folder, files)
        opened.log.resume(None)
        found = Checkpoint(ORIGIN, opened.log.size, opened.log.root)
        if at % 2:
            # The next process goes on, and publishes into folders that the killed one may have made and not synced.
            story.offered = story.offered[: found.size - BEFORE]
            story.offer(opened, BEFORE + len(story.offered), 3)
            opened.turns.run()
            opened.log.publish()
        files.crash(Loss.ALL)
        again = OpenLog(folder)
        again.log.resume(found)
        again.log.close()
        judge(folder, story)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(CAMPAIGN_SEEDS))
@pytest.mark.parametrize("kind", list(FaultKind))
def test_any_fault_at_any_step_with_any_loss_loses_nothing_that_was_acknowledged(
    fresh: Iterator[Path], kind: FaultKind, seed: int
) -> None:
    threads = seed % 2 == 0
    for at in range(1, count_steps(fresh, threads=threads) + 1):
        for loss in Loss:
            strike(fresh, (at, kind), loss, seed, threads=threads)
