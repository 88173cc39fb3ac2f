"""What only shows between rows: a figure twice, a jump against the period before, parts above their total. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from lienthong.delivery.breakdowns import parse_breakdown
from lienthong.delivery.import_rows import Finding, ImportRule
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.reason_values import DimensionCode
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.words import TOTAL, Carry, Qualifier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lienthong.delivery.figures import Cell
    from lienthong.delivery.import_rows import FigureRow
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.progress import Tell

MOST_JUMP: Final = Fraction(2)
"""A figure more than twice that of the period before, or less than half, is likelier a slip than true."""


@dataclass(frozen=True, slots=True)
class Context:
    """What rows are held against: definitions, and figures that are there already."""

    definitions: Mapping[str, Definition]
    find_known: Callable[[Cell], Decimal | None]
    accepts_jumps: bool
    tell: Tell = tell_nobody


def check_rows(rows: Sequence[FigureRow], context: Context) -> tuple[list[FigureRow], list[Finding]]:
    """Give the rows that stay, and why the others do not."""
    findings: list[Finding] = []
    kept = _drop_duplicates(rows, findings)
    if not context.accepts_jumps:
        kept = _drop_jumps(kept, context, findings)
    return _drop_overfull(kept, context, findings), findings


def _drop_duplicates(rows: Sequence[FigureRow], findings: list[Finding]) -> list[FigureRow]:
    first: dict[tuple[object, ...], int] = {}
    kept = []
    for row in rows:
        figure = row.figure
        key = (figure.cell, figure.area_on, figure.source)
        if key in first:
            reason = give_reason(ReasonKind.TWICE, cell=figure.cell, row=first[key]).meant_on(figure.area_on)
            findings.append(Finding(row.number, "period", figure.cell.period.text, ImportRule.DUPLICATE, reason))
            continue
        first[key] = row.number
        kept.append(row)
    return kept


def _drop_jumps(rows: Sequence[FigureRow], context: Context, findings: list[Finding]) -> list[FigureRow]:
    in_file = {row.figure.cell: row.figure.value for row in rows if row.figure.qualifier is Qualifier.EXACT}
    kept = []
    for row in follow(rows, "rows held against the period before", context.tell, len(rows)):
        cell, value = row.figure.cell, row.figure.value
        earlier = cell._replace(period=cell.period.move(-1))
        before = in_file[earlier] if earlier in in_file else context.find_known(earlier)
        if before is not None and _is_jump(before, value) and context.definitions[cell.indicator].unit != "rank":
            reason = give_reason(ReasonKind.JUMP, cell=earlier, before=before).meant_on(row.figure.area_on)
            findings.append(Finding(row.number, "value", str(value), ImportRule.JUMP, reason))
            continue
        kept.append(row)
    return kept


def _is_jump(before: Decimal, value: Decimal) -> bool:
    if before <= 0 or value <= 0:
        return False
    return not 1 / MOST_JUMP <= Fraction(value) / Fraction(before) <= MOST_JUMP


def _drop_overfull(rows: Sequence[FigureRow], context: Context, findings: list[Finding]) -> list[FigureRow]:
    """Drop parts that together exceed their total: by one dimension, of the same area and period."""
    totals = {row.figure.cell: row.figure.value for row in rows if row.figure.cell.breakdown == TOTAL}
    parts: dict[tuple[Cell, str], list[FigureRow]] = defaultdict(list)
    for row in rows:
        cell = row.figure.cell
        broken = parse_breakdown(cell.breakdown)
        if len(broken) == 1 and context.definitions[cell.indicator].carry is Carry.SUM:
            parts[cell._replace(breakdown=TOTAL), broken[0][0]].append(row)
    dropped: set[int] = set()
    for (cell, dimension), group in parts.items():
        total = totals[cell] if cell in totals else context.find_known(cell)
        together = sum((row.figure.value for row in group), Decimal(0))
        if total is not None and together > total:
            told = {"dimension": DimensionCode(dimension), "together": together, "total": total, "cell": cell}
            reason = give_reason(ReasonKind.ABOVE_TOTAL, **told).meant_on(group[0].figure.area_on)
            findings += [Finding(row.number, "value", str(row.figure.value), ImportRule.TOTAL, reason) for row in group]
            dropped |= {row.number for row in group}
    return [row for row in rows if row.number not in dropped]
