"""Synthetic people: Quảng Ninh's 1.4 million, or fewer, made up from a seed.

The same seed, count and day give the same people, commune by commune, so that several processes can make
them. Every number begins with the sandbox's code, which nobody is given, so no real person can be among
them. Communes are those of today with the former ones that they were made of, so that residences go back
across the reform of 2025. Sizes of communes are a guess by their kind; they are no statistics. This file needs no
Django, so that its processes start at once.
"""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from lienthong.people.events import HouseholdLoaded, Loaded, Place, Stay
from lienthong.people.load_rows import LoadSource, make_load_rows
from lienthong.people.number_places import SANDBOX_CODE
from lienthong.people.personal_number import SERIALS, make_prefix
from lienthong.people.words import Relation, Sex
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.people_counts import LEAST_PEOPLE
from lienthong.sandbox.synthetic_families import YEAR, Made, Village, find_status
from lienthong.sandbox.synthetic_names import NameBook, read_names
from lienthong.sandbox.units import UnitBook, read_units
from lienthong.site.parent import follow_parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

DEFAULT_SEED: Final = 22
AS_OF: Final = date(2026, 11, 1)
"""The day on which the made-up people are as they are."""
REFORM_DAY: Final = date(2025, 7, 1)

MOST_PER_TASK: Final = 15_000
"""Larger communes are made in several parts, so that a part fits into memory and processors share the work."""

_SIZES: Final = {"phường": 32.0, "xã": 16.0, "đặc khu": 25.0}
"""Relative sizes of communes by kind."""
_MOVED_HOUSE: Final = 0.08
"""Share of households that changed their address once."""
_VILLAGE_KINDS: Final = frozenset({"xã", "đặc khu"})


@dataclass(frozen=True, slots=True)
class Part:
    """What one task makes: some people of one commune, with ids from `first_id` on."""

    rank: int
    parts: int
    seed: int
    as_of: date
    commune: str
    kind: str
    formers: tuple[str, ...]
    first_id: int
    count: int


@dataclass(frozen=True, slots=True)
class PartPeople:
    """The made-up households and people of a part, with their ids."""

    households: list[tuple[int, HouseholdLoaded]]
    people: list[tuple[int, Loaded]]


def plan_people(count: int, seed: int = DEFAULT_SEED, as_of: date = AS_OF, book: UnitBook | None = None) -> list[Part]:
    """Share `count` people among the communes of the day `as_of`; refuses fewer than make sense."""
    if count < LEAST_PEOPLE:
        message = f"{count} synthetic people: expected at least {LEAST_PEOPLE}"
        raise SandboxError(SandboxErrorKind.SOURCE, message)
    chance = random.Random(f"{seed}/communes")  # noqa: S311 # a seed must give the same people again
    units = (book or read_units()).list_units(as_of)
    sizes = [_SIZES.get(unit.kind, 16.0) * (0.5 + chance.random()) for unit in units]
    shares = _share_out(count, sizes)
    pieces = [(unit, piece) for unit, share in zip(units, shares, strict=True) for piece in _cut(share)]
    parts, first_id = [], 1
    for rank, (unit, piece) in enumerate(pieces):
        part = Part(
            rank, len(pieces), seed, as_of, unit.code, unit.kind, unit.predecessors or (unit.code,), first_id, piece
        )
        parts.append(part)
        first_id += piece
    return parts


def make_part(part: Part) -> PartPeople:
    """Make the people of one part."""
    chance = random.Random(f"{part.seed}/{part.rank}/{part.commune}")  # noqa: S311 # a seed must give the same people
    names = _read_names()
    village = Village(part.count, part.as_of, chance, names)
    village.fill()
    _pass_on_heads(village)
    numbers = NumberSource(part)
    households = [
        (part.first_id + index, HouseholdLoaded(_make_places(part, formed, chance, names)))
        for index, formed in enumerate(village.formed)
    ]
    people = [(part.first_id + made.number, _finish(made, part, numbers)) for made in village.people]
    return PartPeople(households, people)


def make_rows(part: Part, source: LoadSource) -> dict[str, bytes]:
    """Make one part as rows for COPY. A part has at most as many households as people, so ids never meet."""
    made = make_part(part)
    return make_load_rows(source, made.households, made.people, 2 * part.first_id)


def make_all_rows(parts: Sequence[Part], source: LoadSource, processes: int) -> Iterator[dict[str, bytes]]:
    """Make all parts in order, in several processes; only a few finished parts wait at a time.

    The processes end with this one, however it ends.
    """
    if processes == 1:
        yield from (make_rows(part, source) for part in parts)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=follow_parent) as pool:
        waiting = []
        for part in parts:
            waiting.append(pool.submit(make_rows, part, source))
            if len(waiting) > 2 * processes:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


class NumberSource:
    """Numbers of one part: for each prefix a seeded walk through all serials, of which parts take turns."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._taken: dict[str, int] = {}
        self._walks: dict[str, tuple[int, int]] = {}

    def draw(self, sex: Sex, birth_year: int) -> str:
        """Give a number that no other part and no other draw gives; refuses when the serials are used up."""
        prefix = make_prefix(SANDBOX_CODE, sex, birth_year)
        taken = self._taken.get(prefix, 0)
        self._taken[prefix] = taken + 1
        turn = taken * self._part.parts + self._part.rank
        if turn >= SERIALS:
            message = f"prefix {prefix}: more than {SERIALS} synthetic people have it; make fewer people"
            raise SandboxError(SandboxErrorKind.SOURCE, message)
        if prefix not in self._walks:
            chance = random.Random(f"{self._part.seed}/{prefix}")  # noqa: S311 # a seed must give the same numbers
            # A step that shares no factor with a million visits every serial once.
            self._walks[prefix] = (
                chance.randrange(SERIALS // 10) * 10 + chance.choice((1, 3, 7, 9)),
                chance.randrange(SERIALS),
            )
        step, start = self._walks[prefix]
        return f"{prefix}{(turn * step + start) % SERIALS:06}"


@cache
def _read_names() -> NameBook:
    return read_names()


def _share_out(count: int, sizes: list[float]) -> list[int]:
    total = sum(sizes)
    shares = [int(count * size / total) for size in sizes]
    for index in range(count - sum(shares)):
        shares[index % len(shares)] += 1
    return shares


def _cut(count: int) -> list[int]:
    pieces = -(-count // MOST_PER_TASK)
    return [count // pieces + (index < count % pieces) for index in range(pieces)]


def _pass_on_heads(village: Village) -> None:
    """Make the spouse, or else the eldest who lives there, head of a household whose head has died."""
    members: dict[int, list[Made]] = {}
    for person in village.people:
        members.setdefault(person.homes[-1][0], []).append(person)
    for household, people in members.items():
        head = next((person for person in people if person.homes[-1][1] is Relation.HEAD), None)
        while head is not None and head.died:
            head = _find_heir(head, people, household)


def _find_heir(head: Made, people: list[Made], household: int) -> Made | None:
    day = head.died
    heirs = [person for person in people if person.homes[-1][2] < day and (not person.died or person.died > day)]
    if not heirs:
        return None
    heir = min(heirs, key=lambda person: (person is not head.spouse, person.born))
    heir.homes.append((household, Relation.HEAD, day))
    return heir


def _finish(made: Made, part: Part, numbers: NumberSource) -> Loaded:
    first = part.first_id
    day = date.fromordinal
    born = day(made.born)
    status, since = find_status(made)
    homes = made.homes
    ends = [home[2] for home in homes[1:]] + [made.died]
    stays = tuple(
        [
            Stay(first + household, relation, day(begun), day(end) if end else None)
            for (household, relation, begun), end in zip(homes, ends, strict=True)
            if not end or end > begun
        ]
    )
    spouse = made.spouse if status.value == "married" else None
    return Loaded(
        number=numbers.draw(made.sex, born.year),
        full_name=made.name,
        sex=made.sex,
        birth_date=born,
        birth_place="Quảng Ninh",
        ethnicity=made.ethnicity,
        marital_status=status,
        status_since=day(since),
        spouse=None if spouse is None else first + spouse.number,
        father=None if made.father is None else first + made.father.number,
        mother=None if made.mother is None else first + made.mother.number,
        died_on=day(made.died) if made.died else None,
        stays=stays,
    )


def _make_places(part: Part, formed: int, chance: Random, names: NameBook) -> tuple[Place, ...]:
    """Give the addresses since the household was formed; the reform changes the unit and not the house."""
    begun = date.fromordinal(formed)
    line = _draw_line(part.kind, chance, names)
    if begun >= REFORM_DAY:
        return (Place(part.commune, line, begun),)
    former = part.formers[int(chance.random() * len(part.formers))]
    places = [Place(former, line, begun, REFORM_DAY), Place(part.commune, line, REFORM_DAY)]
    span = REFORM_DAY.toordinal() - formed
    if span > YEAR and chance.random() < _MOVED_HOUSE:
        moved = date.fromordinal(formed + 1 + int(chance.random() * (span - 2)))
        earlier = part.formers[int(chance.random() * len(part.formers))]
        places[0] = Place(former, line, moved, REFORM_DAY)
        places.insert(0, Place(earlier, _draw_line(part.kind, chance, names), begun, moved))
    return tuple(places)


def _draw_line(kind: str, chance: Random, names: NameBook) -> str:
    if kind in _VILLAGE_KINDS:
        return f"Thôn {names.hamlets[int(chance.random() * len(names.hamlets))]}"
    return (
        f"Số {1 + int(chance.random() * 180)}, tổ {1 + int(chance.random() * 9)}, khu {1 + int(chance.random() * 12)}"
    )
