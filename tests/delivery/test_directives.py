from __future__ import annotations

from datetime import date

import msgspec
import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.directive_numbers import describe_number
from lienthong.delivery.directive_seed import load_illustrative_directives, load_specimen_directives
from lienthong.delivery.directive_words import DirectiveKind, RelationKind, Side, Tier
from lienthong.delivery.directives import (
    DirectiveKey,
    NewDirective,
    NewPart,
    NewRelation,
    get_directive,
    is_circle,
    is_in_force,
    list_changes,
    list_directives,
    list_named,
    register_directive,
    relate,
)
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Directive, Source

pytestmark = pytest.mark.django_db


def make_directive(number: str = "5-NQ/TU", issued_on: date | None = date(2026, 1, 5), **more: object) -> NewDirective:
    Source.objects.get_or_create(code="book", defaults={"kind": "document", "title": "Book"})
    new = NewDirective(
        number=number,
        issuer="Tỉnh ủy Z",
        issued_on=issued_on,
        kind=DirectiveKind.RESOLUTION,
        side=Side.PARTY,
        tier=Tier.PROVINCE,
        title="Nghị quyết",
        source="book",
    )
    return msgspec.structs.replace(new, **more)


def refuse(new: NewDirective) -> DeliveryErrorKind:
    with pytest.raises(DeliveryError) as caught:
        register_directive(new)
    return caught.value.kind


def test_one_number_may_be_two_documents_of_two_terms() -> None:
    register_directive(make_directive(issued_on=date(2021, 3, 1)))
    register_directive(make_directive(issued_on=date(2026, 3, 1)))
    assert [row.issued_on for row in list_named("5-NQ/TU")] == [date(2021, 3, 1), date(2026, 3, 1)]
    assert [row.issued_on for row in list_named("5-NQ/TU", "2026-03-01")] == [date(2026, 3, 1)]


def test_the_same_document_is_registered_once_also_without_a_day() -> None:
    for issued_on in (date(2026, 1, 5), None):
        register_directive(make_directive(issued_on=issued_on))
        assert refuse(make_directive(issued_on=issued_on)) == DeliveryErrorKind.BAD_DIRECTIVE


def test_what_is_not_whole_is_refused_and_leaves_nothing() -> None:
    unknown = NewRelation(RelationKind.AMENDS, DirectiveKey("1-NQ/TU", "Tỉnh ủy Z"))
    for new, kind in (
        (make_directive(title=" "), DeliveryErrorKind.BAD_DIRECTIVE),
        (make_directive(parts=(NewPart("I", "a"), NewPart("I", "b"))), DeliveryErrorKind.BAD_DIRECTIVE),
        (make_directive(valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)), DeliveryErrorKind.BAD_DIRECTIVE),
        (make_directive(source="nowhere"), DeliveryErrorKind.UNKNOWN_SOURCE),
        (make_directive(relations=(unknown,)), DeliveryErrorKind.UNKNOWN_DIRECTIVE),
    ):
        assert refuse(new) == kind
    assert not Directive.objects.exists()


def test_a_directives_key_stays_and_it_is_never_deleted() -> None:
    row = register_directive(make_directive())
    for change in (
        lambda: Directive.objects.filter(pk=row.pk).update(number="6-NQ/TU"),
        lambda: Directive.objects.filter(pk=row.pk).update(issued_on=date(2026, 2, 2)),
        lambda: Directive.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_directive_holds_until_another_replaces_it() -> None:
    old = register_directive(make_directive(parts=(NewPart("II.3", "Nhiệm vụ"),)))
    key = DirectiveKey(old.number, old.issuer, old.issued_on)
    amends = NewRelation(RelationKind.AMENDS, key, "II.3")
    register_directive(make_directive("6-NQ/TU", date(2026, 4, 1), relations=(amends,)))
    replaces = NewRelation(RelationKind.REPLACES, key)
    register_directive(make_directive("7-NQ/TU", date(2026, 6, 1), relations=(replaces,)))
    assert [(row.kind, row.other_path) for row in list_changes(old)] == [("amends", "II.3"), ("replaces", "")]
    days = (date(2026, 1, 4), date(2026, 1, 5), date(2026, 5, 31), date(2026, 6, 1))
    assert [is_in_force(old, day) for day in days] == [False, True, True, False]


def test_a_relation_to_a_part_that_is_not_there_or_round_in_a_circle_is_refused() -> None:
    one = register_directive(make_directive())
    other = register_directive(make_directive("6-NQ/TU"))
    one_key, other_key = (DirectiveKey(row.number, row.issuer, row.issued_on) for row in (one, other))
    relate(one, NewRelation(RelationKind.IMPLEMENTS, other_key))
    for directive, relation in (
        (other, NewRelation(RelationKind.IMPLEMENTS, one_key)),
        (one, NewRelation(RelationKind.IMPLEMENTS, one_key)),
        (one, NewRelation(RelationKind.CITES, other_key, "IX")),
    ):
        with pytest.raises(DeliveryError):
            relate(directive, relation)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_a_circle_is_seen_as_following_each_way_sees_it(pairs: list[tuple[int, int]]) -> None:
    def reaches(start: int) -> bool:
        ahead, seen = {other for one, other in pairs if one == start}, set[int]()
        while ahead:
            place = ahead.pop()
            if place == start:
                return True
            if place not in seen:
                seen.add(place)
                ahead |= {other for one, other in pairs if one == place}
        return False

    assert is_circle(pairs) == any(reaches(one) for one, _ in pairs)


@pytest.mark.parametrize(
    ("number", "kind", "side", "tier"),
    [
        ("12-NQ/TW", DirectiveKind.RESOLUTION, Side.PARTY, Tier.CENTRE),
        ("06-NQ/TU", DirectiveKind.RESOLUTION, Side.PARTY, Tier.PROVINCE),
        ("1811/QĐ-UBND", DirectiveKind.DECISION, Side.STATE, None),
        ("91/2025/QH15", DirectiveKind.LAW, Side.STATE, Tier.CENTRE),
        ("06/QĐ-TTg", DirectiveKind.DECISION, Side.STATE, Tier.CENTRE),
        ("Đề án 06", DirectiveKind.SCHEME, Side.STATE, None),
        ("Nghị quyết Đại hội XV", DirectiveKind.RESOLUTION, Side.PARTY, None),
    ],
)
def test_a_number_tells_whose_it_is_and_of_which_kind(
    number: str, kind: DirectiveKind, side: Side, tier: Tier | None
) -> None:
    parts = describe_number(number)
    assert (parts.number, parts.kind, parts.side, parts.tier) == (number, kind, side, tier)


def test_the_specimens_documents_are_in_the_register_with_their_sources() -> None:
    assert load_specimen_directives() == load_specimen_directives()
    load_illustrative_directives()
    for value in ("12-NQ/TW", "90-QĐ/TW", "26-CT/TW", "Đề án 06", "Nghị quyết Đại hội XV", "Quy hoạch tỉnh 2021-2030"):
        (row,) = list_named(value)
        assert row.source.title
        assert not row.is_illustrative
    key = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
    assert get_directive(key).relations.get().other.number == "01-NQ/MH"
    assert get_directive(key).is_illustrative
    assert len(list_named("01-NQ/MH")) == 2
    assert len(list_named("01-NQ/MH", "2025-09-01")) == 1
    assert [row.number for row in list_directives("dân cư")] == ["06/QĐ-TTg"]
