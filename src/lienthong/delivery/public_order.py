"""What keeps figures of public order from telling of single people. Pure.

They exist by province and year only, whole, and count ten or more. What could be worked out by taking one figure
from another is held to the same: the rest of a whole that its parts leave, and what a revision adds or takes away. No
figure of the country stands beside those of its provinces, and no span of years beside its years, so that none of
these gives a difference. Formulas may not subtract such figures from each other.
"""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.delivery.errors import DeliveryErrorKind, refuse
from lienthong.delivery.reason_values import IndicatorCode
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.words import TOTAL, Frequency, Origin, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from lienthong.delivery.figures import Cell

LEAST_CELL: Final = 10
"""No figure of public order may count fewer; a usual threshold of statistical offices, chosen here."""

MOST_PARTS: Final = 12
"""Parts of one whole in every choice of some of them: 4,095 sums. More are refused."""

_PROVINCE_DIGITS: Final = 2


class Published(NamedTuple):
    """A figure of the same province and year that is there already, in any version."""

    indicator: str
    value: Decimal


def verify_cell(cell: Cell, value: Decimal, rule: Rule, origin: Origin) -> None:
    """Refuse a cell that must not exist; raises `NOT_PUBLISHABLE`."""
    if rule is Rule.PUBLIC_ORDER:
        _require(cell, _is_province(cell.area), ReasonKind.BY_PROVINCE)
        _require(cell, cell.period.frequency is Frequency.YEAR, ReasonKind.BY_YEAR)
        _require(cell, cell.breakdown == TOTAL, ReasonKind.WHOLE_ONLY)
        _require(cell, value >= LEAST_CELL, ReasonKind.TOO_FEW, least=LEAST_CELL)
    if rule is Rule.PUBLISHED_ONLY:
        _require(cell, _is_province(cell.area) or not cell.area.isdigit(), ReasonKind.PROVINCE_OR_COUNTRY)
        _require(cell, cell.breakdown == TOTAL, ReasonKind.WHOLE_ONLY)
        own = origin in {Origin.CASES, Origin.EXCHANGE}
        _require(cell, not own, ReasonKind.NOT_COUNTED_HERE)


def verify_no_difference(
    cell: Cell, value: Decimal, published: Sequence[Published], whole_of: Mapping[str, str]
) -> None:
    """Refuse a figure that would let another under the threshold be worked out; raises `NOT_PUBLISHABLE`.

    `published` is all that there is of the same province and year, `whole_of` names the whole of each part.
    """
    for other in published:
        if other.indicator == cell.indicator:
            _require(cell, not _is_small(value - other.value), ReasonKind.DIFFERS_BY_FEW, least=LEAST_CELL)
    everything = [*published, Published(cell.indicator, value)]
    for whole in everything:
        parts = [each for each in everything if _is_part(each.indicator, whole.indicator, whole_of)]
        if cell.indicator not in {whole.indicator, *(part.indicator for part in parts)}:
            continue
        _require(cell, len(parts) <= MOST_PARTS, ReasonKind.TOO_MANY_PARTS, most=MOST_PARTS)
        for some in _choices(parts):
            rest = whole.value - sum(part.value for part in some)
            parts_told = tuple(IndicatorCode(part.indicator) for part in some)
            told = {"whole": IndicatorCode(whole.indicator), "parts": parts_told, "least": LEAST_CELL}
            _require(cell, not _is_small(rest), ReasonKind.REST_TOO_FEW, **told)


def _choices(parts: Sequence[Published]) -> Iterator[tuple[Published, ...]]:
    """Give every choice of parts with one figure of each at most."""
    for some in chain.from_iterable(combinations(parts, count) for count in range(1, len(parts) + 1)):
        if len({part.indicator for part in some}) == len(some):
            yield some


def _is_part(indicator: str, whole: str, whole_of: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    while (indicator := whole_of.get(indicator, "")) and indicator not in seen:
        if indicator == whole:
            return True
        seen.add(indicator)
    return False


def _is_small(difference: Decimal) -> bool:
    return 0 < abs(difference) < LEAST_CELL


def _is_province(area: str) -> bool:
    return len(area) == _PROVINCE_DIGITS and area.isdigit()


def _require(cell: Cell, holds: bool, kind: ReasonKind, **values: object) -> None:  # noqa: FBT001 # the condition is the point
    if not holds:
        raise refuse(DeliveryErrorKind.NOT_PUBLISHABLE, give_reason(kind, cell=cell, **values))
