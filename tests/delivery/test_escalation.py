from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.directive_words import TaskAct, TaskState
from lienthong.delivery.escalation import ESCALATE_ON, REMIND_ON, Notice, count_days_late, find_notice
from lienthong.delivery.task_rules import Situation

DUE = date(2026, 6, 15)


def situation(state: TaskState = TaskState.OPEN, due_on: date | None = DUE) -> Situation:
    return Situation(state, due_on, is_started=False, proofs=0, reported_by="")


def run_daily(first: int, last: int, skip: frozenset[int] = frozenset()) -> list[Notice]:
    sent: list[Notice] = []
    for day in range(first, last):
        today = DUE + timedelta(days=day)
        if day not in skip and (notice := find_notice(situation(), today, [each.day for each in sent])):
            sent.append(notice)
    return sent


def test_every_reminder_and_escalation_goes_out_once_when_the_worker_runs_daily() -> None:
    sent = run_daily(-30, 60)
    assert [notice.day for notice in sent] == sorted([*REMIND_ON, *ESCALATE_ON])
    assert [notice.level for notice in sent if notice.act is TaskAct.ESCALATED] == [1, 2]


def test_what_was_missed_is_made_up_by_the_latest_alone() -> None:
    assert [notice.day for notice in run_daily(3, 4)] == [1]
    assert [notice.day for notice in run_daily(20, 25)] == [15]


def test_nothing_is_sent_for_what_is_reported_over_or_without_a_day() -> None:
    for state in (TaskState.REPORTED, TaskState.DONE, TaskState.CANCELLED):
        assert find_notice(situation(state), DUE + timedelta(days=20), []) is None
    assert find_notice(situation(due_on=None), DUE, []) is None


@given(st.frozensets(st.integers(-30, 40)))
def test_however_often_the_worker_was_away_no_notice_goes_out_twice_or_back(skip: frozenset[int]) -> None:
    days = [notice.day for notice in run_daily(-30, 41, skip)]
    assert days == sorted(set(days))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_task_is_late_by_the_days_since_its_due_day(due_on: date, today: date) -> None:
    late = count_days_late(due_on, today)
    assert (late > 0) == (today > due_on)
    assert late == 0 or due_on + timedelta(days=late) == today
    assert count_days_late(None, today) == 0
