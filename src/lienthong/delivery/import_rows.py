"""Rows of a file as figures: each cell parsed, and what is wrong told by row, column, value and rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

from lienthong.areas.errors import AreasError
from lienthong.areas.unit_book import Unknown
from lienthong.delivery.breakdowns import parse_breakdown, write_breakdown
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.figures import Cell
from lienthong.delivery.number_text import find_exact
from lienthong.delivery.periods import parse_period
from lienthong.delivery.places import Place, find_validity
from lienthong.delivery.recording import NewFigure
from lienthong.delivery.units import parse_unit
from lienthong.delivery.words import Origin, Qualifier, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lienthong.delivery.import_files import Row
    from lienthong.delivery.indicators import Definition

T = TypeVar("T")


class ImportRule(StrEnum):
    """What a row broke."""

    MISSING = "missing"
    UNKNOWN_INDICATOR = "unknown-indicator"
    UNKNOWN_AREA = "unknown-area"
    UNKNOWN_SOURCE = "unknown-source"
    BAD_PERIOD = "bad-period"
    BAD_NUMBER = "bad-number"
    BAD_UNIT = "bad-unit"
    BAD_WORD = "bad-word"
    BAD_DAY = "bad-day"
    BAD_BREAKDOWN = "bad-breakdown"
    NOT_PUBLISHABLE = "not-publishable"
    DUPLICATE = "duplicate"
    JUMP = "jump"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a row: it does not go in."""

    row: int
    column: str
    value: str
    rule: ImportRule
    reason: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row that is a figure by itself."""

    number: int
    figure: NewFigure


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What is known of a file beside its rows."""

    name: str
    source: str
    """Where its figures come from, for rows that do not say."""
    published_on: date
    """From when on they are known, for rows that do not say."""
    origin: Origin = Origin.FILE
    reference: str = ""
    """The message that brought it; its rows are then of its source alone, whatever they say."""


SDMX_STATUSES: Final = {
    "A": Status.OFFICIAL,
    "E": Status.ESTIMATE,
    "P": Status.ESTIMATE,
    "U": Status.UNVERIFIED,
}
"""The code list of SDMX: normal, estimated, provisional, low reliability."""

_TRUE: Final = frozenset({"true", "1", "yes"})


def parse_rows(
    rows: list[Row], file: ImportFile, definitions: Mapping[str, Definition], sources: set[str]
) -> tuple[list[FigureRow], list[Finding]]:
    """Parse each row by itself; what cannot be parsed is a finding, and the others stay."""
    good: list[FigureRow] = []
    findings: list[Finding] = []
    for row in rows:
        reader = _RowReader(row, file, definitions, sources)
        figure = reader.read()
        if figure is not None:
            good.append(FigureRow(row.number, figure))
        findings += reader.findings
    return good, findings


class _RowReader:
    """Reads one row and gathers what is wrong with it."""

    def __init__(self, row: Row, file: ImportFile, definitions: Mapping[str, Definition], sources: set[str]) -> None:
        self._row = row
        self._file = file
        self._definitions = definitions
        self._sources = sources
        self.findings: list[Finding] = []

    def read(self) -> NewFigure | None:
        definition = self._definitions.get(self._text("indicator"))
        if definition is None:
            self._find("indicator", ImportRule.UNKNOWN_INDICATOR, "no indicator has this code")
            return None
        period = self._parse("period", ImportRule.BAD_PERIOD, parse_period)
        breakdown = self._parse("breakdown", ImportRule.BAD_BREAKDOWN, lambda text: _parse_breakdown(text, definition))
        value = self._parse("value", ImportRule.BAD_NUMBER, _parse_number)
        status = self._parse("status", ImportRule.BAD_WORD, _parse_status)
        qualifier = self._parse("qualifier", ImportRule.BAD_WORD, lambda text: Qualifier(text or Qualifier.EXACT))
        published = self._parse("published_on", ImportRule.BAD_DAY, self._parse_day)
        factor = self._parse("unit", ImportRule.BAD_UNIT, lambda text: _parse_factor(text, definition))
        source = self._file.source if self._file.reference else self._text("source") or self._file.source
        if source not in self._sources:
            self._find("source", ImportRule.UNKNOWN_SOURCE, f"no source has the code {source!r}")
        if period is None or breakdown is None or value is None or factor is None:
            return None
        area_on = self._parse("area_on", ImportRule.BAD_DAY, lambda text: _parse_day(text) or period.last_day)
        if area_on is None or status is None or qualifier is None or published is None:
            return None
        self._require_area(area_on)
        converted = self._convert(value, factor)
        if self.findings or converted is None:
            return None
        return NewFigure(
            cell=Cell(definition.code, self._text("area"), period, breakdown),
            area_on=area_on,
            value=converted,
            source=source,
            status=status,
            published_on=published,
            origin=self._file.origin,
            origin_ref=f"{self._file.reference or self._file.name}, row {self._row.number}",
            qualifier=qualifier,
            wording=self._text("wording"),
            is_reported=self._text("reported").lower() in _TRUE,
            note=self._text("note"),
        )

    def _parse_day(self, text: str) -> date:
        return _parse_day(text) or self._file.published_on

    def _convert(self, value: Decimal, factor: Fraction) -> Decimal | None:
        if factor == 1:
            return value
        converted = find_exact(Fraction(value) * factor)
        if converted is None:
            self._find("unit", ImportRule.BAD_UNIT, "the figure cannot be brought to its indicator's unit exactly")
        return converted

    def _require_area(self, on: date) -> None:
        code = self._text("area")
        try:
            validity = find_validity(Place(code, on))
        except AreasError as error:
            self._find("area", ImportRule.UNKNOWN_AREA, error.message)
            return
        if isinstance(validity, Unknown):
            reason = f"{validity.reason}; say in `area_on` in which day's tree the code is meant"
            self._find("area", ImportRule.UNKNOWN_AREA, reason)

    def _parse(self, column: str, rule: ImportRule, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(self._text(column))
        except DeliveryError as error:
            self._find(column, rule, error.message)
        except ValueError as error:
            self._find(column, rule, str(error))
        return None

    def _find(self, column: str, rule: ImportRule, reason: str) -> None:
        self.findings.append(Finding(self._row.number, column, self._text(column), rule, reason))

    def _text(self, column: str) -> str:
        return self._row.cells.get(column, "")


def _parse_number(text: str) -> Decimal:
    """Read a plain decimal number; one with commas or grouping could mean two things and is refused."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        message = "expected a number with a decimal point and nothing else, such as 9553.4"
        raise ValueError(message) from error
    if not value.is_finite() or not set(text) <= set("0123456789.-+eE"):
        message = "expected a plain number"
        raise ValueError(message)
    return value


def _parse_status(text: str) -> Status:
    return SDMX_STATUSES[text] if text in SDMX_STATUSES else Status(text or Status.OFFICIAL)


def _parse_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _parse_breakdown(text: str, definition: Definition) -> str:
    parts = parse_breakdown(text)
    allowed = definition.dimensions.split(",")
    strange = [name for name, _ in parts if name not in allowed]
    if strange:
        message = f"{definition.code} is broken down by {definition.dimensions or 'nothing'}"
        raise ValueError(message)
    return write_breakdown(parts)


def _parse_factor(text: str, definition: Definition) -> Fraction:
    """Give by what the figures are multiplied to be in their indicator's unit."""
    if not text:
        return Fraction(1)
    unit, own = parse_unit(text), definition.measure
    if not unit.is_like(own):
        message = f"expected figures in {definition.unit} or in a multiple of it, got {text}"
        raise ValueError(message)
    return unit.factor / own.factor
