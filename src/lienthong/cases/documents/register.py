"""The register of an office's cases over some days (form 07), for printing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.form_facts import find_form_name, write_day, write_moment, write_words
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.paper_words import STATES
from lienthong.cases.documents.sheet import Sheet
from lienthong.cases.documents.typesetting import typeset
from lienthong.cases.documents.words import PaperKind
from lienthong.cases.house import VIETNAM
from lienthong.cases.models import Case
from lienthong.cases.words import NationalStatus

if TYPE_CHECKING:
    from datetime import date

    from lienthong.cases.house import Cases

MOST_LINES: Final = 2_000
"""Of one register: about a hundred pages. A longer time is printed in parts."""


@dataclass(frozen=True, slots=True)
class RegisterSpan:
    """Which office's cases, received from a day to a day, both included."""

    unit: str
    first: date
    last: date


def make_register(cases: Cases, span: RegisterSpan, language: str = "vi") -> bytes:
    """Give the register as PDF, for printing; nothing is kept. Raises TOO_LARGE."""
    documents = get_documents(cases)
    begin = datetime.combine(span.first, time(), VIETNAM)
    end = datetime.combine(span.last, time(), VIETNAM) + timedelta(days=1)
    rows = Case.objects.filter(unit=span.unit, received_at__gte=begin, received_at__lt=end).order_by(
        "received_at", "code"
    )
    lines = list(rows[: MOST_LINES + 1])
    if len(lines) > MOST_LINES:
        message = f"register of {span.unit}: more than {MOST_LINES} cases in these days; print fewer days at a time"
        raise DocumentError(DocumentErrorKind.TOO_LARGE, message)
    sheet = Sheet(
        language=language,
        sandbox=documents.is_sandbox,
        agency=documents.find_office(span.unit, cases.today()),
        day=write_day(cases.today()),
        holds=f"{span.unit} {span.first:%d/%m/%Y} – {span.last:%d/%m/%Y}",  # noqa: RUF001 # a dash between days
        form=find_form_name(PaperKind.REGISTER),
        facts={
            "from": write_day(span.first),
            "to": write_day(span.last),
            "entries": [_tell_case(cases, row) for row in lines],
        },
    )
    return typeset(PaperKind.REGISTER.value, sheet, cases.now())


def _tell_case(cases: Cases, row: Case) -> dict[str, Any]:
    procedure = cases.catalogue.get_version(row.procedure, row.version)
    return {
        "code": row.code,
        "applicant": row.name,
        "procedure": procedure.title.vi,
        "received": write_moment(row.received_at),
        "due": write_day(row.due_on),
        "returned": write_moment(row.ended_at) if row.status == NationalStatus.RETURNED else "",
        "state": write_words(STATES[NationalStatus(row.status)]),
    }
