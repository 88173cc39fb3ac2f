"""Figures recorded in versions: a revised one is another row, and the same again changes nothing.

Whatever records (imports, collectors, seeds) can therefore be repeated. The rules of public order are held here, and
by the table itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import connection
from django.db.models import F

from lienthong.delivery.breakdowns import parse_breakdown, parse_dimensions, write_breakdown
from lienthong.delivery.errors import DeliveryErrorKind, refuse
from lienthong.delivery.figures import Cell
from lienthong.delivery.indicators import refuse_code
from lienthong.delivery.models import Indicator, Observation, Source
from lienthong.delivery.models.columns import DECIMALS, DIGITS
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.public_order import Published, verify_cell, verify_no_difference
from lienthong.delivery.reason_values import DimensionCode, IndicatorCode
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.words import Origin, Qualifier, Rule, Status, is_illustrative_area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.delivery.errors import DeliveryError
    from lienthong.delivery.progress import Tell

RECORD_LOCK: Final = 0x6C74666967
"""The number of the advisory lock that recording takes: two at once would give out the same version."""


BATCH: Final = 2000
"""Rows written with one statement."""


class NewFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure to record; its cell, its value and all that is known of it."""

    cell: Cell
    area_on: date
    value: Decimal
    source: str
    status: Status
    published_on: date
    origin: Origin
    origin_ref: str = ""
    qualifier: Qualifier = Qualifier.EXACT
    wording: str = ""
    is_reported: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many figures were new, how many another version, and how many were there already."""

    added: int = 0
    revised: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What recording needs of the tables."""

    indicators: dict[str, Indicator]
    sources: dict[str, Source]

    @property
    def whole_of(self) -> dict[str, str]:
        return {code: row.part_of for code, row in self.indicators.items() if row.part_of}


def record_figures(figures: Sequence[NewFigure], tell: Tell = tell_nobody) -> Recorded:
    """Record figures in the caller's transaction, in order; the same again is passed over.

    Raises `UNKNOWN_INDICATOR`, `UNKNOWN_SOURCE`, `BAD_CELL`, `NOT_PUBLISHABLE`; then the caller's transaction is to be
    undone, so that a crash or a refusal leaves nothing of the whole.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORD_LOCK])
    known = _Known({row.code: row for row in Indicator.objects.all()}, {row.code: row for row in Source.objects.all()})
    before = _read_versions(figures)
    counts = {"added": 0, "revised": 0, "unchanged": 0}
    rows = []
    for figure in follow(figures, "figures compared", tell, len(figures)):
        key = _key(figure)
        last = before.get(key)
        if last is not None and _is_same(last, figure):
            counts["unchanged"] += 1
            continue
        row = _make_row(figure, known, version=1 if last is None else last.version + 1)
        _verify_public_order(figure, row, known)
        counts["added" if last is None else "revised"] += 1
        before[key] = row
        if known.indicators[figure.cell.indicator].rule == Rule.PUBLIC_ORDER:
            # At once, for the next one is held against it.
            row.save(force_insert=True)
        else:
            rows.append(row)
    batches = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
    for batch in follow(batches, f"figures written, {BATCH} at a time", tell, len(batches)):
        Observation.objects.bulk_create(batch)
    return Recorded(**counts)


_Key = tuple[str, str, date, str, str, str]


def _key(figure: NewFigure) -> _Key:
    cell = figure.cell
    return (cell.indicator, cell.area, figure.area_on, cell.period.text, cell.breakdown, figure.source)


def _read_versions(figures: Sequence[NewFigure]) -> dict[_Key, Observation]:
    """Read the latest version of whatever these figures could be a version of."""
    rows = Observation.objects.filter(
        indicator__code__in={figure.cell.indicator for figure in figures},
        area_code__in={figure.cell.area for figure in figures},
        period__in={figure.cell.period.text for figure in figures},
    ).annotate(code=F("indicator__code"), source_code=F("source__code"))
    return {
        (row.code, row.area_code, row.area_on, row.period, row.breakdown, row.source_code): row
        for row in rows.order_by("version")
    }


def _is_same(row: Observation, figure: NewFigure) -> bool:
    is_reported = figure.is_reported or figure.qualifier is not Qualifier.EXACT
    told = (figure.value, figure.status, figure.qualifier, is_reported, figure.wording)
    return (row.value, row.status, row.qualifier, row.is_reported, row.wording) == told


def _make_row(figure: NewFigure, known: _Known, version: int) -> Observation:
    cell = figure.cell
    indicator = known.indicators.get(cell.indicator)
    source = known.sources.get(figure.source)
    if indicator is None:
        raise refuse_code(cell.indicator)
    if source is None:
        reason = give_reason(ReasonKind.NO_SOURCE, source=figure.source)
        raise refuse(DeliveryErrorKind.UNKNOWN_SOURCE, reason, cell.describe())
    _require_breakdown(cell, indicator)
    exponent = figure.value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -DECIMALS:
        raise _refuse_cell(cell, ReasonKind.TOO_MANY_DECIMALS, value=figure.value, most=DECIMALS)
    if figure.value.adjusted() >= DIGITS - DECIMALS:
        raise _refuse_cell(cell, ReasonKind.TOO_MANY_DIGITS, value=figure.value, most=DIGITS - DECIMALS)
    return Observation(
        indicator=indicator,
        area_code=cell.area,
        area_on=figure.area_on,
        period=cell.period.text,
        period_begin=cell.period.begin,
        period_end=cell.period.end,
        breakdown=cell.breakdown,
        source=source,
        version=version,
        value=figure.value,
        decimals=max(-exponent, 0),
        qualifier=figure.qualifier,
        wording=figure.wording,
        status=figure.status,
        is_reported=figure.is_reported or figure.qualifier is not Qualifier.EXACT,
        is_illustrative=is_illustrative_area(cell.area),
        origin=figure.origin,
        origin_ref=figure.origin_ref,
        published_on=figure.published_on,
        note=figure.note,
    )


def _require_breakdown(cell: Cell, indicator: Indicator) -> None:
    parts = parse_breakdown(cell.breakdown)
    allowed = parse_dimensions(indicator.dimensions)
    strange = [name for name, _ in parts if name not in allowed]
    if strange or write_breakdown(parts) != cell.breakdown:
        kind = ReasonKind.OTHER_BREAKDOWN if allowed else ReasonKind.NEVER_BROKEN_DOWN
        told = {"indicator": IndicatorCode(indicator.code), "dimensions": tuple(map(DimensionCode, allowed))}
        raise _refuse_cell(cell, kind, **told)


def _refuse_cell(cell: Cell, kind: ReasonKind, **values: object) -> DeliveryError:
    return refuse(DeliveryErrorKind.BAD_CELL, give_reason(kind, **values), cell.describe())


def _verify_public_order(figure: NewFigure, row: Observation, known: _Known) -> None:
    rule = Rule(known.indicators[figure.cell.indicator].rule)
    verify_cell(figure.cell, figure.value, rule, figure.origin)
    if rule is not Rule.PUBLIC_ORDER:
        return
    same = Observation.objects.filter(
        indicator__rule=Rule.PUBLIC_ORDER, area_code=row.area_code, period=row.period
    ).values_list("indicator__code", "value")
    published = [Published(code, value) for code, value in same]
    verify_no_difference(figure.cell, figure.value, published, known.whole_of)
