from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.report.building import build_report, write_into
from lienthong.delivery.report.filing import Wanted, build_files, read_text, write_form
from lienthong.delivery.report.outline import get_outline, list_outlines, parse_outline
from lienthong.delivery.report.pieces import Prose
from tests.delivery.report.sessions import AS_OF, load, order, prepare_own_session

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_the_docx_has_the_decrees_sheet_and_one_footnote_for_each_figure_that_is_told() -> None:
    load(illustrative=True)
    report = build_report(order("illustrative"))
    content = write_form(report, "docx")

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        body = ET.fromstring(file.read("word/document.xml"))  # noqa: S314 # our own file
        notes = ET.fromstring(file.read("word/footnotes.xml"))  # noqa: S314 # our own file
        assert "footnotes+xml" in file.read("[Content_Types].xml").decode()
    cited = [each.get(f"{W}id") for each in body.iter(f"{W}footnoteReference")]
    there = {each.get(f"{W}id") for each in notes.iter(f"{W}footnote")} - {"-1", "0"}
    assert cited == [f"{number}" for number in range(1, len(cited) + 1)]
    assert set(cited) == there
    told = {
        span.note
        for each in report.sections
        for piece in each.pieces
        if isinstance(piece, Prose)
        for span in piece.spans
    }
    assert {int(each or 0) for each in there} == told - {0}
    page = next(body.iter(f"{W}pgMar"))
    # In twentieths of a point: 20 mm above and below, 30 mm on the left, 15 mm on the right.
    assert [round(int(page.get(f"{W}{side}") or 0) * 25.4 / 1440) for side in ("top", "bottom", "left", "right")] == [
        20,
        20,
        30,
        15,
    ]
    text = "".join(each.text or "" for each in body.iter(f"{W}t"))
    assert "17/19" in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text


def test_the_pdf_says_what_the_report_says_and_the_same_report_gives_the_same_file() -> None:
    from pypdf import PdfReader  # noqa: PLC0415 # an extra

    load(illustrative=False)
    report = build_report(order("specimen"))
    content = write_form(report, "pdf")

    assert write_form(report, "pdf") == content
    pages = PdfReader(io.BytesIO(content)).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert [
        each for each in ("17/19", "9 năm", "trên 9.500 USD", "2,23 lần", "1,5 lần", "12-NQ/TW") if each not in text
    ] == []
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in text


def test_all_files_are_written_or_none_and_stale_words_are_counted(tmp_path: Path) -> None:
    prepare_own_session()
    write_into(order("own"), "proposals", "Đạt 1/2 chỉ tiêu.", None)
    said: list[str] = []
    wanted = Wanted("own", ("docx", "pdf", "txt"), ("vi", "en"), AS_OF)

    assert build_files(wanted, tmp_path / "out", said.append) == 0
    assert len(list((tmp_path / "out").iterdir())) == len(said) == 6
    with pytest.raises(DeliveryError, match="expected some of docx,pdf,txt"):
        build_files(Wanted("own", ("docx", "odt"), ("vi",), AS_OF), tmp_path / "none", said.append)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("code", ["specimen", "illustrative"])
def test_an_outline_that_comes_along_tells_no_number_without_a_source(code: str) -> None:
    assert code in list_outlines()
    assert get_outline(code).places == ("assessment", "proposals")


def test_an_outline_with_a_number_of_its_own_or_an_unknown_figure_is_refused() -> None:
    from importlib import resources  # noqa: PLC0415 # for this test

    content = resources.files("lienthong.delivery.report").joinpath("outlines", "illustrative.toml").read_text("utf-8")
    with pytest.raises(DeliveryError, match="a number stands in"):
        parse_outline(content.replace("Tỉnh đạt {reached} chỉ tiêu", "Tỉnh đạt 17 chỉ tiêu, {reached},"), "own.toml")
    with pytest.raises(DeliveryError, match=r"\{nothing\} is no figure"):
        parse_outline(content.replace("{poverty}", "{nothing}"), "own.toml")
    with pytest.raises(DeliveryError, match=r"own\.toml"):
        parse_outline("form = 'state'", "own.toml")


def test_a_file_that_is_no_text_and_a_place_that_cannot_be_written_to_are_said(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_bytes("Đã đạt".encode("utf-16"))
    with pytest.raises(DeliveryError, match=r"words\.txt: expected text in UTF-8"):
        read_text(words)
    with pytest.raises(DeliveryError, match="expected a file that can be read"):
        read_text(tmp_path / "none.txt")
    load(illustrative=True)
    with pytest.raises(DeliveryError, match="name another with --out"):
        build_files(Wanted("illustrative", ("txt",), ("vi",), AS_OF), words, lambda _: None)


def test_the_press_numbers_its_notes_as_they_come() -> None:
    load(illustrative=False)
    told = write_form(build_report(order("specimen")), "txt").decode()
    assert [told.index(f"[{number}]") for number in (1, 2, 3, 4)] == sorted(told.index(f"[{n}]") for n in (1, 2, 3, 4))
    assert told.count("[4]") == 2
    assert "[5]" not in told
