from __future__ import annotations

from datetime import datetime

from lienthong.cases.complaint_limits import reckon_answer
from lienthong.cases.procedure import LegalStatus
from lienthong.cases.working_days import VIETNAM, load_working_days

CALENDAR = load_working_days()


def test_a_complaint_is_to_be_answered_within_its_dated_term_in_working_days() -> None:
    # Monday 30 November 2026 is not counted: 1 to 4, 7 to 11, 14 to 18 December are fourteen, Monday 21 the fifteenth.
    reckoned = reckon_answer(datetime(2026, 11, 30, 9, tzinfo=VIETNAM), CALENDAR)
    assert reckoned is not None
    assert f"{reckoned.due:%d/%m/%Y}" == "21/12/2026"
    assert (reckoned.legal.document, reckoned.legal.status) == ("766/QĐ-TTg", LegalStatus.UNCONFIRMED)


def test_before_the_first_known_term_no_day_is_named() -> None:
    assert reckon_answer(datetime(2022, 6, 22, 9, tzinfo=VIETNAM), CALENDAR) is None
