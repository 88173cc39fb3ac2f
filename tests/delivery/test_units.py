from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.units import ATOMS, ONE, Unit, convert, parse_unit

ATOM = st.sampled_from(sorted(ATOMS.values(), key=repr))


@st.composite
def units(draw: st.DrawFn) -> Unit:
    made = ONE
    for atom, power in draw(st.lists(st.tuples(ATOM, st.sampled_from([-2, -1, 1, 2])), max_size=3)):
        made *= atom.raise_to(power)
    return made


def test_a_thousand_million_is_told_apart_from_one_and_dong_from_dollars() -> None:
    assert convert(Fraction(315), parse_unit("bn_VND"), parse_unit("mn_VND")) == 315_000
    assert convert(Fraction(1, 10), parse_unit("one"), parse_unit("percent")) == 10
    assert parse_unit("VND/person") / parse_unit("VND/USD") == parse_unit("USD/person")
    with pytest.raises(DeliveryError, match="expected a figure in USD, got one in VND"):
        convert(Fraction(1), parse_unit("VND"), parse_unit("USD"))


@pytest.mark.parametrize("text", ["", "dong", "USD/", "/person", "USD//person", "USD person", "USD^0", "USD+VND"])
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(DeliveryError, match="expected a unit"):
        parse_unit(text)


@given(one=units(), other=units(), third=units())
def test_units_multiply_as_numbers_do(one: Unit, other: Unit, third: Unit) -> None:
    assert one * other == other * one
    assert (one * other) * third == one * (other * third)
    assert one / one == ONE
    assert (one / other) * other == one


@given(unit=units(), factor=st.integers(1, 10**9), value=st.fractions())
def test_there_and_back_is_the_same_figure(unit: Unit, factor: int, value: Fraction) -> None:
    other = Unit(unit.factor * factor, unit.bases)
    assert convert(convert(value, unit, other), other, unit) == value
