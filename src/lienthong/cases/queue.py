"""The queue of an office: what waits there, the first due first, in pages; and how much of it is due.

Due today, soon or late is only what the office itself must end: what waits for the applicant, or lies ready for them,
is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Q

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.models import Absence
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.reading import CaseLine, read_line
from lienthong.cases.words import CaseRole, NationalStatus
from lienthong.kernel.text import fold_text

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lienthong.cases.actions import Actor
    from lienthong.cases.house import Cases

PAGE: Final = 25
"""Lines of one page."""

SOON_DAYS: Final = 3
"""Due within so many days from tomorrow on is soon."""

MOST_COUNTED: Final = 1_000
"""No pages are counted beyond this: nobody turns that many, and counting on would cost more than the page."""

_NUMBER_DIGITS: Final = 12

RUNNING: Final = (NationalStatus.NEW, NationalStatus.RECEIVED, NationalStatus.HANDLING)
"""The office's turn: only these can be late."""


class Due(StrEnum):
    """When something is due, seen from today."""

    TODAY = "today"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases of an office to list; what is empty filters nothing.

    `handler`: only that account's. `substitute`: those of colleagues who are away and whose substitute that account
    is. `text`: a case code whole, a personal number whole, or part of a name with or without accents. `is_over`: what
    is over, and not what waits. `is_complained`: with a complaint that nobody has answered, whether it is over or not.
    """

    unit: str
    status: NationalStatus | None = None
    due: Due | None = None
    procedure: str = ""
    text: str = ""
    role: CaseRole | None = None
    handler: str = ""
    substitute: str = ""
    is_over: bool = False
    is_complained: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a queue: its lines, its number from 1, and how many lines there are (`MOST_COUNTED` or more)."""

    lines: tuple[CaseLine, ...]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are to turn."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much of an office's queue is due, and how much there is of each status."""

    today: int
    soon: int
    late: int
    by_status: dict[NationalStatus, int]

    @property
    def total(self) -> int:
        """Everything that is not over."""
        return sum(self.by_status.values())


def list_queue(cases: Cases, wanted: QueueFilter, page: int = 1) -> QueuePage:
    """List one page of a queue, the first due first; a page beyond the last is empty."""
    rows = _select(cases, wanted)
    first = (max(page, 1) - 1) * PAGE
    first_due = F("complained_at").asc() if wanted.is_complained else F("due_on").asc(nulls_last=True)
    order = (first_due, F("id").asc())
    lines = tuple(read_line(row) for row in rows.order_by(*order)[first : first + PAGE])
    total = first + len(lines) if len(lines) < PAGE and (lines or page == 1) else count_queue(cases, wanted)
    return QueuePage(lines, max(page, 1), total)


def count_queue(cases: Cases, wanted: QueueFilter) -> int:
    """Count what a filter lists, up to `MOST_COUNTED`."""
    return _select(cases, wanted).order_by()[:MOST_COUNTED].count()


def count_due(cases: Cases, wanted: QueueFilter) -> QueueCounts:
    """Count what waits at the filter's office by when it is due, and by status."""
    today = cases.today()
    rows = _select(cases, QueueFilter(wanted.unit, handler=wanted.handler, substitute=wanted.substitute))
    due = rows.aggregate(
        today=Count("id", filter=_due(Due.TODAY, today)),
        soon=Count("id", filter=_due(Due.SOON, today)),
        late=Count("id", filter=_due(Due.LATE, today)),
    )
    statuses = rows.order_by().values_list("status").annotate(all=Count("id"))
    return QueueCounts(**due, by_status={NationalStatus(status): count for status, count in statuses})


def count_complained(unit: str) -> int:
    """Count the cases of an office, over or not, with a complaint that nobody has answered."""
    return CaseRow.objects.filter(unit=unit, complained_at__isnull=False).count()


def list_substituted(account: str, unit: str, day: date) -> list[str]:
    """List the colleagues at an office whose substitute somebody is on a day."""
    rows = Absence.objects.filter(substitute=account, unit=unit, first_day__lte=day, last_day__gte=day)
    return sorted(rows.values_list("account", flat=True).distinct())


def set_absence(cases: Cases, actor: Actor, account: str, substitute: str, days: tuple[date, date]) -> None:
    """Say that a handler is away, and who sees their cases meanwhile; for oneself, or by who decides there."""
    roles = cases.people.list_roles(actor.id, cases.today())
    is_own = actor.id == account and (actor.unit, CaseRole.HANDLER) in roles
    if not is_own and (actor.unit, CaseRole.APPROVER) not in roles:
        message = f"absence: {actor.id} is neither that handler nor decides at {actor.unit or 'any office'}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
    first, last = days
    if last < first or substitute == account or not _handles(cases, substitute, actor.unit):
        message = f"absence from {first} to {last}: expected another handler of {actor.unit}, and days in their order"
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, message)
    Absence.objects.create(
        account=account,
        substitute=substitute,
        unit=actor.unit,
        first_day=first,
        last_day=last,
        said_by=actor.id,
        said_at=cases.now(),
    )


def _handles(cases: Cases, account: str, unit: str) -> bool:
    return (unit, CaseRole.HANDLER) in cases.people.list_roles(account, cases.today())


def _select(cases: Cases, wanted: QueueFilter) -> QuerySet[CaseRow]:
    rows = CaseRow.objects.filter(unit=wanted.unit)
    rows = rows.filter(complained_at__isnull=False) if wanted.is_complained else rows.filter(is_over=wanted.is_over)
    if wanted.status is not None:
        rows = rows.filter(status=wanted.status.value)
    if wanted.due is not None:
        rows = rows.filter(_due(wanted.due, cases.today()))
    if wanted.procedure:
        rows = rows.filter(procedure=wanted.procedure)
    if wanted.role is not None:
        rows = rows.filter(waiting_role=wanted.role.value)
    if wanted.handler:
        rows = rows.filter(handler=wanted.handler)
    if wanted.substitute:
        rows = rows.filter(handler__in=list_substituted(wanted.substitute, wanted.unit, cases.today()))
    if wanted.text.strip():
        rows = rows.filter(_match(wanted.text.strip()))
    return rows


def _match(text: str) -> Q:
    if len(text) == _NUMBER_DIGITS and text.isdecimal():
        return Q(number=text)
    if "-" in text and any(character.isdigit() for character in text):
        return Q(code=text) | Q(portal_code=text)
    return Q(search_name__contains=fold_text(text))


def _due(due: Due, today: date) -> Q:
    running = Q(status__in=[status.value for status in RUNNING], is_over=False)
    match due:
        case Due.TODAY:
            return running & Q(due_on=today)
        case Due.LATE:
            return running & Q(due_on__lt=today)
        case Due.SOON:
            return running & Q(due_on__gt=today, due_on__lte=today + timedelta(days=SOON_DAYS))
