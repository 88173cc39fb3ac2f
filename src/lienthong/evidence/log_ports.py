"""What a log is given: the ways into its surroundings, and its sizes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lienthong.evidence.files import SystemFiles
from lienthong.evidence.writer import SEGMENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.evidence.files import Files
    from lienthong.evidence.publisher import RunInThread
    from lienthong.evidence.recovery import RecordCheck

MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
"""Where a batch is cut: a quarter of a segment, and some ten milliseconds of writing."""


@dataclass(frozen=True, slots=True)
class LogPorts:
    """What a log needs from its surroundings.

    `schedule` runs a call in the next turn of the loop (`loop.call_soon`). `on_failure` is called once, after
    all waiting callers were told, and is to end the process. `run_in_thread(call, then)` starts `call` in a
    thread at once, whatever else runs, and calls `then` in the loop's thread with its error or None; without
    it everything runs in the loop. `check_record(leaf, record)` tests an erasable record at opening. `give_way` lets
    whoever else is ready to run on this processor go first.
    """

    schedule: Callable[[Callable[[], None]], object]
    on_failure: Callable[[Exception], None]
    run_in_thread: RunInThread | None = None
    check_record: RecordCheck | None = None
    files: Files = field(default_factory=SystemFiles)
    give_way: Callable[[], None] = os.sched_yield


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Sizes in bytes; `sync_in_thread` None leaves the choice to how long syncs take."""

    segment_bytes: int = SEGMENT_BYTES
    max_batch_bytes: int = MAX_BATCH_BYTES
    sync_in_thread: bool | None = None
