from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Observation
from lienthong.delivery.recording import record_figures
from lienthong.delivery.report.building import build_report, write_into
from lienthong.delivery.report.filing import write_form
from lienthong.delivery.report.pieces import FindingKind, Picture, Prose, Table
from tests.delivery.figures import figure
from tests.delivery.report.sessions import AS_OF, load, order, prepare_own_session

if TYPE_CHECKING:
    from lienthong.delivery.report.pieces import Report

pytestmark = pytest.mark.django_db

ASSESSMENT = "Tỉnh đạt 17/19 chỉ tiêu; tăng trưởng giữ vững 9 năm. Đã họp 42 buổi."


def _prose(report: Report) -> str:
    return "\n".join(piece.text for section in report.sections for piece in section.pieces if isinstance(piece, Prose))


def _tables(report: Report) -> list[Table]:
    pieces = [piece for section in report.sections for piece in section.pieces]
    return [
        piece.table if isinstance(piece, Picture) else piece for piece in pieces if isinstance(piece, Table | Picture)
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_specimens_report_tells_the_specimens_figures_each_traced_and_marked_as_reported(language: str) -> None:
    load(illustrative=False)
    report = build_report(order("specimen", language))

    told = _prose(report)
    expected = {
        "vi": ("17/19", "9 năm", "trên 10%", "trên 9.500 USD", "2,23 lần", "1,5 lần"),
        "en": ("17/19", "9 years", "over 10%", "over 9,500 USD", "2.23 times", "1.5 times"),
    }[language]
    assert [words for words in expected if words not in told] == []
    assert report.notes
    for note in report.notes:
        assert ("Theo báo cáo" if language == "vi" else "As reported") in note.text
        assert note.rows
        assert Observation.objects.filter(pk__in=note.rows).count() == len(note.rows)
    documents = {row[1] for row in _tables(report)[0].rows}
    assert documents == {"12-NQ/TW", "90-QĐ/TW", "26-CT/TW", "06/QĐ-TTg"}
    assert "tính từ" not in "".join(note.text.lower() for note in report.notes)


def test_the_illustrative_report_computes_its_figures_and_says_what_it_is() -> None:
    load(illustrative=True)
    report = build_report(order("illustrative"))

    assert "17/19" in _prose(report)
    assert "9 năm liên tiếp" in _prose(report)
    assert "MINH HỌA" in report.mark
    reached = next(note for note in report.notes if "quy tắc" in note.text)
    assert "Chưa đạt: " in reached.text
    assert len(reached.rows) > 20
    assert {picture.svg[:4] for picture in report.pictures} == {b"<svg"}
    assert all(picture.table.rows for picture in report.pictures)


def test_one_changed_figure_changes_prose_note_table_and_chart_and_flags_the_words_that_went_stale() -> None:
    load(illustrative=True)
    write_into(order("illustrative"), "assessment", ASSESSMENT, None)
    before = build_report(order("illustrative"))
    assert [each.kind for each in before.written[0].findings] == [FindingKind.UNTRACED]

    # The growth of 2022 falls under ten percent: a target of every year and a streak of nine are lost.
    record_figures([figure("GRDP_REAL", "2022", "119000", source="invented", published_on=AS_OF)])
    after = build_report(order("illustrative"))

    assert "17/19" in _prose(before)
    assert "16/19" in _prose(after)
    assert "9 năm" in _prose(before)
    assert "9 năm" not in _prose(after)
    assert before.notes[0] != after.notes[0]
    assert before.pictures[0].svg != after.pictures[0].svg
    assert _tables(before)[1] != _tables(after)[1]
    assert [(each.written, each.key) for each in after.written[0].stale] == [("17/19", "reached"), ("9", "streak")]
    assert after.written[0].stale[0].now == "16/19"
    assert after.written[0].text == ASSESSMENT


def test_words_are_kept_between_builds_in_versions_and_in_their_language() -> None:
    prepare_own_session()
    for text in ("Một.", "Hai."):
        write_into(order("own"), "proposals", text, None)
    write_into(order("own", "en"), "proposals", "Two.", None)

    assert build_report(order("own")).written[1].text == "Hai."
    assert build_report(order("own", "en")).written[1].text == "Two."


def test_the_two_sessions_are_never_mixed() -> None:
    load(illustrative=False)
    load(illustrative=True)
    specimen, illustrative = (build_report(order(code)) for code in ("specimen", "illustrative"))

    invented = set(Observation.objects.filter(area_code__regex="^9[89]").values_list("pk", flat=True))
    assert {row for note in specimen.notes for row in note.rows} & invented == set()
    assert {row for note in illustrative.notes for row in note.rows} <= invented


def test_a_report_without_its_data_or_for_no_place_says_what_is_missing() -> None:
    load(illustrative=True)
    with pytest.raises(DeliveryError, match="expected one of assessment, proposals") as refused:
        write_into(order("illustrative"), "somewhere", "x", None)
    assert refused.value.kind is DeliveryErrorKind.BAD_REPORT
    with pytest.raises(DeliveryError) as unknown:
        build_report(order("specimen"))
    assert unknown.value.kind is DeliveryErrorKind.UNKNOWN_SESSION


def test_a_session_without_an_outline_has_a_report_all_the_same() -> None:
    prepare_own_session()
    write_into(order("own"), "assessment", "Đạt 1/2 chỉ tiêu.", None)
    report, english = build_report(order("own")), build_report(order("own", "en"))

    assert report.as_of == date(2026, 6, 15)
    assert "Kế hoạch năm 2025: đạt 1/2 chỉ tiêu." in _prose(report)
    assert "Plan of 2025: 1/2 targets reached." in _prose(english)
    assert report.notes[0].rows
    told = "\n".join(" | ".join(row) for table in _tables(report) for row in table.rows)
    for expected in ("12/KH-UBND", "1.010 người", "trên 40 km", "theo báo cáo", "Đếm dân", "Giao Sở Z", "T-2026-"):
        assert expected in told, expected
    assert [finding.kind for finding in report.written[0].findings] == []
    assert "Tỉnh Quảng Ninh" in {table.title.split(", ")[-1] for table in _tables(report)}
    for form in ("docx", "pdf", "txt"):
        assert write_form(report, form)
