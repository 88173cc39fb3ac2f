"""Counts of cards, asked of the registry over the exchange: since the year began, by commune and province."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction

from lienthong.areas.store import find_unit
from lienthong.delivery.collectors.own_sources import OwnSource, choose_areas, put_own_source
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figures import Cell
from lienthong.delivery.periods import make_day
from lienthong.delivery.recording import NewFigure, Recorded, record_figures
from lienthong.delivery.words import Origin, Status
from lienthong.exchange.client import GatewayClient, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH: Final = "/cards/counts"
"""Below the address of the registry's services, which the service that is asked has to be offered at."""
ANSWERED: Final = 200


class _Commune(msgspec.Struct, frozen=True):
    area_code: str
    applied: int
    issued: int
    on_time: int


class _Counts(msgspec.Struct, frozen=True):
    """What is needed of the registry's answer (its own description has all of it)."""

    first_day: date
    last_day: date
    communes: tuple[_Commune, ...]


def collect_cards(client: GatewayClient, service: str, year: int) -> Recorded:
    """Ask for a year's counts and record them as of the day of the answer; the same again changes nothing.

    Raises `ExchangeError` where nobody answers, `NOT_ANSWERED` where the answer is none. The question is asked outside
    of the transaction: a crash after it leaves nothing, and the next run asks again.
    """
    answer = client.ask(Question(service, f"{PATH}?from={year}-01-01")).require_answered()
    counts = read_counts(answer.body) if answer.status == ANSWERED else None
    if counts is None:
        message = f"{service}{PATH}: expected counts of cards, got status {answer.status} (exchange {answer.exchange})"
        raise DeliveryError(DeliveryErrorKind.NOT_ANSWERED, message)
    with transaction.atomic():
        source = put_own_source(OwnSource.CARDS)
        return record_figures(list(_make_figures(counts, source, answer.exchange)))


def read_counts(body: bytes) -> _Counts | None:
    """Read an answer's body; None for what is none."""
    try:
        return msgspec.json.decode(body, type=_Counts)
    except msgspec.MsgspecError:
        return None


def _make_figures(counts: _Counts, source: str, exchange: str) -> Iterator[NewFigure]:
    day = counts.last_day
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for commune in counts.communes:
        unit = find_unit(commune.area_code, day)
        province = "" if unit is None or unit.parent is None else unit.parent.code
        for area in choose_areas(commune.area_code, province):
            totals["CARDS_APPLIED", area] += commune.applied
            totals["CARDS_ISSUED", area] += commune.issued
            totals["CARDS_ON_TIME", area] += commune.on_time
    for (indicator, area), count in totals.items():
        yield NewFigure(
            cell=Cell(indicator, area, make_day(day)),
            area_on=day,
            value=Decimal(count),
            source=source,
            status=Status.OFFICIAL,
            published_on=day,
            origin=Origin.EXCHANGE,
            origin_ref=exchange,
        )
