"""Counts of cards, asked of the registry over the exchange: applications since the year began, by commune."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction

from lienthong.delivery.collectors.own_sources import OwnSource, put_own_source
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figures import Cell
from lienthong.delivery.periods import make_day
from lienthong.delivery.recording import NewFigure, Recorded, record_figures
from lienthong.delivery.words import Origin, Status
from lienthong.exchange.client import GatewayClient, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH: Final = "/cards/counts"
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
    for commune in counts.communes:
        told = {
            "CARDS_APPLIED": commune.applied,
            "CARDS_ISSUED": commune.issued,
            "CARDS_ON_TIME": commune.on_time,
        }
        for indicator, count in told.items():
            yield NewFigure(
                cell=Cell(indicator, commune.area_code, make_day(day)),
                area_on=day,
                value=Decimal(count),
                source=source,
                status=Status.OFFICIAL,
                published_on=day,
                origin=Origin.EXCHANGE,
                origin_ref=exchange,
            )
