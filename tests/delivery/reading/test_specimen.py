from __future__ import annotations

from importlib import resources

from lienthong.delivery.reading.reader import read_text

SPECIMEN = resources.files("lienthong.delivery") / "data" / "specimen" / "working-session.txt"
READING = read_text(SPECIMEN.read_text(encoding="utf-8"))


def test_every_document_of_the_specimen_is_found_with_its_day() -> None:
    assert {(reference.value, reference.dated) for reference in READING.references} == {
        ("12-NQ/TW", "2022-03-16"),
        ("90-QĐ/TW", "2022-12-06"),
        ("26-CT/TW", "2018-11-09"),
        ("Đề án 06", ""),
        ("Nghị quyết Đại hội XIII", ""),
        ("Nghị quyết Đại hội XV", ""),
        ("Nghị quyết Đại hội Đảng bộ tỉnh", ""),
        ("Quy hoạch tỉnh 2021-2030", ""),
    }


def test_every_figure_of_the_specimen_is_found_as_it_is_reported() -> None:
    assert {(figure.value, figure.unit, figure.qualifier.value) for figure in READING.figures} == {
        ("9", "năm liên tiếp", "exact"),
        ("3", "năm", "exact"),
        ("2", "con số", "over"),
        ("17/19", "chỉ tiêu", "exact"),
        ("9500", "USD", "over"),
        ("2.23", "lần", "exact"),
        ("1.5", "lần", "exact"),
    }


def test_every_day_and_period_of_the_specimen_is_found() -> None:
    assert [date.value for date in READING.dates] == [
        "--03-07",
        "2020/2025",
        "2022-03-16",
        "2022-12-06",
        "2018-11-09",
        "2021/2030",
        "2050",
    ]


def test_a_report_of_what_was_done_proposes_no_task_and_no_target() -> None:
    assert READING.candidates == ()
