from __future__ import annotations

import importlib.metadata
import subprocess
import sys


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lienthong", *arguments], capture_output=True, text=True, check=False)


def test_the_program_tells_its_version() -> None:
    done = _run("version")

    assert done.returncode == 0
    assert done.stdout.strip() == importlib.metadata.version("lienthong")


def test_without_a_command_the_program_shows_its_help() -> None:
    assert "version" in _run().stdout + _run().stderr


def test_an_unknown_command_is_refused() -> None:
    assert _run("vorsion").returncode == 2
