"""Small indicators, sources and figures for tests, all in the invented province."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lienthong.delivery.figures import Cell
from lienthong.delivery.indicators import Definition, put_definitions
from lienthong.delivery.models import Source
from lienthong.delivery.periods import parse_period
from lienthong.delivery.recording import NewFigure, Recorded, record_figures
from lienthong.delivery.words import Carry, Direction, Frequency, Origin, Qualifier, Rule, Status

PROVINCE = "99"
TODAY = date(2026, 3, 1)


def define(code: str, unit: str = "person", **more: object) -> Definition:
    """Make a definition with its code in every text."""
    words = {
        "carry": Carry.SUM,
        "rule": Rule.ORDINARY,
        "frequency": Frequency.YEAR,
        "direction": Direction.UP,
        **more,
    }
    texts = dict.fromkeys(("topic", "name", "name_en", "definition", "definition_en", "source"), code)
    return Definition(code=code, unit=unit, **{**texts, **words})  # type: ignore[arg-type] # a test may give any word


def put(*definitions: Definition) -> None:
    """Put definitions and the two sources into the tables."""
    put_definitions(definitions)
    for code in ("book", "other"):
        Source.objects.get_or_create(code=code, defaults={"kind": "statistics", "title": code, "is_cited": True})


def figure(code: str, period: str, value: str, **more: object) -> NewFigure:
    """Make a figure of the invented province."""
    area, breakdown = more.pop("area", PROVINCE), more.pop("breakdown", "")
    cell = Cell(code, str(area), parse_period(period), str(breakdown))
    words = {
        "area_on": min(cell.period.last_day, date(2030, 1, 1)),
        "source": "book",
        "status": Status.OFFICIAL,
        "published_on": cell.period.end,
        "origin": Origin.FILE,
        "qualifier": Qualifier.EXACT,
        **more,
    }
    return NewFigure(cell=cell, value=Decimal(value), **words)  # type: ignore[arg-type] # a test may give any word


def record(code: str, series: dict[str, str], **more: object) -> Recorded:
    """Record a series of the invented province."""
    return record_figures([figure(code, period, value, **more) for period, value in series.items()])
