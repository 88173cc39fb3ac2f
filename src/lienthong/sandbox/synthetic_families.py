"""Made-up families of one commune: couples, their children, the children's marriages, and who has died.

Everything follows from the chance that is handed in, so the same seed makes the same people. Days are
ordinals here (`date.toordinal`), because this runs 1.4 million times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.people.words import MaritalStatus, Relation, Sex

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from lienthong.sandbox.synthetic_names import NameBook

YEAR: Final = 365.2425
_ROUND: Final = 60
"""So many founders' families are made before the grown-up children of all are married to each other."""

_FOUNDED: Final = (
    (0.13, 1936, 1950),
    (0.32, 1950, 1965),
    (0.52, 1965, 1980),
    (0.86, 1980, 1994),
    (1.00, 1994, 2003),
)
"""Shares of founding wives by birth years; the younger ones' parents live elsewhere."""

_SINGLE_SHARE: Final = 0.07
"""People who came alone, mostly workers."""
_MARRIES: Final = 0.9
_DIVORCES: Final = 0.04
_WITH_PARENTS: Final = 0.3
"""Share of couples that live with the husband's parents."""

_DEATH_SHARES: Final = ((60, 0.004), (70, 0.05), (80, 0.14), (90, 0.4), (200, 0.8))
"""Under this age, this share has died."""
_DEATHS_KEPT: Final = 12 * YEAR
"""Deaths lie so far back at most."""


class Made:
    """One made-up person, while the family grows. `homes` are (household, relation, first day)."""

    __slots__ = (
        "born",
        "died",
        "divorced",
        "ethnicity",
        "family",
        "father",
        "homes",
        "married",
        "mother",
        "name",
        "number",
        "sex",
        "spouse",
        "youngest",
    )

    def __init__(self, number: int, sex: Sex, born: int, ethnicity: str, family: str) -> None:
        self.number = number
        self.sex = sex
        self.born = born
        self.ethnicity = ethnicity
        self.family = family
        self.name = ""
        self.father: Made | None = None
        self.mother: Made | None = None
        self.spouse: Made | None = None
        self.married = 0
        self.divorced = False
        self.died = 0
        self.youngest = 0
        self.homes: list[tuple[int, Relation, int]] = []


class Village:
    """The people and households of one commune; `fill` makes exactly as many as asked for."""

    def __init__(self, count: int, today: date, chance: Random, names: NameBook) -> None:
        self.people: list[Made] = []
        self.formed: list[int] = []
        """The first day of each household, by its number."""
        self._count = count
        self._today = today.toordinal()
        self._chance = chance
        self._names = names
        self._unmarried: tuple[list[Made], list[Made]] = ([], [])
        self._crowded: set[int] = set()

    def fill(self) -> None:
        """Make families until the commune is full, then decide who has died."""
        # One at least: families begin with two, and the last place of a commune may be for one.
        alone = max(1, int(self._count * _SINGLE_SHARE))
        while len(self.people) < self._count - alone:
            for _ in range(_ROUND):
                self._found_family()
            while self._marry_children():
                pass
        while len(self.people) < self._count:
            self._add_single()
        for person in self.people:
            self._decide_death(person)

    def _is_full(self) -> bool:
        return len(self.people) >= self._count

    def _add_person(self, sex: Sex, born: int, ethnicity: str, family: str) -> Made:
        person = Made(len(self.people), sex, born, ethnicity, family)
        person.name = self._names.draw_name(family, sex, int(born / YEAR) + 1, self._chance)
        self.people.append(person)
        return person

    def _form_household(self, day: int) -> int:
        self.formed.append(day)
        return len(self.formed) - 1

    def _found_family(self) -> None:
        if len(self.people) + 1 >= self._count:
            return
        chance, names = self._chance, self._names
        draw = chance.random()
        first, last = next((first, last) for share, first, last in _FOUNDED if draw < share)
        born = int((first + chance.random() * (last - first)) * YEAR)
        group = names.draw_group(chance)
        wife = self._add_person(Sex.FEMALE, born, group, names.draw_family(group, chance))
        group = group if chance.random() < 0.9 else names.draw_group(chance)  # noqa: PLR2004 # most marry alike
        older = int((chance.random() * 8 - 2) * YEAR)
        husband = self._add_person(Sex.MALE, born - older, group, names.draw_family(group, chance))
        self._marry(husband, wife)

    def _add_single(self) -> None:
        chance, names = self._chance, self._names
        sex = Sex.MALE if chance.random() < 0.55 else Sex.FEMALE  # noqa: PLR2004 # mines employ more men
        age = 18 + chance.random() * chance.random() * 50
        group = names.draw_group(chance)
        born = self._today - int(age * YEAR)
        person = self._add_person(sex, born, group, names.draw_family(group, chance))
        came = self._today - int(chance.random() * (age - 17) * YEAR)
        person.homes.append((self._form_household(came), Relation.HEAD, came))

    def _marry(self, husband: Made, wife: Made) -> None:
        chance = self._chance
        grown = max(wife.born + int((18.5 + chance.random() * 9) * YEAR), husband.born + int(20.2 * YEAR))
        married = min(grown, self._today - int(chance.random() * 300) - 1)
        husband.spouse, wife.spouse = wife, husband
        husband.married = wife.married = married
        self._house_couple(husband, wife)
        if chance.random() < _DIVORCES:
            self._divorce(husband, wife)
        self._bear_children(husband, wife)

    def _house_couple(self, husband: Made, wife: Made) -> None:
        day = husband.married
        household = husband.homes[-1][0] if husband.homes else -1
        if household >= 0 and household not in self._crowded and self._chance.random() < _WITH_PARENTS:
            self._crowded.add(household)
            wife.homes.append((household, Relation.CHILD_IN_LAW, day))
            return
        household = self._form_household(day)
        husband.homes.append((household, Relation.HEAD, day))
        wife.homes.append((household, Relation.SPOUSE, day))

    def _divorce(self, husband: Made, wife: Made) -> None:
        span = self._today - husband.married
        parted = husband.married + int(span * (0.3 + 0.6 * self._chance.random()))
        husband.divorced = wife.divorced = True
        husband.married = wife.married = parted
        wife.homes.append((self._form_household(parted), Relation.HEAD, parted))

    def _bear_children(self, husband: Made, wife: Made) -> None:
        chance = self._chance
        wanted = self._draw_family_size(wife.born)
        household, relation, begun = husband.homes[-1]
        relation = Relation.CHILD if relation is Relation.HEAD else Relation.GRANDCHILD
        latest = min(self._today, wife.born + int(43 * YEAR), husband.married if husband.divorced else self._today)
        day = max(begun, wife.born + int(18.5 * YEAR)) + int((0.7 + chance.random() * 1.5) * YEAR)
        for _ in range(wanted):
            if day >= latest or self._is_full():
                return
            child = self._add_person(self._draw_sex(), day, husband.ethnicity, husband.family)
            child.father, child.mother = husband, wife
            child.homes.append((household, relation, day))
            husband.youngest = wife.youngest = day
            self._bring_out(child)
            day += int((1.6 + chance.random() * 4) * YEAR)

    def _draw_sex(self) -> Sex:
        # 111 boys to 100 girls, as births have been counted in the country for years.
        return Sex.MALE if self._chance.random() < 0.526 else Sex.FEMALE  # noqa: PLR2004 # as the line above says

    def _draw_family_size(self, born: int) -> int:
        draw = self._chance.random()
        if born < 1955 * YEAR:
            return 2 + int(draw * 4)
        if born < 1968 * YEAR:
            return 1 + int(draw * 3.2)
        return 1 + (draw > 0.22) + (draw > 0.84)  # noqa: PLR2004 # mostly two

    def _bring_out(self, child: Made) -> None:
        grown = 20 if child.sex is Sex.FEMALE else 23
        age = (self._today - child.born) / YEAR
        if age > grown + self._chance.random() * 9 and self._chance.random() < _MARRIES:
            self._unmarried[child.sex is Sex.FEMALE].append(child)

    def _marry_children(self) -> bool:
        """Pair grown-up children by age, leaving out brothers and sisters; True if anybody married."""
        men, women = self._unmarried
        if not men or not women or self._is_full():
            return False
        self._unmarried = ([], [])
        men.sort(key=lambda man: man.born)
        women.sort(key=lambda woman: woman.born)
        pairs = min(len(men), len(women))
        left: tuple[list[Made], list[Made]] = (men[pairs:], women[pairs:])
        married = False
        for man, woman in zip(men, women, strict=False):
            if man.father is woman.father or abs(man.born - woman.born) > 12 * YEAR:
                left[0].append(man)
                left[1].append(woman)
            else:
                self._marry(man, woman)
                married = True
        self._unmarried[0].extend(left[0])
        self._unmarried[1].extend(left[1])
        return married

    def _decide_death(self, person: Made) -> None:
        chance = self._chance
        age = (self._today - person.born) / YEAR
        share = next(share for limit, share in _DEATH_SHARES if age < limit)
        if chance.random() >= share:
            return
        earliest = max(person.born, person.married, person.youngest, self._today - int(_DEATHS_KEPT))
        day = earliest + 1 + int(chance.random() * (self._today - earliest))
        if day <= self._today:
            person.died = day


def find_status(person: Made) -> tuple[MaritalStatus, int]:
    """Tell a made-up person's marital status today and the day since which it holds."""
    spouse = person.spouse
    if spouse is None:
        return MaritalStatus.SINGLE, person.born
    if person.divorced:
        return MaritalStatus.DIVORCED, person.married
    if spouse.died and (not person.died or person.died > spouse.died):
        return MaritalStatus.WIDOWED, spouse.died
    return MaritalStatus.MARRIED, person.married
