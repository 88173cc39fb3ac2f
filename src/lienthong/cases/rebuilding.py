"""Making the rows of cases again from the record of actions alone: after a repair, or when a fold's rules change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from lienthong.cases.folding import fold
from lienthong.cases.models import ActionRecord
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.store import get_submitted, lock_row, make_projection, project_case, read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from lienthong.cases.actions import Action
    from lienthong.cases.house import Cases

BATCH: Final = 500
"""Cases looked at together: two queries for them all, a few megabytes."""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """How many cases were looked at, how many rows differed and were written, how many were not there and were made."""

    looked: int
    changed: int
    made: int


def rebuild_cases(cases: Cases, tell: Callable[[int, int], None]) -> RebuildReport:
    """Bring every case's row up to its actions; `tell` hears how many of how many are done.

    Cases may be worked on meanwhile: a row that differs is locked and read again before it is written. Safe to repeat,
    and to stop at any moment.
    """
    made = _make_missing(cases)
    total = CaseRow.objects.count()
    looked = changed = 0
    for rows in _list_batches():
        looked += len(rows)
        changed += sum(_repair(cases, row.pk) for row in rows if row.pk in _find_differing(cases, rows))
        tell(looked, total)
    return RebuildReport(looked, changed, made)


def _list_batches() -> Iterator[list[CaseRow]]:
    last: UUID | None = None
    while True:
        rows = CaseRow.objects.order_by("pk") if last is None else CaseRow.objects.filter(pk__gt=last).order_by("pk")
        batch = list(rows[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def _find_differing(cases: Cases, rows: list[CaseRow]) -> set[UUID]:
    read = _read_batch(rows)
    return {row.pk for row in rows if _differs(cases, row, read.get(row.pk, ()))}


def _read_batch(rows: list[CaseRow]) -> dict[UUID, tuple[Action, ...]]:
    records = ActionRecord.objects.filter(
        case_month__in={row.month for row in rows}, case_id__in=[row.pk for row in rows]
    ).order_by("case_id", "number")
    return {case: tuple(map(read_record, each)) for case, each in groupby(records, lambda record: record.case_id)}


def _differs(cases: Cases, row: CaseRow, actions: tuple[Action, ...]) -> bool:
    if not actions:
        # Nothing to make it from: what it was is not thrown away, and the fold of none would raise.
        return False
    columns = make_projection(cases, fold(actions), get_submitted(actions))
    return any(getattr(row, name) != value for name, value in columns.items())


def _repair(cases: Cases, case_id: UUID) -> bool:
    with transaction.atomic():
        return project_case(cases, lock_row(case_id))


def _make_missing(cases: Cases) -> int:
    """Make the rows of cases that only the record knows."""
    lost = ActionRecord.objects.filter(number=1).exclude(Exists(CaseRow.objects.filter(pk=OuterRef("case_id"))))
    made = 0
    for record in lost.iterator():
        records = ActionRecord.objects.filter(case_month=record.case_month, case_id=record.case_id)
        actions = tuple(map(read_record, records.order_by("number")))
        columns = make_projection(cases, fold(actions), get_submitted(actions))
        erased = records.aggregate(at=Max("erased_at"))["at"]
        CaseRow(id=record.case_id, month=record.case_month, erased_at=erased, **columns).save(force_insert=True)
        made += 1
    return made
