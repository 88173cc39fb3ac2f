from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lienthong.areas.succession import WHOLE, Share, Trace, bound_shares, trace_unit
from lienthong.areas.unit_book import Unknown, make_book
from lienthong.areas.units import Level, Unit
from tests.areas.books import LAST_DAYS, histories, link, make_unit, national_book

if TYPE_CHECKING:
    from lienthong.areas.unit_book import UnitBook

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)


def _unit(code: str, day: date) -> Unit:
    found = national_book().resolve(code, day)
    assert isinstance(found, Unit)
    return found


def _trace(book: UnitBook, unit: Unit, day: date) -> Trace:
    trace = trace_unit(book, unit, day)
    assert not isinstance(trace, Unknown)
    return trace


def test_a_divided_unit_gives_all_its_candidates_and_prefers_none() -> None:
    parts = _trace(national_book(), _unit("06886", BEFORE), SINCE)
    assert [part.unit.code for part in parts] == ["06799", "06886", "06970"]
    assert {part.share for part in parts} == {Share(Fraction(0), Fraction(1))}


def test_an_undivided_unit_goes_on_as_a_whole() -> None:
    parts = _trace(national_book(), _unit("06652", BEFORE), SINCE)
    assert [part.share for part in parts] == [WHOLE]


def test_looking_back_gives_all_that_a_unit_was_made_of() -> None:
    book = national_book()
    origins = _trace(book, _unit("06886", SINCE), BEFORE)
    assert "06886" in {part.unit.code for part in origins}
    assert all(_unit("06886", SINCE) in [p.unit for p in _trace(book, part.unit, SINCE)] for part in origins)


def test_a_province_that_nothing_joined_is_itself_and_one_that_others_joined_is_not() -> None:
    book = national_book()
    assert _trace(book, _unit("22", BEFORE), SINCE) == _trace(book, _unit("22", SINCE), BEFORE)
    assert [part.unit.code for part in _trace(book, _unit("08", SINCE), BEFORE)] == ["02", "08"]
    assert [part.unit.code for part in _trace(book, _unit("02", BEFORE), SINCE)] == ["08"]


def test_a_district_is_what_its_communes_became() -> None:
    parts = _trace(national_book(), _unit("193", BEFORE), SINCE)
    assert {part.unit.level for part in parts} == {Level.COMMUNE}
    assert not any(part.share.is_known for part in parts)


def test_an_island_district_without_communes_became_a_special_zone() -> None:
    (part,) = _trace(national_book(), _unit("318", BEFORE), SINCE)
    assert (part.unit.name, part.share) == ("Đặc khu Bạch Long Vĩ", WHOLE)


def test_what_lies_before_the_data_is_unknown() -> None:
    answer = trace_unit(national_book(), _unit("06886", BEFORE), date(2020, 1, 1))
    assert isinstance(answer, Unknown)
    assert "begins on 2024-11-01" in answer.reason


def test_a_unit_that_ends_without_successors_is_unknown_after_it() -> None:
    gone = make_unit("00001", date(2000, 1, 1), date(2010, 1, 1))
    answer = trace_unit(make_book([gone], []), gone, date(2011, 1, 1))
    assert isinstance(answer, Unknown)
    assert "what became of" in answer.reason


def test_shares_are_multiplied_along_the_way() -> None:
    first = make_unit("00001", date(2000, 1, 1), date(2010, 1, 1))
    middle = [make_unit(code, date(2010, 1, 1), date(2025, 7, 1)) for code in ("00001", "00002")]
    last = [make_unit(code, date(2025, 7, 1)) for code in ("00001", "00002")]
    links = [link(first, middle[0], Fraction(1, 3)), link(first, middle[1], Fraction(2, 3))]
    links += [link(middle[0], last[0], Fraction(1, 4)), link(middle[0], last[1], Fraction(3, 4))]
    links += [link(middle[1], last[1], Fraction(1))]
    parts = trace_unit(make_book([first, *middle, *last], links), first, date(2026, 1, 1))
    assert not isinstance(parts, Unknown)
    assert [part.share.lower for part in parts] == [Fraction(1, 12), Fraction(11, 12)]
    assert all(part.share.is_known for part in parts)


def test_parts_that_come_together_again_are_the_whole_though_nobody_knows_their_shares() -> None:
    first = make_unit("00001", date(2000, 1, 1), date(2010, 1, 1))
    middle = [make_unit(code, date(2010, 1, 1), date(2025, 7, 1)) for code in ("00001", "00002")]
    last = make_unit("00001", date(2025, 7, 1))
    links = [link(first, unit) for unit in middle] + [link(unit, last, Fraction(1)) for unit in middle]
    assert [part.share for part in _trace(make_book([first, *middle, last], links), first, date(2026, 1, 1))] == [WHOLE]


def test_the_one_share_that_nobody_told_is_what_the_others_leave() -> None:
    quarter, rest = Fraction(1, 4), Fraction(3, 4)
    assert bound_shares([quarter, None]) == [Share(quarter, quarter), Share(rest, rest)]
    assert bound_shares([None, None, quarter]) == [Share(Fraction(0), rest)] * 2 + [Share(quarter, quarter)]


@given(book=histories(ages=3), ages=st.permutations([0, 1, 2]))
def test_the_shares_of_a_units_parts_can_make_up_one_whole(book: UnitBook, ages: list[int]) -> None:
    since, until = LAST_DAYS[ages[0]], LAST_DAYS[ages[1]]
    for unit in book.list_units(since):
        parts = _trace(book, unit, until)
        lowers, uppers = sum(p.share.lower for p in parts), sum(p.share.upper for p in parts)
        assert lowers <= 1 <= uppers
        assert all(0 <= part.share.lower <= part.share.upper <= 1 for part in parts)
        if all(part.share.is_known for part in parts):
            assert lowers == 1


@given(book=histories(ages=3))
def test_whoever_is_a_successor_has_its_predecessor(book: UnitBook) -> None:
    for unit in book.list_units(LAST_DAYS[0]):
        for part in _trace(book, unit, LAST_DAYS[2]):
            assert unit in [origin.unit for origin in _trace(book, part.unit, LAST_DAYS[0])]


def test_known_shares_of_the_nations_units_sum_to_one() -> None:
    book = national_book()
    for links in (*book.onward.values(), *book.origins.values()):
        shares = [each.share if links is book.onward.get(each.old) else each.share_back for each in links]
        if None not in shares:
            assert sum(share for share in shares if share is not None) == 1


def test_every_former_unit_leads_to_present_ones_and_every_present_one_back() -> None:
    book = national_book()
    for day, other in ((BEFORE, SINCE), (SINCE, BEFORE)):
        for unit in book.list_units(day):
            assert not isinstance(trace_unit(book, unit, other), Unknown), unit
