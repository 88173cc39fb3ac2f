"""Targets: kept in versions, judged on a day with their figures, and how many of a plan are reached.

`judge_plan` is what pages and the report ask. Nothing of a judgement is stored: it follows from the figures that were
known on the day, and two who ask the same get the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind, refuse
from lienthong.delivery.figures import Missing, MissingKind
from lienthong.delivery.forecasts import Forecast, forecast_figure
from lienthong.delivery.formula_parser import parse_formula
from lienthong.delivery.formula_tree import Streak
from lienthong.delivery.formulas import Value
from lienthong.delivery.indicators import find_limits, list_definitions
from lienthong.delivery.missing_text import tell_missing
from lienthong.delivery.models import Plan, Source, Target
from lienthong.delivery.places import Place, name_place
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.target_rules import Point, Reason, Verdict, judge_target
from lienthong.delivery.target_sentences import explain_verdict, write_count, write_forecast, write_goal
from lienthong.delivery.target_terms import PlanTerms, TargetTerms, make_terms, verify_target
from lienthong.delivery.target_words import Measure, TargetKind, TargetState
from lienthong.delivery.units import convert, parse_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    from lienthong.delivery.figure_book import FigureBook
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.periods import Period

_PLAN_COLUMNS: Final = tuple(name for name in PlanTerms.__struct_fields__ if name != "source")
_TARGET_COLUMNS: Final = tuple(name for name in TargetTerms.__struct_fields__ if name != "source")

_TOLD_ONLY: Final = frozenset({MissingKind.REPORTED_ONLY, MissingKind.SOURCES_DISAGREE})
"""Where there is a figure after all, the sentence says why it does not count."""


@dataclass(frozen=True, slots=True)
class JudgedTarget:
    """A target with its state, the figures that it rests on, in the target's unit, and its forecast."""

    plan: PlanTerms
    terms: TargetTerms
    definition: Definition | None
    verdict: Verdict
    points: tuple[Point, ...]
    missing: Missing | None
    """Why there is no figure, where there is none."""
    forecast: Forecast | Missing
    book: FigureBook = field(repr=False)
    """What was known, and what things are called."""

    @property
    def state(self) -> TargetState:
        """What the rule says."""
        return self.verdict.state

    def explain(self, language: str) -> str:
        """Give the sentence that explains the state, in `vi` or `en`."""
        what = self.terms.measured_in(language, self.definition)
        sentence = explain_verdict(self.terms, self.verdict, what, language)
        if self.missing is None or self.missing.kind not in _TOLD_ONLY or self.state is not TargetState.NO_DATA:
            return sentence
        why = tell_missing(self.missing, self.book, language)
        return f"{sentence} {why[0].upper()}{why[1:]}."

    def write_goal(self, language: str) -> str:
        """Write what it asks for."""
        return write_goal(self.terms, language)

    def write_forecast(self, language: str) -> str:
        """Give the sentence of the forecast; empty where there is none."""
        return "" if isinstance(self.forecast, Missing) else write_forecast(self.terms, self.forecast, language)


@dataclass(frozen=True, slots=True)
class JudgedPlan:
    """A plan's targets with their states on a day."""

    plan: PlanTerms
    as_of: date
    targets: tuple[JudgedTarget, ...]

    @property
    def counts(self) -> dict[TargetState, int]:
        """How many targets are in each state."""
        counted = Counter(target.state for target in self.targets)
        return {state: counted[state] for state in TargetState}

    @property
    def reached(self) -> int:
        """How many are reached."""
        return self.counts[TargetState.REACHED]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.targets)

    @property
    def not_reached(self) -> tuple[JudgedTarget, ...]:
        """Which are not."""
        return tuple(target for target in self.targets if target.state is not TargetState.REACHED)

    def write_count(self, language: str) -> str:
        """Write how many of how many are reached."""
        return write_count(self.reached, self.total, language)

    def place_name(self, language: str) -> str:
        """Give the name of the plan's area."""
        return name_place(Place(self.plan.area_code, self.as_of), language)


def list_plans() -> list[PlanTerms]:
    """Give all plans, by when they end."""
    rows = Plan.objects.order_by("ends_on", "code").values(*_PLAN_COLUMNS, "source__code")
    return [_make_plan(row) for row in rows]


def get_plan(code: str) -> PlanTerms:
    """Give a plan; raises `UNKNOWN_PLAN`."""
    row = Plan.objects.filter(code=code).values(*_PLAN_COLUMNS, "source__code").first()
    if row is None:
        reason = give_reason(ReasonKind.NO_PLAN, plan=code)
        message = f"{reason}; `lienthong delivery show` lists them"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_PLAN, message, reason)
    return _make_plan(row)


def list_targets(plan: str, as_of: date) -> list[TargetTerms]:
    """Give a plan's targets in the version that was known on a day, in the order of the document."""
    return _list_targets_of([plan], as_of)[plan]


def judge_plan(book: FigureBook, code: str) -> JudgedPlan:
    """Judge all targets of a plan as of the book's day; raises `UNKNOWN_PLAN`."""
    return judge_plans(book, [get_plan(code)])[0]


def judge_plans(book: FigureBook, plans: Sequence[PlanTerms]) -> list[JudgedPlan]:
    """Judge all targets of plans as of the book's day, with as many queries for a hundred targets as for one."""
    cited = set(Source.objects.filter(is_cited=True).values_list("code", flat=True))
    targets = _list_targets_of([plan.code for plan in plans], book.as_of)
    measured = [(plan, target) for plan in plans for target in targets[plan.code]]
    book.read_ahead(
        (target.indicator, plan.area_code) for plan, target in measured if target.indicator in book.definitions
    )
    return [
        JudgedPlan(plan, book.as_of, tuple(_judge(book, plan, target, cited) for target in targets[plan.code]))
        for plan in plans
    ]


def put_plan(plan: PlanTerms, targets: Sequence[TargetTerms]) -> Counter[str]:
    """Add or change a plan, and add its targets in new versions where they changed, in the caller's transaction.

    Raises `BAD_TARGET` and `UNKNOWN_SOURCE`; then the caller's transaction is to be undone.
    """
    sources, definitions = {row.code: row for row in Source.objects.all()}, list_definitions()
    row, _ = Plan.objects.update_or_create(
        code=plan.code, defaults={**_without_source(plan), "source": _get_source(sources, plan.source)}
    )
    known = Target.objects.filter(plan=row).order_by("code", "version")
    latest = {each["code"]: each for each in known.values(*_TARGET_COLUMNS, "source__code", "version")}
    counts: Counter[str] = Counter()
    rows: list[Target] = []
    for target in targets:
        verify_target(target, definitions.get(target.indicator))
        before = latest.get(target.code)
        if before is not None and _make_target(before) == target:
            counts["unchanged"] += 1
            continue
        path = {period: str(value) for period, value in target.path.items()}
        values = {**_without_source(target), "path": path, "source": _get_source(sources, target.source)}
        rows.append(Target(plan=row, version=1 + (before["version"] if before else 0), **values))
        counts["revised" if before else "added"] += 1
    Target.objects.bulk_create(rows)
    return counts


def _list_targets_of(plans: Collection[str], as_of: date) -> dict[str, list[TargetTerms]]:
    rows = Target.objects.filter(plan__code__in=plans, published_on__lte=as_of).order_by("code", "version")
    latest = {
        (row["plan__code"], row["code"]): row for row in rows.values(*_TARGET_COLUMNS, "source__code", "plan__code")
    }
    found: dict[str, list[TargetTerms]] = {plan: [] for plan in plans}
    for (plan, _code), row in latest.items():
        found[plan].append(_make_target(row))
    for targets in found.values():
        targets.sort(key=lambda target: (target.place, target.code))
    return found


def _judge(book: FigureBook, plan: PlanTerms, target: TargetTerms, cited: set[str]) -> JudgedTarget:
    definition = book.definitions.get(target.indicator)
    if definition is None:
        nothing = Missing(MissingKind.NOT_OBSERVED)
        return JudgedTarget(plan, target, None, Verdict(Reason.NOT_MEASURED), (), nothing, nothing, book)
    unit = parse_unit(target.unit)
    listed = book.list_values(target.indicator, plan.area_code, target.breakdown)
    # A yearly target is judged by years, though there are months too.
    values = {period: each for period, each in listed.items() if period.frequency is target.due_period.frequency}
    points = _make_points(book, values, lambda amount: convert(amount, definition.measure, unit))
    if plan.is_illustrative:
        # What is invented needs no source that could be cited.
        points = tuple(replace(point, is_cited=True) for point in points)
    may_be_missed = plan.is_illustrative or (target.is_verified and target.source in cited)
    verdict = judge_target(make_terms(target, unit, may_be_missed=may_be_missed), points, book.as_of)
    missing = [each for each in values.values() if isinstance(each, Missing)]
    forecast = _forecast(target, definition, points, book.as_of)
    return JudgedTarget(plan, target, definition, verdict, points, missing[-1] if missing else None, forecast, book)


def _make_points(
    book: FigureBook, values: Mapping[Period, Value | Missing], bring: Callable[[Fraction], Fraction]
) -> tuple[Point, ...]:
    known = {period: value for period, value in values.items() if isinstance(value, Value)}
    return tuple(
        Point(
            period, bring(value.lower), bring(value.upper), value.status, not book.list_uncited(value.used), value.used
        )
        for period, value in sorted(known.items())
    )


def _forecast(target: TargetTerms, definition: Definition, points: Iterable[Point], as_of: date) -> Forecast | Missing:
    """Forecast the figure of the due period, where it is still to come and a single figure decides."""
    counts_years = isinstance(parse_formula(definition.formula), Streak) if definition.formula else False
    if target.kind is TargetKind.TREND or target.measure is Measure.MEAN or counts_years:
        return Missing(MissingKind.NOT_A_VALUE)
    series = {point.period: point.value for point in points if point.is_value and point.period.end <= as_of}
    if target.due_period in series:
        return Missing(MissingKind.NOT_OBSERVED)
    lower, upper = find_limits(definition)
    return forecast_figure(series, target.due_period, lower, upper)


def _make_plan(row: Mapping[str, Any]) -> PlanTerms:
    return msgspec.convert({**row, "source": row["source__code"]}, PlanTerms)


def _make_target(row: Mapping[str, Any]) -> TargetTerms:
    decimals = {name: _strip(row[name]) for name in ("goal", "goal_high", "baseline")}
    path = {period: Decimal(value) for period, value in row["path"].items()}
    return msgspec.convert({**row, **decimals, "path": path, "source": row["source__code"]}, TargetTerms)


def _strip(value: Decimal | None) -> Decimal | None:
    """Take back the noughts that the column adds: 10000.000000000000 is 10000, and 76.50 is 76.5."""
    if value is None:
        return None
    short = value.normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else short


def _without_source(terms: PlanTerms | TargetTerms) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(terms).items() if name != "source"}


def _get_source(sources: Mapping[str, Source], code: str) -> Source:
    found = sources.get(code)
    if found is None:
        raise refuse(DeliveryErrorKind.UNKNOWN_SOURCE, give_reason(ReasonKind.NO_SOURCE, source=code))
    return found
