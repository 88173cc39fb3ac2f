"""Stories of the sandbox as processes of their own: started, read while they run, and none left behind."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

UP = "curl "
"""Begins the last line of a story that stays up."""
PATIENCE_S = 600.0
"""The whole demo takes a minute and a half; on a machine that does much else, several."""


@dataclass
class RunningStory:
    """A running story, its output read by a thread."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read until the end."""
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def text(self) -> str:
        """All that it has said so far."""
        return "".join(self.lines)

    def wait_for(self, text: str) -> None:
        """Wait until it has said this."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            assert self.process.poll() is None, self.text
            time.sleep(0.02)

    def child_pids(self) -> list[int]:
        """Give the processes that it has named."""
        return [int(found) for found in re.findall(r"process (\d+),", self.text)]


class Stories:
    """Starts stories; leaving the block ends those that still run."""

    def __init__(self) -> None:
        self._started: list[tuple[RunningStory, threading.Thread]] = []

    def start(self, *command: str) -> RunningStory:
        """Start a program that tells one."""
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        story = RunningStory(process)
        thread = threading.Thread(target=story.read)
        thread.start()
        self._started.append((story, thread))
        return story

    def finish(self, story: RunningStory) -> int:
        """Wait for its end; gives the exit code."""
        code = story.process.wait(PATIENCE_S)
        next(thread for each, thread in self._started if each is story).join(10)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for story, thread in self._started:
            story.process.kill()
            story.process.wait(10)
            thread.join(10)
            assert story.process.stdout is not None
            story.process.stdout.close()


def are_gone(pids: list[int]) -> bool:
    """Wait until these processes have ended; False if they don't. Many end at once, each with what it has under way."""
    deadline = time.monotonic() + 60
    while any(_is_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
