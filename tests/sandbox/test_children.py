"""Child processes: started, watched, ended together, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lienthong.sandbox.children import Children, Program
from lienthong.sandbox.errors import SandboxError

SLEEPER = "import time; print('ready', flush=True); time.sleep(60)"


def _make_program(folder: Path, code: str) -> Program:
    return Program("the sample", (sys.executable, "-c", code), folder / "logs" / "sample.log")


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while _is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_child_runs_until_the_context_is_left(tmp_path: Path) -> None:
    program = _make_program(tmp_path, SLEEPER)
    with Children() as children:
        child = children.start(program)
        child.require_ready(lambda: "ready" in program.log.read_text())
        children.require_running()
        assert _is_alive(child.pid)
    assert _wait_until_gone(child.pid)


def test_a_dead_child_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    program = _make_program(tmp_path, "import sys; print('no such port'); sys.exit(3)")
    with (
        Children() as children,
        pytest.raises(SandboxError, match=r"the sample ended with exit code 3; .*\n  \| no such port"),
    ):
        children.start(program).require_ready(lambda: False)


def test_a_killed_child_is_reported_with_its_signal(tmp_path: Path) -> None:
    program = _make_program(tmp_path, SLEEPER)
    with Children() as children:
        child = children.start(program)
        child.require_ready(lambda: "ready" in program.log.read_text())
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait(10)
        with pytest.raises(SandboxError, match="ended with signal 9"):
            children.require_running()


def test_a_child_that_never_gets_ready_is_given_up(tmp_path: Path) -> None:
    with (
        Children() as children,
        pytest.raises(SandboxError, match=r"was not ready in 0.1 s; it logged nothing"),
    ):
        children.start(_make_program(tmp_path, "import time; time.sleep(60)")).require_ready(lambda: False, seconds=0.1)


def test_ctrl_c_at_the_terminal_does_not_reach_the_children(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start(_make_program(tmp_path, SLEEPER))
        assert os.getpgid(child.pid) != os.getpgid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent_code = f"""
import sys, time
from pathlib import Path
from lienthong.sandbox.children import Children, Program
log = Path({str(tmp_path)!r}, "sample.log")
child = Children().start(Program("sample", (sys.executable, "-c", {SLEEPER!r}), log))
child.require_ready(lambda: "ready" in log.read_text())
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _is_alive(pid)
        parent.kill()
    assert _wait_until_gone(pid)


def test_a_program_whose_parent_is_gone_does_not_start(tmp_path: Path) -> None:
    leash = [sys.executable, "-m", "lienthong.sandbox.leash", "1", sys.executable, "-c", SLEEPER]
    result = subprocess.run(leash, capture_output=True, text=True, timeout=20, check=False, cwd=tmp_path)
    assert result.returncode == 1
    assert "the process 1 that started" in result.stderr
    assert "ready" not in result.stdout
