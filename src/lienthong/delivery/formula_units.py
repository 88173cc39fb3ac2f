"""What unit a formula gives, worked out before anything is computed: a wrong unit is an error with its position. Pure.

Only the bases count here; thousands and percents are brought to one when figures are computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.formula_tree import (
    Call,
    Function,
    Negation,
    Node,
    Number,
    Operation,
    Operator,
    Reference,
    Streak,
    list_references,
)
from lienthong.delivery.units import ATOMS, ONE, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR: Final = ATOMS["year"]
PERSON: Final = ATOMS["person"]

_SAME: Final = frozenset({Function.RATIO, Function.SHARE, Function.GAP})
"""Their two arguments must be alike."""

_NUMBERS: Final = frozenset({Function.RATIO, Function.SHARE, Function.GROWTH, Function.INDEX})
"""They give a number of nothing."""


def find_unit(node: Node, unit_of: Callable[[Reference], Unit]) -> Unit:
    """Give the unit of a formula, its factor apart; raises `WRONG_UNIT` with the position, or what `unit_of` raises."""
    match node:
        case Number():
            return _bare(node.unit)
        case Reference():
            return _bare(unit_of(node))
        case Negation(operand):
            return find_unit(operand, unit_of)
        case Operation():
            return _of_operation(node, unit_of)
        case Call():
            return _of_call(node, unit_of)
        case Streak(left, _, right):
            _require_alike(find_unit(left, unit_of), find_unit(right, unit_of), node)
            return YEAR


def verify_unit(node: Node, unit: Unit, unit_of: Callable[[Reference], Unit]) -> None:
    """Refuse a formula that gives another unit than the one stated; raises `WRONG_UNIT`."""
    found = find_unit(node, unit_of)
    if not found.is_like(unit):
        _refuse(node, f"the formula gives {found.describe()}, its indicator is in {unit.describe()}")


def find_subtraction(node: Node) -> Reference | None:
    """Find a figure that is added to or subtracted from another one, which figures of public order never are."""
    match node:
        case Operation(Operator.ADD | Operator.SUBTRACT) | Call(Function.GAP):
            return next(list_references(node), None)
        case Operation(_, left, right) | Streak(left, _, right):
            return find_subtraction(left) or find_subtraction(right)
        case Call(_, arguments):
            return next((found for each in arguments if (found := find_subtraction(each))), None)
        case Negation(operand):
            return find_subtraction(operand)
        case Number() | Reference():
            return None


def _of_operation(node: Operation, unit_of: Callable[[Reference], Unit]) -> Unit:
    left, right = find_unit(node.left, unit_of), find_unit(node.right, unit_of)
    match node.operator:
        case Operator.MULTIPLY:
            return left * right
        case Operator.DIVIDE:
            return left / right
        case Operator.ADD | Operator.SUBTRACT:
            _require_alike(left, right, node)
            return left


def _of_call(node: Call, unit_of: Callable[[Reference], Unit]) -> Unit:
    first, *rest = [find_unit(argument, unit_of) for argument in node.arguments]
    if node.function in _SAME:
        _require_alike(first, rest[0], node)
    if node.function is Function.PER_HEAD:
        _require_alike(PERSON, rest[0], node)
        return first / PERSON
    return ONE if node.function in _NUMBERS else first


def _bare(unit: Unit) -> Unit:
    return Unit(ONE.factor, unit.bases)


def _require_alike(left: Unit, right: Unit, node: Node) -> None:
    if not left.is_like(right):
        _refuse(node, f"expected two figures in the same unit, got {left.describe()} and {right.describe()}")


def _refuse(node: Node, reason: str) -> NoReturn:
    raise DeliveryError(DeliveryErrorKind.WRONG_UNIT, f"at position {node.position + 1}: {reason}")
