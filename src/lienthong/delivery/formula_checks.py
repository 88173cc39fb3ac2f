"""Whether formulas fit the indicators that they are of and over: units, circles, and what may be computed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from lienthong.delivery.breakdowns import parse_breakdown
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.formula_parser import parse_formula
from lienthong.delivery.formula_tree import Reference, Streak, list_nodes, list_references
from lienthong.delivery.formula_units import find_subtraction, verify_unit
from lienthong.delivery.indicators import refuse_code
from lienthong.delivery.words import Frequency, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.delivery.formula_tree import Node
    from lienthong.delivery.indicators import Definition


def verify_formulas(definitions: Mapping[str, Definition]) -> dict[str, Node]:
    """Verify all formulas together and give their trees by indicator.

    Raises `BAD_FORMULA` (no formula, or one that goes in a circle), `UNKNOWN_INDICATOR`, `WRONG_UNIT`, or
    `NOT_PUBLISHABLE` for one that computes what must not be computed.
    """
    trees: dict[str, Node] = {}
    for code, definition in definitions.items():
        if definition.formula:
            trees[code] = tree = parse_formula(definition.formula)
            _verify(definition, tree, definitions)
    for code in trees:
        _require_no_circle(code, trees, ())
    return trees


def _verify(definition: Definition, tree: Node, definitions: Mapping[str, Definition]) -> None:
    for reference in list_references(tree):
        if reference.code not in definitions:
            raise refuse_code(reference.code)
        _verify_reference(definition, reference, definitions[reference.code])
    try:
        verify_unit(tree, definition.measure, lambda reference: definitions[reference.code].measure)
    except DeliveryError as error:
        message = f"{definition.code}, formula {definition.formula!r}: {error.message}"
        raise DeliveryError(error.kind, message) from error
    _verify_streaks(definition, tree, definitions)
    if definition.rule is Rule.PUBLIC_ORDER and (found := find_subtraction(tree)) is not None:
        _refuse(definition, found, "figures of public order are never added to or taken from each other")


def _verify_reference(definition: Definition, reference: Reference, of: Definition) -> None:
    if of.rule is Rule.PUBLISHED_ONLY:
        _refuse(definition, reference, f"{of.code} exists only as published and nothing is computed from it")
    if of.rule is Rule.PUBLIC_ORDER and definition.rule is not Rule.PUBLIC_ORDER:
        _refuse(definition, reference, f"what is computed from {of.code} is a figure of public order too")
    dimensions = set(of.dimensions.split(","))
    if any(name not in dimensions for name, _ in parse_breakdown(reference.breakdown)):
        message = f"{definition.code}: {of.code} is not broken down as {reference.breakdown}"
        raise DeliveryError(DeliveryErrorKind.BAD_FORMULA, message)


def _verify_streaks(definition: Definition, tree: Node, definitions: Mapping[str, Definition]) -> None:
    streaks = [node for node in list_nodes(tree) if isinstance(node, Streak)]
    for reference in (each for node in streaks for each in list_references(node)):
        if definitions[reference.code].frequency is not Frequency.YEAR:
            message = f"{definition.code}: a streak counts years, and {reference.code} is not observed by year"
            raise DeliveryError(DeliveryErrorKind.BAD_FORMULA, message)


def _require_no_circle(code: str, trees: Mapping[str, Node], above: tuple[str, ...]) -> None:
    if code in above:
        message = f"formulas go in a circle: {' needs '.join((*above, code))}"
        raise DeliveryError(DeliveryErrorKind.BAD_FORMULA, message)
    if code in trees:
        for needed in sorted({reference.code for reference in list_references(trees[code])}):
            _require_no_circle(needed, trees, (*above, code))


def _refuse(definition: Definition, reference: Reference, reason: str) -> NoReturn:
    message = f"{definition.code}, formula {definition.formula!r} at position {reference.position + 1}: {reason}"
    raise DeliveryError(DeliveryErrorKind.NOT_PUBLISHABLE, message)
