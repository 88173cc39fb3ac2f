from __future__ import annotations

from datetime import date

import pytest

from lienthong.people.card_queue import PAGE_ROWS, count_steps, list_queue, list_queue_areas
from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.cards import apply_for_card, take_card_step
from tests.people.registries import add_person, make_clock, make_registry

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000


def test_what_is_late_stands_first_and_rows_name_no_person() -> None:
    clock = make_clock()
    registry = make_registry(clock=clock)
    old = apply_for_card(registry, add_person(registry).number, CardKind.FIRST, "06673", "Lê Mai")
    clock.advance(20 * DAY_MS)
    new = apply_for_card(registry, add_person(registry).number, CardKind.FIRST, "06676", "Lê Mai")
    take_card_step(registry, new, CardState.CHECKED, "Lê Mai")
    page = list_queue(registry, None, "", 1)
    assert [(row.application, row.is_late) for row in page.rows] == [(old, True), (new, False)]
    assert not hasattr(page.rows[0], "full_name")
    assert [row.application for row in list_queue(registry, CardState.CHECKED, "", 1).rows] == [new]
    assert [row.application for row in list_queue(registry, None, "06673", 1).rows] == [old]
    counts = {each.state: (each.waiting, each.late) for each in count_steps(registry)}
    assert counts[CardState.APPLIED] == (1, 1)
    assert counts[CardState.CHECKED] == (1, 0)
    assert counts[CardState.APPROVED] == (0, 0)
    assert list_queue_areas(registry) == [("06673", "Phường Bãi Cháy"), ("06676", "Phường Cao Thắng")]


def test_a_page_past_the_last_gives_the_last_and_an_empty_queue_has_one_page() -> None:
    registry = make_registry()
    assert (list_queue(registry, None, "", 5).page, list_queue(registry, None, "", 5).pages) == (1, 1)
    for _ in range(PAGE_ROWS + 1):
        apply_for_card(registry, add_person(registry, birth_date=date(1991, 2, 3)).number, CardKind.FIRST, "06673", "x")
    last = list_queue(registry, None, "", 9)
    assert (last.page, last.pages, last.count, len(last.rows)) == (2, 2, PAGE_ROWS + 1, 1)
