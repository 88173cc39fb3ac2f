from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.report.pieces import FindingKind
from lienthong.delivery.report.told import Told
from lienthong.delivery.report.tracing import find_findings, tie_numbers

REACHED = Told("reached", "17/19", "17/19", "", "", (1,))
STREAK = Told("streak", "9 năm", "9", "năm", "", (2,))
HEAD = Told("head", "10.420 USD", "10.420", "USD", "", (3,))
TOLD = {each.key: each for each in (REACHED, STREAK, HEAD)}


def test_a_number_is_tied_to_the_figure_with_the_same_number_and_unit() -> None:
    text = "Đạt 17/19 chỉ tiêu, 9 năm liên tiếp, 10.420 USD; 9 xã, 9 vụ."
    assert [tie.key for tie in tie_numbers(text, TOLD)] == ["reached", "streak", "head"]
    kinds = [finding.kind for finding in find_findings(text, tie_numbers(text, TOLD), TOLD)]
    assert kinds == [FindingKind.UNTRACED, FindingKind.UNTRACED]


def test_a_tied_number_whose_figure_changed_is_stale_and_one_that_did_not_is_not() -> None:
    text = "Đạt 17/19 chỉ tiêu, 9 năm liên tiếp."
    now = {**TOLD, "reached": Told("reached", "16/19", "16/19", "", "", (1,))}
    (finding,) = find_findings(text, tie_numbers(text, TOLD), now)
    assert (finding.kind, finding.written, finding.now) == (FindingKind.STALE, "17/19", "16/19")
    assert text[finding.start : finding.end] == "17/19"


def test_a_figure_that_is_told_no_more_leaves_its_number_stale() -> None:
    text = "9 năm liên tiếp."
    (finding,) = find_findings(text, tie_numbers(text, TOLD), {})
    assert finding.kind is FindingKind.STALE


@pytest.mark.parametrize(
    "text",
    [
        "Ngày 7/3/2024 và 12/2025.",
        "Nghị quyết số 12-NQ/TW, Quyết định 06/QĐ-TTg, 118/2025/NĐ-CP.",
        "Năm 2025, từ năm 2021, since 2020.",
    ],
)
def test_days_years_and_numbers_of_documents_are_no_figures(text: str) -> None:
    assert find_findings(text, (), TOLD) == ()


@given(st.text(alphabet="0123456789.,/ %năm-USDabc\n", max_size=80))
def test_whatever_is_written_ties_and_findings_lie_in_the_text_and_share_no_number(text: str) -> None:
    ties = tie_numbers(text, TOLD)
    findings = find_findings(text, ties, TOLD)
    assert all(text[tie.start : tie.end] == TOLD[tie.key].number for tie in ties)
    assert all(text[each.start : each.end] == each.written for each in findings)
    assert not {tie.start for tie in ties} & {each.start for each in findings}
