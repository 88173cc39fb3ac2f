"""What the site counts by itself: cases of this month and the one before, each night; the columnar copy, often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.delivery.collectors.cases import CaseHouse, collect_cases
from lienthong.delivery.columnar import find_folder, refresh_copy
from lienthong.delivery.models import Indicator
from lienthong.delivery.periods import make_month

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.columnar import Refreshed
    from lienthong.delivery.recording import Recorded


def count_cases(today: date) -> list[Recorded]:
    """Count the cases of the month before, which a late end may still change, and of this month so far.

    Nothing where no indicators were loaded: then nobody has asked for figures here. Safe to repeat.
    """
    if not Indicator.objects.filter(code="CASES_DUE").exists():
        return []
    house = CaseHouse(make_site_cases(), load_site_days())
    month = make_month(today.year, today.month)
    return [collect_cases(house, period, today) for period in (month.move(-1), month)]


def refresh_site_copy() -> Refreshed:
    """Take over into this site's columnar copy what changed. Safe to repeat."""
    return refresh_copy(find_folder())
