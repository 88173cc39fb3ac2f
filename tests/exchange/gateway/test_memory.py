from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_SEGMENTS = """
import resource
from lienthong.exchange.gateway.memory import limit_heap

def resident_mb():
    with open("/proc/self/statm") as status:
        return int(status.read().split()[1]) * resource.getpagesize() / 2**20

limit_heap()
before = resident_mb()
for _ in range(3):
    segment = bytes(b"x" * 2**24)
    kept = bytes(b"y" * 2**12)
    del segment
print(resident_mb() - before)
"""
_BODIES = """
import resource
from lienthong.exchange.gateway.memory import limit_heap

limit_heap()
faults = []
for _ in range(20):
    bodies = [bytes(b"x" * 100_000) for _ in range(20)]
    del bodies
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print(faults[-1] - faults[9])
"""

only_glibc = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc is told how to hold memory"
)


def _run(program: str) -> float:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(ran.stdout)


@only_glibc
def test_large_pieces_go_back_to_the_system_when_they_are_freed() -> None:
    assert _run(_SEGMENTS) < 4


@only_glibc
def test_bodies_that_come_and_go_find_their_memory_there() -> None:
    assert _run(_BODIES) < 100
