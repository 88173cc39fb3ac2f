"""Which PDF files are taken: those that only show something.

Refused are encrypted files, scripts, actions that start programs or reach out, and files within the file. The bytes
stay as they came, so that signatures in them stay valid. Runs in the process that `inspecting` seals off, because a
PDF can be made to unpack into far more than it has.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.cases.documents.content import MOST_PAGES
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_OBJECTS: Final = 200_000
"""Of one file; a book of 200 pages has a tenth."""

FORBIDDEN_KEYS: Final = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/RichMediaContent"})
"""Scripts, files within the file, and forms and media that carry their own programs. PDF 32000-1: 7.11, 12.6, 12.7."""

FORBIDDEN_ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToE", "/GoToR", "/RichMediaExecute"}
)
"""Kinds of actions (PDF 32000-1, table 198) that act beyond the page that is read."""


def verify_pdf(content: bytes) -> int:
    """Give the number of pages; raise for a file that cannot be read or that would act by itself."""
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            message = "the PDF is encrypted or protected by a password; hand in a copy without it"
            raise DocumentError(DocumentErrorKind.UNSAFE, message)
        pages = int(reader.root["/Pages"]["/Count"])
        _verify_objects(reader)
    except (PdfError, KeyError, ValueError, TypeError, IndexError, RecursionError, OSError, AttributeError) as error:
        message = f"the file begins as PDF but cannot be read as one ({error}); hand in another copy"
        raise DocumentError(DocumentErrorKind.UNREADABLE, message) from error
    if not 0 < pages <= MOST_PAGES:
        message = f"the PDF has {pages} pages, between 1 and {MOST_PAGES} are taken; hand it in in parts"
        raise DocumentError(DocumentErrorKind.TOO_LARGE, message)
    return pages


def _verify_objects(reader: PdfFileReader) -> None:
    for count, value in enumerate(_reachable(reader)):
        if count > MOST_OBJECTS:
            message = f"the PDF has more than {MOST_OBJECTS} objects; print it to a new PDF and hand that in"
            raise DocumentError(DocumentErrorKind.TOO_LARGE, message)
        if isinstance(value, generic.DictionaryObject):
            _verify_dictionary(value)


def _verify_dictionary(value: generic.DictionaryObject) -> None:
    found = FORBIDDEN_KEYS & {str(key) for key in value}
    action = value.raw_get("/S") if "/S" in value else None
    if isinstance(action, generic.NameObject) and str(action) in FORBIDDEN_ACTIONS:
        found |= {str(action)}
    if found:
        message = (
            f"the PDF holds {', '.join(sorted(found))}: something that acts by itself or a file within the file; "
            "print it to a new PDF and hand that in"
        )
        raise DocumentError(DocumentErrorKind.UNSAFE, message)


def _reachable(reader: PdfFileReader) -> Iterator[generic.PdfObject]:
    """Give every value that a reader's program comes to from the file's root, each once."""
    seen: set[tuple[int, int]] = set()
    open_values: list[generic.PdfObject] = [reader.trailer.raw_get("/Root")]
    while open_values:
        value = open_values.pop()
        if isinstance(value, generic.IndirectObject):
            if (value.idnum, value.generation) in seen:
                continue
            seen.add((value.idnum, value.generation))
            value = value.get_object()  # type: ignore[no-untyped-call] # pyHanko gives it no types
        yield value
        if isinstance(value, generic.DictionaryObject):
            open_values.extend(value.raw_get(key) for key in value)
        elif isinstance(value, generic.ArrayObject):
            open_values.extend(value.raw_get(at) for at in range(len(value)))
