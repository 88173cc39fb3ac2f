"""From mentions to candidates: which units fit together, how well, and why. Weights are ours and only rank.

A candidate is the lowest unit that the text names, with what lies above it where that is named too. The weights
multiply, so that each doubt counts; they are no probabilities.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from lienthong.areas.address_names import Mention, NameIndex, Reason, Weighed, weigh_name
from lienthong.areas.address_words import loosen
from lienthong.areas.units import KINDS_OF_LEVEL, Level, Unit, UnitKey

NO_CONTEXT: Final = 0.6
"""A commune or district alone, whose name others bear too."""
ONLY_ONE: Final = 0.85
"""A commune or district alone, whose name no other of its level bears elsewhere."""
DISTRICT_MISSING: Final = 0.9
"""A former commune whose district is not named, though its province is."""
DISTRICT_GONE: Final = 0.82
"""A present commune with the district that its place lay in before."""
PROVINCE_OF_OTHER_TIME: Final = 0.85
"""The province of the other time: before the merger with a unit of after it, or the other way round."""
ENDS_AT: Final = {Level.COMMUNE: 1.0, Level.DISTRICT: 0.85, Level.PROVINCE: 0.9}
"""Whoever names a place below means that one, so a text that ends higher is worth a little less."""
UNEXPLAINED: Final = 0.5
"""For each other place that the text names by its kind, or a province alone in a piece."""
NOT_FOUND_BELOW: Final = 0.7
"""As above, of a lower level than the candidate: it does not contradict it."""
BARE_PLACE: Final = 0.8
"""For each other name alone in a piece that some unit of the same province has."""
UNUSUAL_ORDER: Final = 0.95


_RANKS: Final = {Level.PROVINCE: 0, Level.DISTRICT: 1, Level.COMMUNE: 2}


class Fit(NamedTuple):
    """A mention that fits a unit."""

    mention: Mention
    weighed: Weighed


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that the text may mean: the score only ranks, the reasons say why; `mentions` are the words used."""

    unit: Unit
    score: float
    reasons: tuple[Reason, ...]
    mentions: tuple[Mention, ...]


class Draft(NamedTuple):
    """A candidate being weighed: the factors so far."""

    weight: float
    reasons: tuple[Reason, ...]
    mentions: tuple[Mention, ...]

    def times(self, weight: float, reason: Reason, *mentions: Mention) -> Draft:
        """Give the draft with one factor more."""
        return Draft(self.weight * weight, (*self.reasons, reason), (*self.mentions, *mentions))


Fits = dict[UnitKey, list[Fit]]


def make_candidates(index: NameIndex, mentions: list[Mention], on: date | None) -> list[Candidate]:
    """Make all candidates, best first; of units valid on the day `on` where one is given."""
    fits = _find_fits(mentions)
    strong = [each for each in mentions if each.kinds or each.own_piece]
    made = []
    for key, found in fits.items():
        unit = index.book.by_key[key]
        if on is None or unit.is_valid_on(on):
            made += [_weigh(index, unit, fit, fits, strong) for fit in found]
    return _rank(index, made)


def _find_fits(mentions: list[Mention]) -> Fits:
    fits: Fits = defaultdict(list)
    for mention in mentions:
        for unit in mention.units:
            weighed = weigh_name(mention, unit)
            if weighed is not None:
                fits[unit.key].append(Fit(mention, weighed))
    return fits


def _weigh(index: NameIndex, unit: Unit, fit: Fit, fits: Fits, strong: list[Mention]) -> Candidate:
    draft = Draft(fit.weighed.weight * ENDS_AT[unit.level], fit.weighed.reasons, (fit.mention,))
    if unit.level is not Level.PROVINCE:
        draft = _weigh_above(index, unit, draft, fits)
    for mention in _list_unexplained(strong, draft.mentions):
        cost = _weigh_other(index, unit, mention)
        if cost < 1:
            draft = draft.times(cost, Reason.OTHER_PLACE_NAMED)
    places = [mention.first for mention in draft.mentions]
    if places != sorted(places):
        draft = draft.times(UNUSUAL_ORDER, Reason.ORDER_UNUSUAL)
    return Candidate(unit, round(draft.weight, 4), draft.reasons, draft.mentions)


def _weigh_other(index: NameIndex, unit: Unit, mention: Mention) -> float:
    """Weigh what a place that the candidate leaves unexplained says against it."""
    if mention.kinds:
        said = [level for level, kinds in KINDS_OF_LEVEL.items() if kinds & mention.kinds]
        return NOT_FOUND_BELOW if all(_RANKS[level] > _RANKS[unit.level] for level in said) else UNEXPLAINED
    if any(other.level is Level.PROVINCE for other in mention.units):
        return UNEXPLAINED
    own = index.provinces[unit.key]
    return BARE_PLACE if any(own & index.provinces[other.key] for other in mention.units) else 1.0


def _weigh_above(index: NameIndex, unit: Unit, draft: Draft, fits: Fits) -> Draft:
    province = index.book.find_province(unit)
    district = (
        index.book.find_parent(unit) if unit.level is Level.COMMUNE and len(unit.parent) > len(province.code) else None
    )
    below = draft
    if district is not None:
        draft = _weigh_district(draft, _find_best(fits, district.key, draft.mentions))
    elif unit.level is Level.COMMUNE:
        gone = [_find_best(fits, key, draft.mentions) for key in sorted(index.former_districts.get(unit.key, ()))]
        best = max((fit for fit in gone if fit), key=lambda fit: fit.weighed.weight, default=None)
        if best is not None:
            draft = draft.times(DISTRICT_GONE * best.weighed.weight, Reason.FORMER_DISTRICT_NAMED, best.mention)
    return _weigh_province(index, unit, draft, fits, has_district=len(draft.mentions) > len(below.mentions))


def _weigh_district(draft: Draft, fit: Fit | None) -> Draft:
    if fit is None:
        return draft.times(DISTRICT_MISSING, Reason.DISTRICT_NOT_NAMED)
    return draft.times(max(fit.weighed.weight, DISTRICT_MISSING), Reason.DISTRICT_NAMED, fit.mention)


def _weigh_province(index: NameIndex, unit: Unit, draft: Draft, fits: Fits, *, has_district: bool) -> Draft:
    province = index.book.find_province(unit)
    fit = _find_best(fits, province.key, draft.mentions)
    if fit is not None:
        return draft.times(fit.weighed.weight**0.5, Reason.PROVINCE_NAMED, fit.mention)
    for keys, reason in (
        ([link.old for link in index.book.origins.get(province.key, ())], Reason.FORMER_PROVINCE_NAMED),
        ([link.new for link in index.book.onward.get(province.key, ())], Reason.LATER_PROVINCE_NAMED),
    ):
        others = [other for other in (_find_best(fits, key, draft.mentions) for key in keys) if other is not None]
        if others:
            best = max(others, key=lambda other: other.weighed.weight)
            return draft.times(PROVINCE_OF_OTHER_TIME * best.weighed.weight**0.5, reason, best.mention)
    if _is_only_one(index, unit):
        return draft.times(ONLY_ONE, Reason.PROVINCE_NOT_NAMED).times(1.0, Reason.ONLY_ONE_OF_THE_NAME)
    return draft.times(ONLY_ONE if has_district else NO_CONTEXT, Reason.PROVINCE_NOT_NAMED)


def _find_best(fits: Fits, key: UnitKey, used: tuple[Mention, ...]) -> Fit | None:
    free = [fit for fit in fits.get(key, ()) if not any(fit.mention.overlaps(mention) for mention in used)]
    return max(free, key=lambda fit: (fit.weighed.weight, fit.mention.first), default=None)


def _is_only_one(index: NameIndex, unit: Unit) -> bool:
    """Whether no other unit of its time and level bears the name, and those of other times lie in the same province."""
    key = loosen(unit.short_name)
    if index.counts[unit.end or date.max, unit.level, key] > 1:
        return False
    own = index.provinces[unit.key]
    return all(own & index.provinces[other.key] for other in index.names[key] if other.level is unit.level)


def _list_unexplained(strong: list[Mention], used: tuple[Mention, ...]) -> list[Mention]:
    """List the other places named: one mention for each run of words that no used mention shares."""
    left: list[Mention] = []
    for mention in sorted(strong, key=lambda each: (each.first - each.last, each.first)):
        if not any(mention.overlaps(other) for other in (*used, *left)):
            left.append(mention)
    return left


def _rank(index: NameIndex, made: list[Candidate]) -> list[Candidate]:
    """Order by score; each unit once, and no unit that only lies above a better candidate."""
    kept: dict[UnitKey, Candidate] = {}
    above: set[UnitKey] = set()
    for candidate in sorted(made, key=lambda each: (-each.score, each.unit.key)):
        key = candidate.unit.key
        if key in kept or key in above:
            continue
        kept[key] = candidate
        parent = index.book.find_parent(candidate.unit)
        while parent is not None:
            above.add(parent.key)
            parent = index.book.find_parent(parent)
    return list(kept.values())
