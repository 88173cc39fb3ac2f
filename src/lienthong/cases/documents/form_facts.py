"""What the forms of the one-stop rules say of a case, from its actions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases import actions as told
from lienthong.cases.documents.paper_words import CHANNELS, DEEDS, REASONS
from lienthong.cases.documents.words import PaperKind
from lienthong.cases.form_parts import NO_WORDS, Words
from lienthong.cases.house import VIETNAM
from lienthong.cases.words import ActionKind, ActorKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from lienthong.cases.actions import Action
    from lienthong.cases.documents.sheet import Office
    from lienthong.cases.reading import CaseView

FORMS_AFTER: Final[Mapping[ActionKind, PaperKind]] = {
    ActionKind.RECEIVE: PaperKind.RECEIPT,
    ActionKind.REFUSE_TO_RECEIVE: PaperKind.REFUSAL,
    ActionKind.ASK_SUPPLEMENT: PaperKind.SUPPLEMENT,
    ActionKind.REFUSE: PaperKind.REFUSAL,
    ActionKind.EXTEND: PaperKind.APOLOGY,
    ActionKind.STOP: PaperKind.STOP,
}
"""Which form the applicant gets after which action."""

TITLES: Final = {
    PaperKind.RECEIPT: Words("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt of an application"),
    PaperKind.SUPPLEMENT: Words("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "Request to complete an application"),
    PaperKind.REFUSAL: Words("Phiếu từ chối giải quyết hồ sơ", "Refusal of an application"),
    PaperKind.APOLOGY: Words("Văn bản xin lỗi và đề nghị gia hạn", "Apology and new day for the result"),
    PaperKind.STOP: Words("Thông báo dừng giải quyết hồ sơ", "Notice that an application is no longer worked on"),
    PaperKind.CONTROL_SLIP: Words("Phiếu kiểm soát quá trình giải quyết hồ sơ", "Control slip"),
    PaperKind.REGISTER: Words("Sổ theo dõi hồ sơ", "Register of applications"),
}

SYMBOLS: Final = {
    PaperKind.RECEIPT: "TNHS",
    PaperKind.SUPPLEMENT: "BSHS",
    PaperKind.REFUSAL: "TCHS",
    PaperKind.APOLOGY: "XLGH",
    PaperKind.STOP: "TBDG",
}
"""Behind the number of each form. Our own: the circular's were not read."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A case at one of its actions: the action, and the last days that were promised before and after it."""

    action: Action
    due_before: date | None
    due: date | None


def papers_after(kind: ActionKind) -> tuple[PaperKind, ...]:
    """Give the forms that an action leads to; outcomes follow from the procedure."""
    form = FORMS_AFTER.get(kind)
    return () if form is None else (form,)


def find_form_name(kind: PaperKind) -> str:
    """Give the form's name in the circular's annex, such as "Mẫu số 01"."""
    return f"Mẫu số {kind.value[-2:]}"


def make_form_facts(case: CaseView, moment: Moment, office: Office, documents: Sequence[str]) -> dict[str, Any]:
    """Give what one of the forms 01 to 06 says."""
    payload = moment.action.payload
    return {
        "applicant": case.applicant.name,
        "procedure": {"vi": case.procedure.title.vi, "en": case.procedure.title.en, "code": case.procedure.code},
        "phone": office.phone,
        "officer": _find_officer(moment.action),
        "submitted-at": write_moment(case.state.submitted_at),
        "received-at": write_moment(case.state.received_at),
        "due": write_day(moment.due_before if isinstance(payload, told.Extended) else moment.due),
        "due-reason": _find_ground(case),
        "channel": write_words(CHANNELS[case.channel]),
        "documents": list(documents),
        "fee": case.state.fee,
        "items": [write_words(_name_item(case, item)) for item in getattr(payload, "items", ())],
        "reason": write_words(REASONS.get(getattr(payload, "reason", ""), NO_WORDS)),
        "text": getattr(payload, "text", ""),
        "until": write_day(getattr(payload, "until", None)),
        "stage": "reception" if moment.action.kind is ActionKind.REFUSE_TO_RECEIVE else "decision",
        "entries": [_tell_action(action) for action in case.actions if action.kind is not ActionKind.COMMENT],
    }


def write_moment(at: datetime | None) -> str:
    """Give a moment by Vietnam's clock, as templates read it."""
    return "" if at is None else at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")


def write_day(day: date | None) -> str:
    """Give a day as templates read it."""
    return "" if day is None else day.isoformat()


def write_words(words: Words) -> dict[str, str]:
    """Give words as templates read them."""
    return {"vi": words.vi, "en": words.en}


def _find_ground(case: CaseView) -> str:
    chain = case.procedure.chain
    if chain is None or not chain.working_days:
        return ""
    article = f", {chain.legal.article}" if chain.legal.article else ""
    return f"{chain.working_days} ngày làm việc ({chain.legal.document}{article})"


def _name_item(case: CaseView, item: str) -> Words:
    field = case.procedure.form.find_field(item)
    return Words(item, item) if field is None else field.label


def _find_officer(action: Action) -> str:
    return action.actor.name if action.actor.kind is ActorKind.OFFICER else ""


def _tell_action(action: Action) -> dict[str, Any]:
    actor = action.actor
    who = {ActorKind.CITIZEN: "Người nộp hồ sơ", ActorKind.SYSTEM: "Hệ thống", ActorKind.PORTAL: "Cổng dịch vụ công"}
    reason = REASONS.get(getattr(action.payload, "reason", ""), NO_WORDS).vi
    return {
        "at": write_moment(action.at),
        "who": who.get(actor.kind) or ", ".join(part for part in (actor.name, actor.unit or actor.id) if part),
        "what": write_words(DEEDS[action.kind]),
        "note": reason,
    }
