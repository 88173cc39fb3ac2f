"""What people type into the forms of the demo's two linked cases: made-up children, and relatives of the sandbox."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from lienthong.sandbox.page_forms import Upload

if TYPE_CHECKING:
    from datetime import date

    from lienthong.sandbox.logins import Login

CHILD_NAMES: Final = ("Nguyễn Mẫu An", "Nguyễn Mẫu Bình", "Nguyễn Mẫu Chi", "Nguyễn Mẫu Dũng", "Nguyễn Mẫu Giang")
SHEET: Final = (620, 440)
"""Of a picture of a paper, in pixels."""


def draw_notice(title: str) -> Upload:
    """Draw the picture of a paper that somebody hands in, which says what it is not."""
    picture = Image.new("RGB", SHEET, "white")
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((10, 10, SHEET[0] - 10, SHEET[1] - 10), outline="black")
    drawing.text((40, 60), f"{title} - SAMPLE OF THE SANDBOX, WITHOUT LEGAL VALUE", fill="black")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return Upload("notice.png", "image/png", file.getvalue())


def fill_in_birth(login: Login, turn: int, today: date) -> dict[str, str]:
    """Give what a parent types for the birth of a child; another child with each turn."""
    born = today - timedelta(days=3)
    return {
        **_fill_in_own(login),
        "variant": "all",
        "applicant_is": "mother" if login.number[3] in "1357" else "father",
        "has_other_parent": "no",
        "child_name": f"{CHILD_NAMES[turn % len(CHILD_NAMES)]}{' Mới' * (turn // len(CHILD_NAMES))}",
        "child_sex": "female",
        **_write_day("child_birth_date", born.day, born.month, born.year),
        "birth_place": "Bệnh viện mẫu, Quảng Ninh",
        "child_relation": "grandchild",
        "hospital": "Trạm y tế phường mẫu",
    }


def fill_in_death(login: Login, turn: int, today: date) -> dict[str, str]:
    """Give what somebody types for the death of a relative; of another one with each turn."""
    dead = login.relatives[turn % len(login.relatives)]
    died = today - timedelta(days=2)
    return {
        **_fill_in_own(login),
        "variant": "death+residence+funeral",
        "applicant_relation": "child",
        "dead_name": dead.full_name,
        "dead_number": dead.number,
        **_write_day("dead_birth_date", dead.birth_date.day, dead.birth_date.month, dead.birth_date.year),
        **_write_day("died_on", died.day, died.month, died.year),
        "died_at": "Nhà riêng",
        "bank_account": "000 (mẫu)",
    }


def _fill_in_own(login: Login) -> dict[str, str]:
    """Give one's own data, for a form that has not filled it in."""
    born = login.birth_date
    day = {} if born is None else _write_day("applicant_birth_date", born.day, born.month, born.year)
    return {
        "applicant_number": login.number,
        "applicant_name": login.full_name,
        **day,
        "applicant_residence-area": login.area_code,
        "applicant_residence-line": login.line,
        "household": str(login.household),
    }


def _write_day(name: str, day: int, month: int, year: int) -> dict[str, str]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}
