"""Numbers that count and measure nothing: phones, codes, hours of the day, houses, articles, versions, list marks."""

from __future__ import annotations

import re
from typing import Final

from lienthong.delivery.reading.scan import mask

_NO_FIGURES: Final = re.compile(
    r"(?<![\w.])\d\.\d{6}(?:\.[\w.]+)?(?!\d)"  # codes of procedures
    r"|(?<!\w)[A-Z]{1,3}\d[\w.]*(?:-\d+)*"  # codes of agencies and cases, QL18, A4
    r"|(?<!\w)\d{2}[A-Z]\d?-\d[\d.]+"  # plates
    r"|(?<![\w,.])\(?0\d{2,4}\)?[ .-]\d{3,4}[ .-]\d{3,4}(?!\d)"  # phones
    r"|(?<!\d)1[89]00[ .-]?\d{2,4}(?:[ .-]\d{2,4})?(?![\w.,]\d)"  # service numbers
    r"|(?<!\w)24 ?/ ?7(?!\w)|(?<!\w)24 ?h ?/ ?7(?!\w)"
    r"|(?<!\w)\d{1,2} ?(?:h|g)(?: ?\d{2})?(?!\w)"  # 17h30
    r"|(?<!\w)\d{1,2}:\d{2}(?::\d{2})?(?!\w)"
    r"|(?<!\w)\d{1,2} giờ \d{1,2}(?: phút)?(?!\w)"
    r"|(?<!\w)(?:[Ll]úc|[Tt]rước|[Vv]ào|[Hh]ồi|[Đđ]ến|[Tt]ừ|[Ss]au) \d{1,2} giờ"
    r"(?: \d{1,2}(?: phút)?)?(?! làm việc)(?!\w)"
    r"|(?<!\w)\d{1,2} giờ(?: sáng| chiều| tối)? ngày(?!\w)"
    r"|(?<!\w)(?:ISO|TCVN|QCVN|IEC)[ /:]?[\w:./-]*\d[\w:./-]*(?: \d[\d:./-]*)?"
    r"|(?<!\w)[Cc][Oo][Vv][Ii][Dd][- ]?\d+"
    r"|(?<!\w)[Kk]m ?\d+ ?\+ ?\d+"
    r"|(?<![\w.,])\d{9,}(?![\w.,]\d)"  # numbers of persons, accounts
    r"|(?<!\w)\d+(?:\.\d+){2,}(?<!\.000)(?<![.]\d{3}\.\d{3})(?!\d)"  # addresses and outlines
    r"|(?<!\w)[Nn]gày \d{1,2}(?= tháng|,| và | hàng| hằng)"  # the 20th of any month
    r"|(?m:^ *\d{1,3}(?:\.\d{1,2})*[.)] )"  # list marks
    r"|(?m:^ *\d{1,3} ?\|)"  # the first cell of a table
)
_LABEL: Final = re.compile(
    r"(?<!\w)(?:Điều|khoản|điểm|chương|mục|phần|phụ lục|mẫu|mẫu số|biểu|biểu số|bảng|hình|khóa|khoá|kỳ họp thứ"
    r"|kỳ họp|lô|nhà|số nhà|ngõ|ngách|hẻm"
    r"|phòng số|phòng họp|phòng họp số|quốc lộ|tỉnh lộ|đường tỉnh|đường|mức độ|cấp độ|phiên bản|lần thứ|số|số hiệu"
    r"|mã|mã số|tài khoản|số tài khoản|điện thoại|ĐT|fax"
    r"|quyết định|nghị quyết|chỉ thị|kế hoạch|nghị định|thông tư|chương trình|đề án|công văn) ?:? $",
    re.IGNORECASE,
)
"""Words whose number, right behind them, is a name and no amount."""
_LABEL_OF_FEW: Final = re.compile(
    r"(?<!\w)(?:lớp|khu|tổ|thôn|tầng|phòng|phường|quận|bước|mức|bậc|loại|nhóm|bản|thế hệ|lần|thứ|bài|câu|trang"
    r"|dòng|cột|hạng|vùng|kỳ|đợt|tờ|quyển|tập|vòng"
    r"|giai đoạn|công nghiệp|cấp) ?:? $",
    re.IGNORECASE,
)
"""Words that do so for small numbers only: tổ 5, but tổ 125 hộ."""
_AMOUNT_ALL_THE_SAME: Final = re.compile(
    r"(?<!\w)(?:[Tt]ổng số|[Tt]rong số|[Mm]ột số|[Tt]ổng mức|[Mm]ỗi lần|[Nn]hiều lần|[Gg]ồm|[Gg]iải quyết hồ sơ) ?:? $"
)
_WINDOW: Final = 24
_RANKS: Final = frozenset({"thứ", "hạng"})
_GIVES: Final = frozenset({"cấp", "nhóm"})
"""They name before a number alone, and not before an amount: cấp 2, but cấp 5 thẻ; nhóm 2, but nhóm 10 địa phương."""
_FEW: Final = 5
"""Characters of a number that can still be a name: 5, 12, 4.0, 12/5."""


def hide_no_figures(scan: str) -> str:
    """Give the text with such numbers hidden, all other characters in their places."""
    return mask(scan, [(match.start(), match.end()) for match in _NO_FIGURES.finditer(scan)])


def is_a_label(scan: str, start: int, *, value: str, is_counted: bool) -> bool:
    """Tell whether the number at a place names something: Điều 5, tổ 3. `is_counted`: a known noun follows."""
    before = scan[max(0, start - _WINDOW) : start]
    if _AMOUNT_ALL_THE_SAME.search(before):
        return False
    if few := _LABEL_OF_FEW.search(before):
        is_rank_of = "/" in value and few.group().lower().strip() in _RANKS
        is_given = is_counted and few.group().lower().strip() in _GIVES
        return len(value) <= _FEW and not is_rank_of and not is_given
    return bool(_LABEL.search(before))
