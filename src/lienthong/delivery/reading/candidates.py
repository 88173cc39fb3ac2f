"""Sentences that may be tasks or targets. Each is only proposed: a person accepts, corrects or rejects it.

A task charges somebody with something, or names an action with its due day. A target promises a figure: by its words
(phấn đấu, mục tiêu), by a year to come, or by standing under a heading of aims. What was reached is neither.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.delivery.reading.agencies_named import AGENCY, find_agencies
from lienthong.delivery.reading.found import Candidate, CandidateKind, Figure, FoundDate, Span, list_within
from lienthong.delivery.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARGE: Final = re.compile(
    (
        r"(?<!\w)(?<!được )(?<!đã )(?<!theo )(?:giao|yêu cầu|đề nghị|phân công|kiến nghị|ủy quyền|uỷ quyền|chỉ đạo"
        r"|đôn đốc)(?: (?:cho|đồng chí|nhiệm vụ cho|trách nhiệm cho))? (?=(?P<whom>.{0,40}))"
    ),
    re.IGNORECASE,
)
_DUTY: Final = re.compile(
    r"(?<!\w)(?:chủ trì|có trách nhiệm|chịu trách nhiệm|tham mưu|phối hợp|hướng dẫn|xây dựng|rà soát|theo dõi"
    r"|đôn đốc|báo cáo|triển khai|tổ chức|chỉ đạo|khẩn trương|chủ động"
    r"|tiếp thu|bố trí|ban hành|hoàn thành|cập nhật|kiểm tra|thi hành|lãnh đạo|trình|thực hiện|tổng hợp|cử|gửi|lập"
    r"|thẩm định|công khai|chia sẻ|kết nối|đối soát|hoàn thiện|xử lý|giải quyết"
    r"|khắc phục|tập trung|thường xuyên|tăng cường|đẩy mạnh|tiếp tục|nghiên cứu|đề xuất|cung cấp|cung ứng|bảo đảm"
    r"|đảm bảo|quán triệt|niêm yết|thông báo|tuyên truyền|phân công|đào tạo|tập huấn"
    r"|số hóa|số hoá|chuẩn hóa|nâng cấp|vận hành|bàn giao|tiếp nhận|giám sát|thanh tra|điều tra|phê duyệt|xem xét"
    r"|căn cứ)(?!\w)",
    re.IGNORECASE,
)
_ACTION_FIRST: Final = re.compile(
    r"(?:rà soát|xây dựng|hoàn thành|hoàn thiện|triển khai|tổ chức|ban hành|cập nhật|kiểm tra|trình|báo cáo"
    r"|tổng hợp|công khai|kết nối|số hóa|số hoá|chuẩn hóa|đào tạo|tập huấn|nâng cấp|bàn giao"
    r"|khắc phục|giải quyết|xử lý|nghiên cứu|đề xuất|lập|tham mưu|quán triệt|thẩm định|phê duyệt|thực hiện"
    r"|đối soát|cấp|kiện toàn|thành lập|sửa đổi|bổ sung|cung cấp|thí điểm|đưa|khởi công|mở|đấu thầu)(?!\w)",
    re.IGNORECASE,
)
_UNDER_AN_AGENCY: Final = re.compile(
    r"(?:là (?:cơ quan|đơn vị) (?:thường trực|đầu mối|chủ trì)|chủ trì|phối hợp|tham mưu|hướng dẫn|theo dõi|đôn đốc"
    r"|chịu trách nhiệm|bảo đảm|đảm bảo|tiếp nhận|chỉ đạo|chủ động|bố trí|cân đối|tuyên truyền|tăng cường"
    r"|đẩy mạnh)(?!\w)"
    rf"|{_ACTION_FIRST.pattern}",
    re.IGNORECASE,
)
"""How what an agency has to do begins in the items under its heading."""
_DUE_CUE: Final = re.compile(
    r"(?<!\w)(?:trước|hoàn thành|xong|chậm nhất|muộn nhất|thời hạn|hạn|thời gian|trong|đến hết|vào|định kỳ|gửi)(?!\w)",
    re.IGNORECASE,
)
_PAST: Final = re.compile(
    r"(?<!\w)(?:đã|vừa|từng|kết quả|so với cùng kỳ|so với năm|cùng kỳ|tính đến|trước đó|qua nửa nhiệm kỳ"
    r"|thực hiện được|đạt được|hiện có|hiện nay|ước|cho biết|nhấn mạnh|phát biểu|đánh giá cao|ghi nhận"
    r"|biểu dương|theo báo cáo|cảm ơn|chúc mừng|thông qua)(?!\w)",
    re.IGNORECASE,
)
_PAST_OF_TASKS: Final = re.compile(
    r"(?<!\w)(?:đã|vừa|từng|cho biết|nhấn mạnh|phát biểu|đánh giá cao|ghi nhận|biểu dương|cảm ơn|được|cũng|luôn)(?!\w)",
    re.IGNORECASE,
)
_AIM: Final = re.compile(
    (
        r"(?<!\w)(?:phấn đấu|(?<!so với )(?<!hoàn thành )(?<!vượt )(?<!các )mục tiêu|đặt ra chỉ tiêu|đặt chỉ tiêu"
        r"|chỉ tiêu đến|chỉ tiêu kế hoạch|kế hoạch đặt ra|quyết tâm)(?!\w)"
    ),
    re.IGNORECASE,
)
_BY_YEAR: Final = re.compile(
    r"(?<!\w)(?<!tầm nhìn )(?<!từ )đến (?:hết |cuối )?(?:năm )?20\d\d(?![\w/]|[.,-]\d)", re.IGNORECASE
)
_AIM_FIRST: Final = re.compile(
    (
        r"(?:bảo đảm|đảm bảo|duy trì|nâng|đưa|giữ|giảm|tăng|đạt|có ít nhất|có tối thiểu|ít nhất|tối thiểu|trên|hơn"
        r"|100%|\d[\d.,]* ?%)(?!\w)"
    ),
    re.IGNORECASE,
)
_IN_YEAR: Final = re.compile(r"(?<!\w)(?:vào|trong|trước|đến)(?: cuối| hết)? (?:năm )?20\d\d(?!\w)", re.IGNORECASE)
_AIMS_HEADING: Final = re.compile(r"(?:[IVX\d.]+ )?(?:các )?(?:mục tiêu|chỉ tiêu)(?! | đạt)?", re.IGNORECASE)
_SPEAKER: Final = re.compile(r"[^:|]{0,80}: ")
_ARTICLE: Final = re.compile(r"(?:Điều|Mục|Phần) [\dIVX]+\. ")
_ANNOUNCES: Final = "như sau:"
_CELLS_OF_A_TASK: Final = 3
"""A row of a table of tasks has at least the task, who and by when."""


def find_candidates(scan: str, dates: tuple[FoundDate, ...], figures: tuple[Figure, ...]) -> tuple[Candidate, ...]:
    """Find the sentences that may be tasks or targets, in the order of the text."""
    return tuple(_find(scan, dates, figures))


def _find(scan: str, dates: tuple[FoundDate, ...], figures: tuple[Figure, ...]) -> Iterator[Candidate]:
    among_aims, charged = False, ""
    for span in split_sentences(scan):
        sentence = scan[span.start : span.end]
        within, days = list_within(figures, span), list_within(dates, span)
        charged = _find_charged(sentence, charged)
        is_task = _is_task(sentence, days) or (charged != "" and bool(_UNDER_AN_AGENCY.match(sentence)))
        among_aims = _is_among_aims(sentence, is_after_aims=among_aims, is_task=is_task, has_figures=bool(within))
        if is_task:
            owners = (charged,) if charged else _name_owners(scan, span)
            yield Candidate(CandidateKind.TASK, span, owners, days[-1].value if days else "", within)
        elif within and (among_aims or _is_target(sentence)) and not _PAST.search(sentence):
            yield Candidate(CandidateKind.TARGET, span, (), days[-1].value if days else "", within)


def _find_charged(sentence: str, before: str) -> str:
    """Give the agency under whose heading the next items stand: `1. Sở Nội vụ`, then what it has to do."""
    heading = sentence.rstrip(" :.")
    if agency := AGENCY.match(heading):
        return heading if agency.end() == len(heading) else ""
    is_heading = sentence.isupper() or _ARTICLE.match(sentence) is not None or sentence.endswith(":")
    return "" if is_heading else before


def _is_task(sentence: str, days: tuple[FoundDate, ...]) -> bool:
    if sentence.endswith(_ANNOUNCES):
        return False
    if " | " in sentence:
        return _is_row_of_a_task(sentence, has_day=bool(days))
    return _is_charge(sentence) or _is_duty(sentence) or _is_dated_action(sentence, has_day=bool(days))


def _is_row_of_a_task(row: str, *, has_day: bool) -> bool:
    cells = [cell.strip() for cell in row.split("|")]
    return has_day and len(cells) >= _CELLS_OF_A_TASK and any(AGENCY.match(cell) for cell in cells)


def _is_charge(sentence: str) -> bool:
    return any(
        AGENCY.match(match["whom"]) and not _PAST_OF_TASKS.search(sentence, 0, match.start())
        for match in _CHARGE.finditer(sentence)
    )


def _is_duty(sentence: str) -> bool:
    """Tell whether it begins with an agency, behind what it may be said by, that is then to do something."""
    for start in _list_beginnings(sentence):
        agency = AGENCY.match(sentence, start)
        if agency and (duty := _DUTY.search(sentence, agency.end())):
            return not _PAST_OF_TASKS.search(sentence, 0, duty.end())
    return False


def _list_beginnings(sentence: str) -> Iterator[int]:
    yield 0
    for prefix in (_ARTICLE, _SPEAKER):
        if match := prefix.match(sentence):
            yield match.end()


def _is_dated_action(sentence: str, *, has_day: bool) -> bool:
    return has_day and bool(_ACTION_FIRST.match(sentence)) and bool(_DUE_CUE.search(sentence))


def _is_target(sentence: str) -> bool:
    if _AIM.search(sentence) or _BY_YEAR.search(sentence):
        return True
    return bool(_AIM_FIRST.match(sentence)) and bool(_IN_YEAR.search(sentence))


def _is_among_aims(sentence: str, *, is_after_aims: bool, is_task: bool, has_figures: bool) -> bool:
    """Tell whether the sentence stands under a heading of aims, or is one."""
    if _AIMS_HEADING.match(sentence) and ("|" not in sentence):
        return True
    return is_after_aims and has_figures and not is_task


def _name_owners(scan: str, span: Span) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scan[start:end].strip() for start, end in find_agencies(scan, span.start, span.end)))
