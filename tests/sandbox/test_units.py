"""The committed extract: its counts, its links, and the look-ups by code and day."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from importlib import resources

import pytest

from lienthong.sandbox.units import EXTRACT_FILE, Unit, UnitBook, read_units

LAST_OLD_DAY = date(2025, 6, 30)
FIRST_NEW_DAY = date(2025, 7, 1)


@pytest.fixture(scope="module")
def book() -> UnitBook:
    return read_units()


@pytest.fixture(scope="module")
def former(book: UnitBook) -> tuple[Unit, ...]:
    return book.list_units(LAST_OLD_DAY)


@pytest.fixture(scope="module")
def present(book: UnitBook) -> tuple[Unit, ...]:
    return book.list_units(FIRST_NEW_DAY)


def test_171_units_became_54(former: tuple[Unit, ...], present: tuple[Unit, ...]) -> None:
    assert (len(former), len(present)) == (171, 54)
    assert Counter(unit.kind for unit in former) == {"xã": 91, "phường": 73, "thị trấn": 7}
    assert Counter(unit.kind for unit in present) == {"phường": 30, "xã": 22, "đặc khu": 2}


def test_the_periods_state_the_numbers_that_the_units_have(book: UnitBook) -> None:
    for period in book.extract.periods:
        assert len(book.list_units(period.first_day)) == period.units
    assert len(book.extract.units) == sum(period.units for period in book.extract.periods)


def test_all_54_new_codes_are_old_ones_and_29_name_another_unit(book: UnitBook, present: tuple[Unit, ...]) -> None:
    old_names = [book.find_unit(unit.code, LAST_OLD_DAY) for unit in present]
    assert None not in old_names
    renamed = [unit for unit, old in zip(present, old_names, strict=True) if old is not None and old.name != unit.name]
    assert len(renamed) == 29


def test_each_former_unit_has_a_successor_and_each_present_one_a_predecessor(
    former: tuple[Unit, ...], present: tuple[Unit, ...]
) -> None:
    assert all(unit.successors for unit in former)
    assert all(unit.predecessors for unit in present)


def test_the_links_say_the_same_in_both_directions(former: tuple[Unit, ...], present: tuple[Unit, ...]) -> None:
    forward = {(old.code, new) for old in former for new in old.successors}
    backward = {(old, new.code) for new in present for old in new.predecessors}
    assert forward == backward


def test_12_former_units_were_split_and_all_their_candidates_are_listed(
    book: UnitBook, former: tuple[Unit, ...]
) -> None:
    split = {unit.code: [now.code for now in book.follow(unit)] for unit in former if len(unit.successors) > 1}
    assert split == {
        "06655": ["06661", "06706"],
        "06799": ["06799", "06886"],
        "06820": ["06811", "06820"],
        "06853": ["06838", "06862"],
        "06868": ["06862", "06877"],
        "06877": ["06862", "06877"],
        "06880": ["06862", "06874"],
        "06886": ["06799", "06886", "06970"],
        "06946": ["06922", "06946"],
        "07042": ["07030", "07060"],
        "07093": ["07090", "07093"],
        "07180": ["07168", "07180"],
    }


def test_a_code_names_another_unit_on_another_day(book: UnitBook) -> None:
    before, since = book.find_unit("06652", LAST_OLD_DAY), book.find_unit("06652", FIRST_NEW_DAY)
    assert before is not None
    assert since is not None
    assert (before.name, since.name) == ("Phường Hà Phong", "Phường Hà Tu")


def test_a_former_unit_leads_to_the_present_one_and_a_present_unit_to_itself(book: UnitBook) -> None:
    before, since = book.find_unit("06664", LAST_OLD_DAY), book.find_unit("06652", FIRST_NEW_DAY)
    assert before is not None
    assert since is not None
    assert book.follow(before) == (since,)
    assert book.follow(since) == (since,)


def test_nothing_is_known_of_a_day_before_the_first_or_of_a_code_that_was_given_up(book: UnitBook) -> None:
    assert book.find_unit("06652", date(2024, 10, 31)) is None
    assert book.find_unit("06664", FIRST_NEW_DAY) is None
    assert book.list_units(date(2024, 10, 31)) == ()


def test_the_former_units_lay_in_13_districts(former: tuple[Unit, ...]) -> None:
    assert len({unit.district for unit in former}) == 13
    assert all(unit.district for unit in former)


def test_the_names_are_composed_unicode() -> None:
    content = resources.files("lienthong.sandbox").joinpath("data", EXTRACT_FILE).read_text("utf-8")
    assert unicodedata.is_normalized("NFC", content)


def test_the_notice_of_the_licence_stands_beside_the_extract(book: UnitBook) -> None:
    notice = resources.files("lienthong.sandbox").joinpath("data", book.extract.source.notice)
    assert notice.read_text("utf-8").startswith("MIT License")
