"""The two sessions with their data, as `lienthong delivery load` puts them in."""

from __future__ import annotations

from datetime import date

from lienthong.areas.loading import load_tables
from lienthong.delivery.loading import load_set
from lienthong.delivery.report.building import Order

AS_OF = date(2026, 11, 27)


UNITS = "code\tkind\tname\tparent\tbegin\tend\n22\ttỉnh\tTỉnh Quảng Ninh\t\t2024-11-01\t\n"
SUCCESSIONS = "old\told_begin\tnew\tnew_begin\tshare\tshare_back\tmeasure\tdocument\n"


def load(*, illustrative: bool) -> None:
    """Load a set without a word; the real one needs the province among the country's units."""
    if not illustrative:
        load_tables(UNITS.encode(), SUCCESSIONS.encode(), "test", lambda _: None)
    load_set(lambda _: None, illustrative=illustrative)


def order(code: str, language: str = "vi") -> Order:
    """Order a report as known on the day of these tests."""
    return Order(code, language, AS_OF)
