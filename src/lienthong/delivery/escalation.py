"""When an owner is reminded of a task, and when it goes up (pure).

House rules, not law: a reminder two weeks, a week, three days and one day before the due day, one on the day after it;
then the leaders of the owner's agency are told after five days, those of the agency above after fifteen. Whatever was
missed while nothing ran is made up by the latest notice alone. A due day that is moved begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.delivery.directive_words import TaskAct, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lienthong.delivery.task_rules import Situation

REMIND_ON: Final = (-14, -7, -3, -1, 1)
"""Days from the due day on which the owner is reminded; negative ones are before it."""
ESCALATE_ON: Final = (5, 15)
"""Days after the due day on which it goes one level up, then two."""


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """One reminder or escalation: `day` counts from the due day, `level` is how far up it goes, 0 for the owner."""

    day: int
    act: TaskAct
    level: int


_ALL: Final = tuple(
    sorted(
        [Notice(day, TaskAct.REMINDED, 0) for day in REMIND_ON]
        + [Notice(day, TaskAct.ESCALATED, level) for level, day in enumerate(ESCALATE_ON, start=1)]
    )
)


def find_notice(situation: Situation, today: date, sent: Iterable[int]) -> Notice | None:
    """Give what is to be sent today; `sent` are the days of the notices that went out for this due day."""
    if situation.state is not TaskState.OPEN or situation.due_on is None:
        return None
    passed = (today - situation.due_on).days
    come = [notice for notice in _ALL if notice.day <= passed]
    return come[-1] if come and come[-1].day > max(sent, default=_ALL[0].day - 1) else None


def count_days_late(due_on: date | None, today: date) -> int:
    """Give by how many days a task is late; 0 where it is not, or has no due day."""
    return max(0, (today - due_on).days) if due_on is not None else 0
