"""Attacks on figures of public order: each tries to learn a number under ten from numbers that may be published."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.figures import Cell
from lienthong.delivery.periods import make_year
from lienthong.delivery.public_order import LEAST_CELL, Published, verify_cell, verify_no_difference
from lienthong.delivery.words import Carry, Origin, Rule
from tests.delivery.figures import define, put, record

WHOLE_OF = {"THEFT": "CRIMES", "FRAUD": "CRIMES", "DRUGS": "CRIMES", "BURGLARY": "THEFT"}


def admit(published: list[Published], indicator: str, value: int) -> None:
    cell = Cell(indicator, "99", make_year(2023))
    verify_cell(cell, Decimal(value), Rule.PUBLIC_ORDER, Origin.FILE)
    verify_no_difference(cell, Decimal(value), published, WHOLE_OF)


def is_admitted(published: list[Published], indicator: str, value: int) -> bool:
    try:
        admit(published, indicator, value)
    except DeliveryError:
        return False
    return True


@pytest.mark.parametrize(
    ("published", "indicator", "value"),
    [
        ([("CRIMES", 100)], "THEFT", 95),
        ([("THEFT", 95)], "CRIMES", 100),
        ([("CRIMES", 100), ("THEFT", 50)], "FRAUD", 43),
        ([("CRIMES", 100)], "BURGLARY", 96),
        ([("CRIMES", 100), ("THEFT", 40), ("FRAUD", 20)], "DRUGS", 37),
        ([("CRIMES", 100)], "CRIMES", 103),
    ],
    ids=["whole less part", "part first", "whole less two", "part of a part", "whole less three", "two versions"],
)
def test_a_difference_of_fewer_than_ten_is_refused(
    published: list[tuple[str, int]], indicator: str, value: int
) -> None:
    there = [Published(code, Decimal(count)) for code, count in published]
    with pytest.raises(DeliveryError, match="fewer than 10"):
        admit(there, indicator, value)
    assert is_admitted(there, indicator, value - 20)


def test_parts_that_make_up_the_whole_are_no_secret() -> None:
    admit([Published("CRIMES", Decimal(100)), Published("THEFT", Decimal(60))], "FRAUD", 40)


COUNTS = st.lists(st.tuples(st.sampled_from(["CRIMES", *WHOLE_OF]), st.integers(0, 120)), min_size=1, max_size=12)


@given(counts=COUNTS)
def test_whoever_subtracts_published_parts_from_a_whole_never_gets_one_to_nine(counts: list[tuple[str, int]]) -> None:
    published: list[Published] = []
    for indicator, value in counts:
        if is_admitted(published, indicator, value):
            published.append(Published(indicator, Decimal(value)))
    assume(len(published) > 1)
    assert all(each.value >= LEAST_CELL for each in published)
    for whole in published:
        parts = [each for each in published if WHOLE_OF.get(each.indicator) == whole.indicator]
        for count in range(1, len(parts) + 1):
            for some in combinations(parts, count):
                if len({part.indicator for part in some}) == count:
                    assert not 0 < abs(whole.value - sum(part.value for part in some)) < LEAST_CELL


def test_nothing_of_a_minority_is_counted_from_own_records() -> None:
    cell = Cell("MINORITY_INCOME", "99", make_year(2023))
    verify_cell(cell, Decimal(70), Rule.PUBLISHED_ONLY, Origin.DOCUMENT)
    for origin in (Origin.CASES, Origin.EXCHANGE):
        with pytest.raises(DeliveryError, match="as others published it"):
            verify_cell(cell, Decimal(70), Rule.PUBLISHED_ONLY, origin)


@pytest.mark.django_db
def test_the_attack_fails_on_the_tables_too() -> None:
    order = {"rule": Rule.PUBLIC_ORDER, "carry": Carry.NEVER}
    put(define("CRIMES", "crime", **order), define("THEFT", "crime", part_of="CRIMES", **order))
    record("CRIMES", {"2023": "100"})
    record("THEFT", {"2022": "95"})
    with pytest.raises(DeliveryError, match="CRIMES less THEFT tells of fewer than 10"):
        record("THEFT", {"2023": "95"})
    with pytest.raises(DeliveryError, match="another version"):
        record("CRIMES", {"2023": "104"}, source="other")
