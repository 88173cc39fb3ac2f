"""Papers as they are set: which template, which sheet, and printing one without keeping it.

A paper that was issued is given as it was signed. Any other language or moment is set anew, unsigned, and says so by
having no sign of a signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.documents.check_codes import make_check_code
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.form_facts import (
    FORMS_AFTER,
    SYMBOLS,
    TITLES,
    Moment,
    find_form_name,
    make_form_facts,
    write_day,
    write_moment,
)
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.kept import get_case_document, list_case_documents, unknown_document
from lienthong.cases.documents.outcome_facts import (
    find_subject,
    find_symbol,
    find_template,
    make_initials,
    make_outcome_facts,
)
from lienthong.cases.documents.pdf_check import verify_pdf
from lienthong.cases.documents.sheet import Office, Sheet, SignedBy, make_check_mark
from lienthong.cases.documents.typesetting import draw_pages, typeset
from lienthong.cases.documents.words import Origin, PaperKind
from lienthong.cases.folding import fold
from lienthong.cases.models import Paper
from lienthong.cases.words import ActionKind, Decision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lienthong.cases.actions import Action
    from lienthong.cases.form_parts import Words
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Outcome
    from lienthong.cases.reading import CaseView

ENGLISH: Final = "en"
VIETNAMESE: Final = "vi"
"""The language of papers; one in English is an aid to read it, with the Vietnamese text in it."""


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """A paper before it is set: of which kind, from which action, with which facts; its number comes when issued."""

    kind: str
    template: str
    title: Words
    symbol: str
    origin: Origin
    action_number: int
    initials: str
    form: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def draft_form(cases: Cases, case: CaseView, kind: PaperKind, action: Action) -> PaperDraft:
    """Prepare one of the forms 01 to 06 as it follows from an action."""
    office = find_office(cases, case)
    names = [document.name for document in list_case_documents(cases, case) if document.origin is Origin.UPLOAD]
    return PaperDraft(
        kind=kind.value,
        template=kind.value,
        title=TITLES[kind],
        symbol=SYMBOLS.get(kind, ""),
        origin=Origin.FORM,
        action_number=action.number,
        initials=make_initials(case.applicant.name),
        form=find_form_name(kind),
        facts=make_form_facts(case, _find_moment(cases, case, action), office, names),
    )


def draft_outcome(case: CaseView, outcome: Outcome) -> PaperDraft:
    """Prepare the paper of an outcome; NOT_TYPESET while nothing was decided."""
    decided = [action for action in case.actions if action.kind is ActionKind.APPROVE]
    if case.state.decision is not Decision.APPROVED or not decided:
        message = f"case {case.code}: expected that it was approved before {outcome.document} is made; approve it first"
        raise DocumentError(DocumentErrorKind.NOT_TYPESET, message)
    return PaperDraft(
        kind=outcome.document,
        template=find_template(outcome.document),
        title=outcome.title,
        symbol=find_symbol(outcome.document),
        origin=Origin.OUTCOME,
        action_number=decided[-1].number,
        initials=make_initials(find_subject(case, outcome)),
        facts=make_outcome_facts(case, outcome),
    )


def make_paper(cases: Cases, case: CaseView, paper: PaperKind, language: str = VIETNAMESE) -> bytes:
    """Give a form about a case as PDF, for printing; nothing is kept.

    What was issued is given as it was signed, if it is asked for in Vietnamese. Raises NOT_TYPESET if the case has
    not come to what the form is about.
    """
    action = find_occasion(case, paper)
    issued = Paper.objects.filter(case_id=case.id, kind=paper.value, action_number=action.number).first()
    if issued is not None and language == VIETNAMESE:
        return get_documents(cases).store.read(issued.document.sha256)
    draft = draft_form(cases, case, paper, action)
    return typeset(draft.template, make_preview(cases, case, draft, language), cases.now())


def make_reading_aid(cases: Cases, case: CaseView, document_id: str) -> bytes:
    """Give an issued paper of a case with English beside its Vietnamese, unsigned, as PDF; nothing is kept.

    Raises UNKNOWN_DOCUMENT for what is no paper of the case, NOT_TYPESET for an outcome that no longer stands.
    """
    document = get_case_document(cases, case, document_id)
    paper = Paper.objects.filter(document_id=document.id, case_id=case.id).first()
    if paper is None:
        raise unknown_document(document_id)
    draft = _draft_again(cases, case, paper)
    return typeset(draft.template, make_preview(cases, case, draft, ENGLISH), cases.now())


def draw_paper(cases: Cases, case: CaseView, paper: PaperKind, language: str, points_per_inch: float) -> list[bytes]:
    """Give a form's pages as PNG pictures, as `make_paper` sets them anew."""
    draft = draft_form(cases, case, paper, find_occasion(case, paper))
    return draw_pages(draft.template, make_preview(cases, case, draft, language), points_per_inch)


def list_printable(case: CaseView) -> tuple[PaperKind, ...]:
    """Give the forms that can be printed of a case now."""
    happened = {action.kind for action in case.actions}
    after = dict.fromkeys(form for kind, form in FORMS_AFTER.items() if kind in happened)
    return (*after, PaperKind.CONTROL_SLIP)


def find_occasion(case: CaseView, paper: PaperKind) -> Action:
    """Give the last action that a form is about; the control slip's is the last of all."""
    if paper is PaperKind.CONTROL_SLIP:
        return case.actions[-1]
    for action in reversed(case.actions):
        if FORMS_AFTER.get(action.kind) is paper:
            return action
    message = f"case {case.code}: it has not come to what {find_form_name(paper)} is about"
    raise DocumentError(DocumentErrorKind.NOT_TYPESET, message)


def find_office(cases: Cases, case: CaseView) -> Office:
    """Give the office whose case it is."""
    return get_documents(cases).find_office(case.state.unit, cases.today())


def make_preview(cases: Cases, case: CaseView, draft: PaperDraft, language: str) -> Sheet:
    """Give the sheet of a paper that is not issued, or of one that was, in another language."""
    issued = Paper.objects.filter(case_id=case.id, kind=draft.kind, action_number=draft.action_number).first()
    documents = get_documents(cases)
    return Sheet(
        language=language,
        sandbox=documents.is_sandbox,
        agency=find_office(cases, case),
        day=write_day(cases.today()) if issued is None else write_moment(issued.issued_at)[:10],
        holds=case.code,
        code=case.code,
        number="" if issued is None else issued.number,
        form=draft.form,
        check=None if issued is None else make_check_mark(issued.check_code, documents.address),
        facts=draft.facts,
    )


@dataclass(frozen=True, slots=True)
class SetPaper:
    """A paper as it is issued: the file, not yet signed, with its check code."""

    pdf: bytes
    check_code: str
    office: Office
    pages: int


def set_paper(cases: Cases, case: CaseView, draft: PaperDraft, number: str, now: datetime) -> SetPaper:
    """Set a paper that is to be signed, under a new check code."""
    documents = get_documents(cases)
    office = find_office(cases, case)
    code = make_check_code()
    sheet = Sheet(
        language=VIETNAMESE,
        sandbox=documents.is_sandbox,
        agency=office,
        day=write_moment(now)[:10],
        holds=case.code,
        code=case.code,
        number=number,
        form=draft.form,
        check=make_check_mark(code, documents.address),
        signed=SignedBy(office.name, write_moment(now)),
        facts=draft.facts,
    )
    pdf = typeset(draft.template, sheet, now)
    return SetPaper(pdf, code, office, verify_pdf(pdf))


def list_actions_with_forms(case: CaseView) -> Sequence[tuple[Action, PaperKind]]:
    """Give each action that leads to a form, with the form."""
    return [(action, FORMS_AFTER[action.kind]) for action in case.actions if action.kind in FORMS_AFTER]


def _draft_again(cases: Cases, case: CaseView, paper: Paper) -> PaperDraft:
    outcome = next((outcome for outcome in case.procedure.outcome if outcome.document == paper.kind), None)
    if outcome is not None:
        return draft_outcome(case, outcome)
    action = next(action for action in case.actions if action.number == paper.action_number)
    return draft_form(cases, case, PaperKind(paper.kind), action)


def _find_moment(cases: Cases, case: CaseView, action: Action) -> Moment:
    """Give what was promised before and after an action, as the rules counted it then."""
    before = [other for other in case.actions if other.number < action.number]
    state_before = fold(before) if before else None
    due_before = None if state_before is None else cases.find_due(case.procedure, state_before)
    return Moment(action, due_before, cases.find_due(case.procedure, fold([*before, action])))
