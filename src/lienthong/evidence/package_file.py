"""Evidence packages as files."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from lienthong.evidence.canonical_zip import MAX_ZIP_BYTES
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.package import parse_package

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_MODE: Final = 0o600
"""A package may hold personal data, so it is its owner's until they share it."""

_HARMLESS_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")


def default_name(raw: bytes) -> str:
    """Give the usual file name of a package, without the exchange's id where that is no plain name."""
    exchange = parse_package(raw).manifest.exchange
    return f"evidence-{exchange}.zip" if _HARMLESS_NAME.fullmatch(exchange) else "evidence.zip"


def write_package(path: Path, raw: bytes) -> None:
    """Write a new file, readable by its owner only; kind `package_file` if it exists or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
    except OSError as error:
        raise _file_error(path, "written", error) from error


def read_package(path: Path) -> bytes:
    """Read a file, no more of it than a package can have; kind `package_file` if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_ZIP_BYTES + 1)
    except OSError as error:
        raise _file_error(path, "read", error) from error


def _file_error(path: Path, what: str, error: OSError) -> EvidenceError:
    message = f"the package {path} cannot be {what}: {error.strerror}; name another file"
    return EvidenceError(EvidenceErrorKind.PACKAGE_FILE, message)
