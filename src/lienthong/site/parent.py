"""Worker processes that end with the process that started them, however that dies."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
"""From Linux's prctl.h: the signal that this process gets when the one that started it ends."""


def follow_parent() -> None:
    """Tie this process of `multiprocessing` to its parent; elsewhere than on Linux it is left as it is."""
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # A parent that died before the request sends no signal any more, but has been replaced as parent.
    if os.getppid() != parent.pid:
        sys.exit(f"the process {parent.pid} that started this one is gone")
