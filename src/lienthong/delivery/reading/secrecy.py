"""Marks of state secrecy: MẬT, TỐI MẬT, TUYỆT MẬT. A file that bears one is refused before anything of it is kept.

Better one open file refused too often than a secret one taken in: a mark counts wherever it stands, spaced out, cut
over lines, with its accents apart, in look-alike letters, without accents or in the old encodings of Vietnamese where
it stands on a line of its own. What cannot be seen here is a stamp that is only a picture.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.reading.scan import make_scan

if TYPE_CHECKING:
    from collections.abc import Iterable

_APART: Final = r"[\s.*_·-]{0,3}"
"""What may stand between the letters of a mark that is spaced out."""


def _space_out(word: str) -> str:
    return _APART.join(word)


_GRADE: Final = rf"(?:{_space_out('TUYỆT')}|{_space_out('TỐI')})"
_GRADED: Final = re.compile(rf"(?<!\w){_GRADE}[\s.*_·-]{{0,6}}{_space_out('MẬT')}(?!\w)")
_PLAIN: Final = re.compile(
    r"(?<!\w)(?<!BÍ )(?<!BẢO )(?<!CƠ )(?<!THÂN )(?<!GIẢI )(?<!ĐỘ )"
    rf"{_space_out('MẬT')}(?!\w)(?! (?:KHẨU|ONG|ĐỘ|THIẾT|MÃ|THƯ|DANH|VỤ)(?!\w))"
)
"""MẬT in capitals, unless it is part of a word of two syllables such as BẢO MẬT, MẬT KHẨU."""
_ON_A_LINE: Final = re.compile(
    r"^[\W_]*(?:(?:độ|mức độ|cấp độ)\s*(?:mật)?\s*:?\s*)?(?:(?:tuyệt|tối)\s*)?mật[\W_]*$", re.IGNORECASE | re.MULTILINE
)
_TOLD: Final = re.compile(r"(?<!\w)độ\s+mật\s*[:=-]\s*[\W_]*(?:tuyệt\s*|tối\s*)?mật(?!\w)", re.IGNORECASE)
_WITHOUT_ACCENTS: Final = re.compile(
    r"^[\W_]*(?:DO MAT\s*:\s*)?(?:(?:TUYET|TOI)\s*)?M\s*A\s*T[\W_]*$"
    r"|^[\W_]*(?:TUYÖT\s*|TUYỆT\s*|TèI\s*)?MËT[\W_]*$"  # TCVN3
    r"|^[\W_]*(?:TUYEÄT\s*|TOÁI\s*)?MAÄT[\W_]*$",  # VNI
    re.MULTILINE,
)
_IN_A_NAME: Final = re.compile(
    r"(?<![^\W_])(?:(?:tuyệt|tối)[\s_.-]*mật"
    r"|(?<!bí )(?<!bảo )(?<!bí-)(?<!bảo-)(?<!bí_)(?<!bảo_)mật)(?![^\W_])(?![\s_-]khẩu)",
    re.IGNORECASE,
)
_LATIN: Final = str.maketrans("МмТтАаОоІіΜΤΑΟΙ", "MmTtAaOoIiMTAOI")
"""Cyrillic and Greek letters that look like those of the marks."""


def is_marked_secret(text: str) -> bool:
    """Tell whether a text bears a mark of state secrecy."""
    shown = make_scan(text.translate(_LATIN)).scan
    return any(pattern.search(shown) is not None for pattern in (_GRADED, _PLAIN, _ON_A_LINE, _TOLD, _WITHOUT_ACCENTS))


def require_no_mark(name: str, texts: Iterable[str]) -> None:
    """Raise `SECRET_DOCUMENT` where a file's name or any text of it bears a mark; the message repeats nothing of it."""
    in_name = _IN_A_NAME.search(make_scan(name.translate(_LATIN)).scan) is not None
    if in_name or any(is_marked_secret(text) for text in texts):
        raise DeliveryError(
            DeliveryErrorKind.SECRET_DOCUMENT,
            "the file bears a mark of state secrecy (MẬT, TỐI MẬT or TUYỆT MẬT): it was not read on and nothing of it"
            " is kept. Such papers are handled outside of this platform; give it open texts only",
        )
