"""From the package's rows and the reviewed overrides to units and successions: the rules of the extract.

A former commune that went as a whole into one present one has the share 1; a divided one has no known shares.
The package's keys are resolved to codes here; what does not match is a remark for the report, not an error.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.extract_overrides import Change
from lienthong.areas.units import KINDS_OF_LEVEL, Kind, Succession, Unit, UnitKey, level_of_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lienthong.areas.extract_overrides import Overrides
    from lienthong.areas.extract_source import Source


@dataclass(slots=True)
class Extraction:
    """Units and successions on their way into the extract, with remarks for the report."""

    source_name: str
    overrides: Overrides
    units: dict[UnitKey, Unit] = field(default_factory=dict)
    successions: list[Succession] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add_unit(self, code: str, name: str, parent: str, begin: date, end: date | None) -> UnitKey:
        """Add a unit once; its kind is the beginning of its name."""
        key = UnitKey(code, begin)
        if key not in self.units:
            own = (entry.name for entry in self.overrides.name if (entry.code, entry.begin) == key)
            name = next(own, name)
            kind = find_kind(code, name)
            self.units[key] = Unit(code=code, kind=kind, name=name, parent=parent, begin=begin, end=end)
        return key


def extract(source: Source, overrides: Overrides, source_name: str) -> Extraction:
    """Make all units and successions; raises `SOURCE` where a name has no kind."""
    made = Extraction(source_name, overrides)
    _add_provinces(made, source)
    former = _add_former(made, source)
    present = _add_present(made, source)
    pairs = _link_communes(made, source, former, present)
    _add_successions(made, _correct(made, pairs))
    return made


def find_kind(code: str, name: str) -> Kind:
    """Find the kind that `name` begins with, among those of the code's level; raises `SOURCE`."""
    lowered = name.lower()
    found = [kind for kind in KINDS_OF_LEVEL[level_of_code(code)] if lowered.startswith(f"{kind} ")]
    if len(found) != 1:
        message = f"{code} {name!r}: expected a name that begins with a kind of its level"
        raise AreasError(AreasErrorKind.SOURCE, message)
    return found[0]


def _add_provinces(made: Extraction, source: Source) -> None:
    """Add provinces; one that took nothing in and kept its name goes on as the same unit."""
    change = made.overrides.snapshot.change
    former = {row.province_key: (row.province, row.province_name) for row in source.former}
    present = {row.province_key: (row.province, row.province_name) for row in source.present}
    origins = defaultdict(list)
    for new, old in source.links.provinces:
        origins[present[new]].append(former[old])
    for new_province, olds in sorted(origins.items()):
        unchanged = olds == [new_province]
        for code, name in olds:
            made.add_unit(code, name, "", made.overrides.begin_of(code), None if unchanged else change)
        if not unchanged:
            code, name = new_province
            new_key = made.add_unit(code, name, "", change, None)
            old_keys = [UnitKey(old, made.overrides.begin_of(old)) for old, _ in olds]
            _merge(made, sorted(old_keys), new_key)


def _merge(made: Extraction, olds: list[UnitKey], new: UnitKey) -> None:
    for old in olds:
        link = Succession(
            old=old,
            new=new,
            document=made.overrides.snapshot.provinces,
            source=made.source_name,
            share=Fraction(1),
            share_back=Fraction(1) if len(olds) == 1 else None,
        )
        made.successions.append(link)


def _add_former(made: Extraction, source: Source) -> dict[str, UnitKey]:
    """Add districts and communes of before; gives what each of the package's link keys names."""
    change = made.overrides.snapshot.change
    named = {}
    for row in source.former:
        begin = made.overrides.begin_of(row.province)
        key = made.add_unit(row.district, row.district_name, row.province, begin, change)
        if row.code is None or row.name is None:
            made.remarks.append(f"{row.district} {row.district_name}: had no communes; it stands for itself in links")
        else:
            key = made.add_unit(row.code, row.name, row.district, begin, change)
        named[row.link_key] = key
    return named


def _add_present(made: Extraction, source: Source) -> dict[tuple[str, str], UnitKey]:
    change = made.overrides.snapshot.change
    return {
        (row.province_key, row.key): made.add_unit(row.code, row.name, row.province, change, None)
        for row in source.present
    }


def _link_communes(
    made: Extraction,
    source: Source,
    former: dict[str, UnitKey],
    present: dict[tuple[str, str], UnitKey],
) -> set[tuple[UnitKey, UnitKey]]:
    pairs = set()
    for new, old in (*source.links.whole, *source.links.divided):
        if old in former and new in present:
            pairs.add((former[old], present[new]))
        else:
            made.remarks.append(f"link left out: {old} to {'_'.join(new)} names a unit that is not in the lists")
    return pairs


def _correct(made: Extraction, pairs: set[tuple[UnitKey, UnitKey]]) -> list[tuple[UnitKey, UnitKey]]:
    """Apply the reviewed corrections; one that changes nothing is refused, it would hide a mistake."""
    corrected = set(pairs)
    for entry in made.overrides.succession:
        pair = (_get_key(made, entry.old, latest=False), _get_key(made, entry.new, latest=True))
        if (entry.change is Change.ADD) == (pair in corrected):
            message = f"override {entry.change} {entry.old} to {entry.new} changes nothing: take it out"
            raise AreasError(AreasErrorKind.SOURCE, message)
        corrected ^= {pair}
        made.remarks.append(f"override: {entry.change} {entry.old} to {entry.new}: {entry.reason}")
    return sorted(corrected)


def _get_key(made: Extraction, code: str, *, latest: bool) -> UnitKey:
    known = sorted(key for key in made.units if key.code == code)
    if not known:
        raise AreasError(AreasErrorKind.SOURCE, f"an override names {code}, which no unit has")
    return known[-1 if latest else 0]


def _add_successions(made: Extraction, pairs: Iterable[tuple[UnitKey, UnitKey]]) -> None:
    pairs = list(pairs)
    targets, origins = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    for old, new in pairs:
        link = Succession(
            old=old,
            new=new,
            document=made.overrides.resolutions.get(made.units[new].parent, ""),
            source=made.source_name,
            share=Fraction(1) if targets[old] == 1 else None,
            share_back=Fraction(1) if origins[new] == 1 else None,
        )
        made.successions.append(link)
    for key, unit in made.units.items():
        if unit.end is None and key.begin == made.overrides.snapshot.change and not origins[key] and unit.parent:
            made.remarks.append(f"{key.code} {unit.name}: no former unit leads to it")
        if unit.end is not None and len(key.code) > 3 and not targets[key]:  # noqa: PLR2004 # a commune's code is longer
            made.remarks.append(f"{key.code} {unit.name} (before): leads to no present unit")
