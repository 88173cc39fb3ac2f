"""Numbers with what they count or measure, as they are reported.

Vietnamese writes a point for thousands and a comma for decimals: 1.397 is more than a thousand, 2,23 more than two.
A number belongs to what follows it; without that it is no figure, or the number of an article, a house, a form. What a
figure says of the true one (hơn, dưới, khoảng …) is kept with it and never computed away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from lienthong.delivery.reading.found import Figure, Span
from lienthong.delivery.reading.no_figures import hide_no_figures, is_a_label
from lienthong.delivery.reading.scan import mask
from lienthong.delivery.reading.units_read import ANY_WORD, COUNTED, MEASURE, NO_NOUNS, spell_unit
from lienthong.delivery.words import Qualifier

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER: Final = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?: \d{3})+(?:,\d+)?(?= [a-zđ%U])|\d+,\d+|\d+\.\d{1,2}|\d+)"
_START: Final = r"(?<![\w/.,\x00-])"
_STOP: Final = r"(?!\w|[.,/-]\d|\.\d)"

_NUMBER_ALONE: Final = re.compile(rf"{_START}(?P<number>{_NUMBER}){_STOP}")
_ROW: Final = re.compile(r"^.*\|.*$", re.MULTILINE)
_UNIT_IN_CELL: Final = re.compile(rf" *(?:{MEASURE.pattern}|{COUNTED.pattern}) *")
_NUMBER_IN_CELL: Final = re.compile(rf"[ ≥≤<>]*(?:[^\W\d]+ ){{0,2}}(?P<number>{_NUMBER}) *")
_RANGE: Final = re.compile(
    rf"{_START}(?P<low>{_NUMBER})(?P<mark> ?%(?: ?/ ?năm)?)? ?(?:-|÷|(?<= )(?:đến|tới)) ?(?P<high>{_NUMBER}){_STOP}"
)
_PART: Final = re.compile(
    rf"{_START}(?P<part>\d{{1,6}}(?:\.\d{{3}})*) ?/ ?(?P<whole>\d{{1,6}}(?:\.\d{{3}})*)(?!\w|/|[.,-]\d|%)"
)
_NTH_YEAR: Final = re.compile(
    r"năm thứ (?P<number>\d{1,2}|hai|ba|tư|năm|sáu|bảy|tám|chín|mười) (?P<way>liên tiếp|liên tục|liền)(?!\w)"
)
_WORDED: Final = re.compile(
    (
        r"(?<!\w)(?P<number>hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|\d{1,2}) (?P<unit>con số|chữ số|năm (?:liên tiếp"
        r"|liên tục|liền))(?!\w)"
    ),
    re.IGNORECASE,
)
_RANK: Final = re.compile(
    r"(?<!\w)(?:[Đđ]ứng|[Xx]ếp|[Gg]iữ|[Vv]ươn lên|[Đđ]ạt|[Ll]ên|[Tt]ốp|[Vv]ị trí)(?: ở| tại)?(?: hạng| vị trí| vị thứ)*"
    r" (?P<rank>(?:thứ|hạng|thứ hạng) (?P<number>\d{1,3}|nhất|nhì|hai|ba|tư))(?![\w/]|[.,-]\d| ?/)"
)
_WORDS: Final = {
    "nhất": 1,
    "nhì": 2,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
}

_BEFORE: Final[tuple[tuple[re.Pattern[str], Qualifier], ...]] = tuple(
    (re.compile(rf"(?:{words})(?: gấp)? $", re.IGNORECASE), qualifier)
    for words, qualifier in (
        (
            (
                r"(?<!\w)(?:ít nhất|tối thiểu|không dưới|không thấp hơn|không ít hơn|thấp nhất)(?: là| đạt| có| từ"
                r"| khoảng)?|≥"
            ),
            Qualifier.AT_LEAST,
        ),
        (
            (
                r"(?<!\w)(?:không quá|tối đa|không vượt quá|không vượt|không cao hơn|không nhiều hơn|nhiều nhất"
                r"|cao nhất)(?: là| đến| tới)?|≤"
            ),
            Qualifier.AT_MOST,
        ),
        (
            (
                r"(?<!\w)(?<!cao )(?<!thấp )(?<!nhiều )(?<!ít )(?<!lớn )(?<!nhỏ )(?<!nhanh )(?<!chậm )(?<!ngắn "
                r")(?<!dài )(?<!tốt )(?<!kém )hơn"
            ),
            Qualifier.OVER,
        ),
        (r"(?<!\w)(?:trên|vượt mức|vượt mốc|vượt ngưỡng)(?: mức)?|>", Qualifier.OVER),
        (r"(?<!\w)dưới(?: mức)?|<", Qualifier.UNDER),
        (
            (
                r"(?<!\w)(?:khoảng|gần|xấp xỉ|chừng|tầm|ước khoảng|ước(?: tính)?(?: đạt| tăng| giảm| thực hiện| có| là"
                r"| khoảng)?)|[~≈]"
            ),
            Qualifier.ABOUT,
        ),
    )
)
_UPWARDS: Final = re.compile(r" trở lên(?!\w)")
_DOWNWARDS: Final = re.compile(r" trở xuống(?!\w)")
_FROM: Final = re.compile(r"(?<!\w)[Tt]ừ $")
_OF_RANK: Final = re.compile(r"(?<!\w)(?:thứ|hạng) $")
_TIMES: Final = re.compile(r"(?<!\w)[Gg]ấp (?:hơn )?$")
_SAYS_VALUE: Final = re.compile(r"(?<!\w)(?:đạt|là|còn|bằng|lên|xuống|mức|khoảng)(?: mức)? $|[:|=] ?$")
_SAYS_COUNT: Final = re.compile(r"(?<!\w)(?:đạt|hoàn thành|được|có) $")


class _Sort(Enum):
    """What stands behind a number."""

    MEASURE = auto()
    COUNTED = auto()
    WORD = auto()
    """A word that is in no list of ours."""
    NONE = auto()


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in its place, not yet known to be a figure; `mark` is a unit that stands inside a range."""

    start: int
    end: int
    value: str
    mark: str = ""


def find_figures(scan: str) -> tuple[Figure, ...]:
    """Find the figures of a text in whose references and dates are hidden (`scan.mask`), in the order of the text."""
    hidden = hide_no_figures(scan)
    found: list[Figure] = []
    for find in (_find_streaks, _find_ranks, _find_numbers, _find_cells):
        figures = list(find(hidden))
        found += figures
        hidden = mask(hidden, [(figure.span.start, figure.span.end) for figure in figures])
    return tuple(sorted(found, key=lambda figure: figure.span))


def read_number(text: str) -> str:
    """Give a Vietnamese number with a point for decimals and nothing for thousands."""
    if re.fullmatch(r"\d+\.\d{1,2}", text):
        return _trim(text)
    return _trim(text.replace(".", "").replace(" ", "").replace(",", "."))


def _trim(text: str) -> str:
    whole, point, decimals = text.partition(".")
    return (whole.lstrip("0") or "0") + point + decimals


def _find_streaks(scan: str) -> Iterator[Figure]:
    for match in _NTH_YEAR.finditer(scan):
        yield Figure(_span(match), _read_word(match["number"]), f"năm {match['way']}", Qualifier.EXACT)
    for match in _WORDED.finditer(scan):
        start, qualifier = _look_before(scan, match.start())
        unit = match["unit"].lower().replace("chữ số", "con số")
        yield Figure(Span(start, match.end()), _read_word(match["number"]), unit, qualifier)


def _find_ranks(scan: str) -> Iterator[Figure]:
    for match in _RANK.finditer(scan):
        yield Figure(Span(match.start("rank"), match.end()), _read_word(match["number"]), "hạng", Qualifier.EXACT)


def _find_numbers(scan: str) -> Iterator[Figure]:
    end = 0
    for number in _list_numbers(scan):
        if number.start >= end and (figure := _make_figure(scan, number)):
            end = figure.span.end
            yield figure


def _find_cells(scan: str) -> Iterator[Figure]:
    """Find the numbers of a table's row whose unit stands in a cell of its own before them."""
    for row in _ROW.finditer(scan):
        unit, at = "", row.start()
        for cell in row.group().split("|"):
            if found := _NUMBER_IN_CELL.fullmatch(cell):
                place = at + found.start("number")
                if unit and not is_a_label(scan, place, value=found["number"], is_counted=False):
                    start, qualifier = _look_before(scan, place)
                    yield Figure(Span(start, at + found.end("number")), read_number(found["number"]), unit, qualifier)
            elif _UNIT_IN_CELL.fullmatch(cell):
                unit = spell_unit(cell.strip())
            at += len(cell) + 1


def _list_numbers(scan: str) -> list[_Number]:
    """List ranges, parts and single numbers by place, the longer first where they start at one place."""
    found = [
        _Number(m.start(), m.end(), f"{read_number(m['low'])}..{read_number(m['high'])}", (m["mark"] or "").strip())
        for m in _RANGE.finditer(scan)
    ]
    found += [
        _Number(m.start(), m.end(), f"{read_number(m['part'])}/{read_number(m['whole'])}") for m in _PART.finditer(scan)
    ]
    found += [_Number(m.start(), m.end(), read_number(m["number"])) for m in _NUMBER_ALONE.finditer(scan)]
    return sorted(found, key=lambda number: (number.start, -number.end))


def _make_figure(scan: str, number: _Number) -> Figure | None:
    unit, end, sort = _look_behind(scan, number)
    is_counted = sort is _Sort.COUNTED
    if unit is None or (
        sort is not _Sort.MEASURE and is_a_label(scan, number.start, value=number.value, is_counted=is_counted)
    ):
        return None
    start, qualifier = _look_before(scan, number.start)
    if "/" in number.value and (rank := _OF_RANK.search(scan, max(0, start - 5), start)):
        start = rank.start()
    if upwards := _UPWARDS.match(scan, end):
        end, qualifier = upwards.end(), Qualifier.AT_LEAST
    elif downwards := _DOWNWARDS.match(scan, end):
        end, qualifier = downwards.end(), Qualifier.AT_MOST
    if (upwards or downwards or ".." in number.value) and (since := _FROM.search(scan, max(0, start - 3), start)):
        start = since.start()
    return Figure(Span(start, end), number.value, unit, qualifier)


def _look_behind(scan: str, number: _Number) -> tuple[str | None, int, _Sort]:
    """Give the unit behind a number, where it ends, and of which sort it is; None where the number is no figure."""
    place = number.end + (scan[number.end : number.end + 1] == " ")
    if measure := MEASURE.match(scan, place):
        return spell_unit(measure.group()), measure.end(), _Sort.MEASURE
    if number.mark:
        return spell_unit(number.mark), number.end, _Sort.MEASURE
    is_apart = place > number.end
    if is_apart and (counted := COUNTED.match(scan, place)):
        return counted.group(), counted.end(), _Sort.COUNTED
    is_whole = "." not in number.value.replace("..", "")
    if is_apart and is_whole and (word := ANY_WORD.match(scan, place)) and word.group() not in NO_NOUNS:
        return word.group(), word.end(), _Sort.WORD
    return ("" if _is_value_alone(scan, number) else None), number.end, _Sort.NONE


def _is_value_alone(scan: str, number: _Number) -> bool:
    """Tell whether a number without a unit is a figure: a decimal that something is said to be, a part of a whole."""
    before = scan[max(0, number.start - 20) : number.start]
    if "/" in number.value:
        return bool(_SAYS_COUNT.search(before))
    return "." in number.value and ".." not in number.value and bool(_SAYS_VALUE.search(before))


def _look_before(scan: str, start: int) -> tuple[int, Qualifier]:
    """Give what stands before a number about it, and where that starts."""
    window = max(0, start - 30)
    before = scan[window:start]
    for pattern, qualifier in _BEFORE:
        if match := pattern.search(before if before.endswith(" ") else f"{before} "):
            return window + match.start(), qualifier
    if times := _TIMES.search(before):
        return window + times.start(), Qualifier.EXACT
    return start, Qualifier.EXACT


def _read_word(text: str) -> str:
    return read_number(text) if text.isdecimal() else str(_WORDS[text.lower()])


def _span(match: re.Match[str]) -> Span:
    return Span(match.start(), match.end())
