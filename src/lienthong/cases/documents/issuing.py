"""Issuing papers: numbered, set, signed, kept, put into the citizen's store; once for each action, whoever asks.

The job runs after an action and may run again, late, or twice at once: a paper that is there is found, not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from lienthong.cases.documents.check_codes import read_check_code
from lienthong.cases.documents.content import FileKind
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.kept import StoredDocument, clean_name, keep_uses, read_row
from lienthong.cases.documents.outcome_facts import is_due
from lienthong.cases.documents.papers import draft_form, draft_outcome, list_actions_with_forms, set_paper
from lienthong.cases.documents.words import Origin, WithdrawalReason
from lienthong.cases.filing import lock_name
from lienthong.cases.models import Document, Paper, PaperWithdrawal
from lienthong.cases.reading import get_case
from lienthong.cases.words import ActionKind, Decision

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from lienthong.cases.actions import Action
    from lienthong.cases.documents.papers import PaperDraft, SetPaper
    from lienthong.cases.documents.words import PaperKind
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Outcome
    from lienthong.cases.reading import CaseView

MAKER: Final = "cases.make_papers"
"""Who takes a paper back where no person does: the job."""

_DRAW_NUMBER: Final = """
INSERT INTO cases_paperserial (unit, year, symbol, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (unit, year, symbol) DO UPDATE SET last = cases_paperserial.last + 1 RETURNING last
"""


def make_due_papers(cases: Cases, case_id: UUID) -> list[StoredDocument]:
    """Make what a case's actions lead to and is not there yet, and note which documents it uses. Safe to repeat.

    Outcomes are made once the result was issued; `issue_outcome` makes one before. Those of a case that is refused or
    left after it was reopened are taken back.
    """
    case = get_case(cases, case_id)
    if case.erased_at is not None:
        return []
    keep_uses(cases, case)
    if case.state.is_taken_back:
        _withdraw_outcomes(cases, case)
    drafts = [draft_form(cases, case, form, action) for action, form in _list_missing_forms(case)]
    if _is_issued(case):
        drafts += [draft_outcome(case, outcome) for outcome in case.procedure.outcome if is_due(case, outcome)]
    return [_issue(cases, case, draft) for draft in drafts]


def issue_outcome(cases: Cases, case: CaseView, outcome: Outcome) -> StoredDocument:
    """Give the paper of an outcome of an approved case, made and signed if it was not yet; raises NOT_TYPESET."""
    if not is_due(case, outcome):
        message = f"case {case.code}: step {outcome.from_step} has no result to make {outcome.document} of yet"
        raise DocumentError(DocumentErrorKind.NOT_TYPESET, message)
    return _issue(cases, case, draft_outcome(case, outcome))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That an office takes a paper back: why, in which words, and who says so."""

    reason: WithdrawalReason
    by: str
    text: str = ""


def withdraw_paper(cases: Cases, check_code: str, withdrawal: Withdrawal) -> None:
    """Take a paper back, once; its page says so from then on. Who may, the caller asks. Raises UNKNOWN_DOCUMENT."""
    with transaction.atomic():
        paper = Paper.objects.filter(check_code=read_check_code(check_code)).first()
        if paper is None:
            message = f"no paper has the check code {check_code[:40]!r}"
            raise DocumentError(DocumentErrorKind.UNKNOWN_DOCUMENT, message)
        _withdraw(paper, withdrawal, cases.now())


def _issue(cases: Cases, case: CaseView, draft: PaperDraft) -> StoredDocument:
    """Make a paper, or give the one that is there.

    The file is kept before the transaction ends: a crash between leaves a file that no row names, which the
    collection takes, and takes the number back. The office's other papers of this kind wait meanwhile, some 0.1 s.
    """
    if (made := _find_made(case, draft)) is not None:
        return made
    documents = get_documents(cases)
    with transaction.atomic():
        lock_name("paper", f"{case.id}/{draft.kind}")
        if (made := _find_made(case, draft)) is not None:
            return made
        now = cases.now()
        number = _draw_number(case.state.unit, now.year, draft.symbol)
        paper = set_paper(cases, case, draft, number, now)
        signed = documents.find_signer(paper.office).sign(paper.pdf, draft.title.vi, paper.office.place)
        row = _write_rows(case, draft, (paper, signed, documents.store.keep(signed)), (number, now))
    return read_row(row)


def _write_rows(
    case: CaseView, draft: PaperDraft, made: tuple[SetPaper, bytes, str], under: tuple[str, datetime]
) -> Document:
    paper, signed, digest = made
    number, now = under
    document = Document.objects.create(
        number=case.applicant.number,
        origin=draft.origin,
        name=clean_name(f"{draft.title.vi} {case.code}", FileKind.PDF),
        kind=FileKind.PDF,
        sha256=digest,
        size=len(signed),
        pages=paper.pages,
        added_at=now,
    )
    earlier = Paper.objects.filter(case_id=case.id, kind=draft.kind, withdrawal=None)
    if draft.origin is Origin.OUTCOME:
        for old in earlier:
            _withdraw(old, Withdrawal(WithdrawalReason.REPLACED, MAKER), now)
    Paper.objects.create(
        document=document,
        check_code=paper.check_code,
        kind=draft.kind,
        title=draft.title.vi,
        title_en=draft.title.en,
        number=number,
        unit=case.state.unit,
        issuer=paper.office.name,
        initials=draft.initials,
        case_id=case.id,
        action_number=draft.action_number,
        issued_at=now,
    )
    return document


def _withdraw_outcomes(cases: Cases, case: CaseView) -> None:
    """Take back the results of a case whose steps are taken back."""
    with transaction.atomic():
        for paper in Paper.objects.filter(case_id=case.id, document__origin=Origin.OUTCOME, withdrawal=None):
            _withdraw(paper, Withdrawal(WithdrawalReason.TAKEN_BACK, MAKER), cases.now())


def _withdraw(paper: Paper, withdrawal: Withdrawal, now: datetime) -> None:
    PaperWithdrawal.objects.get_or_create(
        paper=paper,
        defaults={
            "reason": withdrawal.reason,
            "text": withdrawal.text,
            "withdrawn_by": withdrawal.by,
            "withdrawn_at": now,
        },
    )


def _find_made(case: CaseView, draft: PaperDraft) -> StoredDocument | None:
    found = Paper.objects.filter(case_id=case.id, kind=draft.kind, action_number=draft.action_number)
    paper = found.select_related("document").first()
    return None if paper is None else read_row(paper.document)


def _draw_number(unit: str, year: int, symbol: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_DRAW_NUMBER, [unit, year, symbol])
        (last,) = cursor.fetchone()
    return f"{last:02}/{symbol}"


def _list_missing_forms(case: CaseView) -> list[tuple[Action, PaperKind]]:
    made = set(Paper.objects.filter(case_id=case.id).values_list("kind", "action_number"))
    return [(action, form) for action, form in list_actions_with_forms(case) if (form.value, action.number) not in made]


def _is_issued(case: CaseView) -> bool:
    """Whether the case's present decision is an approval and was issued since."""
    kinds = [action.kind for action in case.actions]
    if case.state.decision is not Decision.APPROVED or ActionKind.APPROVE not in kinds:
        return False
    since = len(kinds) - kinds[::-1].index(ActionKind.APPROVE)
    return ActionKind.ISSUE in kinds[since:]
