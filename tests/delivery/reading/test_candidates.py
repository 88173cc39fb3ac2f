from __future__ import annotations

import pytest

from lienthong.delivery.reading.found import CandidateKind
from lienthong.delivery.reading.reader import read_text


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("Giao Sở Tư pháp cập nhật quy trình trước ngày 15/5/2026.", "Sở Tư pháp", "2026-05-15"),
        ("Sở Nội vụ chủ trì rà soát, xong trong quý II/2026.", "Sở Nội vụ", "2026-Q2"),
        ("2. Yêu cầu Công an tỉnh báo cáo kết quả.", "Công an tỉnh", ""),
        ("1 | Số hóa sổ hộ tịch | Sở Tư pháp | 31/12/2026", "Sở Tư pháp", "2026-12-31"),
        ("- Rà soát quy trình (hoàn thành trước ngày 15/5/2026).", "", "2026-05-15"),
    ],
)
def test_a_sentence_that_charges_somebody_or_has_a_due_day_may_be_a_task(text: str, owner: str, due: str) -> None:
    (candidate,) = read_text(text).candidates
    assert (candidate.kind, ", ".join(candidate.owners), candidate.due) == (CandidateKind.TASK, owner, due)


def test_items_under_an_agencys_heading_are_its_tasks_until_the_next_heading() -> None:
    reading = read_text(
        "1. Sở Khoa học và Công nghệ\n- Là cơ quan thường trực, tổng hợp kết quả.\n"
        "- Tham mưu UBND tỉnh ban hành quy chế.\n"
        "2. Sở Tài chính:\n- Bố trí kinh phí.\nNơi nhận:\n- Lưu: VT.\n- Theo dõi chung."
    )
    assert [(reading.quote(each.span), each.owners) for each in reading.candidates] == [
        ("Là cơ quan thường trực, tổng hợp kết quả.", ("Sở Khoa học và Công nghệ",)),
        ("Tham mưu UBND tỉnh ban hành quy chế.", ("Sở Khoa học và Công nghệ",)),
        ("Bố trí kinh phí.", ("Sở Tài chính",)),
    ]


def test_a_task_under_an_agencys_heading_that_names_another_is_the_others_and_prose_below_is_none() -> None:
    reading = read_text(
        "1. Sở Khoa học và Công nghệ\n- Chủ trì xây dựng kho dữ liệu. Báo cáo kết quả hằng tháng.\n"
        "2. Giao Sở Tài chính bố trí kinh phí.\nNăm 2025, tỉnh có nhiều kết quả; hoàn thành 17/19 chỉ tiêu.\n"
        "Rà soát thủ tục | Sở Tư pháp | 31/12/2026"
    )
    assert [(reading.quote(each.span)[:20], each.owners) for each in reading.candidates] == [
        ("Chủ trì xây dựng kho", ("Sở Khoa học và Công nghệ",)),
        ("Báo cáo kết quả hằng", ("Sở Khoa học và Công nghệ",)),
        ("Giao Sở Tài chính bố", ("Sở Tài chính",)),
        ("Rà soát thủ tục | Sở", ("Sở Tư pháp",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Phấn đấu đến năm 2030, tỷ lệ đô thị hóa đạt trên 75%.",
        "Đến năm 2030: thu nhập bình quân 20.000 USD.",
        "Duy trì tỷ lệ thất nghiệp dưới 2% vào năm 2027.",
    ],
)
def test_a_sentence_that_promises_a_figure_may_be_a_target(text: str) -> None:
    (candidate,) = read_text(text).candidates
    assert candidate.kind is CandidateKind.TARGET
    assert candidate.figures


@pytest.mark.parametrize(
    "text",
    [
        "Sở Tư pháp đã cập nhật 14 thủ tục trong năm 2025.",
        "Theo đề nghị của Giám đốc Sở Tư pháp tại Tờ trình số 15/TTr-STP.",
        "Tỉnh đã hoàn thành 17/19 chỉ tiêu.",
        "Tiếp tục nâng cao nhận thức của cán bộ.",
        "Ủy ban nhân dân tỉnh ban hành Kế hoạch như sau:",
        "Bộ phận một cửa tiếp nhận hồ sơ ở tầng 1.",
    ],
)
def test_what_was_done_or_is_only_wished_is_neither(text: str) -> None:
    assert read_text(text).candidates == ()
