"""The guard of our own database server: a process that keeps it while anybody holds it.

`python -m lienthong.site.database_guard FOLDER FD` starts PostgreSQL and serves the socket `hold`. Each open connection
to it is a process that needs the server; the first is the socket pair's end `FD`. When the last one closes (a process
that is killed closes too), the server is shut down fast and the guard ends. If the guard itself is killed, the
kernel sends PostgreSQL the same signal. So no server outlives those who use it, and none of them is its owner: web and
worker of both roles share one server, whichever starts or ends first.

It says one JSON line per step to its holders: `busy`, `starting`, `ready`, `failed`.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from lienthong.site.database_place import (
    DATABASE_USER,
    SOCKET_NAME,
    Account,
    Place,
    find_account,
    find_place,
    find_programs,
    make_folder,
    make_inner_folders,
)
from lienthong.site.errors import SiteError, SiteErrorKind

MAJOR: Final = "18"
"""PostgreSQL's major version: another one's data has to be carried over, it cannot just be opened."""

FORMER_SERVER_SECONDS: Final = 60.0
"""How long a server whose guard was killed may take to shut down before we say that it is in the way."""

TELL_EVERY_SECONDS: Final = 3.0
"""A long recovery says that it goes on."""

LOOK_SECONDS: Final = 0.02
RESTART_SECONDS: Final = 0.2

STILL_IN_USE: Final = "pre-existing shared memory block"
"""PostgreSQL's words for a former server whose first process is dead while others still end."""

PR_SET_PDEATHSIG: Final = 1

IS_BRIEF: Final = "brief"
"""The word after FD for a server whose data nobody will miss (tests): nothing is synced to disk."""


def main() -> None:
    """Guard one server until nobody holds it. Who starts us waits only until we are a process of our own."""
    if os.fork():
        os._exit(0)
    os.setsid()
    place, first = find_place(Path(sys.argv[1])), socket.socket(fileno=int(sys.argv[2]))
    try:
        _Guard(place, find_account(), first, is_brief=IS_BRIEF in sys.argv[3:]).run()
    except SiteError as error:
        _say(first, "failed", error.message)
    except Exception as error:  # noqa: BLE001 # nobody reads this process's standard error: the holder is told instead
        _say(first, "failed", f"{type(error).__name__}: {error}")


class _Guard:
    """One server and its holders."""

    def __init__(self, place: Place, account: Account, first: socket.socket, *, is_brief: bool) -> None:
        self._place = place
        self._account = account
        self._is_brief = is_brief
        self._holders = {first}
        self._selector = selectors.DefaultSelector()
        self._selector.register(first, selectors.EVENT_READ)
        self._told_at = 0.0
        self._is_ready = False

    def run(self) -> None:
        """Take the lock, start the server, keep it while it is held, and shut it down."""
        make_folder(self._place, self._account)
        # Held until this process ends, however it ends.
        lock = os.open(self._place.lock, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._tell("busy", "another guard is starting or ending")
            return
        make_inner_folders(self._place, self._account)
        signal.signal(signal.SIGTERM, self._leave)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # What a killed guard left behind leads nowhere: the lock says that nobody listens on it.
        self._place.hold.unlink(missing_ok=True)
        door = socket.socket(socket.AF_UNIX)
        door.bind(str(self._place.hold))
        door.listen(64)
        self._selector.register(door, selectors.EVENT_READ)
        try:
            self._serve(door)
        finally:
            self._place.hold.unlink(missing_ok=True)
            door.close()

    def _serve(self, door: socket.socket) -> None:
        programs = find_programs(self._place, self._account)
        self._prepare_data(programs)
        self._await_former()
        deadline = time.monotonic() + FORMER_SERVER_SECONDS
        is_kept = False
        while not is_kept:
            server = self._start(programs)
            try:
                is_kept = self._keep(server, door, deadline)
            finally:
                self._stop(server)
            # A former server's last processes still end; the file that says so is PostgreSQL's own.
            time.sleep(0 if is_kept else RESTART_SECONDS)

    def _prepare_data(self, programs: Path) -> None:
        """Make the data folder at the first start: aside, then renamed, so that it is whole or not there."""
        if self._place.data.exists():
            self._require_version()
            return
        self._tell("starting", f"making the database in {self._place.folder}")
        unfinished = self._place.data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._account.own(unfinished)
        command: list[str | Path] = [programs / "initdb", "--pgdata", unfinished, "--username", DATABASE_USER]
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=trust"]
        if self._is_brief:
            command.append("--no-sync")
        done = self._run(command)
        if done.returncode:
            raise SiteError(SiteErrorKind.SERVER, f"initdb failed: {done.stdout.decode(errors='replace').strip()}")
        unfinished.rename(self._place.data)
        folder = os.open(self._place.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _run(self, command: list[str | Path]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 # fixed words and our own paths
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            user=self._account.uid,
            group=self._account.gid,
            extra_groups=self._account.groups,
        )

    def _require_version(self) -> None:
        try:
            found = (self._place.data / "PG_VERSION").read_text("ascii").strip()
        except OSError as error:
            message = f"{self._place.data} is not a data folder of PostgreSQL (no PG_VERSION); move it away"
            raise SiteError(SiteErrorKind.DATA_VERSION, message) from error
        if found != MAJOR:
            message = (
                f"{self._place.data} is of PostgreSQL {found}, this program brings {MAJOR}; dump it with the release "
                "of Lienthong that made it, and load it into a new data folder"
            )
            raise SiteError(SiteErrorKind.DATA_VERSION, message)

    def _await_former(self) -> None:
        """A server whose guard was killed is shutting down; it must be gone before ours opens its data."""
        deadline = time.monotonic() + FORMER_SERVER_SECONDS
        while (former := self._find_former()) is not None:
            if time.monotonic() > deadline:
                message = f"a PostgreSQL server (process {former}) still has {self._place.data}; end it with SIGINT"
                raise SiteError(SiteErrorKind.SERVER, message)
            self._tell_now_and_then("waiting for the former server to end")
            time.sleep(LOOK_SECONDS)
        # Names the dead server too. The folder is private and the lock is ours: nobody else can be on this socket.
        (self._place.socket / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _find_former(self) -> int | None:
        """Give the live PostgreSQL of our data folder; a number taken over by another program does not count."""
        try:
            former = int(self._pid_file.read_text().split("\n", 1)[0])
            command = Path(f"/proc/{former}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        if not command:
            self._disown(former)
        return former if os.fsencode(self._place.data) in command.split(b"\0") else None

    def _disown(self, former: int) -> None:
        """Take a dead server's number out of its file.

        Its entry in the table of processes stays until somebody reaps it, in a container perhaps never, and PostgreSQL
        would take it for alive. Our own number it passes over, being its parent's, and still checks that no process of
        the dead one uses the shared memory named beside it.
        """
        lines = self._pid_file.read_text().split("\n")
        if lines[0] == str(former):
            self._pid_file.write_text("\n".join((str(os.getpid()), *lines[1:])))

    @property
    def _pid_file(self) -> Path:
        return self._place.data / "postmaster.pid"

    def _start(self, programs: Path) -> subprocess.Popen[bytes]:
        self._tell("starting", f"starting PostgreSQL in {self._place.folder}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._place.socket),
            "unix_socket_permissions": "0700",
            "logging_collector": "on",
            "log_directory": str(self._place.log),
            "log_filename": "postgresql-%a.log",
            "log_truncate_on_rotation": "on",
            "log_rotation_age": "1d",
            # Statements' values are people's data; they stay out of the log, and so do refused rows.
            "log_error_verbosity": "terse",
            "log_parameter_max_length_on_error": "0",
            "max_connections": "200",
            "timezone": "UTC",
            **({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"} if self._is_brief else {}),
        }
        options: list[str | Path] = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self._place.log / "start.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 # fixed words and our own paths
                [programs / "postgres", "-D", self._place.data, *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd="/",
                env=_environment(),
                preexec_fn=_follow_to_death,  # noqa: PLW1509 # this process has one thread
                user=self._account.uid,
                group=self._account.gid,
                extra_groups=self._account.groups,
            )

    def _keep(self, server: subprocess.Popen[bytes], door: socket.socket, deadline: float) -> bool:
        """Serve until nobody holds the server or it ends by itself; False: it is to be started again."""
        while self._holders:
            if server.poll() is not None:
                said = self._quote_log()
                if not self._is_ready and STILL_IN_USE in said and time.monotonic() < deadline:
                    return False
                self._tell("failed", f"PostgreSQL ended with code {server.returncode}; {said}")
                return True
            if not self._is_ready and self._is_up(server):
                self._is_ready = True
                self._tell("ready", "")
            elif not self._is_ready:
                self._tell_now_and_then("PostgreSQL recovers what a crash left; this has no time limit")
            for key, _ in self._selector.select(1.0 if self._is_ready else LOOK_SECONDS):
                if key.fileobj is door:
                    self._welcome(door)
                else:
                    self._let_go(key.fileobj)
        # Nobody new comes in while it shuts down; who is in the queue sees the end and starts a guard of its own.
        self._place.hold.unlink(missing_ok=True)
        door.close()
        return True

    def _is_up(self, server: subprocess.Popen[bytes]) -> bool:
        """Read the state as pg_ctl does: the last line of postmaster.pid, written by this very server."""
        try:
            lines = self._pid_file.read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 # as pg_ctl

    def _welcome(self, door: socket.socket) -> None:
        holder, _ = door.accept()
        self._holders.add(holder)
        self._selector.register(holder, selectors.EVENT_READ)
        _say(holder, "ready" if self._is_ready else "starting", "PostgreSQL is starting")

    def _let_go(self, fileobj: object) -> None:
        """A holder never says anything: what can be read is its end."""
        for holder in [holder for holder in self._holders if holder is fileobj]:
            self._selector.unregister(holder)
            self._holders.discard(holder)
            holder.close()

    def _leave(self, number: int, frame: object) -> None:
        """SIGTERM: as if nobody held the server any more."""
        del number, frame
        for holder in tuple(self._holders):
            self._let_go(holder)

    def _stop(self, server: subprocess.Popen[bytes]) -> None:
        """Fast shutdown: open transactions are rolled back, the data is left clean. It takes as long as it takes."""
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            server.wait()

    def _tell(self, state: str, message: str) -> None:
        for holder in self._holders:
            _say(holder, state, message)
        self._told_at = time.monotonic()

    def _tell_now_and_then(self, message: str) -> None:
        if time.monotonic() - self._told_at > TELL_EVERY_SECONDS:
            self._tell("starting", message)

    def _quote_log(self) -> str:
        """Give the last lines of the newest log file."""
        newest = max(self._place.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines = newest.read_text("utf-8", "replace").splitlines()[-8:]
        return "".join((f"its log {newest} ends with:", *(f"\n  | {line}" for line in lines)))


def _follow_to_death() -> None:
    """Between fork and exec: ask for a fast shutdown at the guard's death, and for files of its own alone."""
    os.umask(0o077)
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _environment() -> dict[str, str]:
    """Give the server nothing of ours: no PG* variable, no secret."""
    return {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}


def _say(holder: socket.socket, state: str, message: str) -> None:
    try:
        holder.sendall(json.dumps({"state": state, "message": message}).encode() + b"\n")
    except OSError:
        # It has gone; the next look lets it go.
        return


if __name__ == "__main__":
    main()
