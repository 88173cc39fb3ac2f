"""Figures of the province's own gateway: entries of its log, and reliable messages that wait, as of a day.

What the gateway counts (its metrics, docs/operate.md) names no persons and no cases; only these two numbers are taken
from it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import transaction
from prometheus_client.parser import text_string_to_metric_families
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.simple.sync_request import pyreqwest_get

from lienthong.delivery.collectors.own_sources import OwnSource, choose_areas, put_own_source
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figures import Cell
from lienthong.delivery.periods import make_day
from lienthong.delivery.recording import NewFigure, Recorded, record_figures
from lienthong.delivery.words import Origin, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

PATH: Final = "/counts"
ENTRIES: Final = "lienthong_log_entries_total"
MESSAGES: Final = "lienthong_reliable_messages"
OPEN_STATES: Final = frozenset({"waiting", "delivered"})


def fetch_metrics(address: str, token: str) -> str:
    """Fetch a gateway's metrics from its admin `host:port` with the site's token there; raises `NOT_ANSWERED`."""
    asked = pyreqwest_get(f"http://{address}{PATH}").bearer_auth(token).error_for_status(enable=True)
    try:
        return asked.send().text()
    except PyreqwestError as error:
        message = f"{address}{PATH}: expected the gateway's metrics, got nothing ({error})"
        raise DeliveryError(DeliveryErrorKind.NOT_ANSWERED, message) from error


def collect_exchange(metrics: str, area: str, today: date) -> Recorded:
    """Record what metrics say, as of a day; raises `NOT_ANSWERED` where they are none of a gateway."""
    counts = read_metrics(metrics)
    with transaction.atomic():
        source = put_own_source(OwnSource.EXCHANGE)
        (own_area,) = choose_areas(area, "")
        return record_figures(
            [
                NewFigure(
                    cell=Cell(indicator, own_area, make_day(today)),
                    area_on=today,
                    value=count,
                    source=source,
                    status=Status.OFFICIAL,
                    published_on=today,
                    origin=Origin.EXCHANGE,
                    origin_ref=name,
                )
                for indicator, (name, count) in counts.items()
            ]
        )


def read_metrics(metrics: str) -> Mapping[str, tuple[str, Decimal]]:
    """Read the two numbers out of Prometheus's text; raises `NOT_ANSWERED`."""
    entries: Decimal | None = None
    waiting = Decimal(0)
    try:
        for family in text_string_to_metric_families(metrics):
            for sample in family.samples:
                if sample.name == ENTRIES:
                    entries = Decimal(int(sample.value))
                elif sample.name == MESSAGES and sample.labels.get("state") in OPEN_STATES:
                    waiting += int(sample.value)
    except ValueError as error:
        raise DeliveryError(DeliveryErrorKind.NOT_ANSWERED, f"expected metrics of a gateway: {error}") from error
    if entries is None:
        message = f"expected metrics of a gateway, got some without {ENTRIES}"
        raise DeliveryError(DeliveryErrorKind.NOT_ANSWERED, message)
    return {"EXCHANGES": (ENTRIES, entries), "EXCHANGES_WAITING": (MESSAGES, waiting)}
