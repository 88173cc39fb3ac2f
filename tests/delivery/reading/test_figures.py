from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.reading.figures import read_number
from lienthong.delivery.reading.reader import read_text


def read_figures(text: str) -> list[tuple[str, str, str]]:
    return [(figure.value, figure.unit, figure.qualifier.value) for figure in read_text(text).figures]


@pytest.mark.parametrize(
    ("text", "value", "unit", "qualifier"),
    [
        ("đạt hơn 9.500 USD", "9500", "USD", "over"),
        ("cao gấp 2,23 lần", "2.23", "lần", "exact"),
        ("hoàn thành 17/19 chỉ tiêu", "17/19", "chỉ tiêu", "exact"),
        ("trong 9 năm liên tiếp", "9", "năm liên tiếp", "exact"),
        ("năm thứ 9 liên tiếp", "9", "năm liên tiếp", "exact"),
        ("tăng trưởng trên hai con số", "2", "con số", "over"),
        ("giảm 0,08 điểm phần trăm", "0.08", "điểm phần trăm", "exact"),
        ("chiếm 49-50%", "49..50", "%", "exact"),
        ("từ 20.000 đến 50.000 đồng", "20000..50000", "đồng", "exact"),
        ("đạt từ 85% trở lên", "85", "%", "at-least"),
        ("không quá 3 ngày làm việc", "3", "ngày làm việc", "at-most"),
        ("dưới 2%", "2", "%", "under"),
        ("khoảng 1,39 triệu người", "1.39", "triệu người", "about"),
        ("cao hơn 1,2 điểm phần trăm", "1.2", "điểm phần trăm", "exact"),
        ("tăng trên 12% / năm", "12", "%/năm", "over"),
        ("thu 2 nghìn tỷ đồng/năm", "2", "nghìn tỷ đồng/năm", "exact"),
        ("xếp thứ 2 cả nước", "2", "hạng", "exact"),
        ("02 đồng chí", "2", "đồng chí", "exact"),
        ("giá 20.560 đồng/lít", "20560", "đồng/lít", "exact"),
        ("nhóm 10 địa phương dẫn đầu", "10", "địa phương", "exact"),
        ("có 12.304 DN đang hoạt động", "12304", "DN", "exact"),
        ("chỉ số đạt 0,7024.", "0.7024", "", "exact"),
    ],
)
def test_a_figure_is_read_with_its_unit_and_what_it_says_of_the_true_one(
    text: str, value: str, unit: str, qualifier: str
) -> None:
    assert read_figures(text) == [(value, unit, qualifier)]


@pytest.mark.parametrize(
    "text",
    [
        "Điều 5 Luật này",
        "khoản 2 Điều 9",
        "ở tổ 5, khu 3",
        "số 12/5 phố Hòa Bình",
        "điện thoại 0203.3835.678",
        "tổng đài 1900 1234",
        "thủ tục 1.001193 được công bố",
        "trực 24/7",
        "lúc 14 giờ 00 phút",
        "kết thúc lúc 17h30",
        "dịch Covid-19 bùng phát",
        "ISO 9001:2015 được áp dụng",
        "cách mạng công nghiệp 4.0 mở ra",
        "mức độ 4 được cung cấp",
        "báo cáo trước ngày 20 tháng cuối quý",
        "hội nghị lần thứ 4 bàn về",
    ],
)
def test_a_number_that_names_or_counts_nothing_is_no_figure(text: str) -> None:
    assert read_figures(text) == []


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_number_written_the_vietnamese_way_is_read_back(value: Decimal) -> None:
    written = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert Decimal(read_number(written)) == value
    assert Decimal(read_figures(f"đạt {written} tỷ đồng")[0][0]) == value


@given(low=st.integers(1, 50), more=st.integers(1, 40), dash=st.sampled_from(["-", "\u2013", " - ", " đến "]))
def test_a_range_keeps_both_ends(low: int, more: int, dash: str) -> None:
    assert read_figures(f"chiếm {low}{dash}{low + more}%") == [(f"{low}..{low + more}", "%", "exact")]
