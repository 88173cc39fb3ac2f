from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.remembered import Remembered


def _remember(asked: list[str]) -> Remembered[str, str]:
    def find(name: str) -> str:
        asked.append(name)
        return name.upper()

    return Remembered(find, most=3, longest=4)


def test_a_name_is_asked_about_once() -> None:
    asked: list[str] = []
    known = _remember(asked)
    assert [known["a"], known["b"], known["a"]] == ["A", "B", "A"]
    assert asked == ["a", "b"]


def test_a_long_name_is_answered_and_not_kept() -> None:
    asked: list[str] = []
    known = _remember(asked)
    assert [known["abcd"], known["abcde"], known["abcde"], known["abcd"]] == ["ABCD", "ABCDE", "ABCDE", "ABCD"]
    assert asked == ["abcd", "abcde", "abcde"]


def test_a_refusal_is_not_kept() -> None:
    known = Remembered[str, int](int, most=3, longest=4)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            known["x"]
    assert len(known) == 0


@given(st.lists(st.text("abc", max_size=6)))
def test_whatever_is_asked_answers_are_right_and_few_are_kept(names: list[str]) -> None:
    known = _remember([])
    for name in names:
        assert known[name] == name.upper()
        assert len(known) <= 3
