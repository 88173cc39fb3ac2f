"""The cases of offices in a period, as the progress index needs them: read in bulk, with nothing personal of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from lienthong.cases.deadlines import Extension, reckon_whole
from lienthong.cases.documents.words import PaperKind
from lienthong.cases.folding import fold
from lienthong.cases.models import ActionRecord, Paper
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.prefill import FILLED
from lienthong.cases.quality import QualityCase
from lienthong.cases.store import get_submitted, read_record
from lienthong.cases.time_limits import list_changes
from lienthong.cases.words import Channel
from lienthong.cases.working_days import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from uuid import UUID

    from lienthong.cases.actions import Action
    from lienthong.cases.house import Cases
    from lienthong.cases.quality import Period
    from lienthong.cases.working_days import WorkingDays

CHUNK: Final = 500
"""Cases read at a time, each with all its actions."""


def read_quality_cases(
    cases: Cases, period: Period, calendar: WorkingDays, units: Collection[str] | None = None
) -> Iterator[QualityCase]:
    """Give the cases that can count in a period, of some offices or of all; which do, quality.py says."""
    first = datetime.combine(period.first, time(), VIETNAM)
    after = datetime.combine(period.last + timedelta(days=1), time(), VIETNAM)
    open_then = Q(done_at=None) | Q(done_at__gte=first)
    rows = CaseRow.objects.filter(open_then, Q(ended_at=None) | Q(ended_at__gte=first), submitted_at__lt=after)
    if units is not None:
        rows = rows.filter(unit__in=units)
    chunk: list[CaseRow] = []
    for row in rows.order_by("month", "id").iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _read_chunk(cases, chunk, calendar)
            chunk = []
    yield from _read_chunk(cases, chunk, calendar)


def _read_chunk(cases: Cases, rows: Sequence[CaseRow], calendar: WorkingDays) -> Iterator[QualityCase]:
    told: dict[UUID, list[Action]] = defaultdict(list)
    records = ActionRecord.objects.filter(
        case_month__in={row.month for row in rows}, case_id__in=[row.pk for row in rows]
    )
    for record in records.order_by("case_id", "number"):
        told[record.case_id].append(read_record(record))
    with_paper = _find_with_results(row.pk for row in rows)
    for row in rows:
        made = make_quality_case(cases, row.code, told[row.pk], calendar)
        yield replace(made, has_electronic_result=row.pk in with_paper)


def _find_with_results(case_ids: Iterable[UUID]) -> set[UUID]:
    """Give the cases that have a signed result which was not withdrawn; the office's own forms are none."""
    papers = Paper.objects.filter(case_id__in=list(case_ids), withdrawal=None)
    return set(papers.exclude(kind__in=[kind.value for kind in PaperKind]).values_list("case_id", flat=True))


def make_quality_case(cases: Cases, code: str, actions: Sequence[Action], calendar: WorkingDays) -> QualityCase:
    """Make what the index needs of a case from its actions alone, so that of papers nothing is known.

    Whether data was reused is lost where it was erased.
    """
    state, filed = fold(actions), get_submitted(actions)
    procedure = cases.catalogue.get_version(filed.procedure, filed.version)
    waits = tuple(change for change in list_changes(state) if not isinstance(change, Extension))
    start = state.received_at or state.submitted_at
    promised = reckon_whole(procedure, start, calendar, waits)
    return QualityCase(
        code=code,
        procedure=filed.procedure,
        unit=state.unit,
        channel=Channel(filed.channel),
        status=state.status,
        submitted_at=state.submitted_at,
        received_at=state.received_at,
        appointed_on=None if promised is None else promised.due,
        waits=waits,
        supplements=state.supplements,
        done_at=state.done_at,
        returned_at=state.returned_at,
        ended_at=state.ended_at,
        stars=state.stars,
        complaints=state.complaints,
        reuses_data=_has_reused(filed.answers),
    )


def _has_reused(answers: dict[str, Any]) -> bool:
    return bool(answers.get(FILLED))
