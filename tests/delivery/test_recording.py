from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figures import Missing, MissingKind, Observed, find_computable
from lienthong.delivery.models import Observation
from lienthong.delivery.observations import choose_series, list_figures, list_versions
from lienthong.delivery.recording import Recorded, record_figures
from lienthong.delivery.words import Carry, Qualifier, Rule, Status
from tests.delivery.figures import PROVINCE, TODAY, define, figure, put, record

pytestmark = pytest.mark.django_db


def series(as_of: date = TODAY, code: str = "POP") -> list[Observed | Missing]:
    return list(choose_series(list_figures(code, PROVINCE, as_of)).values())


def only(code: str = "POP", as_of: date = TODAY) -> Observed:
    (found,) = series(as_of, code)
    assert isinstance(found, Observed)
    return found


def test_a_revised_figure_keeps_the_old_one_and_each_day_sees_what_was_known_then() -> None:
    put(define("POP"))
    assert record("POP", {"2023": "1000"}, status=Status.ESTIMATE) == Recorded(added=1)
    assert record("POP", {"2023": "1010"}, published_on=date(2024, 6, 1)) == Recorded(revised=1)
    assert [str(each.value) for each in list_versions(only())] == ["1000", "1010"]
    assert only().version == 2
    assert only(as_of=date(2024, 5, 31)).value == 1000
    assert series(date(2023, 12, 31)) == []


def test_the_same_again_changes_nothing() -> None:
    put(define("POP"))
    record("POP", {"2022": "990", "2023": "1000.0"})
    assert record("POP", {"2022": "990", "2023": "1000"}) == Recorded(unchanged=2)
    assert Observation.objects.count() == 2


def test_a_figure_keeps_its_decimals_exactly() -> None:
    put(define("HEAD", "USD/person", carry=Carry.NEVER))
    record("HEAD", {"2022": "8200", "2023": "9553.4350"})
    assert [str(each.value) for each in series(code="HEAD") if isinstance(each, Observed)] == ["8200", "9553.4350"]
    with pytest.raises(DeliveryError, match="more than 12 decimals"):
        record("HEAD", {"2024": "0.1234567890123"})


def test_sources_of_the_same_standing_that_disagree_are_no_answer_and_a_better_settled_one_is() -> None:
    put(define("POP"))
    record("POP", {"2023": "1000"}, status=Status.ESTIMATE)
    record("POP", {"2023": "1300"}, status=Status.ESTIMATE, source="other")
    (found,) = series()
    assert isinstance(found, Missing)
    assert found.kind is MissingKind.SOURCES_DISAGREE
    assert [(each.source, int(each.value)) for each in found.told] == [("book", 1000), ("other", 1300)]
    record("POP", {"2023": "1001"}, source="other")
    assert only().value == 1001


def test_a_figure_reported_as_over_a_number_is_kept_as_told_and_not_computed_with() -> None:
    put(define("HEAD", "USD/person", carry=Carry.NEVER))
    record("HEAD", {"2023": "9500"}, qualifier=Qualifier.OVER, wording="trên 9.500 USD")
    assert (only("HEAD").is_reported, only("HEAD").wording) == (True, "trên 9.500 USD")
    missing = find_computable(only("HEAD"))
    assert isinstance(missing, Missing)
    assert missing.kind is MissingKind.REPORTED_ONLY
    record("HEAD", {"2023": "9553.4"}, source="other", status=Status.UNVERIFIED)
    assert only("HEAD").value == Decimal("9553.4")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"source": "nobody"}, DeliveryErrorKind.UNKNOWN_SOURCE),
        ({"breakdown": "age=15-24"}, DeliveryErrorKind.BAD_CELL),
        ({"breakdown": "ethnicity=tay"}, DeliveryErrorKind.BAD_CELL),
    ],
)
def test_a_figure_without_source_or_of_an_undeclared_breakdown_is_refused(
    change: dict[str, object], kind: DeliveryErrorKind
) -> None:
    put(define("POP", dimensions="sex"))
    record("POP", {"2023": "500"}, breakdown="sex=F")
    with pytest.raises(DeliveryError) as caught:
        record("POP", {"2023": "1000"}, **change)
    assert caught.value.kind is kind


def test_a_figure_of_no_indicator_is_refused_and_its_neighbours_go_with_the_transaction() -> None:
    put(define("POP"))
    with pytest.raises(DeliveryError, match="no indicator has the code"), transaction.atomic():
        record_figures([figure("POP", "2023", "1"), figure("NOBODY", "2023", "1")])
    assert not Observation.objects.exists()


def test_invented_figures_are_marked_whatever_is_said_of_them() -> None:
    put(define("POP"))
    record("POP", {"2023": "1000"})
    assert only().is_illustrative
    record("POP", {"2023": "1000"}, area="22")
    (real,) = list_figures("POP", "22", TODAY)
    assert not real.is_illustrative


def test_public_order_of_a_commune_or_a_month_or_a_few_is_refused_with_the_reason() -> None:
    put(define("CRIMES", "crime", rule=Rule.PUBLIC_ORDER, carry=Carry.NEVER))
    record("CRIMES", {"2023": "1000"})
    for wrong, reason in (
        ({"area": "99101"}, "by province only"),
        ({"period": "2023-05"}, "by year only"),
        ({"value": "9"}, "fewer than 10"),
    ):
        row = {"period": "2022", "value": "1000", **wrong}
        with pytest.raises(DeliveryError, match=reason):
            record("CRIMES", {row.pop("period"): row.pop("value")}, **row)
