"""A deadline in words: the day with its weekday, and how far away it is. Pure: today is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import date

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
