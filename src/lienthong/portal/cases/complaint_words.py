"""Complaints that wait for an office's answer, in words: what was written, and until when the answer is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext

from lienthong.cases.actions import Complained
from lienthong.cases.complaint_limits import reckon_answer
from lienthong.portal.cases.deadline_words import tell_day, tell_distance, tell_law

if TYPE_CHECKING:
    from datetime import date, datetime

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.reading import CaseView
    from lienthong.cases.working_days import WorkingDays


def tell_unanswered(state: CaseState, calendar: WorkingDays, today: date) -> tuple[str, ...]:
    """Tell whoever looks at a case which complaints wait for their answer, until when, and what that rests on."""
    return tuple(_tell(complaint.at, calendar, today) for complaint in state.unanswered)


def _tell(at: datetime, calendar: WorkingDays, today: date) -> str:
    when, reckoned = f"{timezone.localtime(at):%d/%m/%Y}", reckon_answer(at, calendar)
    if reckoned is None:
        return gettext("The complaint of %(when)s waits for the office's answer.") % {"when": when}
    told = gettext(
        "The complaint of %(when)s waits for the office's answer: by %(day)s, %(distance)s. Term by %(law)s."
    )
    day, distance = tell_day(reckoned.due), tell_distance(reckoned.due, today)
    return told % {"when": when, "day": day, "distance": distance, "law": tell_law(reckoned.legal)}


def read_complaint(case: CaseView) -> tuple[datetime, str]:
    """Give when the oldest complaint that waits for its answer came, and what it says; raises where none waits."""
    oldest = case.state.unanswered[0]
    texts = (action.payload for action in case.actions if action.number == oldest.number)
    return oldest.at, next((payload.text for payload in texts if isinstance(payload, Complained)), "")
