from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.rows import Finding, RowReader


class Rule(StrEnum):
    NUMBER = "number"
    WORD = "word"


def _refuse(_text: str) -> int:
    raise KernelError(KernelErrorKind.INVALID_KEY, "not one of ours")


def test_a_value_is_read_or_told_with_row_column_rule_and_reason() -> None:
    reader: RowReader[Rule] = RowReader(7, ("a", "b"), [" 12 ", "x"], "units")
    assert (reader.convert("a", Rule.NUMBER, int), reader.is_refused) == (12, False)
    assert reader.convert("b", Rule.NUMBER, int) is None
    assert reader.convert("b", Rule.WORD, _refuse) is None
    first, second = reader.findings
    assert (first.row, first.column, first.value, first.rule, first.table) == (7, "b", "x", Rule.NUMBER, "units")
    assert "invalid literal" in first.reason
    assert second.reason == "not one of ours"
    assert reader.is_refused


def test_what_was_put_right_keeps_no_row_out() -> None:
    reader: RowReader[Rule] = RowReader(2, ("a",), ["x" * 200])
    reader.find("a", Rule.WORD, "stored as y", is_refused=False)
    assert not reader.is_refused
    assert reader.findings == [Finding(2, "a", "x" * 60, Rule.WORD, "stored as y", is_refused=False)]


@pytest.mark.parametrize(
    ("line", "is_whole"), [(["1"], False), (["1", "2"], True), (["1", "2", "3"], False), ([], False)]
)
def test_a_row_is_whole_with_as_many_values_as_the_header_has_names(line: list[str], is_whole: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert RowReader[Rule](2, ("a", "b"), line).is_whole == is_whole


@given(st.lists(st.text()))
def test_no_line_is_too_odd_to_be_read(line: list[str]) -> None:
    reader: RowReader[Rule] = RowReader(2, ("a", "b"), line)
    for column in reader.values:
        reader.convert(column, Rule.NUMBER, int)
    assert len(reader.findings) <= 2
