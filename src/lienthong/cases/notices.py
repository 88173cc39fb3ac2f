"""Telling applicants: each action that means something for them is told once, kept, shown, and perhaps mailed.

A mail holds the case's code and a link, and nothing about a person. It is marked as being sent before it is: after a
crash between the two it counts as sent, because a notice is on the case's page anyway and a second mail confuses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from lienthong.cases import actions as told
from lienthong.cases.documents.paper_words import AGENCIES
from lienthong.cases.form_parts import NO_WORDS, Words
from lienthong.cases.mailing import Mail, MailRefused, MailUnknown
from lienthong.cases.models import Notice
from lienthong.cases.notice_words import (
    DUE,
    MAIL_SUBJECT,
    MAIL_TEXT,
    MAILED,
    REFUSED_STEP,
    TEXTS,
    UNKNOWN_STEP,
    UNSENT_STEP,
    UNTIL,
    MailState,
    NoticeKind,
)
from lienthong.cases.reading import get_case
from lienthong.cases.words import UNSENT, ActionKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from lienthong.cases.actions import Action
    from lienthong.cases.house import Cases
    from lienthong.cases.mailing import Mailer
    from lienthong.cases.reading import CaseView

KINDS: Final[Mapping[ActionKind, NoticeKind]] = {
    ActionKind.SUBMIT: NoticeKind.SUBMITTED,
    ActionKind.RECEIVE: NoticeKind.RECEIVED,
    ActionKind.REFUSE_TO_RECEIVE: NoticeKind.NOT_RECEIVED,
    ActionKind.ASK_SUPPLEMENT: NoticeKind.SUPPLEMENT_ASKED,
    ActionKind.SUPPLEMENT: NoticeKind.COMPLETED,
    ActionKind.ASK_PAYMENT: NoticeKind.PAYMENT_ASKED,
    ActionKind.PAY: NoticeKind.PAID,
    ActionKind.EXTEND: NoticeKind.EXTENDED,
    ActionKind.REFUSE: NoticeKind.REFUSED,
    ActionKind.STOP: NoticeKind.STOPPED,
    ActionKind.WITHDRAW: NoticeKind.WITHDRAWN,
    ActionKind.ISSUE: NoticeKind.RESULT_READY,
    ActionKind.REOPEN: NoticeKind.REOPENED,
    ActionKind.ANSWER_COMPLAINT: NoticeKind.COMPLAINT_ANSWERED,
    ActionKind.AGENCY_REFUSED: NoticeKind.WAITING,
    ActionKind.AGENCY_UNKNOWN: NoticeKind.WAITING,
}
"""What is told after which action; a refusal is told by REFUSED, and its ISSUE by nothing more."""

MAIL_FIELD: Final = "contact_email"
"""The form's field in which an applicant may leave an address; a form without it sends no mail."""

LONGEST_TRIES: Final = timedelta(days=3)
"""For how long a mail server that refuses is asked again."""

MOST_MAILS: Final = 200
"""Of one round; the rest waits for the next."""

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """One notice as it is shown."""

    kind: NoticeKind
    text: Words
    told_at: datetime
    mail: MailState


def tell_action(cases: Cases, case_id: UUID, number: int) -> bool:
    """Keep what an action means for the applicant, once; gives whether it was new. Safe to repeat."""
    case = get_case(cases, case_id)
    action = next((action for action in case.actions if action.number == number), None)
    kind = None if action is None else KINDS.get(action.kind)
    if action is None or kind is None or case.erased_at is not None or _is_told_by_another(case, action):
        return False
    return send_notice(cases, case, kind, action)


def send_notice(cases: Cases, case: CaseView, kind: NoticeKind, action: Action) -> bool:
    """Keep a notice about an action, and leave its mail to the next round; gives whether it was new."""
    text = write_text(case, kind, action, case.due)
    is_mailed = kind in MAILED and find_address(case) != ""
    _, is_new = Notice.objects.get_or_create(
        case_id=case.id,
        action_number=action.number,
        kind=kind.value,
        defaults={
            "code": case.code,
            "number": case.applicant.number,
            "text_vi": text.vi,
            "text_en": text.en,
            "told_at": cases.now(),
            "mail": MailState.DUE if is_mailed else MailState.NONE,
        },
    )
    return is_new


def list_notices(case_id: UUID) -> list[ToldNotice]:
    """List what was told of a case, the newest first."""
    rows = Notice.objects.filter(case_id=case_id).order_by("-action_number", "-pk")
    return [
        ToldNotice(NoticeKind(row.kind), Words(row.text_vi, row.text_en), row.told_at, MailState(row.mail))
        for row in rows
    ]


def send_due_mails(cases: Cases, mailer: Mailer, address: str) -> int:
    """Send the mails that are due; gives how many were taken. Safe to repeat and to run twice at once."""
    due = Notice.objects.filter(mail=MailState.DUE).order_by("pk").values_list("pk", flat=True)[:MOST_MAILS]
    return sum(_send_one(cases, mailer, address, pk) for pk in list(due))


def find_address(case: CaseView) -> str:
    """Give the address that the applicant left, or empty text for none that could be one."""
    typed = case.answers.get(MAIL_FIELD)
    return typed if isinstance(typed, str) and _ADDRESS.fullmatch(typed) else ""


def write_text(case: CaseView, kind: NoticeKind, action: Action, due: date | None) -> Words:
    """Give what a notice says. Pure; nothing of what was typed stands in it."""
    until = getattr(action.payload, "until", None)
    parts = {
        "due": NO_WORDS if due is None else _fill(DUE, {"day": _say_day(due)}),
        "until": NO_WORDS if until is None else _fill(UNTIL.get(kind, NO_WORDS), {"day": _say_day(until)}),
        "reason": _find_reason(case, action),
        "code": Words(case.code, case.code),
    }
    return _fill(TEXTS[kind], parts)


def _send_one(cases: Cases, mailer: Mailer, address: str, pk: int) -> bool:
    """Claim a mail, send it, and write down what is known; nothing is sent inside a transaction."""
    if not Notice.objects.filter(pk=pk, mail=MailState.DUE).update(mail=MailState.SENDING):
        return False
    row = Notice.objects.get(pk=pk)
    to = find_address(get_case(cases, row.case_id))
    # A crash from here on leaves `sending`: it may have gone out, so it never goes out again.
    try:
        if not to:
            raise MailRefused("the address is gone", is_final=True)  # noqa: TRY301 # the same end as a refusal
        mailer.send(_write_mail(row, to, address))
    except MailRefused as refused:
        is_over = refused.is_final or cases.now() - row.told_at > LONGEST_TRIES
        _settle(row, MailState.FAILED if is_over else MailState.DUE)
        return False
    except MailUnknown:
        return False
    with transaction.atomic():
        row.mailed_at = cases.now()
        _settle(row, MailState.SENT)
    return True


def _settle(row: Notice, state: MailState) -> None:
    row.mail = state
    row.save(update_fields=["mail", "mailed_at"])


def _write_mail(row: Notice, to: str, address: str) -> Mail:
    link = f"{address}/status/"
    vi = f"{row.text_vi}\n\n{MAIL_TEXT.vi.format(link=link)}"
    en = f"{row.text_en}\n\n{MAIL_TEXT.en.format(link=link)}"
    subject = f"{MAIL_SUBJECT.vi} / {MAIL_SUBJECT.en}".format(code=row.code)
    return Mail(f"notice-{row.case_id}-{row.action_number}-{row.kind}", to, subject, f"{vi}\n\n---\n\n{en}\n")


def _is_told_by_another(case: CaseView, action: Action) -> bool:
    """Whether an action says nothing new to the applicant: a result that is a refusal was told when it was refused."""
    return isinstance(action.payload, told.Issued) and case.state.decision != "approved"


def _find_reason(case: CaseView, action: Action) -> Words:
    sentences = {ActionKind.AGENCY_REFUSED: REFUSED_STEP, ActionKind.AGENCY_UNKNOWN: UNKNOWN_STEP}
    step = case.state.steps.get(getattr(action.payload, "step", ""))
    if step is None or action.kind not in sentences:
        return NO_WORDS
    agency = AGENCIES.get(step.agency, Words(step.agency, step.agency))
    is_unsent = getattr(action.payload, "reason", "") == UNSENT
    return _fill(UNSENT_STEP if is_unsent else sentences[action.kind], {"agency": agency})


def _fill(sentence: Words, parts: Mapping[str, Words]) -> Words:
    vi = sentence.vi.format(**{name: part.vi for name, part in parts.items()})
    return Words(vi, sentence.en.format(**{name: part.en for name, part in parts.items()}))


def _say_day(day: date) -> Words:
    return Words(f"{day:%d/%m/%Y}", f"{day.day} {day:%B %Y}")
