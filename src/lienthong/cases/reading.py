"""Cases as they are read: one case whole, and a person's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lienthong.cases.actions import Supplemented
from lienthong.cases.drafts import Applicant
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.folding import fold
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.store import get_row, get_submitted, read_actions
from lienthong.cases.words import CaseRole, Channel, NationalStatus, WaitingReason
from lienthong.cases.workflow import Who

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from lienthong.cases.actions import Action
    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case: what was filed and supplemented, what was done, and what it is now."""

    id: UUID
    code: str
    portal_code: str
    procedure: Procedure
    channel: Channel
    unit: str
    applicant: Applicant
    answers: Mapping[str, Any]
    documents: tuple[str, ...]
    state: CaseState
    actions: tuple[Action, ...]
    due: date | None
    draft: str = ""
    erased_at: datetime | None = None

    @property
    def purpose(self) -> str:
        """The purpose under which data is looked up for it."""
        return f"{self.procedure.code}#{self.code}"

    def as_who(self, role: CaseRole, unit: str = "", account: str = "") -> Who:
        """Give somebody who looks at it."""
        return Who(role, unit, account)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of a list of cases."""

    id: UUID
    code: str
    procedure: str
    version: date
    name: str
    unit: str
    status: NationalStatus
    waiting_role: CaseRole | None
    waiting_reason: WaitingReason | None
    handler: str
    is_over: bool
    due_on: date | None
    submitted_at: datetime
    received_at: datetime | None
    ended_at: datetime | None
    complained_at: datetime | None = None


def get_case(cases: Cases, case_id: UUID) -> CaseView:
    """Give a case whole; raises UNKNOWN_CASE. Whether somebody may see it, the caller asks."""
    return read_case(cases, get_row(case_id))


def find_case_by_code(cases: Cases, code: str) -> CaseView | None:
    """Find a case by its own code, or by the one that a filing portal gave it."""
    row = CaseRow.objects.filter(code=code).first() or CaseRow.objects.filter(portal_code=code).first()
    return None if row is None or not code else read_case(cases, row)


def list_own(cases: Cases, number: str) -> list[CaseLine]:
    """List a person's cases, the last filed first."""
    del cases
    if not number:
        return []
    return [read_line(row) for row in CaseRow.objects.filter(number=number).order_by("-submitted_at")]


def require_own(case: CaseView, number: str) -> None:
    """Refuse who is not the applicant, in the words of a case that is not there."""
    if not number or case.applicant.number != number:
        raise CasesError(CasesErrorKind.UNKNOWN_CASE, f"case {case.code}: there is none of yours under this code")


def read_case(cases: Cases, row: CaseRow) -> CaseView:
    """Read a case's row and its actions."""
    actions = read_actions(row)
    filed = get_submitted(actions)
    supplements = [action.payload for action in actions if isinstance(action.payload, Supplemented)]
    answers = dict(filed.answers)
    for supplement in supplements:
        answers.update(supplement.answers)
    return CaseView(
        id=row.pk,
        code=row.code,
        portal_code=row.portal_code,
        procedure=cases.catalogue.get_version(row.procedure, row.version),
        channel=Channel(row.channel),
        unit=row.unit,
        applicant=Applicant(filed.number, filed.account, filed.name, filed.level, filed.officer),
        answers=answers,
        documents=(*filed.documents, *(document for supplement in supplements for document in supplement.documents)),
        state=fold(actions),
        actions=actions,
        due=row.due_on,
        draft=filed.draft,
        erased_at=row.erased_at,
    )


def read_line(row: CaseRow) -> CaseLine:
    """Read a row for a list."""
    return CaseLine(
        id=row.pk,
        code=row.code,
        procedure=row.procedure,
        version=row.version,
        name=row.name,
        unit=row.unit,
        status=NationalStatus(row.status),
        waiting_role=CaseRole(row.waiting_role) if row.waiting_role else None,
        waiting_reason=WaitingReason(row.waiting_reason) if row.waiting_reason else None,
        handler=row.handler,
        is_over=row.is_over,
        due_on=row.due_on,
        submitted_at=row.submitted_at,
        received_at=row.received_at,
        ended_at=row.ended_at,
        complained_at=row.complained_at,
    )
