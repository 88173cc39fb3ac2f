"""Small books of units for tests, and a strategy that makes reforms of every sort."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from lienthong.areas.extract import read_extract
from lienthong.areas.unit_book import make_book
from lienthong.areas.units import Kind, Succession, Unit, UnitKey

if TYPE_CHECKING:
    from lienthong.areas.unit_book import UnitBook

REFORMS = (date(2000, 1, 1), date(2010, 7, 1), date(2025, 7, 1))
"""The first day of each age in a made-up history."""

LAST_DAYS = (date(2010, 6, 30), date(2025, 6, 30), date(2026, 1, 1))
"""A day in each age."""

UnitPair = tuple[UnitKey, UnitKey]


@cache
def national_book() -> UnitBook:
    """Give the committed national extract, indexed."""
    return read_extract().make_book()


def make_unit(code: str, begin: date, end: date | None = None, **more: str) -> Unit:
    """Make a commune that needs no parent."""
    name = more.get("name", f"Xã {code}")
    kind = Kind(more.get("kind", "xã"))
    return Unit(code=code, kind=kind, name=name, parent=more.get("parent", ""), begin=begin, end=end)


def link(old: Unit, new: Unit, share: Fraction | None = None, share_back: Fraction | None = None) -> Succession:
    """Make a succession between two units."""
    return Succession(old=old.key, new=new.key, document="test", source="test", share=share, share_back=share_back)


@st.composite
def histories(draw: st.DrawFn, ages: int = 2) -> UnitBook:
    """Make communes over `ages` ages: merged, divided, both; shares known for all, some or none of a unit's parts."""
    units: list[list[Unit]] = []
    for age in range(ages):
        end = REFORMS[age + 1] if age + 1 < ages else None
        count = draw(st.integers(1, 4))
        units.append([make_unit(f"{number:05}", REFORMS[age], end) for number in range(1, count + 1)])
    links: list[Succession] = []
    for olds, news in pairwise(units):
        links += draw(_reforms(olds, news))
    return make_book([unit for age in units for unit in age], links)


@st.composite
def reforms_with_truth(draw: st.DrawFn) -> tuple[UnitBook, dict[UnitPair, int]]:
    """Make one reform, and what every old unit really gave to every new one; the shares told are its."""
    silent = draw(histories())
    flows = {(each.old, each.new): draw(st.integers(1, 50)) for each in silent.successions}
    links = []
    for (old, new), flow in flows.items():
        given = sum(other for pair, other in flows.items() if pair[0] == old)
        got = sum(other for pair, other in flows.items() if pair[1] == new)
        share = draw(st.sampled_from([None, Fraction(flow, given)]))
        back = draw(st.sampled_from([None, Fraction(flow, got)]))
        links.append(Succession(old=old, new=new, document="test", source="test", share=share, share_back=back))
    return make_book(silent.units, links), flows


@st.composite
def _reforms(draw: st.DrawFn, olds: list[Unit], news: list[Unit]) -> list[Succession]:
    pairs = {(old.key, draw(st.sampled_from(news)).key) for old in olds}
    pairs |= {(draw(st.sampled_from(olds)).key, new.key) for new in news}
    pairs |= set(
        draw(st.lists(st.tuples(*(st.sampled_from([u.key for u in age]) for age in (olds, news))), max_size=4))
    )
    ordered = sorted(pairs)
    shares: dict[UnitPair, Fraction | None] = {}
    backs: dict[UnitPair, Fraction | None] = {}
    for old in olds:
        mine = [pair for pair in ordered if pair[0] == old.key]
        shares |= dict(zip(mine, draw(_shares(len(mine))), strict=True))
    for new in news:
        mine = [pair for pair in ordered if pair[1] == new.key]
        backs |= dict(zip(mine, draw(_shares(len(mine))), strict=True))
    return [
        Succession(old=o, new=n, document="test", source="test", share=shares[o, n], share_back=backs[o, n])
        for o, n in ordered
    ]


@st.composite
def _shares(draw: st.DrawFn, count: int) -> list[Fraction | None]:
    """Make the shares of one whole, with some of them not known."""
    parts = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    known = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return [Fraction(part, sum(parts)) if told else None for part, told in zip(parts, known, strict=True)]
