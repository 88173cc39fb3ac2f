"""The text layer of a PDF, with the lines of a page joined to sentences again.

Marks of secrecy are looked for in stamps, notes, form fields and properties too.
"""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, IndirectObject

from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.reading.files import refuse_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject

    from lienthong.delivery.progress import Tell

# What is wrong with a file is said once, by us.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

PAGES: Final = 2000
"""More pages than any document to read has."""

_ENDS: Final = re.compile(r"[.;:!?|]\s*$")
_BEGINS: Final = re.compile(r"\s*(?:[-+*•]|(?:\d{1,3}|[a-zđ]|[IVX]{1,4})[.)]\s|(?:Điều|Chương|Mục|Phần) [\dIVX]+|\s*$)")
_WHOLE_LINE: Final = 45
"""A shorter line was ended on purpose: a heading, a cell."""


def extract_pdf(content: bytes, tell: Tell = tell_nobody) -> tuple[str, list[str]]:
    """Give the text, and the texts of whatever is drawn or told beside it; raises `UNREADABLE_DOCUMENT`."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise refuse_file("expected a PDF without a password: save it without one")
        if len(reader.pages) > PAGES:
            raise refuse_file(f"expected at most {PAGES} pages, got {len(reader.pages)}: give a part of it")
        pages = [page.extract_text() for page in follow(reader.pages, "pages read", tell, len(reader.pages))]
        hidden = [str(value) for value in (reader.metadata or {}).values()]
        hidden += [str(field.get("/V", "")) for field in (reader.get_fields() or {}).values()]
        hidden += [text for page in reader.pages for text in _list_notes(page)]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        raise refuse_file("expected a PDF, got something damaged: save it again") from error
    # The lines as they stand on the page are where a mark is seen.
    return join_lines("\n".join(pages)), [*pages, *hidden]


def join_lines(text: str) -> str:
    """Join lines that a page has broken inside of a sentence."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and _goes_on(lines[-1], line):
            lines[-1] = f"{lines[-1].rstrip()} {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _goes_on(last: str, line: str) -> bool:
    is_broken = len(last.strip()) >= _WHOLE_LINE or line.strip()[:1].islower()
    return bool(last.strip()) and is_broken and not _ENDS.search(last) and not _BEGINS.match(line)


def _list_notes(page: PageObject) -> Iterator[str]:
    notes = page.get("/Annots")
    whole = notes.get_object() if isinstance(notes, IndirectObject) else notes
    for note in whole if isinstance(whole, ArrayObject) else ():
        told = note.get_object()
        for key in ("/Contents", "/T", "/Subj", "/RC", "/Name"):
            if key in told:
                yield str(told[key])
