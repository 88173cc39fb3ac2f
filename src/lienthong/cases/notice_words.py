"""What applicants are told, in both languages: the kinds of notices and their sentences.

A sentence names no person and no personal number, so that it may stand in a mail.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lienthong.cases.form_parts import Words


class NoticeKind(StrEnum):
    """What an applicant is told."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    NOT_RECEIVED = "not-received"
    SUPPLEMENT_ASKED = "supplement-asked"
    COMPLETED = "completed"
    PAYMENT_ASKED = "payment-asked"
    PAID = "paid"
    EXTENDED = "extended"
    REFUSED = "refused"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    RESULT_READY = "result-ready"
    REOPENED = "reopened"
    COMPLAINT_ANSWERED = "complaint-answered"
    WAITING = "waiting"


class MailState(StrEnum):
    """What became of a notice's mail."""

    NONE = "none"
    """No address is known, or none is wanted for this kind."""
    DUE = "due"
    SENDING = "sending"
    """Handed to the mail server, whose answer is not known: it is not sent again."""
    SENT = "sent"
    FAILED = "failed"
    """No mail server took it: the address is none, or it was tried for too long."""


MAILED: Final = frozenset(NoticeKind) - {NoticeKind.WAITING}
"""Kinds that a mail goes out for; a wait is shown on the page alone."""

TEXTS: Final = {
    NoticeKind.SUBMITTED: Words(
        "Hồ sơ {code} đã được nộp. Nơi tiếp nhận sẽ xem và báo kết quả tiếp nhận.",
        "Application {code} was filed. The office will look at it and tell you that it was received.",
    ),
    NoticeKind.RECEIVED: Words(
        "Hồ sơ {code} đã được tiếp nhận.{due}",
        "Application {code} was received.{due}",
    ),
    NoticeKind.NOT_RECEIVED: Words(
        "Hồ sơ {code} không được tiếp nhận. Lý do và hướng dẫn có trên trang hồ sơ.",
        "Application {code} was not received. The reason and what you can do are on its page.",
    ),
    NoticeKind.SUPPLEMENT_ASKED: Words(
        "Hồ sơ {code} cần bổ sung{until}. Nội dung cần bổ sung có trên trang hồ sơ.",
        "Application {code} needs something more{until}. Its page says what.",
    ),
    NoticeKind.PAYMENT_ASKED: Words(
        "Hồ sơ {code} cần nộp phí, lệ phí. Số tiền và cách nộp có trên trang hồ sơ.",
        "A fee is due for application {code}. Its page says how much and how to pay.",
    ),
    NoticeKind.PAID: Words(
        "Đã nhận phí, lệ phí của hồ sơ {code}.",
        "The fee for application {code} was paid.",
    ),
    NoticeKind.EXTENDED: Words(
        "Chúng tôi xin lỗi: hồ sơ {code} chưa xong đúng hẹn. Thời hạn mới{until}. Bạn không phải làm gì thêm.",
        "We apologise: application {code} is not finished in time. It will be{until}. You need do nothing.",
    ),
    NoticeKind.REFUSED: Words(
        "Hồ sơ {code} không được giải quyết. Lý do và quyền khiếu nại có trên trang hồ sơ.",
        "Application {code} was not granted. The reason and your right to complain are on its page.",
    ),
    NoticeKind.STOPPED: Words(
        "Việc giải quyết hồ sơ {code} đã dừng. Lý do có trên trang hồ sơ.",
        "Application {code} is no longer worked on. The reason is on its page.",
    ),
    NoticeKind.WITHDRAWN: Words(
        "Hồ sơ {code} đã được rút theo yêu cầu của bạn.",
        "Application {code} was withdrawn as you asked.",
    ),
    NoticeKind.RESULT_READY: Words(
        "Hồ sơ {code} đã có kết quả. Bạn xem và tải về trên trang hồ sơ.",
        "The result of application {code} is ready. You can see and download it on its page.",
    ),
    NoticeKind.REOPENED: Words(
        "Hồ sơ {code} được xem xét lại.",
        "Application {code} is being looked at again.",
    ),
    NoticeKind.COMPLAINT_ANSWERED: Words(
        "Phản ánh, kiến nghị của bạn về hồ sơ {code} đã được trả lời. Nội dung trả lời có trên trang hồ sơ.",
        "Your complaint about application {code} was answered. The answer is on its page.",
    ),
    NoticeKind.COMPLETED: Words(
        "Đã nhận phần bổ sung của hồ sơ {code}.",
        "What was missing in application {code} has come in.",
    ),
    NoticeKind.WAITING: Words(
        "Hồ sơ {code} đang chờ: {reason}.",
        "Application {code} is waiting: {reason}.",
    ),
}

DUE: Final = Words(" Hẹn trả kết quả: {day}.", " The result is due by {day}.")
UNTIL: Final = {
    NoticeKind.SUPPLEMENT_ASKED: Words(" trước ngày {day}", " by {day}"),
    NoticeKind.EXTENDED: Words(" là ngày {day}", " ready by {day}"),
}
REFUSED_STEP: Final = Words("{agency} không thực hiện được một bước", "{agency} could not do its step")
UNSENT_STEP: Final = Words("yêu cầu gửi {agency} chưa gửi được", "the request to {agency} could not be sent yet")
UNKNOWN_STEP: Final = Words("chưa rõ {agency} đã thực hiện hay chưa", "it is not known yet whether {agency} acted")

MAIL_SUBJECT: Final = Words("Hồ sơ {code}: có thông báo mới", "Application {code}: there is news")
MAIL_TEXT: Final = Words(
    "Xem tại {link} bằng tài khoản của bạn hoặc mã hồ sơ. Thư này gửi tự động, xin đừng trả lời. "
    "Chúng tôi không bao giờ hỏi mật khẩu hay mã xác thực qua thư.",
    "See {link} with your account or the code. Sent by a program: please do not answer. "
    "We never ask for a password or a code by mail.",
)
