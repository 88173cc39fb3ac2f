"""An event loop in slow motion: a test decides which turn and which thread goes on."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Turns:
    """Holds what was scheduled for the next turn of the loop, and the calls that threads have yet to do."""

    def __init__(self) -> None:
        self.calls: deque[Callable[[], None]] = deque()
        self.threads: deque[tuple[Callable[[], None], Callable[[Exception | None], None]]] = deque()

    def schedule(self, call: Callable[[], None]) -> None:
        """As `loop.call_soon`."""
        self.calls.append(call)

    def run_in_thread(self, call: Callable[[], None], then: Callable[[Exception | None], None]) -> None:
        """As a thread that nobody gives a core to until `run_thread`."""
        self.threads.append((call, then))

    def turn(self) -> None:
        """Run what was scheduled before this turn."""
        for _ in range(len(self.calls)):
            self.calls.popleft()()

    def run_thread(self) -> None:
        """Let the longest waiting thread do its call, and the loop hear of it."""
        call, then = self.threads.popleft()
        try:
            call()
        except Exception as error:  # noqa: BLE001 # handed on, as a thread's error is
            then(error)
        else:
            then(None)

    def run(self) -> None:
        """Go on until nothing is left to do."""
        while self.calls or self.threads:
            self.turn()
            if self.threads and not self.calls:
                self.run_thread()
