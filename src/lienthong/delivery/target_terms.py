"""Plans and targets as values, checked. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.delivery.errors import DeliveryErrorKind, refuse
from lienthong.delivery.number_text import count_decimals
from lienthong.delivery.periods import parse_period
from lienthong.delivery.reason_values import IndicatorCode, UnitCode
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.target_rules import Terms
from lienthong.delivery.target_words import Comparison, Measure, TargetKind
from lienthong.delivery.units import convert, parse_unit

if TYPE_CHECKING:
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.periods import Period
    from lienthong.delivery.units import Unit


class PlanTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A document's targets together, and from when until when they reach."""

    code: str
    title: str
    title_en: str
    area_code: str
    begins_on: date
    ends_on: date
    source: str
    directive_number: str = ""
    directive_issuer: str = ""
    directive_date: date | None = None
    is_illustrative: bool = False
    note: str = ""

    def title_in(self, language: str) -> str:
        """Give the title in `vi` or `en`."""
        return self.title if language == "vi" else self.title_en


class TargetTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One target as its document states it, with its marks of doubt."""

    code: str
    place: int
    name: str
    name_en: str
    kind: TargetKind
    comparison: Comparison
    unit: str
    goal: Decimal
    due: str
    source: str
    published_on: date
    measure: Measure = Measure.LATEST
    goal_high: Decimal | None = None
    baseline: Decimal | None = None
    baseline_period: str = ""
    path: dict[str, Decimal] = {}
    indicator: str = ""
    breakdown: str = ""
    owner: str = ""
    is_verified: bool = False
    note: str = ""
    measured: str = ""
    measured_en: str = ""

    @property
    def due_period(self) -> Period:
        """By when."""
        return parse_period(self.due)

    @property
    def decimals(self) -> int:
        """How many decimals its figures are written with: the most that it states, one for what is not whole."""
        stated = [self.goal, self.goal_high, self.baseline, *self.path.values()]
        least = _DECIMALS_OF_UNIT.get(self.unit, 0)
        return max([least, *(count_decimals(value) for value in stated if value is not None)])

    def name_in(self, language: str) -> str:
        """Give the name in `vi` or `en`."""
        return self.name if language == "vi" else self.name_en

    def measured_in(self, language: str, definition: Definition | None) -> str:
        """Give what is measured for it, as sentences call it: by default what the indicator is called."""
        stated = self.measured if language == "vi" else self.measured_en
        return stated or (self.name_in(language) if definition is None else definition.name_in(language))


_DECIMALS_OF_UNIT: Final = {"percent": 1, "pp": 2, "times": 2}
"""With how many decimals figures in these units are usually given."""


def verify_target(target: TargetTerms, definition: Definition | None) -> None:
    """Refuse a target that does not say what would reach it; raises `BAD_TARGET`, or `BAD_UNIT`, `BAD_PERIOD`."""
    unit, due = parse_unit(target.unit), parse_period(target.due)
    if target.indicator and definition is None:
        _refuse(target, ReasonKind.NO_SUCH_INDICATOR, indicator=target.indicator)
    if definition is not None and not unit.is_like(definition.measure):
        told = {"indicator": IndicatorCode(definition.code), "own": UnitCode(definition.unit)}
        _refuse(target, ReasonKind.TARGET_UNIT, unit=UnitCode(target.unit), **told)
    is_range = target.comparison is Comparison.WITHIN
    if is_range != (target.goal_high is not None) or is_range != (target.kind is TargetKind.RANGE):
        _refuse(target, ReasonKind.RANGE_FORM)
    if target.goal_high is not None and target.goal_high < target.goal:
        _refuse(target, ReasonKind.RANGE_TURNED_ROUND)
    if target.baseline is not None and not target.baseline_period:
        _refuse(target, ReasonKind.BASELINE_WITHOUT_PERIOD)
    for text in filter(None, (target.baseline_period, *target.path)):
        if (period := parse_period(text)).end > due.end:
            _refuse(target, ReasonKind.AFTER_DUE, period=period)


def make_terms(target: TargetTerms, unit: Unit, *, may_be_missed: bool) -> Terms:
    """Give what the rule needs, in the unit of the indicator's figures."""
    own = parse_unit(target.unit)

    def bring(value: Decimal) -> Fraction:
        return convert(Fraction(value), own, unit)

    return Terms(
        kind=target.kind,
        comparison=target.comparison,
        measure=target.measure,
        goal=bring(target.goal),
        goal_high=None if target.goal_high is None else bring(target.goal_high),
        baseline=None if target.baseline is None else bring(target.baseline),
        baseline_period=parse_period(target.baseline_period) if target.baseline_period else None,
        path={parse_period(text): bring(value) for text, value in target.path.items()},
        due=parse_period(target.due),
        may_be_missed=may_be_missed,
    )


def _refuse(target: TargetTerms, kind: ReasonKind, **values: object) -> None:
    raise refuse(DeliveryErrorKind.BAD_TARGET, give_reason(kind, **values), f"target {target.code}")
