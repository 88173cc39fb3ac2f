"""What papers say of a case in words of closed lists, in both languages: deeds, reasons, states, labels of results."""

from __future__ import annotations

from typing import Final

from lienthong.cases.form_parts import Words
from lienthong.cases.words import ActionKind, Channel, NationalStatus

DEEDS: Final = {
    ActionKind.SUBMIT: Words("Hồ sơ đã được nộp", "The case was filed"),
    ActionKind.RECEIVE: Words("Cơ quan đã tiếp nhận hồ sơ", "The office received the case"),
    ActionKind.REFUSE_TO_RECEIVE: Words("Cơ quan không tiếp nhận hồ sơ", "The office did not receive the case"),
    ActionKind.ASK_SUPPLEMENT: Words(
        "Cơ quan yêu cầu bổ sung, hoàn thiện hồ sơ", "More papers or corrections were asked for"
    ),
    ActionKind.SUPPLEMENT: Words("Đã nộp bổ sung", "What was asked for was handed in"),
    ActionKind.ASK_PAYMENT: Words("Cơ quan yêu cầu nộp phí, lệ phí", "Payment was asked for"),
    ActionKind.PAY: Words("Đã nộp phí, lệ phí", "The fee was paid"),
    ActionKind.TAKE: Words("Cán bộ bắt đầu xử lý hồ sơ", "An officer works on the case"),
    ActionKind.HAND_OVER: Words("Hồ sơ được chuyển trong cơ quan", "The case was handed over inside the office"),
    ActionKind.ASK_AGENCY: Words("Đã gửi sang cơ quan phối hợp", "Another agency was asked"),
    ActionKind.AGENCY_ACCEPTED: Words("Cơ quan đã tiếp nhận", "The agency took it in"),
    ActionKind.AGENCY_DONE: Words("Cơ quan đã trả kết quả", "The agency answered"),
    ActionKind.AGENCY_REFUSED: Words("Cơ quan từ chối", "The agency declined"),
    ActionKind.AGENCY_UNKNOWN: Words(
        "Chưa rõ cơ quan phối hợp đã thực hiện hay chưa", "It is not certain whether the agency acted"
    ),
    ActionKind.RESEND_STEP: Words("Đã gửi lại cho cơ quan phối hợp", "The agency was asked again"),
    ActionKind.REPLACE_STEP: Words("Đã gửi yêu cầu mới cho cơ quan phối hợp", "The agency was asked anew"),
    ActionKind.TAKE_OVER_STEP: Words("Cán bộ trực tiếp thực hiện bước này", "An officer took the step over"),
    ActionKind.UNDO_STEP: Words("Thu hồi kết quả một bước", "A step is taken back"),
    ActionKind.APPROVE: Words("Hồ sơ được phê duyệt", "The application was approved"),
    ActionKind.REFUSE: Words("Hồ sơ bị từ chối giải quyết", "The application was declined"),
    ActionKind.EXTEND: Words("Cơ quan xin lỗi và hẹn lại ngày trả kết quả", "The office apologises: it takes longer"),
    ActionKind.STOP: Words("Cơ quan dừng giải quyết hồ sơ", "The office stopped the case"),
    ActionKind.WITHDRAW: Words("Hồ sơ đã được rút", "The case was withdrawn"),
    ActionKind.ISSUE: Words("Đã có kết quả", "The result is ready"),
    ActionKind.RETURN_RESULT: Words("Đã trả kết quả", "The result was handed over"),
    ActionKind.REOPEN: Words("Hồ sơ được mở lại theo quyết định", "The case was reopened by a decision"),
    ActionKind.RATE: Words("Đã đánh giá", "A rating was given"),
    ActionKind.COMPLAIN: Words("Có phản ánh, kiến nghị", "A complaint was made"),
    ActionKind.ANSWER_COMPLAINT: Words("Cơ quan đã trả lời phản ánh, kiến nghị", "The office answered the complaint"),
    ActionKind.COMMENT: Words("Đã thêm ghi chú", "A note was added"),
}

REASONS: Final = {
    "wrong-authority": Words("Không thuộc thẩm quyền của cơ quan này", "Another office is in charge"),
    "wrong-procedure": Words("Thuộc thủ tục hành chính khác", "Another procedure is the right one"),
    "not-entitled": Words("Không đủ điều kiện", "The conditions are not met"),
    "duplicate": Words("Hồ sơ trùng với hồ sơ đã nộp", "The same case was filed before"),
    "missing-papers": Words("Thiếu giấy tờ", "Papers are missing"),
    "unreadable-papers": Words("Giấy tờ không đọc được", "Papers cannot be read"),
    "contradicts-registry": Words("Thông tin không khớp cơ sở dữ liệu", "The data contradicts the registry"),
    "incomplete-form": Words("Tờ khai chưa đầy đủ", "The form is not complete"),
    "agency-refused": Words("Một cơ quan từ chối", "An agency declined"),
    "false-data": Words("Thông tin kê khai không đúng sự thật", "What was stated is not true"),
    "law": Words("Pháp luật không cho phép", "The law does not allow it"),
    "verification": Words("Cần xác minh", "Something must be verified"),
    "agency-late": Words("Cơ quan phối hợp chậm trả lời", "Another agency is late"),
    "workload": Words("Nhiều hồ sơ cùng lúc", "Many cases came at once"),
    "system-down": Words("Hệ thống gặp sự cố", "A system was down"),
    "no-supplement": Words("Không nộp bổ sung theo yêu cầu", "What was asked for was not handed in"),
    "no-payment": Words("Chưa nộp phí, lệ phí", "The fee was not paid"),
    "court-or-law": Words("Theo quyết định của tòa án hoặc quy định pháp luật", "A court or a law says so"),
    "applicant-died": Words("Người nộp hồ sơ đã mất", "The applicant has died"),
    "other": Words("Lý do khác", "Another reason"),
}
"""Why something was refused, asked for, extended or stopped."""

STATES: Final = {
    NationalStatus.NEW: Words("Đã nộp, chờ tiếp nhận", "Filed, not yet received"),
    NationalStatus.RECEIVED: Words("Đã tiếp nhận", "Received"),
    NationalStatus.NOT_RECEIVED: Words("Không được tiếp nhận", "Not received"),
    NationalStatus.HANDLING: Words("Đang xử lý", "Being handled"),
    NationalStatus.SUPPLEMENT: Words("Chờ bổ sung giấy tờ", "Waiting for papers"),
    NationalStatus.PAYMENT: Words("Chờ nộp phí, lệ phí", "Waiting for payment"),
    NationalStatus.WITHDRAWN: Words("Đã rút hồ sơ", "Withdrawn"),
    NationalStatus.STOPPED: Words("Đã dừng giải quyết", "Stopped"),
    NationalStatus.DONE: Words("Đã có kết quả", "Done, result ready"),
    NationalStatus.RETURNED: Words("Đã trả kết quả", "Result handed over"),
}

CHANNELS: Final = {
    Channel.COUNTER: Words("Trực tiếp", "At the counter"),
    Channel.ONLINE: Words("Trực tuyến", "Online"),
    Channel.POST: Words("Qua bưu chính công ích", "By post"),
}

AGENCIES: Final = {
    "civil": Words("Cơ quan đăng ký hộ tịch", "Civil registry"),
    "population": Words("Cơ quan đăng ký cư trú", "Residence register"),
    "insurance": Words("Cơ quan bảo hiểm xã hội", "Social insurance"),
    "social": Words("Cơ quan nội vụ", "Social affairs"),
}
"""By the name that a procedure's plan gives an agency."""

SEXES: Final = {"male": Words("Nam", "Male"), "female": Words("Nữ", "Female")}

RELATIONS: Final = {
    "head": Words("Chủ hộ", "Head of the household"),
    "spouse": Words("Vợ, chồng", "Spouse"),
    "child": Words("Con", "Child"),
    "parent": Words("Cha, mẹ", "Parent"),
    "child-in-law": Words("Con dâu, con rể", "Child-in-law"),
    "grandchild": Words("Cháu", "Grandchild"),
    "sibling": Words("Anh, chị, em", "Sibling"),
    "other": Words("Khác", "Other"),
}

NATIONALITIES: Final = {"VN": Words("Việt Nam", "Vietnamese")}

PERSONS: Final = {
    "mother": Words("Người mẹ", "Mother"),
    "father": Words("Người cha", "Father"),
    "spouse": Words("Vợ, chồng", "Spouse"),
    "claimant": Words("Người hưởng", "Claimant"),
    "declarant": Words("Người khai", "Declarant"),
}
"""Of what agencies answer: the persons that a result names beside its own."""

LABELS: Final = {
    "full_name": Words("Họ, chữ đệm, tên", "Full name"),
    "birth_date": Words("Ngày, tháng, năm sinh", "Date of birth"),
    "sex": Words("Giới tính", "Sex"),
    "number": Words("Số định danh cá nhân", "Personal number"),
    "ethnicity": Words("Dân tộc", "Ethnicity"),
    "nationality": Words("Quốc tịch", "Nationality"),
    "birth_place": Words("Nơi sinh", "Place of birth"),
    "home_town": Words("Quê quán", "Home town"),
    "died_on": Words("Đã chết vào ngày", "Died on"),
    "place": Words("Nơi chết", "Place of death"),
    "cause": Words("Nguyên nhân", "Cause"),
    "certificate": Words("Số đăng ký", "Entry number"),
    "registered_on": Words("Ngày đăng ký", "Registered on"),
    "extract": Words("Số trích lục", "Extract number"),
    "issued_on": Words("Ngày cấp", "Issued on"),
    "copies": Words("Số bản", "Copies"),
    "card": Words("Số thẻ", "Card number"),
    "valid_from": Words("Có giá trị từ", "Valid from"),
    "valid_to": Words("Đến", "Until"),
    "hospital": Words("Nơi khám, chữa bệnh ban đầu", "First place of care"),
    "facility": Words("Nơi khám, chữa bệnh ban đầu", "First place of care"),
    "application": Words("Số hồ sơ cấp thẻ căn cước", "Card application"),
    "due_on": Words("Ngày hẹn trả thẻ", "Card due on"),
    "decision": Words("Số quyết định", "Decision"),
    "decided_on": Words("Ngày quyết định", "Decided on"),
    "amount": Words("Mức chi", "Amount"),
    "account": Words("Tài khoản nhận", "Account"),
    "relation": Words("Quan hệ", "Relation"),
    "household": Words("Số hộ", "Household"),
    "line": Words("Nơi thường trú", "Residence"),
    "since": Words("Từ ngày", "Since"),
    "address": Words("Nơi thường trú", "Residence"),
    "from_day": Words("Từ ngày", "From"),
    "end_day": Words("Đến ngày", "Until"),
    "ended_on": Words("Ngày xóa đăng ký", "Ended on"),
}
"""Of what agencies answer, in the order in which a paper gives them; what has no label is not printed."""

DAYS: Final = frozenset(
    {
        "birth_date",
        "died_on",
        "registered_on",
        "issued_on",
        "valid_from",
        "valid_to",
        "decided_on",
        "from_day",
        "end_day",
        "ended_on",
        "since",
        "due_on",
    }
)
"""Labels whose values are days."""
