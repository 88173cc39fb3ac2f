"""The text of a DOCX: paragraphs and tables in order. Marks are looked for in every part of the file.

Headers, footers, text boxes, notes, comments, deleted text and properties are no part of the text that is read, but a
stamp of secrecy stands in just these.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.oxml.parser import parse_xml
from docx.table import Table

from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.reading.files import refuse_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as OpenDocument

    from lienthong.delivery.progress import Tell

UNPACKED_BYTES: Final = 200 * 1024 * 1024
"""What a file may grow to when unpacked; a bomb of zeros ends here."""

_TEXT_TAGS: Final = ("}t", "}delText", "}instrText")


def extract_docx(content: bytes, tell: Tell = tell_nobody) -> tuple[str, list[str]]:
    """Give the text, and all texts of all parts; raises `UNREADABLE_DOCUMENT`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(entry.file_size for entry in package.infolist()) > UNPACKED_BYTES:
                raise refuse_file(f"expected at most {UNPACKED_BYTES} bytes unpacked: it is no ordinary document")
            parts = [entry for entry in package.infolist() if entry.filename.endswith(".xml")]
            hidden = [
                text
                for entry in follow(parts, "parts of the file read", tell, len(parts))
                for text in _list_texts(package.read(entry))
            ]
        text = "\n".join(follow(_list_lines(Document(io.BytesIO(content))), "paragraphs read", tell))
    except (zipfile.BadZipFile, SyntaxError, KeyError, ValueError, AttributeError, OSError, RuntimeError) as error:
        raise refuse_file("expected a DOCX, got something damaged or locked: open and save it again") from error
    return text, hidden


def _list_lines(document: OpenDocument) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " | ".join(dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells))
        else:
            yield block.text


def _list_texts(part: bytes) -> Iterator[str]:
    """Give each paragraph of a part as one text, whatever runs it is cut into, and the whole of other parts."""
    root = parse_xml(part)
    paragraphs = [element for element in root.iter() if _is_tag(element.tag, ("}p",))]
    for paragraph in paragraphs:
        yield "".join(each.text or "" for each in paragraph.iter() if _is_tag(each.tag, _TEXT_TAGS))
    for element in root.iter():
        # Letters of a watermark are an attribute in VML.
        if mark := element.get("string"):
            yield mark
    # Neighbouring paragraphs too, for a mark may be cut over two; and properties, which have no paragraphs.
    yield "\n".join(text.strip() for text in root.itertext() if text.strip())


def _is_tag(tag: object, ends: tuple[str, ...]) -> bool:
    return isinstance(tag, str) and tag.endswith(ends)
