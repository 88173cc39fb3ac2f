from __future__ import annotations

import subprocess
import sys

from bench.processes import cpu_seconds, peak_resident_mb, resident_mb

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=sys.stdin)
child.wait()
"""
CHILD = """
import sys, time
until = time.process_time() + 0.3
while time.process_time() < until: pass
print("burnt", flush=True)
sys.stdin.read()
"""


def test_the_work_of_a_child_counts_for_its_parent() -> None:
    program = f"CHILD = {CHILD!r}\n{PARENT}"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()

        assert 0.25 < cpu_seconds([parent.pid]) < 3
        assert 5 < resident_mb(parent.pid) <= peak_resident_mb(parent.pid)

        parent.communicate()
