"""Replacing a small file so that a crash leaves the old one or the new one, whole, and the new one once this returns.

For what is written rarely and must not be lost: settings, heads, certificates, metadata. The log has its own way
(`evidence/files.py`), and what can be made again is written without waiting for the disk.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PRIVATE: Final = 0o600


def replace_file(path: Path, content: bytes, mode: int = PRIVATE, sync: Callable[[int], None] = os.fsync) -> None:
    """Replace a file's content, and wait until it and its name are on the disk (`sync`); OSError where that fails.

    A crash before the last step leaves the old file, and a `.NAME.new` beside it, which the next write replaces.
    """
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        sync(descriptor)
    unfinished.replace(path)
    sync_folder(path.parent, sync)


def sync_folder(folder: Path, sync: Callable[[int], None] = os.fsync) -> None:
    """Wait until a folder's names are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
