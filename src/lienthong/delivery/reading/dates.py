"""Days and periods as documents write them: 16/3/2022, ngày 16 tháng 3 năm 2022, quý I/2024, giai đoạn 2021-2025.

A day without its year is said so (`--03-07`): which year it is depends on when the text was written, which a text that
was copied does not tell.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Final

from lienthong.delivery.reading.found import FoundDate, Span
from lienthong.delivery.reading.scan import mask

if TYPE_CHECKING:
    from collections.abc import Callable

_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_MONTH_WORDS: Final = {
    "giêng": 1,
    "một": 1,
    "hai": 2,
    "ba": 3,
    "tư": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
    "mười một": 11,
    "mười hai": 12,
}
_MONTH: Final = (
    r"(?P<month>\d{1,2}|[Mm]ười một|[Mm]ười hai|[Mm]ười|[Gg]iêng|[Mm]ột|[Hh]ai|[Bb]a|[Tt]ư|[Nn]ăm|[Ss]áu|[Bb]ảy"
    r"|[Tt]ám|[Cc]hín)"
)
_QUARTERS: Final = {"I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_BEFORE: Final = r"(?<![\w/.,-])"
_AFTER: Final = r"(?![\w/]|[.,-]\d)"

_DAY_CUE: Final = r"(?:[Nn]gày|[Ss]áng|[Cc]hiều|[Tt]ối|[Tt]rưa|[Đđ]êm|[Hh]ôm)"

_SPAN_OF_YEARS: Final = re.compile(
    rf"{_BEFORE}(?P<first>(?:19|20)\d\d) ?(?:-|đến(?: năm)?) ?(?P<last>(?:19|20)\d\d){_AFTER}"
)
_MONTHS: Final = re.compile(
    rf"{_BEFORE}(?P<count>\d{{1,2}}) tháng (?P<part>đầu|cuối)(?: của)? năm {_YEAR}{_AFTER}|"
    rf"{_BEFORE}(?P<only>\d{{1,2}}) tháng năm (?P<its>(?:19|20)\d\d){_AFTER}"
)
_WHOLE_DAY: Final = re.compile(
    rf"(?:[Nn]gày )?{_BEFORE}(?P<day>\d{{1,2}})(?P<stroke> ?[/.-] ?)(?P<month>\d{{1,2}})(?P=stroke){_YEAR}{_AFTER}"
)
_WORDED_DAY: Final = re.compile(
    rf"(?:[Nn]gày|[Mm]ùng|[Mm]ồng) {_BEFORE}(?P<day>\d{{1,2}}) tháng {_MONTH}(?:,? năm {_YEAR})?{_AFTER}"
)
_QUARTER: Final = re.compile(
    rf"(?:[Tt]rong )?(?<!\w)[Qq]uý (?P<quarter>IV|I{{1,3}}|[1-4])(?: ?/ ?| năm | ){_YEAR}{_AFTER}"
)
_MONTH_OF_YEAR: Final = re.compile(rf"(?<!\w)[Tt]háng {_MONTH}(?: ?[/-] ?| năm |,? ?năm ){_YEAR}{_AFTER}")
_SHORT_YEAR: Final = re.compile(
    rf"(?:[Nn]gày ){_BEFORE}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<short>\d\d){_AFTER}"
)
_CUED_DAY: Final = re.compile(rf"{_DAY_CUE}(?: ngày)? {_BEFORE}(?P<day>\d{{1,2}}) ?[/.-] ?(?P<month>\d{{1,2}}){_AFTER}")
_BARE_DAY: Final = re.compile(
    r"(?<!\w)(?P<before>[^\W\d]+ )?(?<![\w/.,-])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\w/%]"
    r"|[.,-]\d)(?P<after> [^\W\d]+)?"
)
_MONTH_BY_NUMBER: Final = re.compile(
    rf"(?<![\w/.,-])(?<!số )(?<!thứ )(?P<month>0?[1-9]|1[0-2]) ?/ ?(?P<year>20\d\d){_AFTER}"
)
_NAMED_YEAR: Final = re.compile(rf"(?:(?:[Cc]uối|[Đđ]ầu|[Hh]ết|[Gg]iữa) )?(?<!\w)[Nn]ăm {_YEAR}{_AFTER}")
_BARE_YEAR: Final = re.compile(rf"(?<![\w/.,-]){_YEAR}(?![\w/%]|[.,-]\d| \d)")
_BARE_MONTH: Final = re.compile(r"(?<!\w)(?<!\d )[Tt]háng (?P<month>\d{1,2})(?![\w/%]|[.,-]\d)")

_NO_DAY_AFTER: Final = frozenset(
    {"số", "đạt", "được", "thứ", "nhà", "ngõ", "ngách", "hẻm", "lô", "tổ", "có", "còn", "gần"}
)
"""Behind these words 5/12 is five of twelve, or a house."""
_DAY_FOLLOWS: Final = frozenset(
    {"sẽ", "đã", "và", "tại", "của", "là", "hằng", "hàng", "đến", "vừa", "ở", "do", "với", "để", "theo", "cùng", "diễn"}
)
"""Before these words, or before nothing, 5/12 is a day; before any other word it is five of twelve of it."""
_UNIT_OF_BARE_YEAR: Final = re.compile(
    r" (?:đồng|USD|hộ|hồ sơ|người|doanh nghiệp|thủ tục|lượt|tỷ|tỉ|triệu|km|ha|m2|m3|tấn|vụ|thẻ|cán bộ|điểm"
    r"|trường hợp|ngày)(?!\w)"
)


def find_dates(scan: str) -> tuple[FoundDate, ...]:
    """Find the days and periods of a text, in the order of the text."""
    found: list[FoundDate] = []
    for pattern, make in _FORMS:
        matches = [
            (match, value) for match in pattern.finditer(scan) if (value := make(match)) and _is_year_alone(match, scan)
        ]
        found += [FoundDate(_place(match), value) for match, value in matches]
        scan = mask(scan, [(match.start(), match.end()) for match, _ in matches])
    return tuple(sorted(found, key=lambda date: date.span))


def _place(match: re.Match[str]) -> Span:
    if match.re is _BARE_DAY:
        return Span(match.start("day"), match.end("month"))
    if match.re is _CUED_DAY:
        # Of `sáng 5/3` the morning is no part of the day.
        said = match.group().lower().find("ngày")
        return Span(match.start() + said if said >= 0 else match.start("day"), match.end())
    return Span(match.start(), match.end())


def _is_year_alone(match: re.Match[str], scan: str) -> bool:
    return match.re not in {_BARE_YEAR, _MONTH_BY_NUMBER} or _UNIT_OF_BARE_YEAR.match(scan, match.end()) is None


def _make_day(match: re.Match[str]) -> str:
    groups = match.groupdict()
    year = groups.get("year") or (f"20{groups['short']}" if groups.get("short") else "")
    month, day = _read_month(groups["month"]), int(groups["day"])
    # 2000 stands for a year that is not said: 29 February must be possible.
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(int(year or 2000), month)[1]):  # noqa: PLR2004 # months
        return ""
    return f"{year or '-'}-{month:02}-{day:02}"


def _make_bare_day(match: re.Match[str]) -> str:
    before, after = (match["before"] or "").strip().lower(), (match["after"] or "").strip()
    if match["day"] + match["month"] == "247" or before in _NO_DAY_AFTER or (after and after not in _DAY_FOLLOWS):
        return ""
    return _make_day(match)


def _make_month(match: re.Match[str]) -> str:
    month = _read_month(match["month"])
    year = match.groupdict().get("year") or "-"
    return f"{year}-{month:02}" if 1 <= month <= 12 else ""  # noqa: PLR2004 # months of a year


def _make_months(match: re.Match[str]) -> str:
    count, year = int(match["count"] or match["only"]), match["year"] or match["its"]
    if not 1 <= count <= 12:  # noqa: PLR2004 # months of a year
        return ""
    first = 13 - count if match["part"] == "cuối" else 1
    return f"{year}-{first:02}/{year}-{first + count - 1:02}"


def _make_years(match: re.Match[str]) -> str:
    return f"{match['first']}/{match['last']}" if match["first"] < match["last"] else ""


def _make_quarter(match: re.Match[str]) -> str:
    return f"{match['year']}-Q{_QUARTERS[match['quarter']]}"


def _make_year(match: re.Match[str]) -> str:
    return match["year"]


def _read_month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTH_WORDS[text.lower()]


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (_SPAN_OF_YEARS, _make_years),
    (_MONTHS, _make_months),
    (_WHOLE_DAY, _make_day),
    (_WORDED_DAY, _make_day),
    (_QUARTER, _make_quarter),
    (_MONTH_OF_YEAR, _make_month),
    (_SHORT_YEAR, _make_day),
    (_CUED_DAY, _make_day),
    (_BARE_DAY, _make_bare_day),
    (_MONTH_BY_NUMBER, _make_month),
    (_NAMED_YEAR, _make_year),
    (_BARE_YEAR, _make_year),
    (_BARE_MONTH, _make_month),
)
"""From the longest form to the shortest: what one has found is hidden from the next."""
