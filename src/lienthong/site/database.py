"""Our own database server as its users see it: hold it, and it runs.

`hold_server(folder)` starts PostgreSQL 18 there or joins a server that runs already, waits until it answers (a
recovery has no time limit), and keeps it until the hold is released or this process ends, in whatever way. See
`database_guard.py` for who keeps it meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, Self

import psycopg
from psycopg import sql

from lienthong.site.database_guard import IS_BRIEF
from lienthong.site.database_place import DATABASE_USER, Place, find_place
from lienthong.site.errors import SiteError, SiteErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

RETRY_SECONDS: Final = 0.05
"""Between looks while another guard is just starting or ending."""


class Hold:
    """One process's hold on a server; leaving the context releases it."""

    def __init__(self, place: Place, line: socket.socket) -> None:
        self.place = place
        self._line = line
        self._is_released = False

    def watch(self, on_end: Callable[[], None]) -> None:
        """Call `on_end`, from a thread of its own, when the server ends although it is held."""

        def look() -> None:
            with contextlib.suppress(OSError):
                while self._line.recv(4096):
                    pass
            if not self._is_released:
                on_end()

        threading.Thread(target=look, name="database hold", daemon=True).start()

    def release(self) -> None:
        """Let the server end unless somebody else holds it."""
        self._is_released = True
        with contextlib.suppress(OSError):
            # Wakes the thread that watches.
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def hold_server(folder: Path, say: Callable[[str], None] = lambda _: None, *, is_brief: bool = False) -> Hold:
    """Start the server of `folder` or join it, and return when it answers; raises `SiteError` if it cannot.

    `say` is told each step in a sentence. `is_brief` is for data that nobody will miss: nothing is synced to disk.
    """
    place = find_place(folder)
    while True:
        joined = _join(place)
        line = joined or _start_guard(place, is_brief=is_brief)
        try:
            state = _await_ready(line, say)
        except SiteError:
            line.close()
            raise
        if state == "ready":
            return Hold(place, line)
        line.close()
        if state == "ended" and joined is None:
            raise SiteError(SiteErrorKind.SERVER, f"the guard of the database server in {place.folder} was killed")
        # Another guard is starting or ending.
        time.sleep(RETRY_SECONDS)


def ensure_database(place: Place, name: str) -> None:
    """Make a database in a held server unless it is there."""
    address = f"host={place.socket} user={DATABASE_USER} dbname=postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if found is None:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                # The web process and the worker started together.
                return


def _join(place: Place) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(place.hold))
    except (FileNotFoundError, ConnectionRefusedError):
        line.close()
        return None
    return line


def _start_guard(place: Place, *, is_brief: bool) -> socket.socket:
    """Start a guard that nobody waits for: it becomes a process of its own, and ends when nobody holds it."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "lienthong.site.database_guard", str(place.folder), str(theirs.fileno())]
    with theirs:
        subprocess.run(  # noqa: S603 # our own module
            [*command, *([IS_BRIEF] if is_brief else [])],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
    return ours


def _await_ready(line: socket.socket, say: Callable[[str], None]) -> str:
    """Follow what the guard says until it is `ready`, `busy` with another start, or has `ended`."""
    with line.makefile("rb") as words:
        for word in words:
            said = json.loads(word)
            if said["state"] == "failed":
                raise SiteError(SiteErrorKind.SERVER, f"the database server cannot start: {said['message']}")
            if said["state"] in {"ready", "busy"}:
                return str(said["state"])
            say(said["message"])
    return "ended"
