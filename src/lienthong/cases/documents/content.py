"""What a file is, by its first bytes: never by its name or by what the browser says of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_UPLOAD_BYTES: Final = 20 * 1024 * 1024
"""Of one file as it is handed in: a scan of ten pages in colour has about half."""

MOST_PAGES: Final = 200
"""Of a PDF that is handed in; an officer has to read them."""

MOST_POINTS: Final = 60_000_000
"""Of a picture: the largest that phones take are near 50 million. More is a bomb for the memory."""

MOST_EDGE: Final = 5_000
"""Points of a kept picture's longer side: an A4 page at 400 points per inch. Larger ones are made smaller."""


class FileKind(StrEnum):
    """The types of files that are taken and kept."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


class Incoming(StrEnum):
    """The types of files that are taken; WebP is kept as JPEG or PNG."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


MEDIA_TYPES: Final[Mapping[FileKind, str]] = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
}

ENDINGS: Final[Mapping[FileKind, str]] = {FileKind.PDF: ".pdf", FileKind.JPEG: ".jpg", FileKind.PNG: ".png"}

_SIGNATURES: Final = (
    (b"%PDF-", Incoming.PDF),
    (b"\xff\xd8\xff", Incoming.JPEG),
    (b"\x89PNG\r\n\x1a\n", Incoming.PNG),
)


def read_kind(content: bytes) -> Incoming:
    """Give the type that the content begins as; WRONG_TYPE for any other."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Incoming.WEBP
    message = "the file is no PDF, JPEG, PNG or WebP by its content; hand in one of these, such as a scan or a photo"
    raise DocumentError(DocumentErrorKind.WRONG_TYPE, message)
