from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from lienthong.delivery.models import Indicator, Observation, Source

pytestmark = pytest.mark.django_db

_versions = itertools.count(1)


def make_source() -> Source:
    return Source.objects.get_or_create(code="book", defaults={"kind": "statistics", "title": "Yearbook"})[0]


def make_indicator(code: str = "POP", **more: str) -> Indicator:
    texts = dict.fromkeys(("name", "name_en", "definition", "definition_en", "source"), code)
    words = {"topic": "people", "unit": "person", "frequency": "A", "direction": "none", "carry": "sum"}
    return Indicator.objects.create(code=code, **{**texts, **words, **more})


def observe(indicator: Indicator, **more: object) -> Observation:
    year = {"period": "2023", "period_begin": date(2023, 1, 1), "period_end": date(2024, 1, 1)}
    place = {"area_code": "22", "area_on": date(2023, 12, 31), "version": next(_versions), "source": make_source()}
    words = {"status": "official", "origin": "file", "published_on": date(2024, 3, 1)}
    value = {"value": Decimal(1000), "decimals": 0}
    return Observation.objects.create(indicator=indicator, **{**year, **place, **words, **value, **more})


def test_a_figure_is_neither_changed_nor_deleted() -> None:
    row = observe(make_indicator())
    with pytest.raises(DatabaseError, match="next version"), transaction.atomic():
        Observation.objects.update(value=2)
    with pytest.raises(DatabaseError, match="next version"), transaction.atomic():
        Observation.objects.filter(pk=row.pk).delete()


def test_an_indicators_meaning_stays_and_its_wording_may_be_put_right() -> None:
    row = make_indicator()
    Indicator.objects.filter(pk=row.pk).update(name="Dân số trung bình")
    for change in ({"unit": "household"}, {"carry": "never"}, {"rule": "public-order"}, {"code": "OTHER"}):
        with pytest.raises(DatabaseError, match="meaning of POP stays"), transaction.atomic():
            Indicator.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        row.delete()


@pytest.mark.parametrize(
    "cell",
    [
        {"area_code": "06652"},
        {"area_code": "VN"},
        {"period": "2023-05"},
        {"breakdown": "sex=F"},
        {"value": Decimal(9)},
        {"value": Decimal(0)},
    ],
    ids=["commune", "country", "month", "breakdown", "small", "nothing"],
)
def test_the_table_itself_refuses_public_order_below_province_and_year(cell: dict[str, object]) -> None:
    crimes = make_indicator("CRIMES", unit="crime", carry="never", rule="public-order")
    observe(crimes, value=Decimal(10))
    with pytest.raises(DatabaseError, match="public order"), transaction.atomic():
        observe(crimes, **cell)


@pytest.mark.parametrize("cell", [{"area_code": "06652"}, {"breakdown": "sex=F"}, {"origin": "cases"}])
def test_the_table_itself_refuses_to_count_what_only_others_may_publish(cell: dict[str, object]) -> None:
    income = make_indicator("MINORITY_INCOME", unit="mn_VND/person", carry="never", rule="published-only")
    observe(income)
    with pytest.raises(DatabaseError, match="as others published it"), transaction.atomic():
        observe(income, **cell)


@pytest.mark.parametrize("breakdown", ["ethnicity=kinh", "religion=none", "sex=F;ethnicity=tay", "sex=F;", "dân tộc=x"])
def test_the_table_itself_knows_no_ethnicity_and_no_religion(breakdown: str) -> None:
    indicator = make_indicator()
    observe(indicator, breakdown="age=15-24;sex=F")
    with pytest.raises(IntegrityError, match="delivery_observation_breakdown"), transaction.atomic():
        observe(indicator, breakdown=breakdown)


def test_public_order_can_be_declared_neither_carried_nor_broken_down() -> None:
    for wrong in ({"carry": "sum"}, {"carry": "never", "dimensions": "sex"}):
        with pytest.raises(IntegrityError, match="public_order"), transaction.atomic():
            make_indicator("CRIMES", rule="public-order", **wrong)


def test_what_is_not_exact_is_marked_as_reported() -> None:
    indicator = make_indicator()
    observe(indicator, qualifier="over", is_reported=True)
    with pytest.raises(IntegrityError, match="reported"), transaction.atomic():
        observe(indicator, qualifier="over")
