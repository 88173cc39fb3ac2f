"""Figures as a report tells them: each with its words, what its footnote says, and the rows that it rests on.

A reported figure is told as its source says it and never computed with; a computed one names its formula and its rows.
One that is missing is told as missing, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figure_text import explain_base, list_marks, write_observed, write_value
from lienthong.delivery.figures import Cell, Missing, MissingKind, Observed
from lienthong.delivery.formula_parser import parse_formula
from lienthong.delivery.formula_tree import list_references
from lienthong.delivery.formulas import Value
from lienthong.delivery.labels import UNITS, explain_missing, get_label
from lienthong.delivery.missing_text import tell_ended, tell_missing
from lienthong.delivery.number_text import count_decimals, write_number
from lienthong.delivery.observations import list_figures
from lienthong.delivery.period_text import write_period
from lienthong.delivery.periods import parse_period
from lienthong.delivery.places import Place
from lienthong.delivery.report.outline import Telling
from lienthong.delivery.sources import list_sources
from lienthong.delivery.targets import judge_plan

if TYPE_CHECKING:
    from lienthong.delivery.figure_book import FigureBook
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.periods import Period
    from lienthong.delivery.report.outline import FigureTerms, Outline
    from lienthong.delivery.sources import SourceTerms

MOST_ROWS_NAMED: Final = 12
"""Rows that a footnote names; a figure that rests on more says how many."""

_WORDS: Final = {
    "reported": ("Theo báo cáo", "As reported"),
    "source": ("nguồn", "source"),
    "unconfirmed": ("nguồn chưa kiểm chứng", "source not verified"),
    "computed": ("Tính từ số liệu", "Computed"),
    "observed": ("Số liệu", "Observed"),
    "parts": ("từ các chỉ tiêu", "from"),
    "rows": ("Dòng số liệu", "Rows"),
    "more": ("và {count} dòng khác", "and {count} more"),
    "reached": (
        "Tính theo quy tắc đánh giá chỉ tiêu trên {total} chỉ tiêu của “{plan}”, số liệu đến {day}",
        "Counted by the rule of targets over the {total} targets of “{plan}”, as known on {day}",
    ),
    "lacking": ("Chưa đạt", "Not reached"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a report. `number` and `unit` are how it is recognised in other people's words; empty: missing."""

    key: str
    text: str
    number: str
    unit: str
    note: str
    rows: tuple[int, ...]
    traced: str = ""
    """The rows in words."""


def tell_all(book: FigureBook, outline: Outline, language: str) -> dict[str, Told]:
    """Tell every figure of an outline; raises `BAD_REPORT` where the outline asks for what there cannot be."""
    teller = Teller(book, outline, language, list_sources())
    return {figure.key: teller.tell(figure) for figure in outline.figure}


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the figures of one outline in one language."""

    book: FigureBook
    outline: Outline
    language: str
    sources: dict[str, SourceTerms]

    def tell(self, figure: FigureTerms) -> Told:
        """Tell one figure."""
        match figure.how:
            case Telling.REPORTED:
                return self._tell_reported(figure)
            case Telling.COMPUTED:
                return self._tell_computed(figure)
            case Telling.REACHED:
                return self._tell_reached(figure)

    def _say(self, word: str) -> str:
        return get_label(_WORDS[word], self.language)

    def _tell_reported(self, figure: FigureTerms) -> Told:
        found = self._get_reported(figure, figure.indicator)
        text, rows = write_observed(found, self.language), [found.pk]
        number = write_number(found.value, count_decimals(found.value), self.language)
        if figure.of:
            whole = self._get_reported(figure, figure.of)
            number = f"{number}/{write_number(whole.value, count_decimals(whole.value), self.language)}"
            text, rows = number, [found.pk, whole.pk]
        source = self.sources[found.source]
        told = [
            f"{self._say('reported')}: {self._name(figure.indicator)}, {write_period(found.cell.period, self.language)}"
        ]
        told += [f"“{found.wording}”"] if found.wording else []
        told += [f"{self._say('source')}: {describe_source(source, self.language)}"]
        told += [] if source.is_cited else [self._say("unconfirmed")]
        unit = _name_unit(found.unit, self.language)
        return Told(
            figure.key, text, number, "" if figure.of else unit, self._end(told, figure), tuple(rows), self._trace(rows)
        )

    def _get_reported(self, figure: FigureTerms, indicator: str) -> Observed:
        """Give what one source says, in its latest version."""
        said = list_figures(indicator, figure.area or self.outline.area, self.book.as_of)
        period = parse_period(figure.period)
        found = [each for each in said if each.cell.period == period and each.source == figure.source]
        if not found:
            message = (
                f"figure {figure.key}: expected a figure of {indicator} in {figure.period} by source "
                f"{figure.source!r}, there is none as of {self.book.as_of}; "
                "load the reference data, or mend the outline"
            )
            raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message)
        return max(found, key=lambda each: each.version)

    def _tell_computed(self, figure: FigureTerms) -> Told:
        definition = self.book.get_definition(figure.indicator)
        area = figure.area or self.outline.area
        period = self._find_period(figure, area)
        if period is None:
            missing = self._find_missing(figure, area)
            text, why = explain_missing(missing, self.language), tell_missing(missing, self.book, self.language)
            return Told(figure.key, text, "", "", f"{self._name(figure.indicator)}: {why}.", ())
        value = self.book.find(Cell(figure.indicator, area, period))
        text, rows = write_value(value, definition, self.language), sorted(_list_rows(value))
        how = self._say("computed" if definition.formula else "observed")
        place = self.book.places.name(Place(area, self.book.on), self.language)
        told = [f"{how}: {self._name(figure.indicator)}, {place}, {write_period(period, self.language)}"]
        if definition.formula:
            parts = dict.fromkeys(each.code for each in list_references(parse_formula(definition.formula)))
            told.append(f"{self._say('parts')}: {', '.join(self._name(code) for code in parts)}")
        marks = [mark for mark in list_marks(value, definition, self.language) if mark]
        told += [", ".join(marks)] if marks else []
        if isinstance(value, Value) and value.base is not None:
            ended = tell_ended(value.base, self.book, self.language)
            told.append(f"{explain_base(value.base, self.language)}{ended}".rstrip("."))
        number = _spell_value(value, definition, self.language)
        unit = _name_unit(definition.unit, self.language)
        return Told(figure.key, text, number, unit, self._end(told, figure), tuple(rows), self._trace(rows))

    def _find_period(self, figure: FigureTerms, area: str) -> Period | None:
        if figure.period:
            return parse_period(figure.period)
        values = self.book.list_values(figure.indicator, area)
        return max((period for period, value in values.items() if isinstance(value, Value)), default=None)

    def _find_missing(self, figure: FigureTerms, area: str) -> Missing:
        listed = self.book.list_values(figure.indicator, area).values()
        missing = [each for each in listed if isinstance(each, Missing)]
        if missing:
            return missing[-1]
        return Missing(MissingKind.NOT_OBSERVED)

    def _tell_reached(self, figure: FigureTerms) -> Told:
        judged = judge_plan(self.book, figure.plan or self.outline.plan)
        number = f"{judged.reached}/{judged.total}"
        words = self._say("reached")
        plan = judged.plan.title_in(self.language)
        told = [words.format(total=judged.total, plan=plan, day=f"{self.book.as_of:%d/%m/%Y}")]
        lacking = [target.terms.name_in(self.language) for target in judged.not_reached]
        told += [f"{self._say('lacking')}: {', '.join(lacking)}"] if lacking else []
        rows = sorted({row for target in judged.targets for point in target.points for row in point.used})
        return Told(figure.key, number, number, "", self._end(told, figure), tuple(rows), self._trace(rows))

    def _end(self, told: list[str], figure: FigureTerms) -> str:
        remark = figure.note if self.language == "vi" else figure.note_en
        return f"{'; '.join(told)}." + (f" {remark}" if remark else "")

    def _trace(self, rows: list[int]) -> str:
        named = ", ".join(f"{row}" for row in rows[:MOST_ROWS_NAMED])
        more = len(rows) - MOST_ROWS_NAMED
        if more > 0:
            named = f"{named} {self._say('more').format(count=more)}"
        return f"{self._say('rows')} {named}." if rows else ""

    def _name(self, indicator: str) -> str:
        return self.book.get_definition(indicator).name_in(self.language)


def describe_source(source: SourceTerms, language: str) -> str:
    """Name a source as a footnote does: its title, publisher and day."""
    parts = [source.title_in(language), source.publisher]
    if source.published_on is not None:
        parts.append(f"{source.published_on:%d/%m/%Y}")
    return ", ".join(part for part in parts if part)


def _list_rows(value: Value | Missing) -> frozenset[int]:
    return value.used if isinstance(value, Value) else frozenset()


def _spell_value(value: Value | Missing, definition: Definition, language: str) -> str:
    if isinstance(value, Missing) or not value.is_value:
        return ""
    return write_number(Fraction(value.lower), definition.decimals, language)


def _name_unit(unit: str, language: str) -> str:
    return get_label(UNITS.get(unit, (unit, unit)), language)
