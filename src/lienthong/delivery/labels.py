"""What the words of figures and targets are called, in Vietnamese and in English. Pure.

They stand here and not in the pages' catalogue, because reports, exports and files need both languages at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.delivery.figures import MissingKind
from lienthong.delivery.number_text import write_number
from lienthong.delivery.target_words import Comparison, TargetState
from lienthong.delivery.words import Direction, Frequency, Origin, Qualifier, SourceKind, Status

if TYPE_CHECKING:
    from decimal import Decimal
    from enum import StrEnum
    from fractions import Fraction

    from lienthong.delivery.figures import Missing

Label = tuple[str, str]
"""In Vietnamese and in English."""

UNITS: Final[dict[str, Label]] = {
    "one": ("", ""),
    "times": ("lần", "times"),
    "percent": ("%", "%"),
    "pp": ("điểm %", "percentage points"),
    "permille": ("‰", "‰"),
    "VND": ("đồng", "VND"),
    "thousand_VND": ("nghìn đồng", "thousand VND"),
    "mn_VND": ("triệu đồng", "million VND"),
    "bn_VND": ("tỷ đồng", "billion VND"),
    "VND/USD": ("đồng/USD", "VND per USD"),
    "USD": ("USD", "USD"),
    "mn_USD": ("triệu USD", "million USD"),
    "USD/person": ("USD", "USD"),
    "mn_VND/person": ("triệu đồng", "million VND"),
    "VND/person": ("đồng", "VND"),
    "person": ("người", "people"),
    "thousand_person": ("nghìn người", "thousand people"),
    "household": ("hộ", "households"),
    "case": ("hồ sơ", "cases"),
    "card": ("thẻ", "cards"),
    "message": ("lượt", "exchanges"),
    "enterprise": ("doanh nghiệp", "enterprises"),
    "commune": ("đơn vị", "units"),
    "crime": ("vụ", "crimes"),
    "accident": ("vụ", "accidents"),
    "target": ("chỉ tiêu", "targets"),
    "year": ("năm", "years"),
    "day": ("ngày", "days"),
    "point": ("điểm", "points"),
    "rank": ("", ""),
    "km": ("km", "km"),
    "hectare": ("ha", "ha"),
    "bed": ("giường", "beds"),
}
"""Units that have words; any other is written as its code."""

_CLOSE: Final = frozenset({"%", "‰"})
"""Written without a space in English, and as Vietnamese texts write them too."""

STATES: Final[dict[TargetState, Label]] = {
    TargetState.REACHED: ("Đạt", "Reached"),
    TargetState.ON_TRACK: ("Đúng tiến độ", "On track"),
    TargetState.AT_RISK: ("Có nguy cơ không đạt", "At risk"),
    TargetState.MISSED: ("Không đạt", "Missed"),
    TargetState.NO_DATA: ("Chưa có số liệu", "No data"),
}
STATUSES: Final[dict[Status, Label]] = {
    Status.OFFICIAL: ("chính thức", "official"),
    Status.ESTIMATE: ("ước tính", "estimate"),
    Status.UNVERIFIED: ("chưa kiểm chứng", "unverified"),
}
MARKS: Final[dict[str, Label]] = {
    "reported": ("theo báo cáo", "as reported"),
    "computed": ("tính từ số liệu", "computed"),
    "illustrative": ("minh họa", "illustrative"),
}
QUALIFIERS: Final[dict[Qualifier, Label]] = {
    Qualifier.EXACT: ("", ""),
    Qualifier.OVER: ("trên", "over"),
    Qualifier.AT_LEAST: ("ít nhất", "at least"),
    Qualifier.UNDER: ("dưới", "under"),
    Qualifier.AT_MOST: ("nhiều nhất", "at most"),
    Qualifier.ABOUT: ("khoảng", "about"),
}
COMPARISONS: Final[dict[Comparison, Label]] = {
    Comparison.AT_LEAST: ("ít nhất", "at least"),
    Comparison.OVER: ("trên", "over"),
    Comparison.AT_MOST: ("nhiều nhất", "at most"),
    Comparison.UNDER: ("dưới", "under"),
    Comparison.WITHIN: ("từ", "from"),
}
FREQUENCIES: Final[dict[Frequency, Label]] = {
    Frequency.YEAR: ("hằng năm", "yearly"),
    Frequency.HALF_YEAR: ("nửa năm", "half-yearly"),
    Frequency.QUARTER: ("hằng quý", "quarterly"),
    Frequency.MONTH: ("hằng tháng", "monthly"),
    Frequency.DAY: ("hằng ngày", "daily"),
    Frequency.IRREGULAR: ("không định kỳ", "irregular"),
}
DIRECTIONS: Final[dict[Direction, Label]] = {
    Direction.UP: ("càng cao càng tốt", "higher is better"),
    Direction.DOWN: ("càng thấp càng tốt", "lower is better"),
    Direction.NONE: ("không có chiều tốt riêng", "neither way is better"),
}
ORIGINS: Final[dict[Origin, Label]] = {
    Origin.DOCUMENT: ("đọc từ văn bản", "read in a document"),
    Origin.FILE: ("nhập từ tệp", "imported from a file"),
    Origin.CASES: ("đếm từ hồ sơ", "counted from cases"),
    Origin.EXCHANGE: ("nhận qua kết nối", "received over the exchange"),
    Origin.SEED: ("tệp dữ liệu kèm theo", "data file of the platform"),
}
SOURCE_KINDS: Final[dict[SourceKind, Label]] = {
    SourceKind.DOCUMENT: ("văn bản", "document"),
    SourceKind.PRESS: ("báo chí", "press"),
    SourceKind.STATISTICS: ("thống kê", "statistics"),
    SourceKind.FILE: ("tệp", "file"),
    SourceKind.OWN_RECORDS: ("dữ liệu của hệ thống", "own records"),
    SourceKind.INVENTED: ("dữ liệu giả định để minh họa", "invented for illustration"),
}
DIMENSIONS: Final[dict[str, Label]] = {
    "age": ("độ tuổi", "age"),
    "channel": ("hình thức nộp", "channel"),
    "field": ("lĩnh vực", "field"),
    "procedure": ("thủ tục", "procedure"),
    "residence": ("thành thị, nông thôn", "residence"),
    "sector": ("khu vực kinh tế", "sector"),
    "sex": ("giới tính", "sex"),
}
MISSING: Final[dict[MissingKind, Label]] = {
    MissingKind.NOT_OBSERVED: ("chưa có số liệu", "no figure has been given"),
    MissingKind.REPORTED_ONLY: (
        "chỉ có số nêu trong báo cáo, không dùng để tính",
        "there is only a reported figure, which is not computed with",
    ),
    MissingKind.SOURCES_DISAGREE: ("các nguồn không thống nhất", "sources disagree"),
    MissingKind.NO_DIVISION: ("phép chia cho không", "it would be divided by nothing"),
    MissingKind.TOO_SHORT: ("chuỗi số liệu quá ngắn", "the series is too short"),
    MissingKind.NOT_CARRIED: (
        "số liệu thuộc đơn vị hành chính khác và không được quy đổi",
        "the figure belongs to other units and is not carried",
    ),
    MissingKind.UNKNOWN_AREA: ("không xác định được đơn vị hành chính", "the area is not known on that day"),
    MissingKind.NOT_A_VALUE: ("chỉ biết một khoảng", "only a range is known"),
    MissingKind.BEYOND_LIMITS: (
        "xu hướng tuyến tính vượt quá giới hạn của chỉ tiêu",
        "a straight trend would leave what the figure can be",
    ),
    MissingKind.WITHHELD: ("quá nhỏ để công bố", "too small to be told"),
}


def get_label(label: Label, language: str) -> str:
    """Give a label in `vi` or `en`."""
    return label[language != "vi"]


def name_word(labels: dict[StrEnum, Label], word: StrEnum, language: str) -> str:
    """Give what a word of a closed list is called."""
    return get_label(labels[word], language)


def write_amount(value: Fraction | Decimal | float, unit: str, decimals: int, language: str) -> str:
    """Write a figure with its unit: 9.554 USD, 11,03%, 2,23 lần."""
    number = write_number(value, decimals, language)
    label = get_label(UNITS.get(unit, (unit, unit)), language)
    return f"{number}{label}" if label in _CLOSE or not label else f"{number} {label}"


def explain_missing(missing: Missing, language: str) -> str:
    """Say why there is no figure; missing_text.py says of what as well."""
    return get_label(MISSING[missing.kind], language)
