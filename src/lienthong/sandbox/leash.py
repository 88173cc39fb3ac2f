"""Runs a program that cannot outlive the one that started it.

`python -m lienthong.sandbox.leash PARENT PROGRAM...` asks the kernel for SIGTERM at the parent's death and
then becomes the program, under the same process number. Without it, a demo that is killed leaves gateways
behind, which hold their ports and logs. Where the system has no such request (only Linux has it), the
program runs without the leash.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
"""From Linux's prctl.h: the signal that this process gets when the thread that started it ends."""


def main() -> None:
    """Tie this process to its parent and become the program on the command line."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # A parent that died before the request sends no signal any more, but has been replaced as parent.
        if os.getppid() != parent:
            sys.exit(f"the process {parent} that started {program[0]} is gone")
    os.execv(program[0], program)  # noqa: S606 # no shell is wanted: the command line is taken as it is


if __name__ == "__main__":
    main()
