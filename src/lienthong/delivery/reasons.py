"""Why a figure, or a whole file of figures, stays out: as a kind with its values, said in either language. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.delivery.figures import Cell
from lienthong.delivery.labels import get_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.delivery.labels import Label


class ReasonKind(StrEnum):
    """What is to be said of a figure or a file that stays out."""

    NO_INDICATOR = "no-indicator"
    NO_SOURCE = "no-source"
    NO_SOURCE_NAMED = "no-source-named"
    NO_AREA = "no-area"
    NO_AREAS_YET = "no-areas-yet"
    PERIOD_FORM = "period-form"
    DAY_FORM = "day-form"
    NUMBER_FORM = "number-form"
    NUMBER_WITH_COMMA_FORM = "number-with-comma-form"
    WORD_FORM = "word-form"
    BREAKDOWN_FORM = "breakdown-form"
    OTHER_BREAKDOWN = "other-breakdown"
    NEVER_BROKEN_DOWN = "never-broken-down"
    NO_UNIT = "no-unit"
    OTHER_UNIT = "other-unit"
    NOT_EXACT = "not-exact"
    TWICE = "twice"
    JUMP = "jump"
    ABOVE_TOTAL = "above-total"
    BY_PROVINCE = "by-province"
    BY_YEAR = "by-year"
    WHOLE_ONLY = "whole-only"
    TOO_FEW = "too-few"
    PROVINCE_OR_COUNTRY = "province-or-country"
    NOT_COUNTED_HERE = "not-counted-here"
    DIFFERS_BY_FEW = "differs-by-few"
    TOO_MANY_PARTS = "too-many-parts"
    REST_TOO_FEW = "rest-too-few"
    FILE_TOO_LARGE = "file-too-large"
    UNPACKS_TOO_LARGE = "unpacks-too-large"
    TOO_MANY_ROWS = "too-many-rows"
    NOT_TEXT = "not-text"
    BROKEN_LINE = "broken-line"
    NO_WORKBOOK = "no-workbook"
    NO_SDMX = "no-sdmx"
    DOCUMENT_TYPE = "document-type"
    OTHER_COLUMNS = "other-columns"


REASONS: Final[dict[ReasonKind, Label]] = {
    ReasonKind.NO_INDICATOR: ("không có chỉ tiêu nào mang mã này", "no indicator has this code"),
    ReasonKind.NO_SOURCE: ("không có nguồn nào mang mã {source}", "no source has the code {source}"),
    ReasonKind.NO_SOURCE_NAMED: (
        "dòng không nêu nguồn, và cũng không chọn nguồn chung cho cả tệp",
        "the row names no source, and none was chosen for the file",
    ),
    ReasonKind.NO_AREA: (
        "không có đơn vị hành chính nào mang mã này vào ngày {day}; ghi vào cột area_on một ngày mà mã còn dùng",
        "no unit has this code on {day}; say in area_on in which day's tree the code is meant",
    ),
    ReasonKind.NO_AREAS_YET: (
        "hệ thống chưa có danh mục đơn vị hành chính",
        "this site has no administrative units yet",
    ),
    ReasonKind.PERIOD_FORM: (
        "cần một kỳ như 2023, 2023-S1, 2023-Q2, 2023-05, 2023-05-31 hoặc 2021-2025",
        "expected a period such as 2023, 2023-S1, 2023-Q2, 2023-05, 2023-05-31 or 2021-2025",
    ),
    ReasonKind.DAY_FORM: ("cần một ngày như 2026-04-15", "expected a day such as 2026-04-15"),
    ReasonKind.NUMBER_FORM: (
        "cần một số viết với dấu chấm thập phân, không có dấu nào khác, như 9553.4",
        "expected a number with a decimal point and nothing else, such as 9553.4",
    ),
    ReasonKind.NUMBER_WITH_COMMA_FORM: (
        "tệp tách cột bằng dấu chấm phẩy: cần một số viết với dấu phẩy thập phân, không có dấu nào khác, như 9553,4",
        "cells are parted by semicolons: expected a number with a decimal comma and nothing else, such as 9553,4",
    ),
    ReasonKind.WORD_FORM: ("cần một trong các từ {words}", "expected one of {words}"),
    ReasonKind.BREAKDOWN_FORM: (
        "cần phân tổ theo {dimensions}, mỗi loại một lần, như age=15-24;sex=F",
        "expected a breakdown by {dimensions}, each once, such as age=15-24;sex=F",
    ),
    ReasonKind.OTHER_BREAKDOWN: (
        "chỉ tiêu {indicator} chỉ được phân tổ theo {dimensions}",
        "{indicator} is broken down by {dimensions} only",
    ),
    ReasonKind.NEVER_BROKEN_DOWN: ("chỉ tiêu {indicator} không có phân tổ", "{indicator} is not broken down"),
    ReasonKind.NO_UNIT: ("không có đơn vị tính nào như vậy", "there is no such unit"),
    ReasonKind.OTHER_UNIT: (
        "cần số liệu tính bằng {unit} hoặc bội số của nó",
        "expected figures in {unit} or in a multiple of it",
    ),
    ReasonKind.NOT_EXACT: (
        "không thể đổi số này ra {unit}, đơn vị tính của chỉ tiêu, mà vẫn giữ đúng giá trị",
        "the figure cannot be brought to {unit}, its indicator's unit, exactly",
    ),
    ReasonKind.TWICE: ("{cell} đã có ở dòng {row}", "{cell} stands in row {row} already"),
    ReasonKind.JUMP: (
        "{cell} là {before}: số này gấp hơn hai lần hoặc chưa bằng một nửa; nếu đúng thì chọn chấp nhận",
        "{cell} was {before}: more than twice, or less than half; accept it if it is true",
    ),
    ReasonKind.ABOVE_TOTAL: (
        "cộng các phần theo {dimension} được {together}, lớn hơn tổng {total} của {cell}",
        "the parts by {dimension} make {together}, more than the total {total} of {cell}",
    ),
    ReasonKind.BY_PROVINCE: (
        "{cell} không được công bố: số liệu này chỉ có theo tỉnh",
        "{cell} is refused: it is given by province only",
    ),
    ReasonKind.BY_YEAR: (
        "{cell} không được công bố: số liệu này chỉ có theo năm",
        "{cell} is refused: it is given by year only",
    ),
    ReasonKind.WHOLE_ONLY: (
        "{cell} không được công bố: số liệu này không bao giờ được phân tổ",
        "{cell} is refused: it is never broken down",
    ),
    ReasonKind.TOO_FEW: (
        "{cell} không được công bố: số đếm được ít hơn {least}",
        "{cell} is refused: it would tell of fewer than {least}",
    ),
    ReasonKind.PROVINCE_OR_COUNTRY: (
        "{cell} không được công bố: số liệu này chỉ có của tỉnh hoặc cả nước",
        "{cell} is refused: it is of a province or the country",
    ),
    ReasonKind.NOT_COUNTED_HERE: (
        "{cell} không được công bố: số liệu này chỉ lấy theo nơi khác đã công bố, không tự tính ở đây",
        "{cell} is refused: it exists only as others published it, and is not counted here",
    ),
    ReasonKind.DIFFERS_BY_FEW: (
        "{cell} không được công bố: chênh lệch với một phiên bản khác ít hơn {least}",
        "{cell} is refused: it differs from another version by fewer than {least}",
    ),
    ReasonKind.TOO_MANY_PARTS: (
        "{cell} không được công bố: tổng của nó có hơn {most} số thành phần",
        "{cell} is refused: it has a whole of more than {most} figures",
    ),
    ReasonKind.REST_TOO_FEW: (
        "{cell} không được công bố: lấy {whole} trừ {parts} sẽ lộ ra một số ít hơn {least}",
        "{cell} is refused: {whole} less {parts} tells of fewer than {least}",
    ),
    ReasonKind.FILE_TOO_LARGE: (
        "{file}: tệp có {bytes} byte, chỉ đọc được nhiều nhất {most}",
        "{file}: it has {bytes} bytes, at most {most} are read",
    ),
    ReasonKind.UNPACKS_TOO_LARGE: (
        "{file}: giải nén ra hơn {most} byte",
        "{file}: it unpacks to more than {most} bytes",
    ),
    ReasonKind.TOO_MANY_ROWS: ("{file}: có hơn {most} dòng", "{file}: it has more than {most} rows"),
    ReasonKind.NOT_TEXT: (
        "{file}: cần văn bản UTF-8, sổ tính (XLSX) hoặc SDMX; ở byte thứ {place} không phải vậy",
        "{file}: expected UTF-8 text, a workbook or SDMX, got bytes that are none at {place}",
    ),
    ReasonKind.BROKEN_LINE: (
        "{file}, dòng {line}: không đọc được theo dạng CSV, có thể thiếu dấu nháy",
        "{file}, line {line}: it cannot be read as CSV, a quote may be missing",
    ),
    ReasonKind.NO_WORKBOOK: (
        "{file}: cần sổ tính (XLSX), nhưng không đọc được tệp như vậy",
        "{file}: expected a workbook (XLSX), got a file that cannot be read as one",
    ),
    ReasonKind.NO_SDMX: (
        "{file}: cần SDMX-ML có số liệu, nhưng không đọc được tệp như vậy",
        "{file}: expected SDMX-ML with data, got a file that cannot be read as that",
    ),
    ReasonKind.DOCUMENT_TYPE: (
        "{file}: tệp khai báo kiểu tài liệu (DOCTYPE), điều SDMX không dùng đến",
        "{file}: it declares a document type, which SDMX has no use for",
    ),
    ReasonKind.OTHER_COLUMNS: (
        "{file}: cần các cột {columns} (ít nhất {needed}); không biết cột: {unknown}; thiếu cột: {lacking}",
        "{file}: expected the columns {columns} ({needed} at least); unknown: {unknown}; lacking: {lacking}",
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something stays out. Values keep the form that they have in the file: its codes, its decimal point."""

    kind: ReasonKind
    values: Mapping[str, object]

    def __str__(self) -> str:
        """Say it in English, as messages and logs do."""
        return self.write("en")

    def write(self, language: str) -> str:
        """Say it in `vi` or `en`."""
        told = {name: _write(value, language) for name, value in self.values.items()}
        return get_label(REASONS[self.kind], language).format(**told)


def give_reason(kind: ReasonKind, **values: object) -> Reason:
    """Make a reason with what its sentence names."""
    return Reason(kind, values)


def _write(value: object, language: str) -> str:
    if not isinstance(value, Cell):
        return str(value)
    if language != "vi":
        return value.describe()
    broken = f" {value.breakdown}" if value.breakdown else ""
    return f"{value.indicator}{broken} của {value.area}, kỳ {value.period.text}"
