"""The personal number (số định danh cá nhân): twelve digits, read, explained and compared with a record.

Three digits for the place of the birth's registration, one for century and sex, two for the birth year, six
random (137/2015/NĐ-CP, articles 7 and 13). There is no check digit: a mistyped number is most often another
number of the same form, so a number alone identifies nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.number_places import SANDBOX_CODE, PlaceKind, tell_place
from lienthong.people.words import SEX_NAMES, Sex

if TYPE_CHECKING:
    from datetime import date

NUMBER_DIGITS: Final = 12
SERIALS: Final = 1_000_000
"""How many numbers share a place, a sex and a birth year."""

FIRST_YEAR: Final = 1900
"""The digit 0 or 1 stands for 1900 to 1999; there is none for earlier births."""
LAST_YEAR: Final = 2399

_DIGITS: Final = re.compile(r"[0-9]{12}")
_SHOWN: Final = 40
"""How much of a wrong number a message repeats."""


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A number of the right form; whether it was given to anybody is the registry's to say."""

    text: str

    @property
    def place_code(self) -> str:
        """The three digits of the place that registered the birth."""
        return self.text[:3]

    @property
    def prefix(self) -> str:
        """All that follows from place, sex and birth year; the rest is random."""
        return self.text[:6]

    @property
    def sex(self) -> Sex:
        """Even digits are male, odd ones female."""
        return Sex.FEMALE if int(self.text[3]) % 2 else Sex.MALE

    @property
    def birth_year(self) -> int:
        """The year of birth, 1900 to 2399."""
        return FIRST_YEAR + int(self.text[3]) // 2 * 100 + int(self.text[4:6])

    @property
    def is_synthetic(self) -> bool:
        """Whether it belongs to a made-up person."""
        return self.place_code == SANDBOX_CODE


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What a number says, for people to read."""

    number: PersonalNumber
    place: PlaceKind
    place_name: str
    sex: Sex
    birth_year: int
    serial: str


def parse_number(text: str) -> PersonalNumber:
    """Read exactly twelve ASCII digits; anything else raises BAD_NUMBER that says what is wrong."""
    if _DIGITS.fullmatch(text):
        return PersonalNumber(text)
    raise PeopleError(PeopleErrorKind.BAD_NUMBER, f"personal number {text[:_SHOWN]!r}: {_explain_form(text)}")


def explain_number(text: str) -> NumberReading:
    """Read a number and say what each part of it means."""
    number = parse_number(text)
    place, name = tell_place(number.place_code)
    return NumberReading(number, place, name, number.sex, number.birth_year, number.text[6:])


def make_prefix(place_code: str, sex: Sex, birth_year: int) -> str:
    """Give the six digits that follow from place, sex and birth year; refuses a year without a digit."""
    if not FIRST_YEAR <= birth_year <= LAST_YEAR:
        message = f"birth year {birth_year}: personal numbers exist for {FIRST_YEAR} to {LAST_YEAR}"
        raise PeopleError(PeopleErrorKind.BAD_DAY, message)
    century = (birth_year - FIRST_YEAR) // 100 * 2 + (sex is Sex.FEMALE)
    return f"{place_code}{century}{birth_year % 100:02}"


def require_agreement(number: PersonalNumber, sex: Sex, birth_date: date) -> None:
    """Refuse a number that contradicts the record's sex, century or birth year, naming the digits."""
    faults = []
    if number.sex is not sex:
        faults.append(f"digit 4 is {number.text[3]}, {SEX_NAMES[number.sex]}, the record says {SEX_NAMES[sex]}")
    if number.birth_year // 100 != birth_date.year // 100:
        century = number.birth_year // 100 * 100
        faults.append(
            f"digit 4 is {number.text[3]}, born {century} to {century + 99}, the record says {birth_date.year}"
        )
    if number.text[4:6] != f"{birth_date.year % 100:02}":
        faults.append(f"digits 5 and 6 are {number.text[4:6]}, the record says {birth_date.year}")
    if faults:
        message = f"personal number {number.text} contradicts the record: " + "; ".join(faults)
        raise PeopleError(PeopleErrorKind.CONTRADICTING_NUMBER, message)


def _explain_form(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        return f"it is empty; expected {NUMBER_DIGITS} digits"
    if _DIGITS.fullmatch(stripped):
        return "spaces stand around it; remove them"
    if not stripped.isascii():
        return "it holds a character that is no plain digit; type the digits 0 to 9"
    if not stripped.isdigit():
        return f"expected {NUMBER_DIGITS} digits and nothing else"
    hint = "; an identity card of before 2016 had 9 digits" if len(stripped) == 9 else ""  # noqa: PLR2004 # CMND
    lost = (
        "; a spreadsheet may have dropped leading zeros" if NUMBER_DIGITS - 2 <= len(stripped) < NUMBER_DIGITS else ""
    )
    return f"expected {NUMBER_DIGITS} digits, got {len(stripped)}{hint}{lost}"
