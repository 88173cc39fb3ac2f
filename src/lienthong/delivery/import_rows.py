"""Rows of a file as figures: each cell parsed, and what is wrong told by row, column, value and rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.unit_book import Unknown
from lienthong.delivery.breakdowns import DIMENSIONS, parse_breakdown, parse_dimensions, write_breakdown
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.figures import Cell
from lienthong.delivery.number_text import find_exact
from lienthong.delivery.periods import parse_period
from lienthong.delivery.places import Place, Places
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.reason_values import DimensionCode, IndicatorCode, UnitCode
from lienthong.delivery.reasons import Reason, ReasonKind, give_reason
from lienthong.delivery.recording import NewFigure
from lienthong.delivery.units import parse_unit
from lienthong.delivery.words import Origin, Qualifier, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lienthong.delivery.import_files import Row
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.periods import Period
    from lienthong.delivery.progress import Tell

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


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
    reason: Reason


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

_WITH_COMMA: Final = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)?")
_TRUE: Final = frozenset({"true", "1", "yes"})


def parse_rows(
    rows: list[Row],
    file: ImportFile,
    definitions: Mapping[str, Definition],
    sources: set[str],
    tell: Tell = tell_nobody,
) -> tuple[list[FigureRow], list[Finding]]:
    """Parse each row by itself; what cannot be parsed is a finding, and the others stay."""
    good: list[FigureRow] = []
    findings: list[Finding] = []
    known = _Known(definitions, sources, Places())
    for row in follow(rows, "rows checked one by one", tell, len(rows)):
        reader = _RowReader(row, file, known)
        figure = reader.read()
        if figure is not None:
            good.append(FigureRow(row.number, figure))
        findings += reader.findings
    return good, findings


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows may name."""

    definitions: Mapping[str, Definition]
    sources: set[str]
    places: Places


class _Refused(Exception):  # noqa: N818 # no fault of the program: what a cell's parser says of the cell
    """A cell cannot be read, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.kind)
        self.reason = reason


class _RowReader:
    """Reads one row and gathers what is wrong with it."""

    def __init__(self, row: Row, file: ImportFile, known: _Known) -> None:
        self._row = row
        self._file = file
        self._known = known
        self.findings: list[Finding] = []

    def read(self) -> NewFigure | None:
        definition = self._known.definitions.get(self._text("indicator"))
        if definition is None:
            self._find("indicator", ImportRule.UNKNOWN_INDICATOR, give_reason(ReasonKind.NO_INDICATOR))
            return None
        period = self._parse("period", ImportRule.BAD_PERIOD, _parse_period)
        breakdown = self._parse("breakdown", ImportRule.BAD_BREAKDOWN, lambda text: _parse_breakdown(text, definition))
        parse_number = _parse_number_with_comma if self._row.has_decimal_commas else _parse_number
        value = self._parse("value", ImportRule.BAD_NUMBER, parse_number)
        status = self._parse("status", ImportRule.BAD_WORD, _parse_status)
        qualifier = self._parse("qualifier", ImportRule.BAD_WORD, _parse_qualifier)
        published = self._parse("published_on", ImportRule.BAD_DAY, self._parse_day)
        factor = self._parse("unit", ImportRule.BAD_UNIT, lambda text: _parse_factor(text, definition))
        source = self._file.source if self._file.reference else self._text("source") or self._file.source
        if source not in self._known.sources:
            kind = ReasonKind.NO_SOURCE if source else ReasonKind.NO_SOURCE_NAMED
            self._find("source", ImportRule.UNKNOWN_SOURCE, give_reason(kind, source=source))
        if period is None or breakdown is None or value is None or factor is None:
            return None
        area_on = self._parse("area_on", ImportRule.BAD_DAY, lambda text: _parse_day(text) or period.last_day)
        if area_on is None or status is None or qualifier is None or published is None:
            return None
        self._require_area(area_on)
        converted = self._convert(value, factor, definition)
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

    def _convert(self, value: Decimal, factor: Fraction, definition: Definition) -> Decimal | None:
        if factor == 1:
            return value
        converted = find_exact(Fraction(value) * factor)
        if converted is None:
            self._find("unit", ImportRule.BAD_UNIT, give_reason(ReasonKind.NOT_EXACT, unit=UnitCode(definition.unit)))
        return converted

    def _require_area(self, on: date) -> None:
        unknown = give_reason(ReasonKind.NO_AREA, day=on)
        try:
            validity = self._known.places.find_validity(Place(self._text("area"), on))
        except AreasError as error:
            is_empty = error.kind is AreasErrorKind.NOT_LOADED
            reason = give_reason(ReasonKind.NO_AREAS_YET) if is_empty else unknown
            self._find("area", ImportRule.UNKNOWN_AREA, reason)
            return
        if isinstance(validity, Unknown):
            units = self._known.places.list_units(self._text("area"))
            if units and validity.kind is AreasErrorKind.UNKNOWN_CODE:
                unknown = give_reason(ReasonKind.AREA_OF_OTHER_DAYS, day=on, units=units)
            self._find("area", ImportRule.UNKNOWN_AREA, unknown)

    def _parse(self, column: str, rule: ImportRule, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(self._text(column))
        except _Refused as refused:
            self._find(column, rule, refused.reason)
        return None

    def _find(self, column: str, rule: ImportRule, reason: Reason) -> None:
        self.findings.append(Finding(self._row.number, column, self._text(column), rule, reason))

    def _text(self, column: str) -> str:
        return self._row.cells.get(column, "")


def _parse_period(text: str) -> Period:
    try:
        return parse_period(text)
    except DeliveryError as error:
        raise _Refused(give_reason(ReasonKind.PERIOD_FORM)) from error


def _parse_number(text: str) -> Decimal:
    """Read a plain decimal number; one with commas or grouping could mean two things and is refused."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise _Refused(give_reason(ReasonKind.NUMBER_FORM)) from error
    if not value.is_finite() or not set(text) <= set("0123456789.-+eE"):
        raise _Refused(give_reason(ReasonKind.NUMBER_FORM))
    return value


def _parse_number_with_comma(text: str) -> Decimal:
    """Read a number with a decimal comma; a point may be meant as either mark, and is refused."""
    if not _WITH_COMMA.fullmatch(text):
        raise _Refused(give_reason(ReasonKind.NUMBER_WITH_COMMA_FORM))
    return Decimal(text.replace(",", "."))


def _parse_status(text: str) -> Status:
    return SDMX_STATUSES[text] if text in SDMX_STATUSES else _parse_word(text or Status.OFFICIAL, Status)


def _parse_qualifier(text: str) -> Qualifier:
    return _parse_word(text or Qualifier.EXACT, Qualifier)


def _parse_word(text: str, words: type[Word]) -> Word:
    try:
        return words(text)
    except ValueError as error:
        raise _Refused(give_reason(ReasonKind.WORD_FORM, words=tuple(words))) from error


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _Refused(give_reason(ReasonKind.DAY_FORM)) from error


def _parse_breakdown(text: str, definition: Definition) -> str:
    try:
        parts = parse_breakdown(text)
    except DeliveryError as error:
        raise _Refused(
            give_reason(ReasonKind.BREAKDOWN_FORM, dimensions=tuple(map(DimensionCode, DIMENSIONS)))
        ) from error
    allowed = parse_dimensions(definition.dimensions)
    if any(name not in allowed for name, _ in parts):
        kind = ReasonKind.OTHER_BREAKDOWN if allowed else ReasonKind.NEVER_BROKEN_DOWN
        told = {"indicator": IndicatorCode(definition.code), "dimensions": tuple(map(DimensionCode, allowed))}
        raise _Refused(give_reason(kind, **told))
    return write_breakdown(parts)


def _parse_factor(text: str, definition: Definition) -> Fraction:
    """Give by what the figures are multiplied to be in their indicator's unit."""
    if not text:
        return Fraction(1)
    try:
        unit, own = parse_unit(text), definition.measure
    except DeliveryError as error:
        raise _Refused(give_reason(ReasonKind.NO_UNIT)) from error
    if not unit.is_like(own):
        raise _Refused(give_reason(ReasonKind.OTHER_UNIT, unit=UnitCode(definition.unit)))
    return unit.factor / own.factor
