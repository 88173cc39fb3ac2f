"""What a filing portal numbered against what we hold: found by itself, mended where it can be, shown where it cannot.

An answer that is lost leaves one side with a case that the other does not know. Nothing is guessed: a filing that is
missing here is fetched and filed under the portal's code, a status is told again, and what only a person can judge
stays on the list until somebody says why it is settled. Questions to a portal are asked outside of any transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from django.db import transaction
from django.db.models import Q

from lienthong.cases.action_check import MOST_TEXT
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.filing import file_from_portal
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models import FilingDifference
from lienthong.cases.words import ActorKind, NationalStatus
from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from lienthong.cases.actions import Actor
    from lienthong.cases.filing import Filing
    from lienthong.cases.house import Cases

LOOK_BACK: Final = timedelta(days=7)
"""How far back both sides are compared: longer than any outage that nobody saw."""

BY_ITSELF: Final = "system:reconciling"

_DETAIL: Final = 300
_TEXT: Final = 500


class DifferenceKind(StrEnum):
    """How the two sides differ."""

    MISSING_HERE = "missing-here"
    """The portal numbered it, and we hold no such case."""
    MISSING_THERE = "missing-there"
    """We hold it as the portal's, and the portal does not know it."""
    STATUS = "status"
    """Both hold it, in another status."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a portal says of one filing that it numbered for us."""

    code: str
    status: NationalStatus


class FilingPortal(Protocol):
    """A portal at which people file, and which gives its own numbers."""

    name: str

    def list_numbered(self, since: datetime) -> Sequence[Numbered]:
        """Give all that it numbered for us since a moment."""
        ...

    def fetch_filing(self, code: str) -> Filing:
        """Give the whole of one filing, under its code."""
        ...

    def tell_status(self, code: str, status: NationalStatus) -> None:
        """Tell it how far a case is; raises a LienthongError if it does not take that."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the list of differences."""

    id: int
    kind: DifferenceKind
    portal_code: str
    case_id: UUID | None
    detail: str
    found_at: datetime
    looked_at: datetime
    settled_at: datetime | None
    settled_by: str
    text: str


@dataclass(slots=True)
class ReconcileReport:
    """What one look found: how much was compared, mended by itself, and is left for a person."""

    compared: int = 0
    mended: int = 0
    left: int = 0
    """Open differences on the list."""
    failures: list[str] = field(default_factory=list)


def reconcile(cases: Cases, portal: FilingPortal) -> ReconcileReport:
    """Compare the last days with a portal, mend what can be mended, and keep the list. Safe to repeat.

    A crash on the way leaves some differences unwritten or mended and still listed; the next look finds both.
    """
    since = cases.now() - LOOK_BACK
    there = {each.code: each.status for each in portal.list_numbered(since)}
    report = ReconcileReport(compared=len(there))
    found = dict(_compare(since, there))
    for key, case_id in found.items():
        _note(cases, key, case_id, there)
    for key in found:
        if _try_mending(cases, portal, key, report):
            report.mended += 1
            _settle(cases, Q(kind=key[0].value, portal_code=key[1]), BY_ITSELF, "")
    _settle_what_is_over(cases, found)
    report.left = FilingDifference.objects.filter(settled_at=None).count()
    return report


def require_portal(cases: Cases) -> FilingPortal:
    """Give the portal at which this site's cases are filed; raises NO_PORTAL."""
    if cases.portal is None:
        message = "filings: this site has no filing portal to compare with; set it up, or file at the counter alone"
        raise CasesError(CasesErrorKind.NO_PORTAL, message)
    return cases.portal


def list_differences(*, is_settled: bool = False, most: int = 200) -> list[Difference]:
    """List what differs, or what was settled, the last found first."""
    rows = FilingDifference.objects.filter(settled_at__isnull=not is_settled).order_by("-found_at", "-pk")
    return [_read(row) for row in rows[:most]]


def settle_difference(cases: Cases, difference_id: int, actor: Actor, text: str) -> None:
    """Say that an officer has settled a difference, and how; raises NOT_ALLOWED, BAD_REASON without some words."""
    _require_officer(cases, actor)
    if not text.strip() or len(text) > min(MOST_TEXT, _TEXT):
        message = f"difference {difference_id}: expected 1 to {_TEXT} characters that say how it was settled"
        raise CasesError(CasesErrorKind.BAD_REASON, message)
    if not _settle(cases, Q(pk=difference_id), actor.id, text.strip()):
        message = f"difference {difference_id}: there is no open one under this number"
        raise CasesError(CasesErrorKind.UNKNOWN_DIFFERENCE, message)


def mend_difference(cases: Cases, portal: FilingPortal, difference_id: int, actor: Actor) -> bool:
    """Try to mend one difference now, at an officer's word; gives whether it is settled. Raises NOT_ALLOWED."""
    _require_officer(cases, actor)
    row = FilingDifference.objects.filter(pk=difference_id, settled_at=None).first()
    if row is None:
        message = f"difference {difference_id}: there is no open one under this number"
        raise CasesError(CasesErrorKind.UNKNOWN_DIFFERENCE, message)
    is_mended = _mend(cases, portal, DifferenceKind(row.kind), row.portal_code)
    if is_mended:
        _settle(cases, Q(pk=difference_id), actor.id, "")
    return is_mended


def _require_officer(cases: Cases, actor: Actor) -> None:
    if actor.kind is not ActorKind.OFFICER or not cases.people.list_roles(actor.id, cases.today()):
        message = f"differences: expected an officer who works on cases, got {actor.kind} {actor.id}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)


def _compare(
    since: datetime, there: dict[str, NationalStatus]
) -> Iterable[tuple[tuple[DifferenceKind, str], UUID | None]]:
    recent = Q(submitted_at__gte=since) & ~Q(portal_code="")
    rows = CaseRow.objects.filter(recent | Q(portal_code__in=list(there)))
    here = {code: (case_id, status) for code, case_id, status in rows.values_list("portal_code", "id", "status")}
    for code, status in there.items():
        if code not in here:
            yield (DifferenceKind.MISSING_HERE, code), None
        elif here[code][1] != status:
            yield (DifferenceKind.STATUS, code), here[code][0]
    for code, (case_id, _) in here.items():
        if code not in there:
            yield (DifferenceKind.MISSING_THERE, code), case_id


def _note(
    cases: Cases, key: tuple[DifferenceKind, str], case_id: UUID | None, there: dict[str, NationalStatus]
) -> None:
    kind, code = key
    detail = f"there {there[code].value}" if code in there else ""
    now = cases.now()
    FilingDifference.objects.update_or_create(
        kind=kind.value,
        portal_code=code,
        settled_at=None,
        defaults={"case_id": case_id, "detail": detail, "looked_at": now},
        create_defaults={"case_id": case_id, "detail": detail, "looked_at": now, "found_at": now},
    )


def _try_mending(cases: Cases, portal: FilingPortal, key: tuple[DifferenceKind, str], report: ReconcileReport) -> bool:
    """Mend one difference if that goes; what stands in its way is kept beside it, and the others are mended."""
    kind, code = key
    try:
        return _mend(cases, portal, kind, code)
    except LienthongError as error:
        report.failures.append(f"{kind} {code}: {error.message}")
        open_row = FilingDifference.objects.filter(kind=kind.value, portal_code=code, settled_at=None)
        open_row.update(detail=error.message[:_DETAIL])
        return False


def _mend(cases: Cases, portal: FilingPortal, kind: DifferenceKind, code: str) -> bool:
    match kind:
        case DifferenceKind.MISSING_HERE:
            file_from_portal(cases, portal.fetch_filing(code), portal.name)
            return True
        case DifferenceKind.STATUS:
            row = CaseRow.objects.get(portal_code=code)
            portal.tell_status(code, NationalStatus(row.status))
            return True
        case DifferenceKind.MISSING_THERE:
            # The portal gives its numbers itself: a person asks there.
            return False


def _settle(cases: Cases, which: Q, by: str, text: str) -> int:
    with transaction.atomic():
        rows = FilingDifference.objects.filter(which, settled_at=None)
        return rows.update(settled_at=cases.now(), settled_by=by, text=text)


def _settle_what_is_over(cases: Cases, found: Iterable[tuple[DifferenceKind, str]]) -> None:
    """Settle what differs no more: it was put right elsewhere, by a late answer or by the portal."""
    there = {(kind.value, code) for kind, code in found}
    rows = FilingDifference.objects.filter(settled_at=None).values_list("pk", "kind", "portal_code")
    over = [pk for pk, kind, code in rows if (kind, code) not in there]
    _settle(cases, Q(pk__in=over), BY_ITSELF, "")


def _read(row: FilingDifference) -> Difference:
    return Difference(
        id=row.pk,
        kind=DifferenceKind(row.kind),
        portal_code=row.portal_code,
        case_id=row.case_id,
        detail=row.detail,
        found_at=row.found_at,
        looked_at=row.looked_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        text=row.text,
    )
