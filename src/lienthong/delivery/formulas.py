"""Computes formulas over a look-up that is handed in. Pure and exact.

Figures are fractions and bounds: a value is a range whose ends are equal, and a formula over carried figures gives a
range that holds the truth. What is missing makes the result missing, with its reason; only a streak may end there,
and says so. Amounts are brought to units without factors first, so that thousand millions and percents cannot mix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Protocol

from lienthong.delivery.figures import Cell, Missing, MissingKind, least_settled
from lienthong.delivery.formula_tree import (
    COUNTRY,
    Call,
    Comparator,
    Function,
    Negation,
    Node,
    Number,
    Operation,
    Operator,
    Reference,
    Streak,
)
from lienthong.delivery.formula_units import find_unit
from lienthong.delivery.words import Status, find_country

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.delivery.periods import Period
    from lienthong.delivery.units import Unit

MOST_PERIODS: Final = 200
"""Further back no streak and no mean looks."""


@dataclass(frozen=True, slots=True)
class BasePoint:
    """One period that a streak looked at: what was compared, and whether the comparison surely or possibly held."""

    period: Period
    lower: Fraction
    upper: Fraction
    surely: bool
    possibly: bool


@dataclass(frozen=True, slots=True)
class Base:
    """What a streak rests on: its periods from the latest back, and why it ends where it ends."""

    points: tuple[BasePoint, ...]
    comparator: Comparator
    limit: Fraction
    unit: Unit
    ended: Missing | None
    """Why the period before is unknown; None where it is known and the comparison failed there."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure to compute with: its bounds, how settled it is, and the observations that it rests on."""

    lower: Fraction
    upper: Fraction
    status: Status = Status.OFFICIAL
    used: frozenset[int] = frozenset()
    is_illustrative: bool = False
    base: Base | None = None

    @property
    def is_value(self) -> bool:
        """Whether it is one value and no range."""
        return self.lower == self.upper


class LookUp(Protocol):
    """Gives a figure in the unit of its indicator, and the unit; the asker need not know whence."""

    def find(self, cell: Cell) -> Value | Missing:
        """Give the figure of a cell."""

    def unit_of(self, code: str) -> Unit:
        """Give the unit of an indicator."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a formula is computed, and over what."""

    area: str
    period: Period
    look_up: LookUp

    def move(self, steps: int) -> Scope:
        """Give the same at another time."""
        return replace(self, period=self.period.move(steps))


def compute(node: Node, scope: Scope, unit: Unit) -> Value | Missing:
    """Compute a formula, in `unit`; the formula's units have been verified."""
    found = _compute(node, scope)
    if isinstance(found, Missing):
        return found
    return replace(found, lower=found.lower / unit.factor, upper=found.upper / unit.factor)


def _compute(node: Node, scope: Scope) -> Value | Missing:
    match node:
        case Number():
            amount = node.value * node.unit.factor
            return Value(amount, amount)
        case Reference():
            return _look_up(node, scope)
        case Negation(operand):
            found = _compute(operand, scope)
            return found if isinstance(found, Missing) else replace(found, lower=-found.upper, upper=-found.lower)
        case Operation(operator, left, right):
            return _combine(operator, _compute(left, scope), _compute(right, scope))
        case Call():
            return _call(node, scope)
        case Streak():
            return _count_streak(node, scope)


def _look_up(node: Reference, scope: Scope) -> Value | Missing:
    area = find_country(scope.area) if node.area == COUNTRY else node.area or scope.area
    period = node.period or scope.period.move(node.lag)
    found = scope.look_up.find(Cell(node.code, area, period, node.breakdown))
    if isinstance(found, Missing):
        return found
    factor = scope.look_up.unit_of(node.code).factor
    return replace(found, lower=found.lower * factor, upper=found.upper * factor, base=None)


def _combine(operator: Operator, left: Value | Missing, right: Value | Missing) -> Value | Missing:
    if isinstance(left, Missing):
        return left
    if isinstance(right, Missing):
        return right
    if operator is Operator.DIVIDE and right.lower <= 0 <= right.upper:
        return Missing(MissingKind.NO_DIVISION)
    ends = _work_out(operator, left, right)
    return Value(
        min(ends),
        max(ends),
        least_settled((left.status, right.status)),
        left.used | right.used,
        left.is_illustrative or right.is_illustrative,
    )


def _work_out(operator: Operator, left: Value, right: Value) -> list[Fraction]:
    """Give what the ends of both ranges make of each other; the least and the most of them bound the result."""
    pairs = [(one, other) for one in (left.lower, left.upper) for other in (right.lower, right.upper)]
    match operator:
        case Operator.ADD:
            return [one + other for one, other in pairs]
        case Operator.SUBTRACT:
            return [one - other for one, other in pairs]
        case Operator.MULTIPLY:
            return [one * other for one, other in pairs]
        case Operator.DIVIDE:
            return [one / other for one, other in pairs]


def _call(node: Call, scope: Scope) -> Value | Missing:
    first = node.arguments[0]
    match node.function:
        case Function.RATIO | Function.SHARE | Function.PER_HEAD:
            return _combine(Operator.DIVIDE, _compute(first, scope), _compute(node.arguments[1], scope))
        case Function.GAP:
            return _combine(Operator.SUBTRACT, _compute(first, scope), _compute(node.arguments[1], scope))
        case Function.GROWTH:
            times = _combine(Operator.DIVIDE, _compute(first, scope), _compute(first, scope.move(-1)))
            return _combine(Operator.SUBTRACT, times, Value(Fraction(1), Fraction(1)))
        case Function.INDEX:
            fixed = scope if node.period is None else replace(scope, period=node.period)
            return _combine(Operator.DIVIDE, _compute(first, scope), _compute(first, fixed))
        case Function.MEAN | Function.STREAK:
            return _take_mean(node, scope)


def _take_mean(node: Call, scope: Scope) -> Value | Missing:
    total: Value | Missing = Value(Fraction(0), Fraction(0))
    count = 0
    for place in _list_back(scope):
        if node.period is not None and place.period.begin < node.period.begin:
            break
        total = _combine(Operator.ADD, total, _compute(node.arguments[0], place))
        count += 1
    if count == 0:
        return Missing(MissingKind.TOO_SHORT)
    return _combine(Operator.DIVIDE, total, Value(Fraction(count), Fraction(count)))


def _count_streak(node: Streak, scope: Scope) -> Value | Missing:
    points: list[BasePoint] = []
    used: list[Value] = []
    limit, ended = Fraction(0), None
    for place in _list_back(scope):
        left, right = _compute(node.left, place), _compute(node.right, place)
        if isinstance(left, Missing) or isinstance(right, Missing):
            ended = left if isinstance(left, Missing) else right
            break
        used += [left, right]
        limit = right.upper
        surely, possibly = _holds(node.comparator, left, right)
        points.append(BasePoint(place.period, left.lower, left.upper, surely, possibly))
        if not possibly:
            break
    if not points and isinstance(ended, Missing):
        return ended
    unit = find_unit(node.left, lambda reference: scope.look_up.unit_of(reference.code))
    base = Base(tuple(points), node.comparator, limit, unit, ended if isinstance(ended, Missing) else None)
    sure = next((count for count, point in enumerate(points) if not point.surely), len(points))
    possible = sum(point.possibly for point in points)
    return Value(
        Fraction(sure),
        Fraction(possible),
        least_settled(each.status for each in used),
        frozenset().union(*(each.used for each in used)),
        any(each.is_illustrative for each in used),
        base,
    )


def _holds(comparator: Comparator, left: Value, right: Value) -> tuple[bool, bool]:
    """Tell whether a comparison surely holds, and whether it possibly does."""
    match comparator:
        case Comparator.AT_LEAST:
            return left.lower >= right.upper, left.upper >= right.lower
        case Comparator.OVER:
            return left.lower > right.upper, left.upper > right.lower
        case Comparator.AT_MOST:
            return left.upper <= right.lower, left.lower <= right.upper
        case Comparator.UNDER:
            return left.upper < right.lower, left.lower < right.upper


def _list_back(scope: Scope) -> Iterator[Scope]:
    for steps in range(MOST_PERIODS):
        yield scope.move(-steps)
