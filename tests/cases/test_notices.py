from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases import actions as told
from lienthong.cases.mailing import FolderMailer, Mail, MailRefused, MailUnknown
from lienthong.cases.models import Notice
from lienthong.cases.notice_words import TEXTS, MailState, NoticeKind
from lienthong.cases.notices import (
    KINDS,
    LONGEST_TRIES,
    MAIL_FIELD,
    find_address,
    list_notices,
    send_due_mails,
    tell_action,
)
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole
from tests.cases.houses import APPLICANT, SetClock, do, file_case, make_cases

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from lienthong.cases.house import Cases

ADDRESS = "https://dichvu.example.vn"
MAILBOX = "mau@example.vn"
ANSWERS = {"child": "Nguyễn Mẫu An", MAIL_FIELD: MAILBOX}


@dataclass
class CountingMailer:
    """A mail server of a test: takes mail, refuses it, or breaks off."""

    outcomes: list[Exception | None] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        self.sent.append(mail)


def file_with_mail(cases: Cases) -> UUID:
    return file_case(cases, answers=ANSWERS).case_id


def tell_all(cases: Cases, case_id: UUID) -> list[NoticeKind]:
    for action in get_case(cases, case_id).actions:
        tell_action(cases, case_id, action.number)
    return [notice.kind for notice in reversed(list_notices(case_id))]


@pytest.mark.django_db
def test_each_action_that_means_something_is_told_once_in_both_languages() -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    do(cases, case_id, CaseRole.RECEIVER, told.Received())
    do(cases, case_id, CaseRole.HANDLER, told.Taken())
    do(cases, case_id, CaseRole.HANDLER, told.SupplementAsked("missing-papers", "", ("child",), date(2026, 12, 10)))
    assert tell_all(cases, case_id) == [NoticeKind.SUBMITTED, NoticeKind.RECEIVED, NoticeKind.SUPPLEMENT_ASKED]
    assert tell_all(cases, case_id) == [NoticeKind.SUBMITTED, NoticeKind.RECEIVED, NoticeKind.SUPPLEMENT_ASKED]
    newest = list_notices(case_id)[0]
    code = get_case(cases, case_id).code
    assert (
        newest.text.vi == f"Hồ sơ {code} cần bổ sung trước ngày 10/12/2026. Nội dung cần bổ sung có trên trang hồ sơ."
    )
    assert newest.text.en == f"Application {code} needs something more by 10 December 2026. Its page says what."


@pytest.mark.django_db
def test_a_refusal_is_told_when_it_is_decided_and_its_papers_are_no_second_result() -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    do(cases, case_id, CaseRole.RECEIVER, told.Received())
    do(cases, case_id, CaseRole.HANDLER, told.Taken())
    do(cases, case_id, CaseRole.APPROVER, told.Refused("not-entitled"))
    do(cases, case_id, CaseRole.HANDLER, told.Issued())
    assert tell_all(cases, case_id)[2:] == [NoticeKind.REFUSED]


@pytest.mark.django_db
def test_the_answer_to_a_complaint_is_told_and_what_it_says_stands_on_the_page_alone() -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    do(cases, case_id, CaseRole.APPLICANT, told.Complained("slow"))
    do(cases, case_id, CaseRole.APPROVER, told.ComplaintAnswered(2, "We are sorry."))
    assert tell_all(cases, case_id) == [NoticeKind.SUBMITTED, NoticeKind.COMPLAINT_ANSWERED]
    newest = list_notices(case_id)[0]
    assert "được trả lời" in newest.text.vi
    assert "sorry" not in newest.text.en
    assert newest.mail is MailState.DUE


@pytest.mark.django_db
def test_an_extension_is_told_with_an_apology_and_the_new_day() -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    do(cases, case_id, CaseRole.RECEIVER, told.Received())
    do(cases, case_id, CaseRole.HANDLER, told.Taken())
    do(cases, case_id, CaseRole.HANDLER, told.Extended(date(2026, 12, 8), "workload"))
    tell_all(cases, case_id)
    text = list_notices(case_id)[0].text
    assert "xin lỗi" in text.vi
    assert "08/12/2026" in text.vi
    assert "apologise" in text.en


@pytest.mark.django_db
def test_a_mail_goes_out_once_and_holds_no_word_about_a_person(tmp_path: Path) -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    tell_all(cases, case_id)
    mailer = FolderMailer(tmp_path / "mail")
    assert send_due_mails(cases, mailer, ADDRESS) == 1
    assert send_due_mails(cases, mailer, ADDRESS) == 0
    (path,) = (tmp_path / "mail").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = str(message.get_content())
    code = get_case(cases, case_id).code
    assert message["To"] == MAILBOX
    assert code in str(message["Subject"])
    assert f"{ADDRESS}/status" in text
    for secret in (APPLICANT.name, APPLICANT.number, "Nguyễn Mẫu An", "9.000001"):
        assert secret not in text + str(message["Subject"])
    assert list_notices(case_id)[0].mail is MailState.SENT


@pytest.mark.django_db
def test_a_mail_whose_fate_nobody_knows_is_not_sent_a_second_time() -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    tell_all(cases, case_id)
    mailer = CountingMailer([MailUnknown("broke off")])
    assert send_due_mails(cases, mailer, ADDRESS) == 0
    assert send_due_mails(cases, mailer, ADDRESS) == 0
    assert mailer.sent == []
    assert list_notices(case_id)[0].mail is MailState.SENDING


@pytest.mark.django_db
def test_a_mail_that_was_refused_is_tried_again_and_at_last_given_up() -> None:
    clock = SetClock()
    cases = make_cases(clock)
    first, second = file_with_mail(cases), file_with_mail(cases)
    tell_all(cases, first)
    mailer = CountingMailer([MailRefused("down"), None])
    assert send_due_mails(cases, mailer, ADDRESS) == 0
    assert send_due_mails(cases, mailer, ADDRESS) == 1

    tell_all(cases, second)
    clock.pass_time(seconds=(LONGEST_TRIES + timedelta(minutes=1)).total_seconds())
    send_due_mails(cases, CountingMailer([MailRefused("down")]), ADDRESS)
    assert list_notices(second)[0].mail is MailState.FAILED


@pytest.mark.django_db
def test_an_address_that_a_server_refuses_for_good_is_not_tried_again() -> None:
    cases = make_cases()
    case_id = file_with_mail(cases)
    tell_all(cases, case_id)
    send_due_mails(cases, CountingMailer([MailRefused("unknown", is_final=True)]), ADDRESS)
    assert list_notices(case_id)[0].mail is MailState.FAILED


@pytest.mark.django_db
def test_without_an_address_a_notice_is_kept_and_no_mail_is_due() -> None:
    cases = make_cases()
    case_id = file_case(cases).case_id
    tell_all(cases, case_id)
    assert Notice.objects.get().mail == MailState.NONE
    assert send_due_mails(cases, CountingMailer(), ADDRESS) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "none", "a@b", "a@b.vn\nBcc: c@d.vn", "a b@c.vn", 7, "a@b..vn", "@b.vn"])
def test_what_is_no_address_gets_no_mail(typed: object) -> None:
    cases = make_cases()
    view = get_case(cases, file_case(cases, answers={MAIL_FIELD: typed}).case_id)
    assert find_address(view) == ""


def test_every_kind_of_notice_has_words_in_both_languages_and_is_told_after_something() -> None:
    assert set(TEXTS) == set(NoticeKind)
    assert set(KINDS.values()) == set(NoticeKind)
    places = re.compile(r"\{(\w+)\}")
    for words in TEXTS.values():
        assert sorted(places.findall(words.vi)) == sorted(places.findall(words.en))


@given(st.text(max_size=80))
def test_an_address_is_never_two_lines(typed: str) -> None:
    view = type("View", (), {"answers": {MAIL_FIELD: typed}})()
    found = find_address(view)
    assert found in {"", typed}
    assert "\n" not in found
