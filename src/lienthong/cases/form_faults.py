"""What can be wrong with an answer, in words for who typed it. Each says what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.form_parts import FieldFault, Words

if TYPE_CHECKING:
    from collections.abc import Mapping


class FaultKey(StrEnum):
    """For programs; people read the words."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    TOO_SHORT = "too-short"
    BAD_CHARACTER = "bad-character"
    NOT_A_NAME = "not-a-name"
    NOT_A_NUMBER = "not-a-number"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    NO_SUCH_DAY = "no-such-day"
    DAY_INCOMPLETE = "day-incomplete"
    FUTURE_DAY = "future-day"
    EARLIER_DAY = "earlier-day"
    NOT_AN_OPTION = "not-an-option"
    BAD_ADDRESS = "bad-address"
    BAD_PERSONAL_NUMBER = "bad-personal-number"
    CONTRADICTS_BIRTH_DATE = "contradicts-birth-date"
    CONTRADICTS_SEX = "contradicts-sex"
    NOT_OWN_NUMBER = "not-own-number"
    BAD_DOCUMENT = "bad-document"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_FIELD = "unknown-field"


_WORDS: Final = {
    FaultKey.MISSING: Words("Hãy trả lời câu hỏi này", "Answer this question"),
    FaultKey.TOO_LONG: Words("Viết không quá {most} ký tự", "Write at most {most} characters"),
    FaultKey.TOO_SHORT: Words("Viết ít nhất {least} ký tự", "Write at least {least} characters"),
    FaultKey.BAD_CHARACTER: Words(
        "Có ký tự không nhìn thấy; hãy xóa và gõ lại",
        "It holds a character that cannot be seen; delete it and type again",
    ),
    FaultKey.NOT_A_NAME: Words(
        "Họ tên chỉ gồm chữ cái và khoảng trắng, ví dụ Nguyễn Thị Hoa",
        "A name has letters and spaces only, such as Nguyễn Thị Hoa",
    ),
    FaultKey.NOT_A_NUMBER: Words("Nhập một số nguyên, ví dụ 12", "Type a whole number, such as 12"),
    FaultKey.TOO_SMALL: Words("Nhập số từ {least} trở lên", "Type a number of at least {least}"),
    FaultKey.TOO_LARGE: Words("Nhập số không quá {most}", "Type a number of at most {most}"),
    FaultKey.NO_SUCH_DAY: Words("Ngày này không có trên lịch", "There is no such day in the calendar"),
    FaultKey.DAY_INCOMPLETE: Words(
        "Nhập đủ ngày, tháng và năm, ví dụ 27 3 2007", "Type day, month and year, such as 27 3 2007"
    ),
    FaultKey.FUTURE_DAY: Words(
        "Ngày này chưa đến; nhập ngày đã qua hoặc hôm nay", "This day is still to come; type a day up to today"
    ),
    FaultKey.EARLIER_DAY: Words(
        "Ngày này không thể trước ngày {day:02}/{month:02}/{year}; kiểm tra lại cả hai",
        "This day cannot be before {day:02}/{month:02}/{year}; check both",
    ),
    FaultKey.NOT_AN_OPTION: Words("Chọn một trong các mục", "Choose one of the options"),
    FaultKey.BAD_ADDRESS: Words(
        "Chọn xã, phường và viết số nhà, thôn, đường", "Choose the commune, and write house number, hamlet or street"
    ),
    FaultKey.BAD_PERSONAL_NUMBER: Words(
        "Số định danh cá nhân có đúng 12 chữ số; xem trên thẻ căn cước",
        "A personal number has exactly 12 digits; look at the card",
    ),
    FaultKey.CONTRADICTS_BIRTH_DATE: Words(
        "Số định danh này là của người sinh năm {year}; kiểm tra lại số và ngày sinh",
        "This personal number is of somebody born in {year}; check the number and the date of birth",
    ),
    FaultKey.CONTRADICTS_SEX: Words(
        "Số định danh này không khớp với giới tính; kiểm tra lại cả hai",
        "This personal number does not fit the sex; check both",
    ),
    FaultKey.NOT_OWN_NUMBER: Words(
        "Đây không phải số định danh của người nộp hồ sơ", "This is not the personal number of the person who applies"
    ),
    FaultKey.BAD_DOCUMENT: Words("Chọn lại tệp và tải lên", "Choose the file again and upload it"),
    FaultKey.WRONG_TYPE: Words("Trả lời lại câu hỏi này", "Answer this question again"),
    FaultKey.UNKNOWN_FIELD: Words("Mẫu không có câu hỏi này", "The form has no such question"),
}


def make_fault(key: FaultKey, **numbers: int) -> FieldFault:
    """Make a fault, with its numbers put into its words."""
    words = _WORDS[key]
    return FieldFault(key.value, Words(words.vi.format(**numbers), words.en.format(**numbers)))


class FormError(CasesError):
    """Answers do not fit their form: BAD_FORM, with what is wrong with each in `faults`.

    The message names fields and keys only: answers are personal and belong in no log.
    """

    def __init__(self, faults: Mapping[str, FieldFault]) -> None:
        said = ", ".join(f"{name} ({fault.key})" for name, fault in sorted(faults.items()))
        super().__init__(CasesErrorKind.BAD_FORM, f"answers do not fit the form: {said}; correct them on their pages")
        self.faults = dict(faults)

    def __reduce__(self) -> tuple[type[FormError], tuple[dict[str, FieldFault]]]:
        """Survive the way from a worker process with the faults."""
        return FormError, (self.faults,)
