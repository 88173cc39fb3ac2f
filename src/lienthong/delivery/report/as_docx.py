"""A report as DOCX: laid out by 30/2020/NĐ-CP for the State or 36-HD/VPTW for the Party, with real footnotes.

Times New Roman is named and not embedded, as the decree asks; who has none sees another face. Charts are pictures, each
above its table. The file has no macro, no link to elsewhere, and nobody's name as its author.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from lienthong.delivery.report.outline import Form
from lienthong.delivery.report.pieces import Picture, Prose, Table, Written
from lienthong.delivery.report.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.delivery.report.pieces import Note, Piece, Report, Span

FACE: Final = "Times New Roman"
BODY_POINTS: Final = 14
HEAD_POINTS: Final = 13
TABLE_POINTS: Final = 12
SECTION_POINTS: Final = 12
"""What stands free above a section's title, so that it is no line of the table before it."""
MARGINS_MM: Final = {"top": 20, "bottom": 20, "left": 30, "right": 15}
"""30/2020/NĐ-CP, annex I: top and bottom 20 to 25, left 30 to 35, right 15 to 20."""
PICTURE_MM: Final = 160
RULE_MM: Final = 55
CELL_EDGE_MM: Final = 1.9
"""What Word leaves on each side of a cell."""
END_MM: Final = (80, 85)
TEXT_MM: Final = 165
HEAD_MM: Final = (68, 97)
"""What the margins leave, and how the head shares it."""
PIXELS_PER_POINT: Final = 2.0
"""Charts are drawn as pixels twice as fine as a screen's: Word shows SVG only in newer versions."""

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FOOTNOTES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_SEPARATORS: Final = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)


def write_docx(report: Report) -> bytes:
    """Give the report as a DOCX file."""
    import docx  # noqa: PLC0415 # an extra

    document = docx.Document()
    _set_page(document)
    _set_styles(document, report)
    _write_head(document, report)
    cited: set[int] = set()
    for section in report.sections:
        if section.pieces:
            _write_line(document, Line(section.title, is_bold=True), keeps=True, before=SECTION_POINTS)
        for piece in section.pieces:
            _write_piece(document, piece, cited, report.language)
    _write_end(document, report)
    _attach_notes(document, [note for note in report.notes if note.number in cited])
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _set_page(document: Any) -> None:  # noqa: ANN401 # python-docx's own
    from docx.shared import Mm  # noqa: PLC0415 # an extra

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    section.header_distance = Mm(10)
    # The page's number stands in the middle of the top margin, and not on the first page.
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = 1
    _add_field(paragraph, "PAGE")


def _set_styles(document: Any, report: Report) -> None:  # noqa: ANN401 # as above
    from docx.oxml.ns import qn  # noqa: PLC0415 # an extra
    from docx.shared import Pt  # noqa: PLC0415 # an extra

    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(BODY_POINTS)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    style.paragraph_format.space_after = Pt(6)
    style.paragraph_format.line_spacing = 1.15
    properties = document.core_properties
    properties.author, properties.title = "", f"{report.head.title} {report.head.subject}"
    properties.language = "vi-VN" if report.language == "vi" else "en-GB"
    properties.comments = report.mark


def _write_head(document: Any, report: Report) -> None:  # noqa: ANN401 # as above
    head = report.head
    table = document.add_table(rows=1, cols=2)
    _set_widths(table, HEAD_MM)
    left, right = table.rows[0].cells
    number = say("number", report.language).format(number=head.number, colon="" if head.form is Form.PARTY else ":")
    day = say("day", report.language).format(place=head.place, day=report.held_on)
    dated = Line(day, HEAD_POINTS, is_italic=True)
    if head.form is Form.PARTY:
        _fill(left, [Line(head.organ, HEAD_POINTS, is_bold=True), Line("*", HEAD_POINTS), Line(number, HEAD_POINTS)])
        _fill(right, [Line("ĐẢNG CỘNG SẢN VIỆT NAM", 15, is_bold=True, rule_mm=76), dated])
    else:
        _fill(left, [Line(head.organ, HEAD_POINTS, is_bold=True, rule_mm=24), Line(number, HEAD_POINTS)])
        motto = Line("Độc lập - Tự do - Hạnh phúc", is_bold=True, rule_mm=66)
        name = Line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, is_bold=True)
        _fill(right, [name, motto, dated])
    _write_line(document, Line(""), keeps=True)
    if report.mark:
        _write_line(document, Line(report.mark, TABLE_POINTS, is_bold=True), is_centred=True, keeps=True)
    _write_line(document, Line(head.title, is_bold=True), is_centred=True, keeps=True)
    _write_line(document, Line(head.subject, is_bold=True), is_centred=True, keeps=True)
    _draw_rule(document.add_paragraph(), TEXT_MM, RULE_MM)
    data_on = say("data_on", report.language).format(as_of=report.as_of)
    _write_line(document, Line(data_on, HEAD_POINTS, is_italic=True), is_centred=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the head or the end; `rule_mm` is how long the rule under it is, 0: there is none."""

    text: str
    points: int = BODY_POINTS
    is_bold: bool = False
    is_italic: bool = False
    rule_mm: int = 0


def _fill(cell: Any, lines: list[Line], *, is_centred: bool = True) -> None:  # noqa: ANN401 # as above
    """Put lines into a cell."""
    from docx.shared import Mm, Pt  # noqa: PLC0415 # an extra

    for place, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.alignment = 1 if is_centred else 0
        paragraph.paragraph_format.space_after = Pt(0)
        _write_run(paragraph, line)
        if line.rule_mm:
            _draw_rule(cell.add_paragraph(), cell.width / Mm(1) - 2 * CELL_EDGE_MM, line.rule_mm)


def _draw_rule(paragraph: Any, room_mm: float, rule_mm: float) -> None:  # noqa: ANN401 # as above
    """Draw a short rule in the middle: an empty low paragraph with a border below, drawn in from both sides."""
    from docx.shared import Mm, Pt  # noqa: PLC0415 # an extra

    look = paragraph.paragraph_format
    look.left_indent = look.right_indent = Mm((room_mm - rule_mm) / 2)
    look.space_after, look.line_spacing = Pt(6), Pt(3)
    border = f'<w:pBdr xmlns:w="{_W}"><w:bottom w:val="single" w:sz="6" w:space="0" w:color="auto"/></w:pBdr>'
    paragraph._p.get_or_add_pPr().insert_element_before(_element(border), "w:spacing", "w:ind", "w:jc")  # noqa: SLF001 # it has no door for this


def _write_line(
    document: Any,  # noqa: ANN401 # as above
    line: Line,
    *,
    is_centred: bool = False,
    keeps: bool = False,
    before: int = 0,
) -> None:
    from docx.shared import Pt  # noqa: PLC0415 # an extra

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.alignment = 1 if is_centred else 0
    paragraph.paragraph_format.keep_with_next = keeps
    _write_run(paragraph, line)


def _write_run(paragraph: Any, line: Line) -> None:  # noqa: ANN401 # as above
    from docx.shared import Pt  # noqa: PLC0415 # an extra

    run = paragraph.add_run(line.text)
    run.bold, run.italic, run.font.size = line.is_bold, line.is_italic, Pt(line.points)


def _write_piece(document: Any, piece: Piece, cited: set[int], language: str) -> None:  # noqa: ANN401 # as above
    if isinstance(piece, Prose):
        paragraph = _begin_body(document)
        for span in piece.spans:
            _write_span(paragraph, span, cited)
    elif isinstance(piece, Table):
        _write_table(document, piece)
    elif isinstance(piece, Picture):
        _write_picture(document, piece)
    else:
        _write_words(document, piece, language)


def _begin_body(document: Any) -> Any:  # noqa: ANN401 # as above
    from docx.shared import Mm  # noqa: PLC0415 # an extra

    paragraph = document.add_paragraph()
    paragraph.alignment = 3
    paragraph.paragraph_format.first_line_indent = Mm(10)
    return paragraph


def _write_span(paragraph: Any, span: Span, cited: set[int]) -> None:  # noqa: ANN401 # as above
    paragraph.add_run(span.text).bold = bool(span.key)
    if not span.note:
        return
    run = paragraph.add_run()
    run.font.superscript = True
    if span.note in cited:
        # A footnote has one mark; what is told again points at its number.
        run.text = f"{span.note}"
        return
    cited.add(span.note)
    run._r.append(_element(f'<w:footnoteReference xmlns:w="{_W}" w:id="{span.note}"/>'))  # noqa: SLF001 # it has no door for this


def _write_table(document: Any, piece: Table) -> None:  # noqa: ANN401 # as above
    if piece.title:
        _write_line(document, Line(piece.title, is_bold=True), keeps=True)
    if piece.rows:
        table = document.add_table(rows=1, cols=len(piece.head))
        table.style = "Table Grid"
        _write_row(table.rows[0], piece.head, piece.figures, is_head=True)
        for row in piece.rows:
            added = table.add_row()
            _write_row(added, row, piece.figures)
            added._tr.get_or_add_trPr().append(_element(f'<w:cantSplit xmlns:w="{_W}"/>'))  # noqa: SLF001 # it has no door for this
        _set_widths(table, [share * TEXT_MM for share in piece.widths])
        # The head is said again on each page that the table reaches.
        table.rows[0]._tr.get_or_add_trPr().append(_element(f'<w:tblHeader xmlns:w="{_W}"/>'))  # noqa: SLF001 # as above
    if piece.remark:
        _write_line(document, Line(piece.remark, TABLE_POINTS, is_italic=True))


def _set_widths(table: Any, widths: Sequence[float]) -> None:  # noqa: ANN401 # as above
    """Fix the columns: who opens the file would else get them all alike."""
    from docx.shared import Mm  # noqa: PLC0415 # an extra

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _write_row(row: Any, texts: tuple[str, ...], figures: frozenset[int], *, is_head: bool = False) -> None:  # noqa: ANN401 # as above
    from docx.shared import Pt  # noqa: PLC0415 # an extra

    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = 1 if is_head else 2 if place in figures else 0
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text)
        run.bold, run.font.size = is_head, Pt(TABLE_POINTS)


def _write_picture(document: Any, piece: Picture) -> None:  # noqa: ANN401 # as above
    from docx.shared import Mm  # noqa: PLC0415 # an extra

    _write_line(document, Line(piece.title, is_bold=True), keeps=True)
    if piece.svg:
        document.add_picture(io.BytesIO(_draw_pixels(piece.svg)), width=Mm(PICTURE_MM))
        shape = document.inline_shapes[-1]
        shape._inline.docPr.set("descr", piece.alt)  # noqa: SLF001 # it has no door for this
    _write_table(document, piece.table)


def _draw_pixels(svg: bytes) -> bytes:
    import vl_convert  # noqa: PLC0415 # an extra

    return bytes(vl_convert.svg_to_png(svg.decode(), scale=PIXELS_PER_POINT))


def _write_words(document: Any, piece: Written, language: str) -> None:  # noqa: ANN401 # as above
    _write_line(document, Line(piece.title, is_bold=True), keeps=True)
    if not piece.text:
        _write_line(document, Line(say("empty", language), is_italic=True))
    for line in filter(None, piece.text.split("\n")):
        _begin_body(document).add_run(line)
    for finding in piece.stale:
        stale = say("stale", language).format(written=finding.written, now=finding.now)
        _write_line(document, Line(f"[!] {stale}", is_bold=True))


def _write_end(document: Any, report: Report) -> None:  # noqa: ANN401 # as above
    """End as the form asks: who gets it on the left, who will sign on the right."""
    head = report.head
    _write_line(document, Line(say("end", report.language)), keeps=True)
    if not head.signature:
        return
    table = document.add_table(rows=1, cols=2)
    _set_widths(table, END_MM)
    left, right = table.rows[0].cells
    copies = [Line(f"- {each}", 11) for each in head.recipients]
    title = Line(say("recipients", report.language), 12, is_bold=True, is_italic=True)
    _fill(left, [title, *copies] if copies else [], is_centred=False)
    signed = [Line(each, is_bold=True) for each in head.signature]
    _fill(right, [*signed, Line(""), Line(say("unsigned", report.language), HEAD_POINTS, is_italic=True)])


def _attach_notes(document: Any, notes: list[Note]) -> None:  # noqa: ANN401 # as above
    """Add the part of the file that holds the footnotes; python-docx knows none."""
    from docx.opc.packuri import PackURI  # noqa: PLC0415 # an extra
    from docx.opc.part import Part  # noqa: PLC0415 # an extra

    texts = "".join(
        f'<w:footnote w:id="{note.number}"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
        f'<w:r><w:rPr><w:vertAlign w:val="superscript"/><w:sz w:val="20"/></w:rPr><w:footnoteRef/></w:r>'
        f'<w:r><w:rPr><w:sz w:val="20"/></w:rPr><w:t xml:space="preserve"> {escape(note.whole)}</w:t></w:r>'
        "</w:p></w:footnote>"
        for note in notes
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    content = f'{head}<w:footnotes xmlns:w="{_W}">{_SEPARATORS}{texts}</w:footnotes>'
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES, content.encode(), document.part.package)
    document.part.relate_to(part, _RELATION)


def _add_field(paragraph: Any, code: str) -> None:  # noqa: ANN401 # as above
    run = paragraph.add_run()
    for kind in ("begin", "", "end"):
        markup = (
            f'<w:fldChar xmlns:w="{_W}" w:fldCharType="{kind}"/>'
            if kind
            else f'<w:instrText xmlns:w="{_W}" xml:space="preserve">{code}</w:instrText>'
        )
        run._r.append(_element(markup))  # noqa: SLF001 # it has no door for this


def _element(markup: str) -> Any:  # noqa: ANN401 # as above
    from docx.oxml import parse_xml  # noqa: PLC0415 # an extra

    return parse_xml(markup)
