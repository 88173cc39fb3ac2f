"""What the sample agencies are told, and what they answer with: the forms of docs/linked-cases.md."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from lienthong.people.request_types import CountryCode, LongText, NeededText, NumberText, ShortText
from lienthong.people.words import VIETNAMESE, Sex


class _Filing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Told by a case: a field that nobody reads is refused, for it was meant for something."""


class NamedPerson(msgspec.Struct, frozen=True):
    """Somebody who is named beside the person that it is about."""

    number: NumberText
    full_name: LongText


class Parent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parent as a birth form names them."""

    number: NumberText
    full_name: LongText
    birth_date: date


class Child(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was born."""

    full_name: NeededText
    sex: Sex
    birth_date: date
    birth_place: LongText = ""
    nationality: CountryCode = VIETNAMESE
    ethnicity: ShortText = ""
    home_town: LongText = ""


class BirthFiling(_Filing, frozen=True, kw_only=True):
    """A birth to register: one parent at least, or why there is none."""

    child: Child
    mother: Parent | None = None
    father: Parent | None = None
    without_parents: LongText = ""


class BirthCancelling(_Filing, frozen=True, kw_only=True):
    """A birth that is to be struck out of the book; its number stays with nobody else."""

    certificate: NeededText
    office: ShortText = ""
    case: ShortText = ""


class DeathFiling(_Filing, frozen=True, kw_only=True):
    """A death to register."""

    number: NumberText
    full_name: LongText
    birth_date: date
    died_on: date
    place: LongText = ""
    cause: LongText = ""
    declarant: NamedPerson | None = None


class ExtractKind(StrEnum):
    """Of which book an extract is made."""

    BIRTH = "birth"
    DEATH = "death"
    MARRIAGE = "marriage"


class ExtractFiling(_Filing, frozen=True, kw_only=True):
    """An extract to issue again."""

    kind: ExtractKind
    number: NumberText
    full_name: LongText
    birth_date: date
    copies: int = 1
    case: ShortText = ""


class CardFiling(_Filing, frozen=True, kw_only=True):
    """A health insurance card to issue."""

    number: NumberText
    full_name: LongText
    sex: Sex
    birth_date: date
    hospital: NeededText
    guardian: NumberText = ""


class CardCancelling(_Filing, frozen=True, kw_only=True):
    """A health insurance card to take back."""

    number: NumberText
    card: NeededText
    case: ShortText = ""


class AllowanceFiling(_Filing, frozen=True, kw_only=True):
    """An allowance after a death: `number` is that of who died."""

    number: NumberText
    full_name: LongText
    died_on: date
    certificate: NeededText
    claimant: NamedPerson
    relation: ShortText = ""
    account: ShortText = ""
    amount: int = 0


class AllowanceCancelling(_Filing, frozen=True, kw_only=True):
    """A decision on an allowance to take back."""

    number: NumberText
    decision: NeededText
    case: ShortText = ""
