"""A gateway's home as one file, taken while it runs, and a home made of it again (docs/operate.md).

Order makes it consistent: what follows from the log first, the log's files last, so that nothing in the file knows of
an entry that its log has not. A torn last batch is what a crash leaves, and opening drops it. Owns no rule about the
log that a restored home goes on with: that is a successor, by gateway/succession.py.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import tarfile
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

SEALED_KEYS: Final = "keys.sealed"
NEVER_RESTORED: Final = frozenset({"witness.sqlite", "witness.key"})
"""A witness with an older memory, or none, can be led to cosign a fork: it begins anew, with another key."""
LEFT_OUT: Final = frozenset({"run.json", "run.new", "doctor.tmp"}) | NEVER_RESTORED
"""Of the running process alone, or of a witness."""
KEY_SUFFIXES: Final = (".key", ".secret")
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_SCRYPT_COST: Final = 2**15
"""RFC 7914 with r = 8: 32 MiB and a tenth of a second for each guess."""
_SHORTEST_PASSPHRASE: Final = 12
_MAX_SEALED: Final = 1024 * 1024


class Keys(StrEnum):
    """What becomes of the home's private keys: an explicit choice each time."""

    PLAIN = "plain"
    SEALED = "sealed"
    NONE = "none"


def back_up(home: Path, file: Path, keys: Keys, passphrase: bytes = b"") -> int:
    """Write the home into a new file, 0600, and give the number of files in it. The gateway may run.

    The file gets its name when it is whole. Refused where one has the name, or the passphrase is too short.
    """
    if file.exists():
        raise _refused(f"{file} is there already: name another file")
    if keys is Keys.SEALED:
        _require_passphrase(passphrase)
    unfinished = file.with_name(file.name + ".new")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    count = 0
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        if keys is Keys.SEALED:
            _add_bytes(archive, SEALED_KEYS, _seal(_read_keys(home), passphrase))
            count += 1
        for path in _ordered_files(home, with_keys=keys is Keys.PLAIN, without={file, unfinished}):
            count += _add(archive, path, path.relative_to(home).as_posix())
        archive.close()
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.replace(file)
    return count


def unpack(file: Path, folder: Path, passphrase: bytes = b"") -> None:
    """Make a home of a backup in a new folder; it must not be served before its log is followed by another.

    Refused: a folder that is there, a name that leads out of it, anything but plain files, a wrong passphrase. Nothing
    is left then.
    """
    folder.mkdir(mode=0o700)
    try:
        with tarfile.open(file, "r:") as archive:
            for member in archive:
                content = _open_member(archive, member)
                if member.name == SEALED_KEYS:
                    _unseal_keys(folder, content.read(_MAX_SEALED), passphrase)
                else:
                    _write(folder, member.name, content)
    except BaseException as error:
        shutil.rmtree(folder)
        if isinstance(error, tarfile.TarError | EOFError):
            raise _refused(f"{file} is damaged: {error}") from error
        raise


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        raise _refused(f"{member.name!r} is not a plain file; this is no backup of ours")
    return content


def _ordered_files(home: Path, *, with_keys: bool, without: set[Path]) -> Iterator[Path]:
    """Give the files in the order in which they must be copied."""
    found = [path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink()]
    for rank in range(4):
        for path in found:
            place = path.relative_to(home)
            is_key = place.suffix in KEY_SUFFIXES
            left_out = place.name in LEFT_OUT or place.parts[0] == "spool" or place.name.endswith(("-wal", "-shm"))
            if _rank(place) == rank and not left_out and (with_keys or not is_key) and path not in without:
                yield path


def _rank(place: Path) -> int:
    """What follows from the log, then what is published of it, then what it commits to, then the log itself."""
    if place.parts[0] == "log":
        return 3 if "segments" in place.parts else 1
    return 2 if place.parts[0] == "store" else 0


def _add(archive: tarfile.TarFile, path: Path, name: str) -> int:
    """Add one file as it is now; one that is gone meanwhile was not needed any more."""
    if path.suffix == ".sqlite":
        _add_bytes(archive, name, _read_database(path))
        return 1
    try:
        with path.open("rb") as file:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
            archive.addfile(entry, file)
    except FileNotFoundError:
        return 0
    return 1


def _read_database(path: Path) -> bytes:
    """Give a copy that is whole in itself, also while another process writes."""
    source = sqlite3.connect(path, timeout=10.0)
    copy = sqlite3.connect(":memory:")
    try:
        source.backup(copy)
        return copy.serialize()
    finally:
        copy.close()
        source.close()


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _write(folder: Path, name: str, content: IO[bytes]) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or not place.parts:
        raise _refused(f"{name!r} leads out of the home; this is no backup of ours")
    path = folder / place
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


def _read_keys(home: Path) -> dict[str, bytes]:
    found = sorted(path for path in home.rglob("*") if path.suffix in KEY_SUFFIXES and not path.is_symlink())
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found if path.name not in LEFT_OUT}


def _seal(keys: dict[str, bytes], passphrase: bytes) -> bytes:
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    return salt + nonce + AESGCM(_derive(passphrase, salt)).encrypt(nonce, msgspec.msgpack.encode(keys), None)


def _unseal_keys(folder: Path, sealed: bytes, passphrase: bytes) -> None:
    salt, nonce = sealed[:_SALT_BYTES], sealed[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    try:
        plain = AESGCM(_derive(passphrase, salt)).decrypt(nonce, sealed[_SALT_BYTES + _NONCE_BYTES :], None)
    except (InvalidTag, ValueError) as error:
        raise _refused("the keys do not open: another passphrase, or the file is damaged") from error
    for name, content in msgspec.msgpack.decode(plain, type=dict[str, bytes]).items():
        _write(folder, name, io.BytesIO(content))


def _derive(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_SCRYPT_COST, r=8, p=1).derive(passphrase)


def _require_passphrase(passphrase: bytes) -> None:
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        got = f"got {len(passphrase)}" if passphrase else "got none: give its file with --passphrase-file"
        raise _refused(f"the passphrase: expected {_SHORTEST_PASSPHRASE} bytes or more, {got}")


def _refused(message: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, message)
