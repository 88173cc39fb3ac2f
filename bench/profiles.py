"""Where the gateways' time goes (`--profile`): cProfile around each, its hottest functions printed."""

from __future__ import annotations

import pstats
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 35


def profiled_python(output: Path) -> tuple[str, ...]:
    """Give the start of a command that runs a module under cProfile; the profile is written when it ends."""
    return (sys.executable, "-m", "cProfile", "-o", str(output))


def print_profiles(folder: Path) -> None:
    """Print the functions with most time of their own, for each profile below the folder."""
    for path in sorted(folder.rglob("*.profile")):
        print(f"\n{path.name}")
        pstats.Stats(str(path)).sort_stats("tottime").print_stats(SHOWN)
