"""What a formula is once it is read: a typed tree, each node with its place in the text for messages. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.delivery.words import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from lienthong.delivery.periods import Period
    from lienthong.delivery.units import Unit


class Operator(StrEnum):
    """What stands between two expressions."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


class Comparator(StrEnum):
    """How a streak's condition compares. Whether the limit itself counts is stated, never left open."""

    AT_LEAST = ">="
    OVER = ">"
    AT_MOST = "<="
    UNDER = "<"


class Function(StrEnum):
    """What a formula can do beside the four operators."""

    RATIO = "ratio"
    """ratio(a, b): how many times b is a."""
    PER_HEAD = "per_head"
    """per_head(a, people): a for each person."""
    SHARE = "share"
    """share(a, whole): a of a whole, in percent."""
    GAP = "gap"
    """gap(a, b): a less b."""
    GROWTH = "growth"
    """growth(a): by how many percent a is above the period before."""
    INDEX = "index"
    """index(a, 2015): a in percent of a in a fixed period."""
    MEAN = "mean"
    """mean(a, 2021): the mean of a from a fixed period until now, none of them missing."""
    STREAK = "streak"
    """streak(a >= b): for how many years in a row, until now."""


ARGUMENTS: Final = {
    Function.RATIO: 2,
    Function.PER_HEAD: 2,
    Function.SHARE: 2,
    Function.GAP: 2,
    Function.GROWTH: 1,
    Function.INDEX: 1,
    Function.MEAN: 1,
}
"""How many expressions each takes; an index and a mean take a period too, a streak takes a comparison."""

WITH_PERIOD: Final = frozenset({Function.INDEX, Function.MEAN})

COUNTRY: Final = "country"
"""The area word for the national figure."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with its unit where it has one: 10 "percent"."""

    value: Fraction
    unit: Unit
    position: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure: of an indicator, here and now or of another area, a period before, a fixed period, a breakdown."""

    code: str
    position: int
    area: str = ""
    lag: int = 0
    period: Period | None = None
    breakdown: str = TOTAL


@dataclass(frozen=True, slots=True)
class Negation:
    """The figure below nought."""

    operand: Node
    position: int


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions with an operator between."""

    operator: Operator
    left: Node
    right: Node
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of expressions, with a fixed period where it takes one."""

    function: Function
    arguments: tuple[Node, ...]
    position: int
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Streak:
    """For how many years in a row a comparison has held."""

    left: Node
    comparator: Comparator
    right: Node
    position: int


Node = Number | Reference | Negation | Operation | Call | Streak


def list_nodes(node: Node) -> Iterator[Node]:
    """Give a tree's nodes, each before those below it."""
    yield node
    match node:
        case Negation(operand):
            yield from list_nodes(operand)
        case Operation(_, left, right) | Streak(left, _, right):
            yield from list_nodes(left)
            yield from list_nodes(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from list_nodes(argument)
        case Number() | Reference():
            pass


def list_references(node: Node) -> Iterator[Reference]:
    """Give all figures that a formula asks for."""
    return (each for each in list_nodes(node) if isinstance(each, Reference))
