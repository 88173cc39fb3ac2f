"""What the site counts by itself: cases of this month and the one before, cards, the gateway, what agencies publish.

Each night by a job, and at once by `lienthong delivery collect all`; and the columnar copy, often.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.delivery.collectors.agencies import collect_from_agency
from lienthong.delivery.collectors.cards import collect_cards
from lienthong.delivery.collectors.cases import CaseHouse, collect_cases
from lienthong.delivery.collectors.exchange import collect_exchange, fetch_metrics
from lienthong.delivery.collectors.own_gateway import open_gateway
from lienthong.delivery.columnar import find_folder, refresh_copy
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import Indicator
from lienthong.delivery.periods import make_month
from lienthong.delivery.progress import tell_nobody
from lienthong.delivery.recording import Recorded
from lienthong.exchange.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from lienthong.delivery.columnar import Refreshed
    from lienthong.delivery.counting_settings import CountingSettings
    from lienthong.delivery.progress import Tell


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of one thing to count. `problem`: why it was not, or which rows were not taken; empty: all is well."""

    what: str
    recorded: Recorded
    problem: str = ""


def count_all(today: date, tell: Tell = tell_nobody) -> list[Counted]:
    """Count all that the site's settings name; what one cannot be asked for keeps no other back. Safe to repeat.

    Nothing where no indicators were loaded: then nobody has asked for figures here. Each part is a transaction of its
    own, so that a crash leaves the parts before it.
    """
    if not Indicator.objects.filter(code="CASES_DUE").exists():
        return []
    counted, parts = [], list(_list_parts(today, tell))
    for done, (what, count) in enumerate(parts):
        tell(f"counting: {what}", done, len(parts))
        try:
            counted.append(Counted(what, *count()))
        except (DeliveryError, ExchangeError) as error:
            counted.append(Counted(what, Recorded(), error.message))
    return counted


def count_cases(today: date, tell: Tell = tell_nobody) -> list[Recorded]:
    """Count the cases of the month before, which a late end may still change, and of this month so far."""
    house = CaseHouse(make_site_cases(), load_site_days())
    month = make_month(today.year, today.month)
    return [collect_cases(house, period, today, tell) for period in (month.move(-1), month)]


def refresh_site_copy() -> Refreshed:
    """Take over into this site's columnar copy what changed. Safe to repeat."""
    return refresh_copy(find_folder())


def _list_parts(today: date, tell: Tell) -> Iterator[tuple[str, Callable[[], tuple[Recorded, str]]]]:
    counting: CountingSettings = settings.COUNTING
    yield "cases", partial(_count_cases, today, tell)
    if counting.area and settings.EXCHANGE.admin:
        yield "exchange", partial(_count_exchange, counting.area, today)
    if counting.cards:
        yield "cards", partial(_count_cards, counting.cards, today)
    for source, service in counting.figures.items():
        yield source, partial(_count_figures, service, source, today, tell)


def _count_cases(today: date, tell: Tell) -> tuple[Recorded, str]:
    before, now = count_cases(today, tell)
    added, revised = before.added + now.added, before.revised + now.revised
    return Recorded(added, revised, before.unchanged + now.unchanged), ""


def _count_exchange(area: str, today: date) -> tuple[Recorded, str]:
    return collect_exchange(fetch_metrics(settings.EXCHANGE.admin, settings.EXCHANGE_ADMIN_TOKEN), area, today), ""


def _count_cards(service: str, today: date) -> tuple[Recorded, str]:
    with open_gateway() as (gateway, _):
        return collect_cards(gateway, service, today.year), ""


def _count_figures(service: str, source: str, today: date, tell: Tell) -> tuple[Recorded, str]:
    with open_gateway() as (gateway, _):
        report = collect_from_agency(gateway, service, source, today, tell)
    refused = [f"row {each.row}, {each.column}: {each.reason}" for each in report.findings]
    return Recorded(**report.counts), "; ".join(refused)
