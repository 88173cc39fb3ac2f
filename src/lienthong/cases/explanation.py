"""A last day explained line by line: each day that was looked at, and the document that each term comes from. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.cases.deadlines import PartKind
from lienthong.cases.working_days import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from lienthong.cases.deadlines import CountedDay, Part, Reckoning
    from lienthong.cases.procedure import Legal

_SAYS: Final = {
    PartKind.TERM: "from {start}: {count} working days, the first day not counted",
    PartKind.SAME_DAY: "from {start}: in time, so the same working day",
    PartKind.NEXT_DAY: "from {start}: too late in the day, or a day off, so the next working day",
    PartKind.WAITED: "waited for the applicant from {start} to {end}: {count} working days more",
    PartKind.WAITS: "waits for the applicant since {start}: {count} working days so far",
    PartKind.WAITED_TOO_LATE: "waited for the applicant from {start}, after the last day: nothing is added",
    PartKind.EXTENDED: "extended, told at {start}",
}


def explain(reckoning: Reckoning) -> Iterator[str]:
    """Give the arithmetic, one line for each move and each day, with the last day at the end."""
    yield f"rule: {tell_legal(reckoning.legal)}"
    for part in reckoning.parts:
        yield from _explain_part(part)
    moves = " (moves on until the applicant has answered)" if reckoning.is_waiting else ""
    yield f"due: {tell_day(reckoning.due)}{moves}"


def tell_legal(legal: Legal) -> str:
    """Name a document with its date, article and how sure it is."""
    article = f", {legal.article}" if legal.article else ""
    return f"{legal.document} of {legal.date}{article} ({legal.status})"


def tell_day(day: date) -> str:
    """Write a day with its weekday."""
    return day.strftime("%a %Y-%m-%d")


def _tell_moment(moment: datetime | None) -> str:
    return "now" if moment is None else moment.astimezone(VIETNAM).strftime("%a %Y-%m-%d %H:%M")


def _explain_part(part: Part) -> Iterator[str]:
    yield _SAYS[part.kind].format(start=_tell_moment(part.start), end=_tell_moment(part.end), count=part.count)
    yield from (_explain_day(day) for day in part.days)
    yield f"    so until {tell_day(part.due)}"


def _explain_day(day: CountedDay) -> str:
    number = f"{day.number:>3}" if day.number else "  -"
    return f"    {tell_day(day.day)} {number}" + (f"  {day.why}" if day.why else "")
