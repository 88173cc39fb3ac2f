"""From a file to its text: TXT, DOCX and PDF with a text layer. Marks of secrecy are looked for first, in all of it.

Everything happens in memory. A file is refused when it is larger than the limits, damaged, locked, or without text.
"""

from __future__ import annotations

import codecs
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.progress import tell_nobody
from lienthong.delivery.reading.secrecy import require_no_mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.delivery.progress import Tell

FILE_BYTES: Final = 50 * 1024 * 1024
"""A larger file is no document to read; a congress's collected papers have 20 MB."""
_MEGABYTE: Final = 1024 * 1024
TEXT_CHARACTERS: Final = 5_000_000
"""About two thousand pages."""

_NEEDS_EXTRA: Final = (
    "DOCX and PDF are read with the extra `figures`, which is not installed: install lienthong[figures]"
)


def extract_text(name: str, content: bytes, tell: Tell = tell_nobody) -> str:
    """Give the text of a file; raises `SECRET_DOCUMENT`, and `UNREADABLE_DOCUMENT` for what is no text."""
    require_no_mark(name, ())
    if len(content) > FILE_BYTES:
        raise refuse_size(len(content))
    suffix = PurePath(name).suffix.lower()
    if (extract := _BY_SUFFIX.get(suffix)) is None:
        raise refuse_file(f"expected .txt, .docx or .pdf, got {suffix or 'no ending'!r}: save it as one of these")
    text, hidden = extract(content, tell)
    tell("looking for marks of secrecy", 0, None)
    require_no_mark(name, (text, *hidden))
    if len(text) > TEXT_CHARACTERS:
        raise refuse_file(f"expected at most {TEXT_CHARACTERS} characters, got {len(text)}: give a part of it")
    if not any(character.isalnum() for character in text):
        raise refuse_file("expected text, got none: it is empty, or a scan without a text layer; run OCR on it first")
    return text


def refuse_size(size: int) -> DeliveryError:
    """Make the error for a file that is too large; the command makes it before it reads the file at all."""
    told = f"{FILE_BYTES // _MEGABYTE} MB, got {-(-size // _MEGABYTE)} MB"
    return refuse_file(f"expected at most {told}: give the part that is to be read")


def refuse_file(message: str) -> DeliveryError:
    """Make the error for a file that cannot be read."""
    return DeliveryError(DeliveryErrorKind.UNREADABLE_DOCUMENT, f"document: {message}")


def _extract_plain(content: bytes, _tell: Tell) -> tuple[str, list[str]]:
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_wide else "utf-8-sig"), []
    except UnicodeDecodeError as error:
        # Old encodings of Vietnamese (TCVN3, VNI) would be read as other words, a mark of secrecy too.
        raise refuse_file("expected text in UTF-8, got other bytes: save it as Unicode first") from error


def _extract_docx(content: bytes, tell: Tell) -> tuple[str, list[str]]:
    try:
        from lienthong.delivery.reading.docx_text import extract_docx  # noqa: PLC0415 # an extra; TXT does without
    except ModuleNotFoundError as error:
        raise refuse_file(_NEEDS_EXTRA) from error
    return extract_docx(content, tell)


def _extract_pdf(content: bytes, tell: Tell) -> tuple[str, list[str]]:
    try:
        from lienthong.delivery.reading.pdf_text import extract_pdf  # noqa: PLC0415 # an extra; TXT does without
    except ModuleNotFoundError as error:
        raise refuse_file(_NEEDS_EXTRA) from error
    return extract_pdf(content, tell)


_BY_SUFFIX: Final[dict[str, Callable[[bytes, Tell], tuple[str, list[str]]]]] = {
    ".txt": _extract_plain,
    ".docx": _extract_docx,
    ".pdf": _extract_pdf,
}
"""Each gives the text to read, and further texts in which only marks of secrecy are looked for."""
