"""Check codes: sixteen letters and digits that name a paper to who holds it, and that nobody can guess.

Read aloud and typed by hand, they leave out I, L, O and U (Crockford's base 32) and take small letters, spaces and
hyphens.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
"""Of 32 letters each: 80 bits. A million papers and a thousand tries a second find one in 38 million years."""

GROUP: Final = 4

_ALIKE: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_PASSED_OVER: Final = re.compile(r"[\s-]+")
_FORM: Final = re.compile(rf"[{LETTERS}]{{{LENGTH}}}")
MOST_TYPED: Final = 40
"""Characters that are looked at, with spaces and hyphens."""


def make_check_code() -> str:
    """Give a new code, as it is written."""
    return _group("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))


def read_check_code(typed: str) -> str:
    """Give the code as it is written, or empty text for what cannot be one."""
    if len(typed) > MOST_TYPED:
        return ""
    plain = _PASSED_OVER.sub("", typed).upper().translate(_ALIKE)
    return _group(plain) if _FORM.fullmatch(plain) else ""


def _group(plain: str) -> str:
    return "-".join(plain[at : at + GROUP] for at in range(0, LENGTH, GROUP))
