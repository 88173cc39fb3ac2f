from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest
import typst
from docx import Document
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.reading import docx_text
from lienthong.delivery.reading.files import FILE_BYTES, extract_text
from lienthong.delivery.reading.pdf_text import join_lines

TASK = "Giao Sở Tư pháp cập nhật quy trình điện tử trước ngày 15/5/2026 và báo cáo Chủ tịch UBND tỉnh kết quả."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def make_docx(*lines: str, header: str = "", footer: str = "", box: str = "") -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.sections[0].header.paragraphs[0].text = header
    document.sections[0].footer.paragraphs[0].text = footer
    if box:
        run = document.add_paragraph().add_run()
        run._r.append(  # noqa: SLF001 # python-docx makes no text boxes
            parse_xml(
                f'<w:pict {W} xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox><w:txbxContent><w:p><w:r>'
                f"<w:t>{box[:2]}</w:t></w:r><w:r><w:t>{box[2:]}</w:t></w:r></w:p></w:txbxContent></v:textbox>"
                "</v:shape></w:pict>"
            )
        )
    stored = io.BytesIO()
    document.save(stored)
    return stored.getvalue()


def make_pdf(text: str, note: str = "", title: str = "") -> bytes:
    pdf = typst.compile(f'#set page(width: 150mm)\n#set text(font: "Libertinus Serif")\n{text}'.encode())
    if not note and not title:
        return pdf
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    if note:
        writer.add_annotation(0, FreeText(text=note, rect=(50, 50, 200, 80)))
    if title:
        writer.add_metadata({"/Title": title})
    stored = io.BytesIO()
    writer.write(stored)
    return stored.getvalue()


def refuse(name: str, content: bytes) -> DeliveryErrorKind:
    with pytest.raises(DeliveryError) as caught:
        extract_text(name, content)
    return caught.value.kind


def test_plain_text_is_read_from_utf_8_and_utf_16() -> None:
    assert extract_text("a.txt", TASK.encode()) == TASK
    assert extract_text("a.TXT", b"\xef\xbb\xbf" + TASK.encode()) == TASK
    assert extract_text("a.txt", TASK.encode("utf-16")) == TASK


def test_paragraphs_and_tables_of_a_docx_are_read_in_order() -> None:
    document = Document()
    document.add_paragraph("Mở đầu")
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("Số hóa", "Sở Tư pháp", "31/12/2026"), strict=True):
        cell.text = text
    document.add_paragraph("Kết thúc")
    stored = io.BytesIO()
    document.save(stored)
    assert extract_text("a.docx", stored.getvalue()) == "Mở đầu\nSố hóa | Sở Tư pháp | 31/12/2026\nKết thúc"


def test_the_text_layer_of_a_pdf_is_read_with_its_lines_joined() -> None:
    assert " ".join(extract_text("a.pdf", make_pdf(TASK)).split()) == TASK
    assert TASK in extract_text("a.pdf", make_pdf(TASK))


def test_lines_are_joined_inside_of_sentences_only() -> None:
    text = "Giao Sở Tư pháp cập nhật quy trình điện tử trước ngày\n15/5/2026.\n1. Việc khác\nCÁC SỞ\nKết luận"
    assert join_lines(text).split("\n") == [
        "Giao Sở Tư pháp cập nhật quy trình điện tử trước ngày 15/5/2026.",
        "1. Việc khác",
        "CÁC SỞ",
        "Kết luận",
    ]


@pytest.mark.parametrize(
    "content",
    [
        make_docx("TỐI MẬT", TASK),
        make_docx(TASK, header="MẬT"),
        make_docx(TASK, footer="Độ mật: Mật"),
        make_docx(TASK, header="T U Y Ệ T  M Ậ T"),
        make_docx(TASK, box="MẬT"),
        make_docx("M", "Ậ", "T", TASK),
    ],
)
def test_a_mark_anywhere_in_a_docx_refuses_it(content: bytes) -> None:
    assert refuse("a.docx", content) == DeliveryErrorKind.SECRET_DOCUMENT


@pytest.mark.parametrize(
    "content",
    [
        make_pdf(f"TUYỆT MẬT\n\n{TASK}"),
        make_pdf(f"#rotate(90deg)[MẬT]\n\n{TASK}"),
        make_pdf(TASK, note="TỐI MẬT"),
        make_pdf(TASK, title="Độ mật: Tối mật"),
    ],
)
def test_a_mark_anywhere_in_a_pdf_refuses_it(content: bytes) -> None:
    assert refuse("a.pdf", content) == DeliveryErrorKind.SECRET_DOCUMENT


def test_a_pdf_without_a_text_layer_says_what_to_do() -> None:
    with pytest.raises(DeliveryError, match="without a text layer; run OCR"):
        extract_text("scan.pdf", make_pdf("#rect()"))


def test_other_files_and_broken_ones_are_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(TASK))))
    writer.encrypt("word", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    for name, content in (
        ("a.odt", b"x"),
        ("a", b"x"),
        ("a.txt", b"\xff\xfe\xff"),
        ("a.txt", "Mật".encode("utf-16")[2:] + b"\x80"),
        ("a.txt", b"  \n"),
        ("a.docx", b"PK no zip"),
        ("a.pdf", b"%PDF-1.7 no pdf"),
        ("a.pdf", locked.getvalue()),
        ("a.txt", b" " * (FILE_BYTES + 1)),
    ):
        assert refuse(name, content) == DeliveryErrorKind.UNREADABLE_DOCUMENT


def test_a_docx_that_unpacks_to_too_much_is_refused() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * (docx_text.UNPACKED_BYTES + 1))
    assert refuse("a.docx", stored.getvalue()) == DeliveryErrorKind.UNREADABLE_DOCUMENT


@settings(max_examples=30)
@given(content=st.binary(max_size=300), suffix=st.sampled_from([".txt", ".docx", ".pdf"]))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes, suffix: str) -> None:
    head = b"%PDF-1.4\n" if suffix == ".pdf" else b""
    try:
        extract_text(f"a{suffix}", head + content)
    except DeliveryError as error:
        assert error.kind in {DeliveryErrorKind.UNREADABLE_DOCUMENT, DeliveryErrorKind.SECRET_DOCUMENT}


@pytest.mark.parametrize(("name", "library"), [("a.docx", "docx"), ("a.pdf", "pypdf")])
def test_without_the_extra_the_refusal_names_it(name: str, library: str) -> None:
    program = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from lienthong.delivery.reading.files import extract_text\n"
        f"extract_text({name!r}, b'x')"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert "install lienthong[figures]" in done.stderr
