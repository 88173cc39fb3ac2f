from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from lienthong.cases.documents import fonts
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.letters import SQUARE, fit_text, official_letters, read_letters
from lienthong.cases.documents.typesetting import MOST_TEXT, draw_pages, list_templates, typeset
from tests.cases.documents.sheets import ADDRESS, CHECK_CODE, LETTERS, make_sheet, words

MADE_AT = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)
MARK = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"  # noqa: RUF001 # a dash, as it stands on the papers
TEMPLATES = sorted(list_templates())


def _read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in _read(pdf).pages)


def _faces(pdf: bytes) -> set[str]:
    """Give the names of the faces that are embedded, without the mark of a subset."""
    names = re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([A-Za-z0-9-]+)", _plain(pdf))
    return {name.decode() for name in names}


def _plain(pdf: bytes) -> bytes:
    reader = _read(pdf)
    found = [repr(reader.get_object(number)) for number in range(1, int(str(reader.trailer["/Size"])))]
    return "\n".join(found).replace("'", "").replace(": ", " ").encode()


def test_there_is_a_template_for_each_form_of_the_circular() -> None:
    assert {f"form-0{number}" for number in range(1, 8)} < set(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_paper_is_set_in_both_languages_and_says_that_it_is_a_sample(template: str) -> None:
    for language in ("vi", "en"):
        pdf = typeset(template, make_sheet(language), MADE_AT)
        reader = _read(pdf)
        for page in reader.pages:
            text = page.extract_text()
            assert text.count(MARK) >= 2, "the band and the watermark"
        assert reader.trailer["/Root"]["/Lang"].startswith("vi")  # type: ignore[index] # a dictionary
        assert reader.metadata is not None
        assert reader.metadata.title
    assert MARK not in _text(typeset(template, make_sheet(sandbox=False), MADE_AT))


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_paper_is_an_archival_file_in_the_official_face_alone(template: str) -> None:
    pdf = typeset(template, make_sheet(), MADE_AT)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert {name.split("-")[0] for name in _faces(pdf)} == {"Tinos"}


def test_every_letter_of_vietnamese_stands_in_the_text_of_the_file() -> None:
    pdf = typeset("form-02", make_sheet(text=LETTERS), MADE_AT)
    assert LETTERS in re.sub(r"\s", "", _text(pdf))


def test_a_letter_that_the_face_lacks_becomes_a_square_and_the_paper_is_still_made() -> None:
    text = _text(typeset("form-02", make_sheet(text="名前 Li \N{GRINNING FACE}\x07"), MADE_AT))
    assert f"{SQUARE}{SQUARE} Li {SQUARE}" in text


@given(st.text(max_size=60))
@settings(max_examples=25)
def test_any_text_can_be_set_and_none_of_it_is_taken_as_markup(text: str) -> None:
    assert typeset("form-05", make_sheet(text=text), MADE_AT).startswith(b"%PDF-")


def test_markup_in_a_name_is_shown_as_it_was_typed() -> None:
    name = '#panic("x") $ *An* `a` @b <c>'
    assert name in _text(typeset("form-03", make_sheet(applicant=name), MADE_AT))


def test_the_same_values_give_the_same_bytes() -> None:
    assert typeset("extract", make_sheet(), MADE_AT) == typeset("extract", make_sheet(), MADE_AT)


def test_a_long_paper_goes_on_to_further_numbered_pages() -> None:
    entry = make_sheet().facts["entries"][0]
    reader = _read(typeset("form-06", make_sheet(entries=[entry] * 60), MADE_AT))
    assert len(reader.pages) > 2
    assert [("\n2\n" in f"\n{page.extract_text()}\n") for page in reader.pages][:2] == [False, True]


def test_a_value_that_is_far_too_long_is_cut_with_an_ellipsis() -> None:
    text = _text(typeset("form-05", make_sheet(text="dài " * MOST_TEXT), MADE_AT))
    assert "…" in text
    assert len(text) < MOST_TEXT * 2


@pytest.mark.parametrize("template", [name for name in TEMPLATES if name != "form-07"])
def test_the_code_on_every_drawn_paper_leads_to_the_page_that_checks_it(template: str) -> None:
    (page,) = draw_pages(template, make_sheet(), 110)
    with Image.open(io.BytesIO(page)) as picture:
        found = {code.text for code in zxingcpp.read_barcodes(picture)}
    assert found == {f"{ADDRESS}/check/{CHECK_CODE}"}


def test_a_value_that_a_template_needs_and_does_not_get_is_named() -> None:
    sheet = make_sheet()
    del sheet.facts["groups"]
    with pytest.raises(DocumentError, match="groups") as caught:
        typeset("extract", sheet, MADE_AT)
    assert caught.value.kind is DocumentErrorKind.NOT_TYPESET


def test_a_paper_in_english_keeps_the_vietnamese_that_counts() -> None:
    vietnamese, english = (_text(typeset("form-01", make_sheet(language), MADE_AT)) for language in ("vi", "en"))
    assert "GIẤY TIẾP NHẬN HỒ SƠ" in vietnamese
    assert "GIẤY TIẾP NHẬN HỒ SƠ" in english
    assert "Case code" in english
    assert "Case code" not in vietnamese


def test_the_face_has_every_letter_of_vietnamese_in_each_cut() -> None:
    for name in fonts.OFFICIAL_FILES.values():
        if name.endswith(".ttf"):
            assert {ord(letter) for letter in LETTERS} <= read_letters((fonts.BUILT / name).read_bytes())


def test_text_is_composed_before_it_is_set() -> None:
    assert fit_text("Nguye\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING TILDE}n", official_letters()) == "Nguyễn"


def test_every_template_reads_only_its_own_folder() -> None:
    for path in Path(fonts.__file__).with_name("templates").glob("*.typ"):
        imports = re.findall(r'#(?:import|include) "([^"]+)"', path.read_text())
        assert set(imports) <= {"official.typ"}, path.name


def test_words_of_a_title_may_be_empty() -> None:
    assert typeset("extract", make_sheet(title=words("Trích lục", "")), MADE_AT)


@pytest.mark.parametrize(
    ("title", "own", "expected"),
    [
        ("Quyết định hỗ trợ mai táng phí", True, "QUYẾT ĐỊNH Về việc hỗ trợ mai táng phí"),
        ("Quyết định hỗ trợ mai táng phí", False, "THÔNG BÁO Về quyết định hỗ trợ mai táng phí"),
    ],
)
def test_a_decision_of_another_agency_is_told_and_not_taken(title: str, expected: str, *, own: bool) -> None:
    text = " ".join(_text(typeset("decision", make_sheet(title=words(title), own=own), MADE_AT)).split())
    assert expected in text
    assert ("Điều 1." in text) is own


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Thông báo kết quả đăng ký thường trú", "THÔNG BÁO Về kết quả đăng ký thường trú"),
        ("Thông báo xóa đăng ký thường trú", "THÔNG BÁO Về việc xóa đăng ký thường trú"),
    ],
)
def test_a_notice_says_its_word_once(title: str, expected: str) -> None:
    assert expected in " ".join(_text(typeset("residence-notice", make_sheet(title=words(title)), MADE_AT)).split())
