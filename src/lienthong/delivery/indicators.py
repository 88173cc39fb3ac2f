"""Indicators: their definitions as values, checked, and their table.

A definition can be put right in its wording at any time. What figures rest on (unit, rule, carrying) never changes;
the table itself refuses that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.delivery.breakdowns import parse_dimensions
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Indicator
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.units import parse_unit
from lienthong.delivery.words import Carry, Direction, Frequency, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lienthong.delivery.units import Unit

_KEPT: Final = ("unit", "rule", "carry", "part_of", "is_illustrative")
"""What figures rest on: the table refuses to change it."""


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What an indicator is, by the concepts of SDMX and of the SDG metadata."""

    code: str
    topic: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    unit: str
    source: str
    frequency: Frequency
    direction: Direction
    carry: Carry
    decimals: int = 0
    method: str = ""
    method_en: str = ""
    formula: str = ""
    owner: str = ""
    dimensions: str = ""
    rule: Rule = Rule.ORDINARY
    part_of: str = ""
    sdg: str = ""
    is_illustrative: bool = False

    @property
    def measure(self) -> Unit:
        """The unit with its algebra."""
        return parse_unit(self.unit)

    def name_in(self, language: str) -> str:
        """Give the name in `vi` or `en`."""
        return self.name if language == "vi" else self.name_en

    def definition_in(self, language: str) -> str:
        """Give the definition in `vi` or `en`."""
        return self.definition if language == "vi" else self.definition_en

    def method_in(self, language: str) -> str:
        """Give the method in `vi` or `en`."""
        return self.method if language == "vi" else self.method_en


_COLUMNS: Final = Definition.__struct_fields__


def list_definitions() -> dict[str, Definition]:
    """Give all definitions by code."""
    return {row["code"]: _make(row) for row in Indicator.objects.order_by("code").values(*_COLUMNS)}


def find_definition(code: str) -> Definition | None:
    """Find the definition with the code."""
    row = Indicator.objects.filter(code=code).values(*_COLUMNS).first()
    return None if row is None else _make(row)


def get_definition(code: str) -> Definition:
    """Give the definition with the code; raises `UNKNOWN_INDICATOR`."""
    found = find_definition(code)
    if found is None:
        raise refuse_code(code)
    return found


def refuse_code(code: str) -> DeliveryError:
    """Make the error for a code that no indicator has."""
    reason = give_reason(ReasonKind.NO_SUCH_INDICATOR, indicator=code)
    message = f"{reason}; `lienthong delivery show` lists them"
    return DeliveryError(DeliveryErrorKind.UNKNOWN_INDICATOR, message, reason)


def find_limits(definition: Definition) -> tuple[float | None, float | None]:
    """Give the least and the most that a figure can be, where that is plain: a share, a rank, what is counted."""
    if definition.unit == "rank":
        return 1.0, None
    is_part = definition.unit == "percent" and (not definition.formula or definition.formula.startswith("share("))
    if is_part:
        return 0.0, 100.0
    return (None, None) if definition.unit == "percent" else (0.0, None)


def put_definitions(definitions: Iterable[Definition]) -> dict[str, int]:
    """Add definitions and put the wording of known ones right, in the caller's transaction; counts what was done.

    Raises `CHANGED_MEANING` where figures that are there would come to mean something else.
    """
    known = list_definitions()
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    rows: list[Indicator] = []
    for each in definitions:
        before = known.get(each.code)
        if before == each:
            counts["unchanged"] += 1
            continue
        values = msgspec.structs.asdict(each)
        if before is None:
            rows.append(Indicator(**values))
            counts["added"] += 1
            continue
        _require_meaning(before, each)
        Indicator.objects.filter(code=each.code).update(**values)
        counts["changed"] += 1
    Indicator.objects.bulk_create(rows)
    return counts


def verify_definition(definition: Definition) -> None:
    """Refuse a definition whose unit or dimensions are none; its formula is verified with all others' units."""
    parse_unit(definition.unit)
    dimensions = parse_dimensions(definition.dimensions)
    if definition.carry is Carry.RECOMPUTE and not definition.formula:
        message = f"{definition.code}: what is carried by computing it again needs a formula"
        raise DeliveryError(DeliveryErrorKind.BAD_FORMULA, message)
    if definition.rule is not Rule.ORDINARY and (definition.carry is not Carry.NEVER or dimensions):
        message = f"{definition.code}: a figure of this kind is never carried and never broken down"
        raise DeliveryError(DeliveryErrorKind.NOT_PUBLISHABLE, message)


def _make(row: Mapping[str, Any]) -> Definition:
    return msgspec.convert(row, Definition)


def _require_meaning(before: Definition, after: Definition) -> None:
    changed = [name for name in _KEPT if getattr(before, name) != getattr(after, name)]
    if changed:
        message = f"{after.code}: {', '.join(changed)} cannot change, for figures rest on it; make another indicator"
        raise DeliveryError(DeliveryErrorKind.CHANGED_MEANING, message)
