"""Making a log's folder, and holding it against a second writer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles, list_names, make_folders
from lienthong.evidence.segment import SEGMENT_SUFFIX, SEGMENTS_FOLDER, segment_name
from lienthong.evidence.writer import NEXT_SEGMENT, make_segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.files import Files

LOCK_FILE: Final = "lock"


def lock_log(files: Files, folder: Path) -> int:
    """Take the log's lock and give its open file, which holds it; kind `log_locked` if another has it."""
    path = folder / LOCK_FILE
    try:
        descriptor = files.open(path)
    except FileNotFoundError as error:
        expected = f"{LOCK_FILE} and {SEGMENTS_FOLDER}/"
        message = f"there is no log in {folder}: expected {expected}; is this the right folder?"
        raise EvidenceError(EvidenceErrorKind.LOG_MISSING, message) from error
    try:
        files.lock(descriptor)
    except BlockingIOError as error:
        files.close(descriptor)
        message = f"another process writes to the log in {folder}; stop that gateway first"
        raise EvidenceError(EvidenceErrorKind.LOG_LOCKED, message) from error
    return descriptor


@contextmanager
def hold_log(folder: Path) -> Iterator[None]:
    """Hold a log's lock, so that no gateway writes to it meanwhile; kind `log_locked` if one does."""
    files = SystemFiles()
    descriptor = lock_log(files, folder)
    try:
        yield
    finally:
        files.close(descriptor)


def is_locked(files: Files, folder: Path) -> bool:
    """Say whether a process has the log open to write it. A folder where that cannot be known counts as at rest."""
    try:
        descriptor = files.open(folder / LOCK_FILE)
    except OSError:
        return False
    try:
        files.lock(descriptor)
    except BlockingIOError:
        return True
    finally:
        files.close(descriptor)
    return False


def make_log(files: Files, folder: Path, start: bytes, segment_bytes: int) -> None:
    """Make the folder and the first segment, which starts with the bytes `start`.

    The segment gets its name last, so a crash leaves no log, and making it again starts from nothing.
    """
    segments = folder / SEGMENTS_FOLDER
    if any(name.endswith(SEGMENT_SUFFIX) for name in list_names(files, segments)):
        message = f"expected no log in {folder}, found segments; choose another folder, or open this log"
        raise EvidenceError(EvidenceErrorKind.LOG_EXISTS, message)
    make_folders(files, folder)
    make_folders(files, segments)
    if LOCK_FILE not in files.names(folder):
        files.close(files.open(folder / LOCK_FILE, create=True))
    files.sync_folder(folder)
    make_segment(files, segments / NEXT_SEGMENT, max(segment_bytes, len(start)), start)
    files.replace(segments / NEXT_SEGMENT, segments / segment_name(0))
    files.sync_folder(segments)
