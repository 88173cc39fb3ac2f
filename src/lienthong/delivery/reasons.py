"""Why a figure, a target, or a whole file of figures stays out: as a kind, said in either language. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.delivery.labels import get_label
from lienthong.delivery.reason_values import write_plain, write_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lienthong.delivery.labels import Label
    from lienthong.delivery.reason_values import Names


class ReasonKind(StrEnum):
    """What is to be said of what stays out."""

    NO_INDICATOR = "no-indicator"
    NO_SOURCE = "no-source"
    NO_SOURCE_NAMED = "no-source-named"
    NO_AREA = "no-area"
    AREA_OF_OTHER_DAYS = "area-of-other-days"
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
    NO_KEEPER = "no-keeper"
    NOTHING_SAID = "nothing-said"
    OTHER_KIND = "other-kind"
    NOT_ACCEPTED = "not-accepted"
    EMPTIED = "emptied"
    ENTERED_ALREADY = "entered-already"
    DAY_TO_COME = "day-to-come"
    NOT_BEGUN = "not-begun"
    NO_SINGLE_FIGURE = "no-single-figure"
    BELOW_LEAST = "below-least"
    ABOVE_MOST = "above-most"
    TOO_MANY_DECIMALS = "too-many-decimals"
    TOO_MANY_DIGITS = "too-many-digits"
    NO_SUCH_INDICATOR = "no-such-indicator"
    INVENTED_INDICATOR = "invented-indicator"
    NO_SUCH_AREA = "no-such-area"
    NO_SUCH_AREA_THEN = "no-such-area-then"
    AREA_NOT_KNOWN_THEN = "area-not-known-then"
    GIVEN_ALREADY = "given-already"
    NO_PLAN = "no-plan"
    CODE_TAKEN = "code-taken"
    NOTHING_TO_AMEND = "nothing-to-amend"
    AMENDED_LATER = "amended-later"
    INVENTED_TARGET = "invented-target"
    TARGET_UNIT = "target-unit"
    RANGE_FORM = "range-form"
    RANGE_TURNED_ROUND = "range-turned-round"
    BASELINE_WITHOUT_PERIOD = "baseline-without-period"
    AFTER_DUE = "after-due"


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
    ReasonKind.AREA_OF_OTHER_DAYS: (
        "không đơn vị nào mang mã này vào ngày {day}, mã là của {units}; ghi vào cột area_on một ngày mà mã còn dùng",
        "no unit has this code on {day}, it is of {units}; say in area_on in which day's tree the code is meant",
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
    ReasonKind.NO_KEEPER: (
        "chỉ người giữ vị trí thống kê vào ngày {day} mới được đưa số liệu và chỉ tiêu vào hệ thống",
        "only who holds a post of statistics on {day} takes figures and targets in",
    ),
    ReasonKind.NOTHING_SAID: (
        "cần nêu nội dung và số liệu được cam kết hoặc báo cáo",
        "expected what is promised or reported, and its figure",
    ),
    ReasonKind.OTHER_KIND: (
        "mục này thuộc loại khác, không đưa vào đây được",
        "it is of another kind than what was to be made of it",
    ),
    ReasonKind.NOT_ACCEPTED: (
        "chưa có ai chấp nhận mục này là số liệu hoặc chỉ tiêu",
        "nobody has accepted it as a figure or a target",
    ),
    ReasonKind.EMPTIED: (
        "văn bản đã bị xóa nội dung nên câu chữ của mục này không còn",
        "its document was emptied, and its words are gone",
    ),
    ReasonKind.ENTERED_ALREADY: (
        "đã có người đưa mục này vào hệ thống; mỗi mục chỉ được đưa vào một lần",
        "somebody entered it already; each is entered once",
    ),
    ReasonKind.DAY_TO_COME: (
        "văn bản không thể được công bố vào {day}, một ngày chưa tới",
        "its document cannot be published on {day}, a day to come",
    ),
    ReasonKind.NOT_BEGUN: (
        "văn bản công bố ngày {day}, khi kỳ của số liệu chưa bắt đầu",
        "its document was published on {day}, before the period of the figure begins",
    ),
    ReasonKind.NO_SINGLE_FIGURE: (
        "{value} không phải là một con số duy nhất, nên không thể là một số liệu",
        "{value} is no single figure, and an observation is one",
    ),
    ReasonKind.BELOW_LEAST: (
        "{amount} nhỏ hơn mức thấp nhất có thể có của chỉ tiêu thống kê này, {least}",
        "{amount} lies below the least that the indicator can be, {least}",
    ),
    ReasonKind.ABOVE_MOST: (
        "{amount} lớn hơn mức cao nhất có thể có của chỉ tiêu thống kê này, {most}",
        "{amount} lies above the most that the indicator can be, {most}",
    ),
    ReasonKind.TOO_MANY_DECIMALS: (
        "{value} có nhiều hơn {most} chữ số thập phân",
        "{value} has more than {most} decimals",
    ),
    ReasonKind.TOO_MANY_DIGITS: (
        "{value} có nhiều hơn {most} chữ số trước dấu thập phân",
        "{value} has more than {most} digits before the point",
    ),
    ReasonKind.NO_SUCH_INDICATOR: (
        "không có chỉ tiêu thống kê nào mang mã {indicator}",
        "no indicator has the code {indicator}",
    ),
    ReasonKind.INVENTED_INDICATOR: (
        "chỉ tiêu thống kê này là giả định, còn địa bàn thì không",
        "the indicator is invented, and the area is not",
    ),
    ReasonKind.NO_SUCH_AREA: (
        "không có đơn vị hành chính nào mang mã {area} vào {day}, ngày cuối của kỳ",
        "no unit has the code {area} on {day}, the last day of the period",
    ),
    ReasonKind.NO_SUCH_AREA_THEN: (
        "không có đơn vị hành chính nào mang mã {area} vào {day}, ngày cuối của kỳ; mã này là của {units}",
        "no unit has the code {area} on {day}, the last day of the period; the code is of {units}",
    ),
    ReasonKind.AREA_NOT_KNOWN_THEN: (
        "dữ liệu về đơn vị hành chính mang mã {area} chưa có đến {day}, ngày cuối của kỳ",
        "what is known of the unit with the code {area} does not reach back to {day}, the last day of the period",
    ),
    ReasonKind.GIVEN_ALREADY: (
        "văn bản này đã cho {cell} là {amount}; một văn bản chỉ cho một số liệu",
        "the document gives {amount} for {cell} already, and it gives one figure",
    ),
    ReasonKind.NO_PLAN: ("không có kế hoạch nào mang mã {plan}", "no plan has the code {plan}"),
    ReasonKind.CODE_TAKEN: (
        "kế hoạch đã có chỉ tiêu này: đánh dấu rằng văn bản sửa đổi nó, hoặc đặt mã khác",
        "the plan has it already: say that this amends it, or give another code",
    ),
    ReasonKind.NOTHING_TO_AMEND: (
        "kế hoạch không có chỉ tiêu nào mang mã này để sửa đổi",
        "the plan has no such target to amend",
    ),
    ReasonKind.AMENDED_LATER: (
        "một văn bản ban hành sau, ngày {day}, đã sửa đổi chỉ tiêu này",
        "a later document, of {day}, amended it already",
    ),
    ReasonKind.INVENTED_TARGET: (
        "chỉ tiêu thống kê này là giả định, còn kế hoạch thì không",
        "its indicator is invented, and its plan is not",
    ),
    ReasonKind.TARGET_UNIT: (
        "chỉ tiêu tính bằng {unit}, còn {indicator} tính bằng {own}",
        "it is in {unit}, its indicator {indicator} in {own}",
    ),
    ReasonKind.RANGE_FORM: (
        "mức trên chỉ dùng cho một khoảng, và khoảng nào cũng cần mức trên",
        "a range, and nothing else, is `within` a goal and an upper end",
    ),
    ReasonKind.RANGE_TURNED_ROUND: (
        "mức trên của khoảng thấp hơn mức dưới",
        "the upper end of its range lies below the lower one",
    ),
    ReasonKind.BASELINE_WITHOUT_PERIOD: ("mức xuất phát không nêu kỳ", "its baseline has no period"),
    ReasonKind.AFTER_DUE: ("kỳ {period} nằm sau kỳ hạn", "{period} lies after it is due"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something stays out, with what its sentence names."""

    kind: ReasonKind
    values: Mapping[str, object]
    area_on: date | None = None
    """The day in whose tree areas are meant, where it is not the last one of their cell's period."""

    def __str__(self) -> str:
        """Say it in English, as messages and logs do."""
        return self.write("en")

    def meant_on(self, area_on: date) -> Reason:
        """Give the same of areas in the tree of a day."""
        return replace(self, area_on=area_on)

    def write(self, language: str, names: Names | None = None) -> str:
        """Say it in `vi` or `en`: with names as people read it, without them by the codes and days of a file.

        Numbers of a file keep its decimal point in both.
        """
        told = {
            name: write_plain(value, language) if names is None else write_value(value, language, names, self.area_on)
            for name, value in self.values.items()
        }
        return get_label(REASONS[self.kind], language).format(**told)


def give_reason(kind: ReasonKind, **values: object) -> Reason:
    """Make a reason with what its sentence names; reason_values.py says which values are more than text."""
    return Reason(kind, values)
