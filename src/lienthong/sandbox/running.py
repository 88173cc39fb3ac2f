"""How a story of the sandbox runs, and how it ends: by itself, on Ctrl-C or SIGTERM, or with a process that died.

The story itself is a function; this is the folder that it plays in, its children, and the exit code.
"""

from __future__ import annotations

import signal
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from lienthong.kernel.errors import LienthongError
from lienthong.sandbox.children import Children
from lienthong.sandbox.federation import hold_folder
from lienthong.sandbox.screen import Screen
from lienthong.sandbox.sites import outlast_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

    from rich.console import Console

    Story: TypeAlias = Callable[[Screen, Children, Path], "Invitation"]

EXIT_FAILED: Final = 1
EXIT_INTERRUPTED: Final = 130
"""As a shell reports a program that Ctrl-C ended before its time."""

WATCH_SECONDS: Final = 0.5
"""How soon a child's death is shown while everything only stays up."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is left to the reader when a story is told: a page to begin at, served, and a line that asks a question."""

    serve_page: Callable[[], AbstractContextManager[str]]
    question: str


def run_story(console: Console, data: Path | None, story: Story, *, once: bool) -> int:
    """Tell the whole story and return the exit code: 0 when all of it held.

    `data` keeps the federation in a folder (and goes on with one that is there); without it a temporary one
    is removed at the end. Without `once` the processes stay up until Ctrl-C. To be called from the main thread: signals
    and children's leashes need it.
    """
    screen = Screen(console)
    try:
        with _signals_as_ctrl_c(), _choose_folder(data) as folder, outlast_database(folder), Children() as children:
            invitation = story(screen, children, folder)
            if not once:
                with invitation.serve_page() as address:
                    screen.head(f"Begin here, in a browser: {address}")
                    _stay_up(screen, children, invitation.question)
    except (LienthongError, OSError) as error:
        screen.say()
        screen.say(f"The demo failed: {error}")
        if data is None:
            screen.say("Run it with --data FOLDER to keep all logs.")
        return EXIT_FAILED
    except KeyboardInterrupt:
        screen.say()
        screen.say("Interrupted; all processes are ended.")
        return EXIT_INTERRUPTED
    return 0


def _stay_up(screen: Screen, children: Children, question: str) -> None:
    screen.head("Everything stays up until Ctrl-C. Ask yourself, in X-Road's REST protocol:")
    screen.say(question)
    try:
        while True:
            children.require_running()
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        screen.say()
        screen.say("Ending all processes.")


@contextmanager
def _choose_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        folder = data.absolute()
        with hold_folder(folder):
            yield folder
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-demo-") as temporary:
        yield Path(temporary)


@contextmanager
def _signals_as_ctrl_c() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the story as Ctrl-C does, so that children and the temporary folder are cleared away.

    SIGINT too: a program that a shell starts in the background inherits it as ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    earlier = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
