"""The forms of the services' answers; the OpenAPI document is made from these same types.

Ethnicity is in one answer only, what a birth form needs of a parent, and there only when it is asked for by
name. Religion is in none, and not in the registry.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET, UnsetType

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.facts import FactName
from lienthong.people.models import Person
from lienthong.people.persons import Home, find_home, list_known_facts, list_members
from lienthong.people.words import MaritalStatus, Relation, Sex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.people.cards import CardCounts

NO_LEGAL_VALUE: Final = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"  # noqa: RUF001 # the dash of the official wording

DEFAULT_FIELDS: Final = ("number", "full_name", "sex", "birth_date", "died_on", "residence")
MORE_FIELDS: Final = ("birth_place", "nationality", "marital_status", "spouse", "father", "mother")
"""Answered only when a request names them."""

_HIDDEN_FACTS: Final = frozenset({FactName.ETHNICITY})
_PEOPLE_FACTS: Final = frozenset({FactName.FATHER, FactName.MOTHER, FactName.SPOUSE})


class SandboxMark(msgspec.Struct, frozen=True):
    """On every answer about made-up people."""

    instance: str
    notice: str = NO_LEGAL_VALUE


class Reference(msgspec.Struct, frozen=True):
    """Another person, named."""

    number: str
    full_name: str


class ResidenceField(msgspec.Struct, frozen=True):
    """The permanent residence. The unit's code is to be read as of `area_day`."""

    household: int
    relation: Relation
    area_code: str
    area_day: date
    line: str
    since: date


class PersonAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person, with the fields that were asked for. `asked_number` differs if that one was replaced."""

    number: str | UnsetType = UNSET
    full_name: str | UnsetType = UNSET
    sex: Sex | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    died_on: date | UnsetType | None = UNSET
    residence: ResidenceField | UnsetType | None = UNSET
    birth_place: str | UnsetType = UNSET
    nationality: str | UnsetType = UNSET
    marital_status: MaritalStatus | UnsetType = UNSET
    spouse: Reference | UnsetType | None = UNSET
    father: Reference | UnsetType | None = UNSET
    mother: Reference | UnsetType | None = UNSET
    asked_number: str | UnsetType = UNSET
    sandbox: SandboxMark | UnsetType = UNSET


class MatchesAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everybody with exactly the name and birth date; often nobody, seldom more than one."""

    persons: tuple[PersonAnswer, ...]
    sandbox: SandboxMark | UnsetType = UNSET


class MemberField(msgspec.Struct, frozen=True):
    """One person of a household."""

    number: str
    full_name: str
    sex: Sex
    birth_date: date
    relation: Relation
    since: date


class HouseholdAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The household that a person is registered in, the head first; no household: `residence` is null."""

    residence: ResidenceField | None
    members: tuple[MemberField, ...]
    sandbox: SandboxMark | UnsetType = UNSET


class ParentAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a birth form needs of a parent. `ethnicity` only when the request says `ethnicity=include`."""

    number: str
    full_name: str
    sex: Sex
    birth_date: date
    nationality: str
    marital_status: MaritalStatus
    spouse: Reference | None
    residence: ResidenceField | None
    died_on: date | None
    ethnicity: str | UnsetType = UNSET
    sandbox: SandboxMark | UnsetType = UNSET


class FactField(msgspec.Struct, frozen=True):
    """One thing recorded; `value` is text, a day, true or null."""

    name: str
    value: str | bool | None
    valid_from: date
    source: str
    recorded_at: datetime
    corrects: bool


class FactsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that was ever recorded of a person, in the order of recording."""

    number: str
    facts: tuple[FactField, ...]
    sandbox: SandboxMark | UnsetType = UNSET


class CountsField(msgspec.Struct, frozen=True):
    """One commune's applications for cards."""

    area_code: str
    applied: int
    issued: int
    waiting: int
    on_time: int
    late: int


class CountsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Applications taken in from `first_day` to `last_day`, per commune."""

    first_day: date
    last_day: date
    communes: tuple[CountsField, ...]
    sandbox: SandboxMark | UnsetType = UNSET


def read_fields(text: str | None) -> tuple[str, ...]:
    """Read the field filter `fields=a,b`; without one, the default. Raises BAD_REQUEST for a field that is none."""
    if text is None:
        return DEFAULT_FIELDS
    fields = tuple(dict.fromkeys(field.strip() for field in text.split(",")))
    unknown = [field for field in fields if field not in DEFAULT_FIELDS + MORE_FIELDS]
    if unknown:
        possible = ", ".join(DEFAULT_FIELDS + MORE_FIELDS)
        message = f"fields: {', '.join(map(repr, unknown))} cannot be asked; possible are {possible}"
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, message)
    return fields


def answer_person(
    person: Person, fields: tuple[str, ...], mark: SandboxMark | UnsetType, asked_number: str = ""
) -> PersonAnswer:
    """Give a person with the fields asked for; nothing else is even read."""
    values = {field: _read_field(person, field) for field in fields}
    replaced = asked_number if asked_number not in {"", person.number} else UNSET
    return PersonAnswer(**values, asked_number=replaced, sandbox=mark)  # type: ignore[arg-type] # fields fit by name


def answer_household(person: Person, mark: SandboxMark | UnsetType) -> HouseholdAnswer:
    """Give the household of a person's permanent residence."""
    home = find_home(person)
    if home is None:
        return HouseholdAnswer(None, (), mark)
    members = tuple(
        MemberField(
            member.person.number,
            member.person.full_name,
            Sex(member.person.sex),
            member.person.birth_date,
            member.relation,
            member.since,
        )
        for member in list_members(home.household)
    )
    return HouseholdAnswer(_make_residence(home), members, mark)


def answer_parent(person: Person, mark: SandboxMark | UnsetType, *, with_ethnicity: bool) -> ParentAnswer:
    """Give what a birth form needs of a parent."""
    home = find_home(person)
    return ParentAnswer(
        number=person.number,
        full_name=person.full_name,
        sex=Sex(person.sex),
        birth_date=person.birth_date,
        nationality=person.nationality,
        marital_status=MaritalStatus(person.marital_status),
        spouse=_refer(person.spouse),
        residence=None if home is None else _make_residence(home),
        died_on=person.died_on,
        ethnicity=person.ethnicity if with_ethnicity else UNSET,
        sandbox=mark,
    )


def answer_facts(person: Person, mark: SandboxMark | UnsetType) -> FactsAnswer:
    """Give everything recorded but ethnicity; people who are named in it by their numbers."""
    facts = [fact for fact in list_known_facts(person) if fact.name not in _HIDDEN_FACTS]
    named = {fact.value for fact in facts if fact.name in _PEOPLE_FACTS and isinstance(fact.value, int)}
    numbers: dict[object, str] = dict(Person.objects.filter(pk__in=named).values_list("pk", "number"))
    fields = tuple(
        FactField(
            fact.name,
            numbers.get(fact.value) if fact.name in _PEOPLE_FACTS else _format_value(fact.value),
            fact.valid_from,
            fact.source,
            fact.recorded_at,
            fact.corrects,
        )
        for fact in facts
    )
    return FactsAnswer(person.number, fields, mark)


def answer_counts(
    counts: Iterable[CardCounts], first_day: date, last_day: date, mark: SandboxMark | UnsetType
) -> CountsAnswer:
    """Give counts of cards; there is no person in them."""
    communes = tuple(
        CountsField(one.area_code, one.applied, one.issued, one.waiting, one.on_time, one.late) for one in counts
    )
    return CountsAnswer(first_day, last_day, communes, mark)


def _read_field(person: Person, field: str) -> object:
    if field == "residence":
        home = find_home(person)
        return None if home is None else _make_residence(home)
    if field in {"spouse", "father", "mother"}:
        return _refer(getattr(person, field))
    value = getattr(person, field)
    if field == "sex":
        return Sex(value)
    return MaritalStatus(value) if field == "marital_status" else value


def _make_residence(home: Home) -> ResidenceField:
    return ResidenceField(home.household, home.relation, home.area_code, home.area_day, home.line, home.since)


def _refer(person: Person | None) -> Reference | None:
    return None if person is None else Reference(person.number, person.full_name)


def _format_value(value: object) -> str | bool | None:
    if value is None or isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
