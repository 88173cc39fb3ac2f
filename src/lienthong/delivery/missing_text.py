"""Says of what a figure is missing, in words: the indicator, the area and the period by their names, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.delivery.figure_text import write_observed
from lienthong.delivery.labels import explain_missing
from lienthong.delivery.period_text import write_period
from lienthong.delivery.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.delivery.figure_book import FigureBook
    from lienthong.delivery.figures import Cell, Missing
    from lienthong.delivery.formulas import Base


def tell_missing(missing: Missing, book: FigureBook, language: str) -> str:
    """Say why there is no figure, and in brackets of what: `chưa có số liệu (Dân số, Tỉnh Quảng Ninh, 2023)`."""
    about = "; ".join(_list_about(missing, book, language))
    reason = explain_missing(missing, language)
    return f"{reason} ({about})" if about else reason


def tell_ended(base: Base, book: FigureBook, language: str) -> str:
    """Say why a streak was followed no further back; nothing where it was followed to its end."""
    if base.ended is None:
        return ""
    before = "Trước đó" if language == "vi" else "Before that"
    return f" {before}: {tell_missing(base.ended, book, language)}."


def name_cell(cell: Cell, book: FigureBook, language: str) -> str:
    """Name what a figure is of: its indicator, its area and its period."""
    definition = book.definitions.get(cell.indicator)
    name = cell.indicator if definition is None else definition.name_in(language)
    name = f"{name} [{cell.breakdown}]" if cell.breakdown else name
    area = book.places.name(Place(cell.area, book.on), language)
    return f"{name}, {area}, {write_period(cell.period, language)}"


def _list_about(missing: Missing, book: FigureBook, language: str) -> Iterator[str]:
    if missing.cell is not None:
        yield name_cell(missing.cell, book, language)
    if missing.units:
        yield ", ".join(book.places.name(Place(unit.code, unit.begin), language) for unit in missing.units)
    yield from (f"{each.source}: {write_observed(each, language)}" for each in missing.told)
    if missing.note:
        yield missing.note
