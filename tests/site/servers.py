"""Database servers of tests: folders for them, processes that hold them, and a look at which still run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from lienthong.site.database_place import DATABASE_USER, find_place
from tests.database import await_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOLDER = """
import sys, time, pathlib
from lienthong.site.database import hold_server
with hold_server(pathlib.Path(sys.argv[1]), is_brief=sys.argv[2] == "brief"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def make_folder() -> Iterator[Path]:
    """Give a folder that the server's own user reaches; afterwards no server may be left in it."""
    folder = Path(tempfile.mkdtemp(prefix="lt-"))
    folder.chmod(0o755)
    try:
        yield folder / "db"
        await_end(folder / "db")
        assert find_servers(folder / "db") == []
    finally:
        for process in (*find_guards(folder / "db"), *find_servers(folder / "db")):
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(folder)


def start_holder(folder: Path, *, durable: bool = False, user: int | None = None) -> subprocess.Popen[bytes]:
    """Start a process that holds the server of `folder`; returns when it does."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), "durable" if durable else "brief"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd="/",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> None:
    """End a holder by a signal, and close its pipes."""
    process.send_signal(number)
    with process:
        process.wait()


def ask(folder: Path, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    """Run one statement in the server of `folder` and give its rows."""
    address = f"host={find_place(folder).socket} user={DATABASE_USER} dbname={database}"
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def find_servers(folder: Path) -> list[int]:
    """Give the numbers of PostgreSQL's first processes in `folder`.

    What they have just started bears their name for a moment, until it says what it is: it is none of them.
    """
    found = _find_processes(os.fsencode(folder / "data"))
    return [process for process in found if _find_parent(process) not in found]


def find_guards(folder: Path) -> list[int]:
    """Give the numbers of the guards of `folder`."""
    return [process for process in _find_processes(os.fsencode(folder)) if b"database_guard" in _command(process)]


def await_true(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds; a test that waits in vain fails here."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _find_parent(process: int) -> int:
    """Give the number of a process's parent; 0 where it has ended meanwhile."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    # Behind the name, which may hold anything, stand its state and its parent.
    return int(told.rpartition(")")[2].split()[1])


def _find_processes(word: bytes) -> list[int]:
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [number for number in numbers if word in _command(number).split(b"\0")]


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""
