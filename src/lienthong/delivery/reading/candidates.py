"""Sentences that may be tasks or targets. Each is only proposed: a person accepts, corrects or rejects it.

A task charges somebody with something, or names an action with its due day. A target promises a figure: by its words
(phấn đấu, mục tiêu), by a year to come, or by standing under a heading of aims. What was reached is neither.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.delivery.reading.agencies_named import AGENCY, find_agencies
from lienthong.delivery.reading.found import Candidate, CandidateKind, Figure, FoundDate, Span, list_within
from lienthong.delivery.reading.sentences import begins_line, is_list_item, split_sentences

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
    r"|tiếp thu|bố trí|ban hành|hoàn thành|cập nhật|kiểm tra|thi hành|lãnh đạo|trình(?! bày)|thực hiện|tổng hợp"
    r"|cử|gửi|lập|thẩm định|công khai|chia sẻ|kết nối|đối soát|hoàn thiện|xử lý|giải quyết"
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
_DESCRIBED: Final = re.compile(
    r" *(?:có(?! trách nhiệm)|là(?! (?:cơ quan|đơn vị) (?:thường trực|đầu mối|chủ trì))|gồm|bao gồm|họp|dự|tham dự"
    r"|tham gia|trình bày|đóng góp|hoạt động|đạt|hiện|thăm|tiếp(?! tục| thu| nhận)|ký|phát biểu|phát động|khai mạc"
    r"|(?:chủ trì|tổ chức) (?:hội nghị|cuộc họp|buổi|phiên họp|lễ|họp báo|cuộc làm việc))(?!\w)",
    re.IGNORECASE,
)
"""How a sentence goes on that says what an agency is or did, and charges it with nothing."""
_COUNTED: Final = re.compile(r" \d[\d.]* [^\W\d]")
"""Behind a duty: so many were issued, held, built."""
_DUE_CUE: Final = re.compile(
    r"(?<!\w)(?:trước|hoàn thành|xong|chậm nhất|muộn nhất|thời hạn|hạn|thời gian|trong|đến hết|vào|định kỳ|gửi)(?!\w)",
    re.IGNORECASE,
)
_PAST: Final = re.compile(
    r"(?<!\w)(?:đã|vừa|từng|(?<!trả )(?<!nhận )(?<!tra cứu )(?<!số hóa )kết quả|tính đến|trước đó|qua nửa nhiệm kỳ"
    r"|thực hiện được|đạt được|hiện có|ước|cho biết|nhấn mạnh|phát biểu|đánh giá cao|ghi nhận"
    r"|biểu dương|theo báo cáo|cảm ơn|chúc mừng)(?!\w)",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(r"(?<!\w)(?:so với )?cùng kỳ(?!\w)", re.IGNORECASE)
"""What reports compare with: a promise may too, but then it says that it is one."""
_PAST_OF_TASKS: Final = re.compile(
    r"(?<!\w)(?:đã|vừa|từng|cho biết|nhấn mạnh|phát biểu|đánh giá cao|ghi nhận|biểu dương|cảm ơn"
    r"|được(?! giao| phân công)|cũng|luôn)(?!\w)",
    re.IGNORECASE,
)
_AIM: Final = re.compile(
    (
        r"(?<!\w)(?:phấn đấu|(?<!so với )(?<!hoàn thành )(?<!vượt )(?<!đạt )(?<!các )mục tiêu|đặt ra chỉ tiêu"
        r"|đặt chỉ tiêu|chỉ tiêu đến|chỉ tiêu kế hoạch|kế hoạch đặt ra|quyết tâm)(?!\w)"
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
_VISION: Final = re.compile(r"tầm nhìn (?:đến )?(?:năm )?20\d\d(?!\w)", re.IGNORECASE)
_IN_YEAR: Final = re.compile(r"(?<!\w)(?:vào|trong|trước|đến)(?: cuối| hết)? (?:năm )?20\d\d(?!\w)", re.IGNORECASE)
_AIMS_HEADING: Final = re.compile(r"(?:[IVX\d.]+ )?(?:một số |các )?(?:mục tiêu|chỉ tiêu)", re.IGNORECASE)
_OTHER_HEADING: Final = re.compile(
    r"(?:các )?(?:nhiệm vụ|giải pháp|tổ chức thực hiện|kết quả|tình hình|đánh giá|quan điểm|nơi nhận|kiến nghị|đề xuất"
    r"|kinh phí|phân công)(?!\w)",
    re.IGNORECASE,
)
"""What a part of a document is called that follows its aims."""
_PLANNED_COLUMN: Final = re.compile(r"\| *(?:kế hoạch|mục tiêu|chỉ tiêu|phấn đấu)[^|]*20\d\d", re.IGNORECASE)
"""In the head of a table: its rows promise figures."""
_SPEAKER: Final = re.compile(r"[^:|]{0,80}: ")
_BY_WHEN: Final = re.compile(
    r"(?:định kỳ|chậm nhất|muộn nhất|thời hạn|trước (?:ngày|tháng|quý))[^,:;|]{0,60}[,:] ", re.IGNORECASE
)
_NAMED_OWNER: Final = re.compile(
    r"(?<!\w)(?:cơ quan|đơn vị) (?:chủ trì|thực hiện|phụ trách|đầu mối): *(?=(?P<whom>.{0,40}))", re.IGNORECASE
)
_AND_AGENCY: Final = re.compile(r"(?:,| và|;) ?")
_ARTICLE: Final = re.compile(r"(?:Điều|Mục|Phần) [\dIVX]+\. ")
_ANNOUNCES: Final = "như sau:"
_CELLS_OF_A_TASK: Final = 3
"""A row of a table of tasks has at least the task, who and by when."""


def find_candidates(scan: str, dates: tuple[FoundDate, ...], figures: tuple[Figure, ...]) -> tuple[Candidate, ...]:
    """Find the sentences that may be tasks or targets, in the order of the text."""
    return tuple(_find(scan, dates, figures))


def _find(scan: str, dates: tuple[FoundDate, ...], figures: tuple[Figure, ...]) -> Iterator[Candidate]:
    among_aims, in_plan, charged, last = False, False, "", 0
    for span in split_sentences(scan):
        sentence = scan[span.start : span.end]
        within, days = list_within(figures, span), list_within(dates, span)
        charged = _find_charged(sentence, charged)
        # A sentence of its own that names nobody is charged to the heading's agency, where it begins a line or goes on
        # in the line of such a one.
        is_own = _is_task(sentence, days)
        is_under = charged != "" and (begins_line(scan, span) or "\n" not in scan[last : span.start])
        is_task = is_own or (is_under and bool(_UNDER_AN_AGENCY.match(sentence)))
        is_item = is_list_item(scan, span)
        in_plan = _PLANNED_COLUMN.search(sentence) is not None or (in_plan and " | " in sentence)
        among_aims = not is_task and _is_among_aims(sentence, among_aims, is_item=is_item, has_figures=bool(within))
        if is_task:
            last = span.end
            named = _name_owners(scan, span)
            owners = named if named and _names_owner(sentence) else (charged,) if charged else named
            yield Candidate(CandidateKind.TASK, span, owners, days[-1].value if days else "", within)
        elif within and (among_aims or in_plan or _is_target(sentence)) and not _PAST.search(sentence):
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


def _names_owner(sentence: str) -> bool:
    """Tell whether a task says itself whom it charges."""
    return " | " in sentence or _is_charge(sentence) or _is_duty(sentence)


def _is_row_of_a_task(row: str, *, has_day: bool) -> bool:
    cells = [cell.strip() for cell in row.split("|")]
    return has_day and len(cells) >= _CELLS_OF_A_TASK and any(AGENCY.match(cell) for cell in cells)


def _is_charge(sentence: str) -> bool:
    if any(AGENCY.match(match["whom"]) for match in _NAMED_OWNER.finditer(sentence)):
        return True
    return any(
        AGENCY.match(match["whom"]) and not _PAST_OF_TASKS.search(sentence, 0, match.start())
        for match in _CHARGE.finditer(sentence)
    )


def _is_duty(sentence: str) -> bool:
    """Tell whether it begins with an agency, behind what it may be said by, that is then to do something."""
    for start in _list_beginnings(sentence):
        end = _find_end_of_agencies(sentence, start)
        if end > start and (duty := _DUTY.search(sentence, end)):
            is_told = _DESCRIBED.match(sentence, end) or _COUNTED.match(sentence, duty.end())
            return not (is_told or _PAST_OF_TASKS.search(sentence, 0, duty.end()))
    return False


def _find_end_of_agencies(sentence: str, start: int) -> int:
    """Give where the agencies end that stand at a place, one behind the other; the place itself where none does."""
    end, at = start, start
    while agency := AGENCY.match(sentence, at):
        end = agency.end()
        behind = _AND_AGENCY.match(sentence, end)
        if behind is None:
            break
        at = behind.end()
    return end


def _list_beginnings(sentence: str) -> Iterator[int]:
    yield 0
    for prefix in (_ARTICLE, _SPEAKER, _BY_WHEN):
        if match := prefix.match(sentence):
            yield match.end()


def _is_dated_action(sentence: str, *, has_day: bool) -> bool:
    return has_day and bool(_ACTION_FIRST.match(sentence)) and bool(_DUE_CUE.search(sentence))


def _is_target(sentence: str) -> bool:
    if _AIM.search(sentence):
        return True
    if _COMPARED.search(sentence):
        return False
    if _BY_YEAR.search(sentence) or _VISION.match(sentence):
        return True
    return bool(_AIM_FIRST.match(sentence)) and bool(_IN_YEAR.search(sentence))


def _is_among_aims(sentence: str, is_after_aims: bool, *, is_item: bool, has_figures: bool) -> bool:  # noqa: FBT001 # what was before
    """Tell whether the sentence stands under a heading of aims, or is one: until a heading of something else."""
    if _AIMS_HEADING.match(sentence) and "|" not in sentence:
        return not _PAST.search(sentence)
    if not is_after_aims or sentence.isupper() or _OTHER_HEADING.match(sentence):
        return False
    return has_figures or is_item


def _name_owners(scan: str, span: Span) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scan[start:end].strip() for start, end in find_agencies(scan, span.start, span.end)))
