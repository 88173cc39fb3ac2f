from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_PROGRAM = """
import resource
from lienthong.exchange.gateway.memory import limit_heap

def resident_mb():
    with open("/proc/self/statm") as status:
        return int(status.read().split()[1]) * resource.getpagesize() / 2**20

if {limited}:
    limit_heap()
before = resident_mb()
for _ in range(3):
    segment = bytes(b"x" * 2**24)
    kept = bytes(b"y" * 2**12)
    del segment
print(resident_mb() - before)
"""


def _kept_mb(*, limited: bool) -> float:
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(limited=limited)], capture_output=True, text=True, check=True
    )
    return float(ran.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc is told how to hold memory")
def test_large_pieces_go_back_to_the_system_when_they_are_freed() -> None:
    assert _kept_mb(limited=True) < 4
