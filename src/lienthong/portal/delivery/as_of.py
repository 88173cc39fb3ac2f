"""The day of the address: what was known then is what a page shows, and its links keep the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.utils import timezone

from lienthong.delivery.tasks import find_day
from lienthong.identity.card_forms import DAY_FORMATS

if TYPE_CHECKING:
    from django.http import HttpRequest

FIRST_DAY: Final = date(1900, 1, 1)
"""No figure here is older, and what counts days back from a day needs some before it."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day asked for; `is_wrong` where the address names none that can be, and then today counts."""

    day: date
    today: date
    is_wrong: bool = False

    def link(self, address: str, **more: str) -> str:
        """Give an address that keeps the day, where it is not today, and adds other words to it."""
        words = {name: value for name, value in more.items() if value}
        if self.day != self.today:
            words = {"as_of": self.day.isoformat(), **words}
        return f"{address}?{urlencode(words)}" if words else address


def read_as_of(request: HttpRequest) -> AsOf:
    """Read the day from the address: none is today, and none that is still to come can be."""
    today = find_day(timezone.now())
    day = find_day_in(request, "as_of")
    if day is None:
        return AsOf(today, today, is_wrong=bool(request.GET.get("as_of")))
    return AsOf(min(day, today), today, is_wrong=day > today)


def find_day_in(request: HttpRequest, name: str) -> date | None:
    """Give a day of the address, as links write it or as people do, or None where it has none that can be read."""
    text = request.GET.get(name, "").strip()
    for form in DAY_FORMATS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 # a day has no zone
        except ValueError:
            continue
        return day if day >= FIRST_DAY else None
    return None
