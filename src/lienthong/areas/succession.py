"""What became of a unit, and what a unit was, between any two days: pure, transitive, with bounds for shares.

Where no source says how much of a unit went to which successor, its share is a range and never an equal part.
Ranges are as tight as the known shares make them: a whole that has only one way to go goes there entirely.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.areas.errors import AreasErrorKind
from lienthong.areas.unit_book import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from lienthong.areas.unit_book import UnitBook
    from lienthong.areas.units import Unit, UnitKey


class Share(NamedTuple):
    """A part of a whole, between two bounds; known where they are equal."""

    lower: Fraction
    upper: Fraction

    @property
    def is_known(self) -> bool:
        """Whether it is one value."""
        return self.lower == self.upper


WHOLE: Final = Share(Fraction(1), Fraction(1))
ANY: Final = Share(Fraction(0), Fraction(1))
"""Nothing is known about the share."""


@dataclass(frozen=True, slots=True)
class Part:
    """A unit, and the share of the one asked about that it stands for."""

    unit: Unit
    share: Share


Trace = tuple[Part, ...]
"""All that a unit is on another day, by code. More than one part: it was divided, none is preferred."""


def trace_unit(book: UnitBook, unit: Unit, day: date) -> Trace | Unknown:
    """Say what `unit` is on `day`: itself, what became of it, or what it was before.

    Looking back, a share is the part of `unit` that came from there. A unit of the tier that was abolished is what
    its communes became. A day before the data begins is `Unknown`.
    """
    if unit.is_valid_on(day):
        return (Part(unit, WHOLE),)
    forward = day >= unit.begin
    open_shares: dict[UnitKey, Share] = {unit.key: WHOLE}
    reached: dict[UnitKey, Share] = {}
    while open_shares:
        # In order of time, so that all shares of a unit have come together before it is divided again.
        key = min(open_shares, key=lambda each: _turn(book.by_key[each], forward=forward))
        share = open_shares.pop(key)
        if book.by_key[key].is_valid_on(day):
            reached[key] = share
            continue
        steps = _step(book, key, forward=forward)
        if not steps:
            return _explain_end(book.by_key[key], day)
        for other, part in steps:
            open_shares[other] = _add(open_shares.get(other), _multiply(share, part))
    return _tighten(book, reached)


def join_shares(parts: Iterable[Share], others: Iterable[Share]) -> Share:
    """Give the share of `parts` together, which with `others` make up one whole."""
    inside, outside = list(parts), list(others)
    lower = max(_sum_lower(inside), 1 - _sum_upper(outside), Fraction(0))
    upper = min(_sum_upper(inside), 1 - _sum_lower(outside), Fraction(1))
    return Share(lower, upper)


def bound_shares(shares: Sequence[Fraction | None]) -> list[Share]:
    """Bound the shares of one whole: the unknown ones lie between nothing and all that the known ones leave."""
    left = 1 - sum((share for share in shares if share is not None), Fraction(0))
    unknown = sum(share is None for share in shares)
    rest = Share(left if unknown == 1 else Fraction(0), left)
    return [rest if share is None else Share(share, share) for share in shares]


def _turn(unit: Unit, *, forward: bool) -> int:
    # A unit without an end is never left by going forward, so its turn may come last.
    if forward:
        return unit.end.toordinal() if unit.end is not None else unit.begin.max.toordinal() + 1
    return -unit.begin.toordinal()


def _step(book: UnitBook, key: UnitKey, *, forward: bool) -> list[tuple[UnitKey, Share]]:
    if forward:
        onward = book.onward.get(key, ())
        shares = bound_shares([link.share for link in onward])
        steps = [(link.new, share) for link, share in zip(onward, shares, strict=True)]
    else:
        origins = book.origins.get(key, ())
        shares = bound_shares([link.share_back for link in origins])
        steps = [(link.old, share) for link, share in zip(origins, shares, strict=True)]
    if steps or not forward:
        return steps
    # The units below that last until the end go on in its place; how much each held is not known.
    end = book.by_key[key].end
    below = [child.key for child in book.children.get(key, ()) if child.end == end]
    return list(zip(below, bound_shares([None] * len(below)), strict=True))


def _explain_end(unit: Unit, day: date) -> Unknown:
    if day < unit.begin:
        reason = f"unknown: the data on {unit.code} {unit.name} begins on {unit.begin}, asked for {day}"
    else:
        reason = f"unknown: no source says what became of {unit.code} {unit.name} on {unit.end}"
    return Unknown(AreasErrorKind.UNKNOWN_DAY, reason)


def _tighten(book: UnitBook, reached: dict[UnitKey, Share]) -> Trace:
    keys = sorted(reached)
    return tuple(
        Part(book.by_key[key], join_shares([reached[key]], [reached[other] for other in keys if other != key]))
        for key in keys
    )


def _multiply(one: Share, other: Share) -> Share:
    return Share(one.lower * other.lower, one.upper * other.upper)


def _add(one: Share | None, other: Share) -> Share:
    if one is None:
        return other
    return Share(one.lower + other.lower, min(one.upper + other.upper, Fraction(1)))


def _sum_lower(shares: list[Share]) -> Fraction:
    return sum((share.lower for share in shares), Fraction(0))


def _sum_upper(shares: list[Share]) -> Fraction:
    return sum((share.upper for share in shares), Fraction(0))
