from __future__ import annotations

import sys

import pytest

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.scanning import CommandScanner, NoScanner

LOOKS_FOR_A_WORD = "import sys; sys.exit(1 if b'EICAR' in sys.stdin.buffer.read() else 0)"


def test_a_command_decides_by_its_exit_status() -> None:
    scanner = CommandScanner((sys.executable, "-I", "-c", LOOKS_FOR_A_WORD))
    scanner.require_clean(b"a paper")
    with pytest.raises(DocumentError) as caught:
        scanner.require_clean(b"an EICAR paper")
    assert caught.value.kind is DocumentErrorKind.UNSAFE


@pytest.mark.parametrize("command", [("/nonexistent/scanner",), (sys.executable, "-I", "-c", "raise SystemExit(2)")])
def test_a_scan_that_cannot_be_made_takes_nothing(command: tuple[str, ...]) -> None:
    with pytest.raises(DocumentError) as caught:
        CommandScanner(command).require_clean(b"a paper")
    assert caught.value.kind is DocumentErrorKind.NOT_SCANNED


def test_without_a_scanner_everything_passes() -> None:
    NoScanner().require_clean(b"an EICAR paper")
