from __future__ import annotations

import io
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from lienthong.cases.documents.content import MOST_EDGE, MOST_PAGES, FileKind
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.inspecting import inspect, inspect_here
from tests.cases.documents.files import CAMERA, make_pdf, make_photo

if TYPE_CHECKING:
    from pathlib import Path

WRONG_TYPE, UNREADABLE = DocumentErrorKind.WRONG_TYPE, DocumentErrorKind.UNREADABLE
UNSAFE, TOO_LARGE = DocumentErrorKind.UNSAFE, DocumentErrorKind.TOO_LARGE


def _refusal(content: bytes) -> DocumentErrorKind:
    with pytest.raises(DocumentError) as caught:
        inspect_here(content)
    return caught.value.kind


@pytest.mark.parametrize(("form", "kept"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "jpeg")])
def test_a_picture_is_kept_upright_and_without_what_the_camera_wrote_into_it(form: str, kept: str) -> None:
    photo = make_photo(form=form)
    assert CAMERA.encode() in photo

    inspected = inspect_here(photo)

    assert (inspected.kind, inspected.pages) == (FileKind(kept), 1)
    assert CAMERA.encode() not in inspected.content
    with Image.open(io.BytesIO(inspected.content)) as fresh:
        assert fresh.size == (40, 60)
        assert not fresh.getexif()


def test_what_follows_the_picture_in_its_file_is_left_behind() -> None:
    assert b"<script" not in inspect_here(make_photo() + b"<script>alert(1)</script>").content


def test_a_huge_picture_is_made_smaller_and_a_bomb_is_refused() -> None:
    large = io.BytesIO()
    Image.new("L", (MOST_EDGE * 2, 100)).save(large, "PNG")
    with Image.open(io.BytesIO(inspect_here(large.getvalue()).content)) as fresh:
        assert fresh.size == (MOST_EDGE, 50)

    bomb = io.BytesIO()
    Image.new("1", (20_000, 5_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    assert _refusal(bomb.getvalue()) is TOO_LARGE


def test_a_plain_pdf_is_kept_to_the_byte() -> None:
    pdf = make_pdf(pages=3)
    inspected = inspect_here(pdf)
    assert (inspected.kind, inspected.content, inspected.pages) == (FileKind.PDF, pdf, 3)


@pytest.mark.parametrize(
    ("objects", "catalogue"),
    [
        (["<< /S /JavaScript /JS (app.alert\\(1\\)) >>"], "/OpenAction 10 0 R"),
        (["<< /S /Launch /F (calc.exe) >>"], "/AA << /WC 10 0 R >>"),
        (
            ["<< /Names [(a) << /Type /Filespec /EF << /F 11 0 R >> >>] >>", "<< >>"],
            "/Names << /EmbeddedFiles 10 0 R >>",
        ),
        (["<< /S /SubmitForm /F (http://example.org) >>"], "/OpenAction << /S /GoTo /Next [10 0 R] >>"),
        (["<< /XFA (x) >>"], "/AcroForm 10 0 R"),
        (["<< /S /J#61vaScript /J#53 (1) >>"], "/OpenAction 10 0 R"),
    ],
)
def test_a_pdf_that_acts_by_itself_is_refused(objects: list[str], catalogue: str) -> None:
    assert _refusal(make_pdf(*objects, catalogue=catalogue)) is UNSAFE


def test_an_encrypted_pdf_is_refused() -> None:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(make_pdf())))
    writer.encrypt("secret", "secret")  # type: ignore[no-untyped-call] # pyHanko gives it no types
    encrypted = io.BytesIO()
    writer.write(encrypted)  # type: ignore[no-untyped-call] # pyHanko gives it no types
    assert _refusal(encrypted.getvalue()) is UNSAFE


def test_a_pdf_with_more_pages_than_anybody_reads_is_refused() -> None:
    assert _refusal(make_pdf(pages=MOST_PAGES + 1)) is TOO_LARGE


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", WRONG_TYPE),
        (b"<html>", WRONG_TYPE),
        (b"PK\x03\x04word/document.xml", WRONG_TYPE),
        (b" %PDF-1.7", WRONG_TYPE),
        (b"%PDF-1.7 and nothing more", UNREADABLE),
        (make_photo()[:200], UNREADABLE),
        (b"\x89PNG\r\n\x1a\n", UNREADABLE),
    ],
)
def test_what_is_no_file_of_a_taken_type_is_refused(content: bytes, kind: DocumentErrorKind) -> None:
    assert _refusal(content) is kind


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_pdf_is_taken_or_refused_with_a_reason_and_never_breaks_the_reader(data: st.DataObject) -> None:
    pdf = bytearray(make_pdf("<< /S /GoTo >>", catalogue="/OpenAction 10 0 R"))
    for _ in range(3):
        pdf[data.draw(st.integers(5, len(pdf) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert inspect_here(bytes(pdf)).content == bytes(pdf)
    except DocumentError as error:
        assert error.kind in {UNREADABLE, UNSAFE, TOO_LARGE}


def test_the_sealed_process_gives_the_same_as_looking_here() -> None:
    assert inspect(make_pdf()) == inspect_here(make_pdf())
    with pytest.raises(DocumentError, match="acts by itself") as caught:
        inspect(make_pdf("<< /JS (1) >>", catalogue="/OpenAction 10 0 R"))
    assert caught.value.kind is UNSAFE


def test_a_pdf_that_unpacks_into_far_more_than_it_has_is_refused() -> None:
    packed = zlib.compressobj(9, wbits=-15)
    bomb = b"\x78\xda" + (packed.compress(b"10 0 " * 4_000_000) + packed.flush(zlib.Z_FULL_FLUSH)) * 80
    head = f"<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length {len(bomb)} >>\nstream\n"
    plain = make_pdf("@@", catalogue="/Names 50 0 R").replace(b"@@", head.encode() + bomb + b"\nendstream")
    rows = b"\x02\x00\x0a\x00"
    place = len(plain)
    table = (
        f"200 0 obj\n<< /Type /XRef /Size 201 /Root 1 0 R /W [1 2 1] /Index [50 1] /Length 4 "
        f"/Prev {plain.rindex(b'xref', 0, plain.rindex(b'startxref'))} >>\nstream\n"
    ).encode()
    content = plain + table + rows + f"\nendstream\nendobj\nstartxref\n{place}\n%%EOF\n".encode()

    with pytest.raises(DocumentError, match="exceeds the limit") as caught:
        inspect(content)
    assert caught.value.kind is UNREADABLE


@pytest.mark.parametrize("act", ["bytearray(2 * 1024**3)", "import pathlib; pathlib.Path('here').write_bytes(b'x')"])
def test_the_sealed_process_has_little_memory_and_writes_no_file(act: str, tmp_path: Path) -> None:
    program = f"from lienthong.cases.documents.inspecting import seal; seal(); {act}"
    ended = subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, check=False, stderr=subprocess.DEVNULL)
    assert ended.returncode != 0
