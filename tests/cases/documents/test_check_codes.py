from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.documents.check_codes import LETTERS, make_check_code, read_check_code


def test_codes_are_random_and_written_in_groups_of_four() -> None:
    codes = {make_check_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(rf"[{LETTERS}]{{4}}(-[{LETTERS}]{{4}}){{3}}", code) for code in codes)


def test_a_code_is_read_as_people_type_it() -> None:
    code = make_check_code()
    assert read_check_code(code) == code
    assert read_check_code(f" {code.lower().replace('-', ' ')} ") == code
    assert read_check_code(code.replace("-", "").replace("0", "o").replace("1", "l")) == code


@given(st.text(max_size=50))
def test_anything_else_is_no_code(text: str) -> None:
    read = read_check_code(text)
    assert read in {"", read_check_code(read)}
    assert read_check_code("") == ""
