"""Drafts: what somebody is filling in, saved page by page, until it is filed or its time is over.

A draft is no record. Its id is known to whoever opened it, and names the purpose of look-ups made for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.models import Draft as DraftRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure

DRAFT_DAYS: Final = 30
"""How long a draft stays after it was last saved."""


LONGEST_DRAFT_DAYS: Final = 180
"""Until when saving again keeps it: an open draft is a purpose to look data up under, and none is for ever."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies: personal number, account and its sign-in level, name, and who sits beside them at a counter."""

    number: str
    account: str
    name: str
    level: int
    officer: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was last saved. Once filed, `case_id` names the case and the answers are gone from here."""

    id: UUID
    applicant: Applicant
    procedure: str
    version: date
    unit: str
    opened_at: datetime
    saved_at: datetime
    expires_at: datetime
    case_id: UUID | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def purpose(self) -> str:
        """The purpose under which data is looked up to fill it in."""
        return f"{self.procedure}#{self.id}"


def open_draft(cases: Cases, applicant: Applicant, procedure_code: str, day: date, unit: str = "") -> Draft:
    """Begin to fill in a procedure as it is on a day, for an office; raises UNKNOWN_PROCEDURE, NOT_ALLOWED."""
    procedure = cases.catalogue.get_procedure(procedure_code, day)
    require_level(procedure, applicant)
    now = cases.now()
    row = DraftRow.objects.create(
        number=applicant.number,
        account=applicant.account,
        name=applicant.name,
        level=applicant.level,
        officer=applicant.officer,
        procedure=procedure.code,
        version=procedure.valid_from,
        unit=unit or cases.unit,
        opened_at=now,
        saved_at=now,
        expires_at=_find_expiry(now, now),
    )
    return read_draft(row)


def require_level(procedure: Procedure, applicant: Applicant) -> None:
    """Refuse who is signed in at a lower level than the procedure needs."""
    if applicant.level < procedure.level:
        message = f"procedure {procedure.code}: expected sign-in level {procedure.level}, got {applicant.level}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)


def save_answers(cases: Cases, draft_id: UUID, applicant: Applicant, answers: Mapping[str, Any]) -> Draft:
    """Lay answers over those saved before; None takes one away. They are checked as a whole when it is filed."""
    with transaction.atomic():
        row = lock_draft(cases, draft_id, applicant)
        if row.case_id is not None:
            message = f"draft {draft_id}: it was filed; a supplement goes to the case itself"
            raise CasesError(CasesErrorKind.NOT_NOW, message)
        merged = {**row.answers, **answers}
        row.answers = {name: value for name, value in merged.items() if value is not None}
        row.saved_at = cases.now()
        row.expires_at = _find_expiry(row.opened_at, row.saved_at)
        row.save(update_fields=["answers", "saved_at", "expires_at"])
    return read_draft(row)


def choose_unit(cases: Cases, draft_id: UUID, applicant: Applicant, unit: str) -> Draft:
    """Say at which office the draft will be filed."""
    with transaction.atomic():
        row = lock_draft(cases, draft_id, applicant)
        row.unit = unit
        row.save(update_fields=["unit"])
    return read_draft(row)


def get_draft(cases: Cases, draft_id: UUID, applicant: Applicant) -> Draft:
    """Give a draft to whom it belongs; raises UNKNOWN_DRAFT."""
    row = DraftRow.objects.filter(pk=draft_id, number=applicant.number, expires_at__gt=cases.now()).first()
    if row is None:
        raise unknown_draft(draft_id)
    return read_draft(row)


def find_draft(cases: Cases, draft_id: UUID) -> Draft | None:
    """Give a draft that is open, whoever's it is: for the check of a look-up's purpose."""
    row = DraftRow.objects.filter(pk=draft_id, expires_at__gt=cases.now()).first()
    return None if row is None else read_draft(row)


def list_drafts(cases: Cases, number: str) -> list[Draft]:
    """Give what a person has begun and not filed, the last saved first."""
    rows = DraftRow.objects.filter(number=number, case_id=None, expires_at__gt=cases.now())
    return [read_draft(row) for row in rows.order_by("-saved_at")]


def discard_draft(cases: Cases, draft_id: UUID, applicant: Applicant) -> None:
    """Throw a draft away; one that was filed stays as long as its key may come again."""
    with transaction.atomic():
        row = lock_draft(cases, draft_id, applicant)
        if row.case_id is None:
            row.delete()


def expire_drafts(cases: Cases) -> int:
    """Delete drafts whose time is over; gives how many. Safe to repeat."""
    deleted, _ = DraftRow.objects.filter(expires_at__lte=cases.now()).delete()
    return deleted


def lock_draft(cases: Cases, draft_id: UUID, applicant: Applicant) -> DraftRow:
    """Lock a draft for its owner until the transaction ends; raises UNKNOWN_DRAFT."""
    row = find_locked_draft(cases, draft_id, applicant)
    if row is None:
        raise unknown_draft(draft_id)
    return row


def find_locked_draft(cases: Cases, draft_id: UUID, applicant: Applicant) -> DraftRow | None:
    """Find a draft of its owner's and lock it until the transaction ends."""
    rows = DraftRow.objects.select_for_update()
    return rows.filter(pk=draft_id, number=applicant.number, expires_at__gt=cases.now()).first()


def read_draft(row: DraftRow) -> Draft:
    """Read a row."""
    return Draft(
        id=row.pk,
        applicant=Applicant(row.number, row.account, row.name, row.level, row.officer),
        procedure=row.procedure,
        version=row.version,
        unit=row.unit,
        opened_at=row.opened_at,
        saved_at=row.saved_at,
        expires_at=row.expires_at,
        case_id=row.case_id,
        answers=row.answers,
    )


def _find_expiry(opened_at: datetime, saved_at: datetime) -> datetime:
    return min(saved_at + timedelta(days=DRAFT_DAYS), opened_at + timedelta(days=LONGEST_DRAFT_DAYS))


def unknown_draft(draft_id: UUID) -> CasesError:
    """Give the refusal of a draft that is not there, or not for who asks."""
    message = f"draft {draft_id}: there is none of yours under this id, or its {DRAFT_DAYS} days are over"
    return CasesError(CasesErrorKind.UNKNOWN_DRAFT, message)
