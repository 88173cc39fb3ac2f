from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.numbering import CaseCode, CodeFormat, draw_code, format_code, parse_code

DAY = date(2024, 3, 7)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("000.00.19.H49-240307-0001", CaseCode("H49.19", DAY, 1, CodeFormat.UNIT)),
        ("012.03.19.H49-240307-0001", CaseCode("H49.19.03.12", DAY, 1, CodeFormat.UNIT)),
        ("000.00.00.H49-240307-0002", CaseCode("H49", DAY, 2, CodeFormat.UNIT)),
        ("H49.19-240307-0001", CaseCode("H49.19", DAY, 1, CodeFormat.AGENCY)),
        ("G09.20-20260609-0092637", CaseCode("G09.20", date(2026, 6, 9), 92637, CodeFormat.LONG)),
    ],
)
def test_codes_seen_in_use_are_read_and_written_again(text: str, code: CaseCode) -> None:
    assert parse_code(f" {text} ") == code
    assert format_code(code) == text


@pytest.mark.parametrize(
    "text", ["", "H49", "H49.19-240307-001", "H49.19-241307-0001", "h49.19-240307-0001", "H49.19-2403-0001", "x" * 900]
)
def test_what_is_no_code_is_refused_briefly(text: str) -> None:
    with pytest.raises(CasesError) as refusal:
        parse_code(text)
    assert refusal.value.kind is CasesErrorKind.BAD_CODE
    assert len(refusal.value.message) < 200


@given(
    top=st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True),
    parts=st.lists(st.integers(1, 99).map("{:02d}".format), max_size=3),
    day=st.dates(date(2000, 1, 1), date(2098, 12, 31)),
    serial=st.integers(1, 9_999_999),
    form=st.sampled_from(CodeFormat),
)
def test_every_code_that_is_written_is_read_as_it_was_meant(
    top: str, parts: list[str], day: date, serial: int, form: CodeFormat
) -> None:
    # The two-digit years of the short forms are this century's, of which Python reads 69 to 98 as the last one's.
    day = day.replace(year=2000 + day.year % 69) if (day.month, day.day) != (2, 29) else date(2024, 2, 29)
    code = CaseCode(".".join([top, *parts]), day, serial, form)
    assert parse_code(format_code(code)) == code


def test_an_agency_that_the_old_form_has_no_room_for_is_refused() -> None:
    with pytest.raises(CasesError, match="set another form"):
        format_code(CaseCode("H49.01.02.03.04", DAY, 1, CodeFormat.UNIT))


@pytest.mark.django_db
def test_serials_of_an_office_and_day_follow_each_other_and_a_failed_filing_leaves_no_gap() -> None:
    def draw(agency: str = "Z99.01", day: date = DAY) -> str:
        return draw_code(agency, day, CodeFormat.AGENCY)

    assert draw() == "Z99.01-240307-0001"
    point = transaction.savepoint()
    assert draw() == "Z99.01-240307-0002"
    transaction.savepoint_rollback(point)
    assert draw() == "Z99.01-240307-0002"
    assert draw("Z99.02") == "Z99.02-240307-0001"
    assert draw(day=date(2024, 3, 8)) == "Z99.01-240308-0001"
