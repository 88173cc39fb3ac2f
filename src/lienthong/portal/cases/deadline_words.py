"""A deadline in words: the day with its weekday, and how far away it is. Pure: today is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lienthong.cases.deadlines import PartKind
from lienthong.cases.procedure import LegalStatus
from lienthong.portal.cases.procedure_words import LEGAL_STATUSES, tell_article

if TYPE_CHECKING:
    from datetime import date, datetime

    from lienthong.cases.deadlines import Part, Reckoning
    from lienthong.cases.procedure import Legal

WEEKDAYS: Final = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)

SOON_DAYS: Final = 2
"""So many days before its end a deadline is called near."""


def tell_day(day: date) -> str:
    """Write a day with its weekday."""
    return f"{WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"


def tell_distance(day: date, today: date) -> str:
    """Say how far away a day is."""
    days = (day - today).days
    if days < 0:
        return ngettext("%(num)d day late", "%(num)d days late", -days) % {"num": -days}
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    return ngettext("in %(num)d day", "in %(num)d days", days) % {"num": days}


def find_urgency(day: date | None, today: date) -> str:
    """Say whether a day is `late`, `soon`, or neither (empty)."""
    if day is None:
        return ""
    days = (day - today).days
    return "late" if days < 0 else "soon" if days <= SOON_DAYS else ""


def tell_reckoning(reckoned: Reckoning) -> tuple[str, ...]:
    """Tell how a last day was counted, one sentence for each move, and what the term comes from."""
    parts = [_tell_part(part) for part in reckoned.parts]
    due = gettext("Last day: %(day)s.") % {"day": tell_day(reckoned.due)}
    return (due, *parts, gettext("By %(law)s.") % {"law": tell_law(reckoned.legal)})


def tell_law(legal: Legal) -> str:
    """Name the document that a term comes from, with the doubt that there is about it."""
    article = f", {tell_article(legal.article)}" if legal.article else ""
    doubt = "" if legal.status is LegalStatus.CITED else f" - {LEGAL_STATUSES[legal.status]}"
    return f"{legal.document}{article} ({legal.date:%d/%m/%Y}){doubt}"


def _tell_part(part: Part) -> str:
    told = _PARTS[part.kind] % {"start": _tell_moment(part.start), "end": _tell_moment(part.end), "count": part.count}
    free = [tell_day(day.day) for day in part.days if not day.number]
    if not free:
        return str(told)
    # Outside of the f-string, where no reader of texts finds it.
    uncounted = gettext("Not counted: %(days)s.") % {"days": "; ".join(free)}
    return f"{told} {uncounted}"


def _tell_moment(moment: datetime | None) -> str:
    return gettext("now") if moment is None else f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"


_PARTS: Final = {
    PartKind.TERM: _("From %(start)s: %(count)s working days, the first day not counted."),
    PartKind.SAME_DAY: _("From %(start)s, in time: the same working day."),
    PartKind.NEXT_DAY: _("From %(start)s, too late in the day or on a day off: the next working day."),
    PartKind.WAITED: _("Waited for the applicant from %(start)s to %(end)s: %(count)s working days more."),
    PartKind.WAITS: _("Waits for the applicant since %(start)s: nothing is counted meanwhile."),
    PartKind.WAITED_TOO_LATE: _("Waited for the applicant from %(start)s, after the last day: nothing is added."),
    PartKind.EXTENDED: _("A later day was told to the applicant at %(start)s."),
}
