"""Until when something must be done: pure arithmetic over a calendar, with every day told and the article beside it.

The rules: a term in working days does not count its first day; a same-day term ends on the working day of receipt,
and after its time of day (15:00) on the next one; the days during which the applicant was to do something are not
counted; an extension names its day. A wait that began after the last day heals nothing.

What of this is cited and what is our reading stands in docs/deadlines.md and with the examples of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.cases.procedure import LimitRule
from lienthong.cases.working_days import VIETNAM, find_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from lienthong.cases.procedure import Legal, Limit, Procedure
    from lienthong.cases.working_days import WorkingDays

OPENING: Final = time(8)
"""When a day's work begins, for steps that are planned and have not begun."""


class PartKind(StrEnum):
    """One move in the arithmetic."""

    TERM = "term"
    """So many working days after the first."""
    SAME_DAY = "same-day"
    """Received in time: the day of receipt."""
    NEXT_DAY = "next-day"
    """Received too late on that day, or on a day off: the next working day."""
    WAITED = "waited"
    """The applicant was to do something: as many working days more."""
    WAITS = "waits"
    """The applicant is to do something still: nothing is counted until it is done."""
    WAITED_TOO_LATE = "waited-too-late"
    """The wait began after the last day: nothing is added."""
    EXTENDED = "extended"
    """The office told the applicant, with an apology, another day."""


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day that was looked at: `number` counts the working days, 0 for a day off, and `why` says why."""

    day: date
    number: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One move: from when, which days were looked at, and the last day after it."""

    kind: PartKind
    start: datetime
    due: date
    days: tuple[CountedDay, ...] = ()
    end: datetime | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A last day with its arithmetic and the document that the term comes from."""

    due: date
    legal: Legal
    parts: tuple[Part, ...]
    step: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether the applicant is to do something now, so that the last day is moving."""
        return any(part.kind is PartKind.WAITS for part in self.parts)


@dataclass(frozen=True, slots=True)
class Wait:
    """A time during which the applicant was to do something; without an end it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """What the office told at a moment: until which day it takes."""

    at: datetime
    until: date


def reckon(
    limit: Limit,
    start: datetime,
    calendar: WorkingDays,
    changes: Iterable[Wait | Extension] = (),
    *,
    is_verified: bool = False,
    now: datetime | None = None,
) -> Reckoning:
    """Reckon the last day of a term that began at `start`.

    `is_verified`: something must be verified, so that the longer term holds. `now` is for a wait that lasts: the days
    until then are counted to it.
    """
    parts = [_begin(limit, start, calendar, is_verified=is_verified)]
    for change in _in_order(changes):
        due = parts[-1].due
        if isinstance(change, Extension):
            parts.append(Part(PartKind.EXTENDED, change.at, max(due, calendar.first_working(change.until))))
        elif find_day(change.start) > due:
            parts.append(Part(PartKind.WAITED_TOO_LATE, change.start, due, end=change.end))
        else:
            parts.append(_wait(limit, change, due, calendar, now))
    return Reckoning(parts[-1].due, limit.legal, tuple(parts), limit.step)


def _begin(limit: Limit, start: datetime, calendar: WorkingDays, *, is_verified: bool) -> Part:
    if limit.rule is LimitRule.SAME_DAY_BEFORE:
        return _same_day(limit, start, calendar)
    count = limit.working_days
    if is_verified and limit.if_verification is not None:
        count = limit.if_verification
    days = count_days(find_day(start), count, calendar)
    return Part(PartKind.TERM, start, days[-1].day if days else find_day(start), days, count=count)


def _same_day(limit: Limit, start: datetime, calendar: WorkingDays) -> Part:
    """Give the day itself up to the time of day, that minute included: the rule says `after`."""
    day = find_day(start)
    if calendar.is_working(day) and start.astimezone(VIETNAM).time() <= limit.time:
        return Part(PartKind.SAME_DAY, start, day, (CountedDay(day, 1),))
    days = count_days(day, 1, calendar)
    return Part(PartKind.NEXT_DAY, start, days[-1].day, days, count=1)


def count_days(after: date, count: int, calendar: WorkingDays) -> tuple[CountedDay, ...]:
    """Give every day after one, up to the `count`th working day, with its number or why it is off."""
    last = calendar.add(after, count)
    days: list[CountedDay] = []
    number = 0
    for offset in range(1, (last - after).days + 1):
        day = after + timedelta(days=offset)
        is_working = calendar.is_working(day)
        number += is_working
        days.append(CountedDay(day, number if is_working else 0, calendar.tell(day)))
    return tuple(days)


def _wait(limit: Limit, wait: Wait, due: date, calendar: WorkingDays, now: datetime | None) -> Part:
    """Add a wait's working days, of which the first is the day after it began; a same-day term begins anew."""
    end = wait.end or now
    kind = PartKind.WAITED if wait.end is not None else PartKind.WAITS
    if end is None:
        return Part(kind, wait.start, due)
    if limit.rule is LimitRule.SAME_DAY_BEFORE:
        anew = _same_day(limit, end, calendar)
        return Part(kind, wait.start, max(due, anew.due), anew.days, end=wait.end)
    count = calendar.count(find_day(wait.start), find_day(end))
    days = count_days(due, count, calendar)
    return Part(kind, wait.start, days[-1].day if days else due, days, end=wait.end, count=count)


def _in_order(changes: Iterable[Wait | Extension]) -> list[Wait | Extension]:
    """Put changes in the order of their moments; waits that overlap or touch within a moment become one."""
    merged: list[Wait | Extension] = []
    for change in sorted(changes, key=_find_moment):
        before = merged[-1] if merged else None
        if isinstance(change, Wait) and isinstance(before, Wait) and (before.end is None or change.start <= before.end):
            ends = None if before.end is None or change.end is None else max(before.end, change.end)
            merged[-1] = replace(before, end=ends)
        else:
            merged.append(change)
    return merged


def _find_moment(change: Wait | Extension) -> datetime:
    return change.at if isinstance(change, Extension) else change.start


def reckon_whole(
    procedure: Procedure,
    start: datetime,
    calendar: WorkingDays,
    changes: Sequence[Wait | Extension] = (),
    *,
    is_verified: bool = False,
    now: datetime | None = None,
) -> Reckoning | None:
    """Reckon a whole case: by its own term, else by its steps one after another; None where no term is known."""
    if procedure.chain is not None:
        return reckon(procedure.chain, start, calendar, changes, is_verified=is_verified, now=now)
    planned = plan_steps(procedure, start, calendar, is_verified=is_verified)
    if not planned:
        return None
    last = max(planned.values(), key=lambda one: one.due)
    path = _find_path(procedure, last.step, planned)
    if not changes:
        return Reckoning(last.due, last.legal, path)
    limit = next(limit for limit in procedure.limits if limit.step == last.step)
    moved = reckon(limit, path[-1].start, calendar, changes, is_verified=is_verified, now=now)
    return Reckoning(moved.due, last.legal, (*path[:-1], *moved.parts))


def plan_steps(
    procedure: Procedure, start: datetime, calendar: WorkingDays, *, is_verified: bool = False
) -> dict[str, Reckoning]:
    """Plan every step that has a term: the first from the start, the others from the last day of what they need.

    Steps beside each other run at the same time.
    """
    planned: dict[str, Reckoning] = {}
    for step in procedure.steps:
        if step.limit is None:
            continue
        needed = [planned[need].due for need in step.needs if need in planned]
        begins = datetime.combine(max(needed), OPENING, VIETNAM) if needed else start
        planned[step.id] = reckon(step.limit, begins, calendar, is_verified=is_verified)
    return planned


def _find_path(procedure: Procedure, step_id: str, planned: dict[str, Reckoning]) -> tuple[Part, ...]:
    """Give the arithmetic of the steps that the last one waited for, the first of them first."""
    step = procedure.find_step(step_id)
    needs = [] if step is None else [need for need in step.needs if need in planned]
    before = _find_path(procedure, max(needs, key=lambda need: planned[need].due), planned) if needs else ()
    return (*before, *planned[step_id].parts)
