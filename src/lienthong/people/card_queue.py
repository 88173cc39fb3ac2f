"""The queue of card applications that wait, page by page, the first due first: what is late stands on top.

Its rows name no person: whoever works on an application opens it, and that is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q

from lienthong.people.card_steps import WAITING_STATES, CardKind, CardState
from lienthong.people.days import find_today
from lienthong.people.models import CardApplication

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from lienthong.people.registry import Registry

PAGE_ROWS: Final = 25
"""What one looks through without losing the place."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application that waits."""

    application: int
    kind: CardKind
    state: CardState
    area_code: str
    applied_on: date
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many applications wait at a step, and how many of them are late."""

    state: CardState
    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue; `pages` is at least 1, and a page past the last gives the last."""

    rows: tuple[QueueRow, ...]
    page: int
    pages: int
    count: int


def count_steps(registry: Registry, area_code: str = "", within: frozenset[str] | None = None) -> tuple[StepCount, ...]:
    """Count what waits at each step, in the order of steps; steps where nothing waits are among them."""
    late = Count("pk", filter=Q(due_on__lt=find_today(registry.clock)))
    counted = _waiting(area_code, within).values("state").annotate(waiting=Count("pk"), late=late)
    found = {row["state"]: row for row in counted}
    nothing = {"waiting": 0, "late": 0}
    return tuple(
        StepCount(state, row["waiting"], row["late"])
        for state in WAITING_STATES
        for row in [found.get(state.value, nothing)]
    )


def list_queue(
    registry: Registry, state: CardState | None, area_code: str, page: int, within: frozenset[str] | None = None
) -> QueuePage:
    """List a page of what waits, at one step or at all, in one commune or in all that a clerk may see."""
    rows = _waiting(area_code, within)
    if state is not None:
        rows = rows.filter(state=state.value)
    count = rows.count()
    pages = max(1, -(-count // PAGE_ROWS))
    held = min(max(page, 1), pages)
    today = find_today(registry.clock)
    shown = rows.order_by("due_on", "pk")[(held - 1) * PAGE_ROWS : held * PAGE_ROWS]
    return QueuePage(tuple(_show(row, today) for row in shown), held, pages, count)


def list_queue_areas(registry: Registry, within: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """List the communes where something waits, as code and name, by name."""
    today = find_today(registry.clock)
    codes = _waiting("", within).order_by().values_list("area_code", flat=True).distinct()
    return sorted(((code, registry.find_area(code, today) or code) for code in codes), key=lambda area: area[1])


def _waiting(area_code: str, within: frozenset[str] | None) -> QuerySet[CardApplication]:
    rows = CardApplication.objects.filter(state__in=[state.value for state in WAITING_STATES])
    if within is not None:
        rows = rows.filter(area_code__in=within)
    return rows.filter(area_code=area_code) if area_code else rows


def _show(row: CardApplication, today: date) -> QueueRow:
    return QueueRow(
        int(row.pk),
        CardKind(row.kind),
        CardState(row.state),
        row.area_code,
        row.applied_on,
        row.due_on,
        row.due_on < today,
    )
