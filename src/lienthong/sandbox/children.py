"""The processes of a sandbox: started, watched and ended together.

A child writes what it says to a log file; when it fails, its last lines are in the error. Children run in
process groups of their own, so that Ctrl-C reaches the demo alone, which then ends them. They die
with the demo, however that dies (see `leash`), if the demo's main thread started them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, TextIO

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

START_SECONDS: Final = 30.0
"""A process that is not ready by then hangs; one needs about one second."""

STOP_SECONDS: Final = 10.0
"""How long a child may take to end by itself; after that it is killed, and recovery is its own matter."""

POLL_SECONDS: Final = 0.02

LAST_LINES: Final = 15
"""What of a failed child's log is shown: a traceback's end."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: a name for people, the command line (its first word a path), and the log file."""

    name: str
    command: tuple[str, ...]
    log: Path


@dataclass(slots=True)
class Child:
    """A started program. `is_done`: it was to end by itself, and has done so well."""

    program: Program
    process: subprocess.Popen[bytes]
    is_done: bool = False

    @property
    def pid(self) -> int:
        """The process number, also of the program itself."""
        return self.process.pid

    def require_running(self) -> None:
        """Return while the child runs; else raise `SandboxError` with the end of its log."""
        code = self.process.poll()
        if code is not None:
            message = f"{self.program.name} ended with {_describe_exit(code)}; {self._quote_log()}"
            raise SandboxError(SandboxErrorKind.CHILD, message)

    def require_ready(self, is_ready: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Wait until `is_ready()`; raises `SandboxError` when the child ends before, or takes too long."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.require_running()
            if time.monotonic() > deadline:
                message = f"{self.program.name} was not ready in {seconds:g} s; {self._quote_log()}"
                raise SandboxError(SandboxErrorKind.CHILD, message)
            time.sleep(POLL_SECONDS)

    def follow_to_end(self, say: Callable[[str], None], seconds: float) -> None:
        """Wait until a child that ends by itself has done so well, telling each line that it says meanwhile.

        Raises `SandboxError` when it ends badly or takes too long.
        """
        deadline = time.monotonic() + seconds
        with self.program.log.open(encoding="utf-8", errors="replace") as log:
            while self.process.poll() is None:
                _tell_lines(log, say)
                if time.monotonic() > deadline:
                    message = f"{self.program.name} was not done in {seconds:g} s; {self._quote_log()}"
                    raise SandboxError(SandboxErrorKind.CHILD, message)
                time.sleep(POLL_SECONDS)
            _tell_lines(log, say)
        if self.process.returncode:
            self.require_running()
        self.is_done = True

    def _quote_log(self) -> str:
        lines = self.program.log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:]
        quoted = "".join(f"\n  | {line}" for line in lines)
        return f"its log {self.program.log} ends with:{quoted}" if lines else "it logged nothing"


class Children:
    """The children of this process; leaving the context ends them all."""

    def __init__(self) -> None:
        self._children: list[Child] = []

    def start(self, program: Program) -> Child:
        """Start `program` on a leash, its output going to its log file."""
        leash = (sys.executable, "-m", "lienthong.sandbox.leash", str(os.getpid()))
        program.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with program.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 # only our own programs
                [*leash, *program.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        child = Child(program, process)
        self._children.append(child)
        return child

    def require_running(self) -> None:
        """Return while all run that are to; else raise `SandboxError` for the first that does not."""
        for child in self._children:
            if not child.is_done:
                child.require_running()

    def stop(self) -> None:
        """End all children: SIGTERM to all, and SIGKILL to one that does not end in `STOP_SECONDS`."""
        for child in self._children:
            child.process.terminate()
        while self._children:
            process = self._children.pop().process
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _tell_lines(log: TextIO, say: Callable[[str], None]) -> None:
    """Tell what was said since; a line that is only half written is told in two parts."""
    for line in log:
        say(line.rstrip())


def _describe_exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
