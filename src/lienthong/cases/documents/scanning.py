"""The scan of files for harmful content: none by default, or a command that the site names.

The command gets the file on its standard input and ends with 0 for clean and 1 for found, as `clamdscan -` does;
anything else means that it could not look, and then the file is not taken.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Final, Protocol

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

MOST_SCAN_SECONDS: Final = 60
"""Until a scan is given up; the person is told to come back."""

CLEAN: Final = 0
FOUND: Final = 1


class Scanner(Protocol):
    """Looks into a file before it is kept."""

    def require_clean(self, content: bytes) -> None:
        """Raise UNSAFE for what it finds, NOT_SCANNED if it cannot look."""


@dataclass(frozen=True, slots=True)
class NoScanner:
    """The default: no scan. Pictures are drawn anew and PDF files that act are refused in any case."""

    def require_clean(self, content: bytes) -> None:
        """Take everything."""


@dataclass(frozen=True, slots=True)
class CommandScanner:
    """Asks a program, such as `("clamdscan", "--no-summary", "-")`."""

    command: tuple[str, ...]

    def require_clean(self, content: bytes) -> None:
        """Run the program with the file on its standard input."""
        try:
            ended = subprocess.run(  # noqa: S603 # the operator's own setting, without a shell
                self.command,
                input=content,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=MOST_SCAN_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise self._not_scanned(str(error)) from error
        if ended.returncode == FOUND:
            message = "the scan found something harmful in the file; hand in a clean copy"
            raise DocumentError(DocumentErrorKind.UNSAFE, message)
        if ended.returncode != CLEAN:
            raise self._not_scanned(f"it ended with {ended.returncode}")

    def _not_scanned(self, reason: str) -> DocumentError:
        message = f"the scan {self.command[0]!r} could not look into the file ({reason}); hand it in again later"
        return DocumentError(DocumentErrorKind.NOT_SCANNED, message)
