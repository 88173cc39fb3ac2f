"""Every way in which a story of the sandbox ends, with a directory and two gateways as its processes."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulators.stories import UP, RunningStory, Stories, are_gone

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("stories")

PROCESSES = 3
ALL_UP = "all are up"


@pytest.fixture
def stories() -> Iterator[Stories]:
    with Stories() as started:
        yield started


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a story that was told, to go on with."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    with Stories() as started:
        assert started.finish(_start(started, folder, "--once")) == 0
    return folder


def _start(stories: Stories, folder: Path | str, *words: str) -> RunningStory:
    return stories.start(sys.executable, "-m", "tests.simulators.short_story", str(folder), *words)


def test_once_it_ends_by_itself_and_takes_a_temporary_folder_with_it(stories: Stories) -> None:
    story = _start(stories, "-", "--once")
    assert stories.finish(story) == 0, story.text
    assert len(story.child_pids()) == PROCESSES
    assert are_gone(story.child_pids())
    found = re.search(r"federation in (\S+)", story.text)
    assert found is not None
    assert not Path(found[1]).exists()
    assert UP not in story.text


def test_it_stays_up_keeps_others_out_of_its_folder_and_ends_well_on_ctrl_c(stories: Stories, made: Path) -> None:
    # As a shell starts it in the background: with SIGINT ignored.
    story = _start(stories, made, "--background")
    story.wait_for(UP)
    assert "Everything stays up until Ctrl-C." in story.text
    second = _start(stories, made, "--once")
    assert stories.finish(second) == 1
    assert f"another demo uses {made}" in second.text
    story.process.send_signal(signal.SIGINT)
    assert stories.finish(story) == 0
    assert "Traceback" not in story.text
    assert are_gone(story.child_pids())


def test_a_gateway_that_dies_ends_it_and_is_named(stories: Stories, made: Path) -> None:
    story = _start(stories, made)
    story.wait_for(UP)
    found = re.search(r"gateway DEMO/GOV/Z99.02/GW1   process (\d+)", story.text)
    assert found is not None
    os.kill(int(found[1]), signal.SIGKILL)
    assert stories.finish(story) == 1
    assert "The demo failed: the gateway DEMO/GOV/Z99.02/GW1 ended with signal 9" in story.text
    assert are_gone(story.child_pids())


def test_sigterm_in_the_middle_ends_all_processes(stories: Stories, made: Path) -> None:
    story = _start(stories, made, "--long")
    story.wait_for(ALL_UP)
    story.process.terminate()
    assert stories.finish(story) == 130
    assert "Interrupted; all processes are ended." in story.text
    assert len(story.child_pids()) == PROCESSES
    assert are_gone(story.child_pids())


def test_a_gateway_that_cannot_open_its_log_is_shown_with_its_reason(stories: Stories, made: Path) -> None:
    (made / "commune" / "log").rename(made / "commune" / "moved")
    story = _start(stories, made, "--once")
    code = stories.finish(story)
    (made / "commune" / "moved").rename(made / "commune" / "log")
    assert code == 1
    assert "The demo failed: the gateway DEMO/GOV/Z99.01/GW1 ended with exit code 1" in story.text
    assert "  | lienthong: " in story.text


def test_a_folder_that_cannot_be_made_is_named(stories: Stories, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    story = _start(stories, tmp_path / "file" / "demo", "--once")
    assert stories.finish(story) == 1
    assert "The demo failed: [Errno 20] Not a directory" in story.text


def test_a_folder_with_something_else_is_left_alone(stories: Stories, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    story = _start(stories, tmp_path, "--once")
    assert stories.finish(story) == 1
    assert f"expected an empty folder or an earlier sandbox at {tmp_path}" in story.text
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
