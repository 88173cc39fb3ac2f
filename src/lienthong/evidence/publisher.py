"""Publication just behind the log: keeps what is not published yet, and hands it to a thread in one piece."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lienthong.evidence.tile_names import TILE_WIDTH
from lienthong.evidence.tiles import Publication, plan_publication, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import TypeAlias

    from lienthong.evidence.files import Files
    from lienthong.evidence.nodes import Nodes
    from lienthong.evidence.recovery import Recovered

    RunInThread: TypeAlias = Callable[[Callable[[], None], Callable[[Exception | None], None]], None]


def run_at_once(call: Callable[[], None], then: Callable[[Exception | None], None]) -> None:
    """Run in the caller's thread: the `RunInThread` of a log that was given none."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 # handed on, as a thread's error is
        then(error)
    else:
        then(None)


class Publisher:
    """Publishes one stretch of the log at a time, in a thread; its methods belong to the log's thread.

    `size` is the published size. Memory holds the statements from the last bundle on, and the nodes likewise.
    """

    def __init__(self, files: Files, folder: Path, found: Recovered) -> None:
        self.size = found.published.size
        self.is_running = False
        self._files = files
        self._folder = folder
        self._durable = {folder}
        self._nodes: Nodes = found.nodes
        self._statements = found.statements

    def add(self, statements: Iterable[bytes]) -> None:
        """Take note of entries that have become durable."""
        self._statements.extend(statements)

    def start(self, size: int, note: bytes, run: RunInThread, on_failure: Callable[[Exception], None]) -> None:
        """Publish up to `size` entries under their signed checkpoint; only if nothing is running."""
        self.is_running = True
        plan = plan_publication(self.size, size, note, self._nodes, list(self._statements))
        call = partial(publish, self._files, self._folder, plan, self._durable)
        run(call, partial(self._end, plan, on_failure))

    def _end(self, plan: Publication, on_failure: Callable[[Exception], None], error: Exception | None) -> None:
        """Forget what can now be read from the tiles."""
        self.is_running = False
        if error is not None:
            on_failure(error)
            return
        self.size = plan.new
        self._nodes.forget(plan.new)
        del self._statements[: (plan.new // TILE_WIDTH - plan.old // TILE_WIDTH) * TILE_WIDTH]
