"""Until when a card is valid: the ages of renewal, as dated rules with their articles.

A card follows the rule of the day on which it was issued. A rule of another day never reaches back.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Final, Literal, TypeVar

import msgspec

from lienthong.people.errors import PeopleError, PeopleErrorKind

RULES_FILE: Final = "card-validity.json"

_SATURDAY: Final = 5


class DatedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its article, in force from a day until the day `end`, which it no longer covers."""

    first_day: date = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to", default=None)
    document: str
    article: str
    status: Literal["cited", "unconfirmed"]

    def is_in_force(self, day: date) -> bool:
        """Whether the rule holds on `day`."""
        return self.first_day <= day and (self.end is None or day < self.end)


class ValidityRule(DatedRule, frozen=True, kw_only=True):
    """The ages at which a card must be renewed; one issued within the years of grace before skips an age."""

    ages: tuple[int, ...]
    grace_years: int
    youngest: int


class TermRule(DatedRule, frozen=True, kw_only=True):
    """In how many working days an applicant gets the card."""

    working_days: int


class CardRules(msgspec.Struct, frozen=True):
    """The committed file as it is."""

    rules: tuple[ValidityRule, ...]
    terms: tuple[TermRule, ...]


R = TypeVar("R", bound=DatedRule)


@cache
def read_card_rules() -> CardRules:
    """Read the committed rules; raises DATA_DAMAGED when they have not their form."""
    content = resources.files("lienthong.people").joinpath("data", RULES_FILE).read_bytes()
    try:
        return msgspec.json.decode(content, type=CardRules)
    except msgspec.MsgspecError as error:
        message = f"{RULES_FILE} has not the form that this release reads: {error}"
        raise PeopleError(PeopleErrorKind.DATA_DAMAGED, message) from error


def get_validity_rule(day: date) -> ValidityRule:
    """Get the rule for cards issued on `day`; BAD_DAY before the first."""
    return _get_rule(read_card_rules().rules, day)


def find_expiry(birth_date: date, issued_on: date) -> date | None:
    """Find the day from which a card is no longer valid; None means for life.

    Refuses an issue before the birth, or to somebody younger than the rule allows.
    """
    rule = get_validity_rule(issued_on)
    if issued_on < find_birthday(birth_date, rule.youngest):
        asked = f"{rule.document} asks for age {rule.youngest}"
        message = f"a card issued on {issued_on} to somebody born on {birth_date}: {asked}"
        raise PeopleError(PeopleErrorKind.BAD_DAY, message)
    for age in rule.ages:
        if issued_on < find_birthday(birth_date, age - rule.grace_years):
            return find_birthday(birth_date, age)
    return None


def is_card_valid(birth_date: date, issued_on: date, day: date) -> bool:
    """Whether a card's age allows its use on `day`."""
    expiry = find_expiry(birth_date, issued_on)
    return issued_on <= day and (expiry is None or day < expiry)


def find_due_day(applied_on: date) -> tuple[date, TermRule]:
    """Find the day by which a card is due, and the rule.

    Saturdays and Sundays are left out. Public holidays are not known here, so the day may be earlier than
    the law's and is never later.
    """
    term = _get_rule(read_card_rules().terms, applied_on)
    day, left = applied_on, term.working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day, term


def find_birthday(birth_date: date, age: int) -> date:
    """Give the day on which somebody reaches an age; who is born on 29 February does so on the 28th."""
    year = birth_date.year + age
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _get_rule(rules: tuple[R, ...], day: date) -> R:
    for rule in rules:
        if rule.is_in_force(day):
            return rule
    message = f"cards of {day}: the first rule known is of {rules[0].first_day}"
    raise PeopleError(PeopleErrorKind.BAD_DAY, message)
