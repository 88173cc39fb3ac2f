from __future__ import annotations

import unicodedata
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.areas.address_names import Reason
from lienthong.areas.addresses import LEAST_SHOWN, AddressParser
from lienthong.areas.units import Level, Unit
from lienthong.kernel.text import fold_text
from tests.areas.books import national_book

if TYPE_CHECKING:
    from lienthong.areas.address_candidates import Candidate

REFORM = date(2025, 7, 1)
BEFORE, SINCE = date(2025, 6, 30), REFORM
UNITS = national_book().units
FORMER = [unit for unit in UNITS if unit.end and unit.level is Level.COMMUNE]
PRESENT = [unit for unit in UNITS if not unit.end and unit.level is Level.COMMUNE]


@cache
def _parser() -> AddressParser:
    return AddressParser(national_book())


def _examples() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "address_examples.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(text, meaning.strip()) for text, meaning in pairs]


def _describe(candidate: Candidate) -> str:
    parent = national_book().find_parent(candidate.unit)
    above = "" if parent is None else f" < {parent.name}"
    return f"{candidate.unit.name}{above} @{'before' if candidate.unit.end else 'since'}"


def _write(unit: Unit) -> str:
    book = national_book()
    names = [unit.name]
    while (parent := book.find_parent(unit)) is not None:
        unit = parent
        names.append(unit.name)
    return ", ".join(names)


def test_there_are_sixty_examples_at_least() -> None:
    assert len(_examples()) >= 60


@pytest.mark.parametrize(("text", "meaning"), _examples())
def test_an_example_is_read_as_a_person_reads_it(text: str, meaning: str) -> None:
    parsed = _parser().parse(text)
    shown = [_describe(candidate) for candidate in parsed.candidates]
    if meaning.startswith("?"):
        assert parsed.decided is None, _describe(parsed.decided)
        assert {each.strip() for each in meaning[1:].split("|")} - {""} <= set(shown)
    else:
        assert parsed.decided is not None, shown
        assert _describe(parsed.decided) == meaning


@given(unit=st.sampled_from(FORMER))
def test_a_former_address_with_all_its_tiers_is_found_first(unit: Unit) -> None:
    parsed = _parser().parse(f"12 Trần Phú, {_write(unit)}")
    assert parsed.candidates[0].unit == unit
    assert parsed.find_rest(parsed.candidates[0]) == "12 Trần Phú"


@given(unit=st.sampled_from(FORMER))
def test_a_former_address_without_marks_is_among_the_best(unit: Unit) -> None:
    parsed = _parser().parse(fold_text(_write(unit)))
    best = [each.unit for each in parsed.candidates if each.score > parsed.candidates[0].score - 0.05]
    assert unit in best
    assert parsed.decided is None or parsed.decided.unit == unit


@given(unit=st.sampled_from(PRESENT))
def test_a_present_address_is_found_first_and_never_decided_against_a_former_one_unseen(unit: Unit) -> None:
    parsed = _parser().parse(_write(unit))
    assert parsed.candidates[0].unit == unit
    if parsed.decided is None:
        assert len(parsed.candidates) > 1


@given(unit=st.sampled_from([*FORMER, *PRESENT]))
def test_a_day_leaves_only_units_of_that_day(unit: Unit) -> None:
    day = BEFORE if unit.end else SINCE
    parsed = _parser().parse(_write(unit), day)
    assert parsed.candidates[0].unit == unit
    assert all(candidate.unit.is_valid_on(day) for candidate in parsed.candidates)


@given(unit=st.sampled_from([*FORMER, *PRESENT]), form=st.sampled_from(["NFC", "NFD"]))
def test_case_and_unicode_form_change_nothing(unit: Unit, form: str) -> None:
    text = _write(unit)
    other = unicodedata.normalize(form, text.upper())  # type: ignore[arg-type] # one of the four forms
    ranked = [[(each.unit, each.score) for each in _parser().parse(each).candidates] for each in (text, other)]
    assert ranked[0] == ranked[1]


@given(
    text=st.text(alphabet=st.characters(), max_size=600) | st.text(alphabet="pqxhtd. ,-/123aăâđêôơưốồ'", max_size=200)
)
def test_any_text_gives_ordered_candidates_and_no_error(text: str) -> None:
    parsed = _parser().parse(text)
    scores = [candidate.score for candidate in parsed.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(LEAST_SHOWN <= score <= 1 for score in scores)
    assert parsed.decided is None or parsed.decided == parsed.candidates[0]
    for candidate in parsed.candidates:
        parsed.find_rest(candidate)


def test_one_name_in_two_places_of_equal_standing_is_never_decided() -> None:
    book = national_book()
    by_name: dict[str, set[str]] = {}
    for unit in PRESENT:
        by_name.setdefault(unit.name, set()).add(book.find_province(unit).code)
    shared = sorted(name for name, provinces in by_name.items() if len(provinces) > 1)
    assert len(shared) > 100
    assert [name for name in shared if _parser().parse(name, SINCE).decided is not None] == []


@given(unit=st.sampled_from([*FORMER, *PRESENT]))
def test_only_one_of_the_name_is_said_of_one_only(unit: Unit) -> None:
    for candidate in _parser().parse(unit.name).candidates:
        if Reason.ONLY_ONE_OF_THE_NAME in candidate.reasons:
            own = candidate.unit
            twins = [each for each in UNITS if each.name == own.name and each.end == own.end]
            assert twins == [own]


def test_a_name_that_is_twice_in_one_province_is_not_called_the_only_one() -> None:
    shown = _parser().parse("Phường 11, Quận 3, TP HCM", BEFORE).candidates
    assert shown
    assert not any(Reason.ONLY_ONE_OF_THE_NAME in each.reasons for each in shown if each.unit.name == "Phường 11")
