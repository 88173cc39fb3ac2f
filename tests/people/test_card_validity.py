from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.card_validity import (
    find_birthday,
    find_due_day,
    find_expiry,
    get_validity_rule,
    is_card_valid,
    read_card_rules,
)
from lienthong.people.errors import PeopleError, PeopleErrorKind

BORN = date(2001, 5, 10)


@pytest.mark.parametrize(
    ("issued", "expiry"),
    [
        (date(2021, 3, 1), date(2026, 5, 10)),
        (date(2024, 5, 9), date(2026, 5, 10)),
        (date(2024, 5, 10), date(2041, 5, 10)),  # within two years before 25: until 40
        (date(2026, 5, 10), date(2041, 5, 10)),
        (date(2059, 5, 10), None),  # within two years before 60: for life
        (date(2061, 5, 10), None),
    ],
)
def test_a_card_is_valid_until_the_next_age_of_renewal(issued: date, expiry: date | None) -> None:
    assert find_expiry(BORN, issued) == expiry


def test_a_childs_card_ends_at_14_and_skips_it_within_the_years_of_grace() -> None:
    born = date(2020, 1, 1)
    assert find_expiry(born, date(2025, 1, 1)) == date(2034, 1, 1)
    assert find_expiry(born, date(2032, 1, 1)) == date(2045, 1, 1)


def test_the_rule_of_the_day_of_issue_holds() -> None:
    child = date(2010, 7, 1)
    with pytest.raises(PeopleError, match="asks for age 14"):
        find_expiry(child, date(2024, 6, 30))
    assert find_expiry(child, date(2024, 7, 1)) == date(2035, 7, 1)
    assert get_validity_rule(date(2024, 6, 30)).document == "59/2014/QH13"
    assert get_validity_rule(date(2024, 7, 1)).document == "26/2023/QH15"


def test_cards_of_before_the_first_rule_are_refused() -> None:
    with pytest.raises(PeopleError) as refusal:
        find_expiry(BORN, date(2015, 12, 31))
    assert refusal.value.kind is PeopleErrorKind.BAD_DAY


def test_a_leap_day_has_its_birthday_on_the_28th() -> None:
    assert find_birthday(date(2012, 2, 29), 14) == date(2026, 2, 28)
    assert find_birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.integers(0, 12_000), st.integers(0, 40_000))
def test_a_card_is_valid_from_its_issue_and_never_after_its_expiry(born: date, after: int, later: int) -> None:
    issued = max(date(2024, 7, 1), born) + timedelta(days=after)
    expiry = find_expiry(born, issued)
    day = issued + timedelta(days=later)
    assert is_card_valid(born, issued, issued)
    assert is_card_valid(born, issued, day) == (expiry is None or day < expiry)
    assert expiry is None or expiry > find_birthday(issued, 2) - timedelta(days=2)


def test_a_card_is_due_after_the_terms_working_days() -> None:
    due, term = find_due_day(date(2026, 11, 24))  # a Tuesday
    assert (due, term.working_days, term.status) == (date(2026, 12, 3), 7, "unconfirmed")


def test_the_rules_follow_one_another_without_a_gap() -> None:
    for rules in (read_card_rules().rules, read_card_rules().terms):
        assert [rule.end for rule in rules] == [*[rule.first_day for rule in rules[1:]], None]
