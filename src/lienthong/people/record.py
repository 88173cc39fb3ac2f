"""A person's whole record as pages show it: what holds now, what held before, homes, household and cards.

Ethnicity is left out before anything leaves this house: it is for birth forms only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.people.cards import list_cards
from lienthong.people.facts import FactName, choose_current
from lienthong.people.models import HouseholdPlace, Person, Residence
from lienthong.people.persons import find_home, list_known_facts, list_members
from lienthong.people.words import Relation, StayKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lienthong.people.cards import CardView
    from lienthong.people.facts import Fact, Value
    from lienthong.people.persons import Member
    from lienthong.people.registry import Registry

_PEOPLE_FACTS: Final = frozenset({FactName.FATHER, FactName.MOTHER, FactName.SPOUSE})


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Another person whom a fact names."""

    number: str
    full_name: str


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact, with people named by number and name; `follower` is the one in its place, None while it holds."""

    fact: Fact
    value: Value | NamedPerson
    follower: Fact | None = None


@dataclass(frozen=True, slots=True)
class ShownHome:
    """Where somebody was registered, from a day until the day `end`, which it no longer covers."""

    address: str
    relation: Relation
    kind: StayKind
    first_day: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that the registry holds of a person but ethnicity; homes and cards with the newest first."""

    person: Person
    facts: tuple[ShownFact, ...]
    earlier: tuple[ShownFact, ...]
    homes: tuple[ShownHome, ...]
    members: tuple[Member, ...]
    cards: tuple[CardView, ...]

    @property
    def home(self) -> ShownHome | None:
        """The permanent residence of today."""
        return next((home for home in self.homes if home.end is None and home.kind is StayKind.PERMANENT), None)


def read_record(registry: Registry, person: Person) -> Record:
    """Read everything of one person, in a handful of queries."""
    facts = [fact for fact in list_known_facts(person) if fact.name is not FactName.ETHNICITY]
    named = _name_people(facts)
    current = choose_current(facts)
    holding, earlier = [], []
    for place, fact in enumerate(facts):
        value = named.get(fact.value, fact.value) if fact.name in _PEOPLE_FACTS else fact.value
        if current[fact.name] is fact:
            holding.append(ShownFact(fact, value))
        elif fact.value not in {None, ""}:
            earlier.append(ShownFact(fact, value, _find_follower(facts[place + 1 :], fact, current[fact.name])))
    order = {name: place for place, name in enumerate(FactName)}
    home = find_home(person)
    return Record(
        person,
        tuple(sorted(holding, key=lambda shown: order[shown.fact.name])),
        tuple(earlier),
        _list_homes(registry, person),
        () if home is None else tuple(list_members(home.household)),
        tuple(list_cards(registry, person)),
    )


def describe_home(registry: Registry, person: Person) -> str:
    """Write where somebody is registered now, to tell people of one name apart; empty for nowhere."""
    home = find_home(person)
    if home is None:
        return ""
    return f"{home.line}, {registry.find_area(home.area_code, home.area_day) or home.area_code}"


def _name_people(facts: Sequence[Fact]) -> dict[Value, NamedPerson]:
    keys = {fact.value for fact in facts if fact.name in _PEOPLE_FACTS and isinstance(fact.value, int)}
    rows = Person.objects.filter(pk__in=keys).values_list("pk", "number", "full_name")
    return {key: NamedPerson(number, name) for key, number, name in rows}


def _find_follower(later: Sequence[Fact], fact: Fact, current: Fact) -> Fact:
    """Give the next fact of the name; one that was told late was followed by what holds now already."""
    return next((other for other in later if other.name is fact.name), current)


def _list_homes(registry: Registry, person: Person) -> tuple[ShownHome, ...]:
    """Lay each stay over the places of its household: a household that moved gives two homes."""
    stays = list(Residence.objects.filter(person=person))
    places: dict[int, list[HouseholdPlace]] = {}
    for place in HouseholdPlace.objects.filter(household_id__in={stay.household_id for stay in stays}):
        places.setdefault(place.household_id, []).append(place)
    homes = [
        home
        for stay in stays
        for place in places.get(stay.household_id, [])
        if (home := _lay_over(registry, stay, place)) is not None
    ]
    return tuple(sorted(homes, key=lambda home: home.first_day, reverse=True))


def _lay_over(registry: Registry, stay: Residence, place: HouseholdPlace) -> ShownHome | None:
    first = max(stay.valid.lower, place.valid.lower)
    ends = [end for end in (stay.valid.upper, place.valid.upper) if end is not None]
    end = min(ends) if ends else None
    if end is not None and end <= first:
        return None
    unit = registry.find_area(place.area_code, place.valid.lower) or place.area_code
    return ShownHome(f"{place.line}, {unit}", Relation(stay.relation), StayKind(stay.kind), first, end)
