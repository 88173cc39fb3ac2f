"""The few words that every report has, in Vietnamese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.delivery.labels import get_label

if TYPE_CHECKING:
    from lienthong.delivery.labels import Label

_WORDS: Final[dict[str, Label]] = {
    "number": ("Số{colon} {number}", "No.{colon} {number}"),
    "day": ("{place}, ngày {day:%d} tháng {day:%m} năm {day:%Y}", "{place}, {day:%d/%m/%Y}"),
    "data_on": ("Số liệu tính đến ngày {as_of:%d/%m/%Y}", "Figures as known on {as_of:%d/%m/%Y}"),
    "end": ("./.", "./."),
    "notes": ("Nguồn số liệu", "Where the figures come from"),
    "stale": (
        "Số “{written}” không còn khớp số liệu, hiện là “{now}”.",
        "“{written}” no longer fits the data, which now says “{now}”.",
    ),
    "recipients": ("Nơi nhận:", "Copies to:"),
    "unsigned": ("(Chưa ký)", "(Not signed)"),
    "empty": ("Chưa có nội dung.", "Nothing is written here yet."),
    "press": ("Thông tin báo chí", "For the press"),
}


def say(word: str, language: str) -> str:
    """Give words in `vi` or `en`."""
    return get_label(_WORDS[word], language)
