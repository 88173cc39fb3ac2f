"""A report as PDF: the same pieces set by typst, in a free face with the measures of Times, charts as drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.cases.documents.fonts import find_font_folders, is_built
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.report.outline import Form
from lienthong.delivery.report.pieces import Picture, Prose, Table
from lienthong.delivery.report.wording import say

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.delivery.report.pieces import Piece, Report

TEMPLATE: Final = Path(__file__).parent / "templates" / "report.typ"
STANDARD: Final = "a-2b"


def write_pdf(report: Report, made_at: datetime) -> bytes:
    """Give the report as PDF/A-2b; raises `BAD_REPORT` where it cannot be set."""
    import typst  # noqa: PLC0415 # loads a library of 40 MB, for who asks for a paper

    if not is_built():
        message = "the official face Tinos is not built; run `make assets`"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message)
    folders = [str(folder) for folder in find_font_folders()]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    content = msgspec.json.encode(_make_data(report)).decode()
    try:
        compiler = typst.Compiler(
            input=str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts, sys_inputs={"report": content}
        )
        made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=made_at.replace(microsecond=0))
    except (typst.TypstError, ValueError, OSError) as error:
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, f"report {report.code} as PDF: {error}") from error
    if not isinstance(made, bytes):
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, f"report {report.code} as PDF: nothing was set")
    return made


def _make_data(report: Report) -> dict[str, Any]:
    head, language = report.head, report.language
    first: set[int] = set()
    return {
        "language": language,
        "is_party": head.form is Form.PARTY,
        "is_marked": bool(report.mark),
        "mark": report.mark,
        "organ": head.organ,
        "number": say("number", language).format(number=head.number, colon="" if head.form is Form.PARTY else ":"),
        "day": say("day", language).format(place=head.place, day=report.held_on),
        "title": head.title,
        "subject": head.subject,
        "data_on": say("data_on", language).format(as_of=report.as_of),
        "signature": head.signature,
        "recipients": head.recipients,
        "recipients_title": say("recipients", language),
        "unsigned": say("unsigned", language),
        "empty": say("empty", language),
        "end": say("end", language),
        "notes": [note.whole for note in report.notes],
        "sections": [
            {"title": each.title, "pieces": [_make_piece(piece, language, first) for piece in each.pieces]}
            for each in report.sections
        ],
    }


def _make_piece(piece: Piece, language: str, first: set[int]) -> dict[str, Any]:
    if isinstance(piece, Prose):
        return {"kind": "prose", "spans": [_make_span(span.text, span.key, span.note, first) for span in piece.spans]}
    if isinstance(piece, Table):
        return {"kind": "table", **_make_table(piece)}
    if isinstance(piece, Picture):
        table = _make_table(piece.table)
        svg = piece.svg.decode()
        return {"kind": "picture", "title": piece.title, "alt": piece.alt, "svg": svg, "table": table}
    remarks = [say("stale", language).format(written=each.written, now=each.now) for each in piece.stale]
    return {"kind": "written", "title": piece.title, "text": piece.text, "remarks": remarks}


def _make_span(text: str, key: str, note: int, first: set[int]) -> dict[str, Any]:
    is_first = note not in first
    first.add(note)
    return {"text": text, "key": key, "note": note, "is_first": is_first}


def _make_table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "head": table.head,
        "rows": table.rows,
        "widths": table.widths,
        "remark": table.remark,
        "figures": sorted(table.figures),
    }
