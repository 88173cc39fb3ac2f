from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.reading.reader import read_text

if TYPE_CHECKING:
    from lienthong.delivery.reading.found import Reading, Span


def read_values(text: str) -> list[str]:
    return [reference.value for reference in read_text(text).references]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nghị quyết số 12-NQ/TW", "12-NQ/TW"),
        ("Nghị quyết số 12 \u2013 NQ / TW", "12-NQ/TW"),
        ("Quyết định 90-QÐ/TW", "90-QĐ/TW"),
        ("Quyết định 90-QƉ/TW", "90-QĐ/TW"),
        ("Quye\u0302\u0301t đi\u0323nh 1811/QĐ\u2011UBND", "1811/QĐ-UBND"),
        ("Nghị định số 118/2025/NĐ - CP của Chính phủ", "118/2025/NĐ-CP"),
        ("Luật số 91/2025/QH15", "91/2025/QH15"),
        ("công văn 4975/VPCP-KSTT", "4975/VPCP-KSTT"),
        ("Hướng dẫn 36-HD/VPTW", "36-HD/VPTW"),
        ("triển khai Đề án 06 của Chính phủ", "Đề án 06"),
        ("Nghị quyết Đại hội đại biểu toàn quốc lần thứ XIII của Đảng", "Nghị quyết Đại hội XIII"),
        ("quy hoạch tỉnh cho thời kỳ 2021-2030", "Quy hoạch tỉnh 2021-2030"),
    ],
)
def test_a_document_has_one_spelling(text: str, value: str) -> None:
    assert read_values(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "ngày 16/3/2022",
        "đạt 17/19 chỉ tiêu",
        "thủ tục 1.001193",
        "số nhà 12/5 đường Trần Phú",
        "trực 24/7",
        "Kế hoạch 5 năm 2021-2025",
        "Chương trình 2026",
        "hồ sơ H49.25.07-240307-0012",
    ],
)
def test_what_only_looks_like_a_number_of_a_document_is_none(text: str) -> None:
    assert read_values(text) == []


def test_a_reference_has_the_day_beside_it_and_not_another_one() -> None:
    reading = read_text("Quyết định số 90-QĐ/TW ngày 6/12/2022; Nghị định 63/2024/NĐ-CP được ban hành ngày 10/6/2024")
    assert [reference.dated for reference in reading.references] == ["2022-12-06", ""]


@given(
    number=st.integers(1, 99999),
    kind=st.sampled_from(["NQ", "QĐ", "CT", "KL"]),
    organ=st.sampled_from(["TW", "TU", "BTCTW"]),
    dash=st.sampled_from(["-", "\u2013", " - ", "\u2014 ", " -", "\u2011"]),
    stroke=st.sampled_from(["/", " / ", " /"]),
)
def test_every_spelling_of_a_party_number_is_that_number(
    number: int, kind: str, organ: str, dash: str, stroke: str
) -> None:
    written = f"căn cứ {number}{dash}{kind}{stroke}{organ} và"
    assert read_values(written) == [f"{number}-{kind}/{organ}"]


@given(st.text(max_size=200))
def test_any_text_is_read_and_places_lie_within_it(text: str) -> None:
    reading = read_text(text)
    spans = list_spans(reading)
    assert all(0 <= span.start < span.end <= len(reading.text) for span in spans)


def list_spans(reading: Reading) -> list[Span]:
    spans = [reference.span for reference in reading.references]
    spans += [date.span for date in reading.dates]
    spans += [figure.span for figure in reading.figures]
    return spans + [candidate.span for candidate in reading.candidates]


@given(st.text(alphabet="0123456789/-.,ĐNQTWCPdđ ngàytháng%|\n", max_size=120))
def test_text_that_is_nearly_references_and_dates_is_read_too(text: str) -> None:
    reading = read_text(text)
    plans = [reference.span for reference in reading.references if "Quy hoạch" in reference.value]
    dates = [date.span for date in reading.dates if not any(date.span.touches(plan) for plan in plans)]
    assert not any(reference.span.touches(date) for reference in reading.references for date in dates)
    assert not any(figure.span.touches(date) for figure in reading.figures for date in dates)
