"""What a gateway's process asks of its memory: give large pieces back, and do not look at what stays."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

LARGE_BYTES: Final = 1024 * 1024
"""A piece of this size or more comes from the system and goes back when it is freed: segments are read in one piece."""
KEPT_BYTES: Final = 4 * 1024 * 1024
"""So much of what is free at a heap's end stays: else the system has to clear each page anew for the next bodies."""
ARENAS: Final = 2
"""Heaps of the C library: the loop's, and one for all threads, which only write and sync."""

_TRIM_THRESHOLD: Final = -1  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's malloc.h
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8


def limit_heap() -> None:
    """Tell glibc how to hold memory; with another C library nothing is told, and more may be held than is used.

    By itself glibc keeps pieces up to 32 MiB once one was freed: some 30 MB of a gateway that has just started.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(_ARENA_MAX, ARENAS)


def settle_memory() -> None:
    """What is there now stays: the collector need not look at it again, and messages leave no cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
