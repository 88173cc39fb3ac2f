"""Sheets with every kind of value on them, for each template."""

from __future__ import annotations

from typing import Any, Final

from lienthong.cases.documents.sheet import Office, Sheet, SignedBy, make_check_mark

OFFICE: Final = Office(
    "Z99.01",
    "Ủy ban nhân dân phường (mẫu)",
    "People's Committee of a ward (sample)",
    "Ủy ban nhân dân tỉnh Quảng Ninh",
    "Hạ Long",
    "0203 000 000",
)
ADDRESS: Final = "https://dichvu.example.vn"
CODE: Final = "Z99.01-261130-0001"
CHECK_CODE: Final = "7K3M-9QRS-TVWX-YZ01"

LETTERS: Final = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
    "AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬBCDĐEÈÉẺẼẸÊỀẾỂỄỆGHIÌÍỈĨỊKLMNOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢPQRSTUÙÚỦŨỤƯỪỨỬỮỰVXYỲÝỶỸỴ"
)
"""Every letter of Vietnamese with every tone."""


def words(vi: str, en: str = "") -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def row(vi: str, value: str, *, strong: bool = False) -> dict[str, Any]:
    return {"vi": vi, "en": vi, "value": value, "strong": strong}


GROUPS: Final = [
    {"title": words(""), "rows": [row("Họ, chữ đệm, tên", "NGUYỄN MẪU AN", strong=True), row("Ngày sinh", "")]},
    {"title": words("Người mẹ", "Mother"), "rows": [row("Họ, chữ đệm, tên", "Nguyễn Thị Mẫu")]},
]

FACTS: Final[dict[str, Any]] = {
    "applicant": "Nguyễn Thị Mẫu",
    "procedure": {**words("Liên thông khai sinh", "Birth"), "code": "2.002621"},
    "phone": "0203 000 000",
    "officer": "Trần Mẫu An",
    "submitted-at": "2026-11-30T09:15",
    "received-at": "2026-11-30T10:02",
    "due": "2026-12-03T17:00",
    "due-reason": "3 ngày làm việc",
    "channel": words("Trực tuyến", "Online"),
    "documents": ["Giấy chứng sinh.pdf"],
    "fee": 8000,
    "items": [words("Giấy chứng sinh", "Birth note")],
    "reason": words("Giấy tờ không đọc được", "Unreadable"),
    "text": "Ảnh chụp bị mờ.",
    "until": "2026-12-10",
    "stage": "decision",
    "from": "2026-11-01",
    "to": "2026-11-30",
    "entries": [
        {
            "at": "2026-11-30T10:02",
            "who": "Trần Mẫu An",
            "what": words("Tiếp nhận", "Received"),
            "note": "",
            "code": CODE,
            "applicant": "Nguyễn Thị Mẫu",
            "procedure": "Liên thông khai sinh",
            "received": "2026-11-30T10:02",
            "due": "2026-12-03T17:00",
            "returned": "",
            "state": words("Đang xử lý", "In work"),
        }
    ],
    "title": words("Trích lục khai sinh", "Extract"),
    "copy": False,
    "ground": "Sổ đăng ký khai sinh",
    "grounds": ["63/2024/NĐ-CP ngày 10/06/2024"],
    "groups": GROUPS,
    "rows": [row("Người hưởng", "Nguyễn Mẫu Bình", strong=True)],
    "what": words("hỗ trợ chi phí mai táng", "funeral allowance"),
    "own": True,
    "capacity": words("Người ký trích lục", "Registrar"),
    "card": "TE1 22 999 0000001",
    "full_name": "Nguyễn Mẫu An",
    "birth_date": "2026-11-20",
    "birth_words": "Ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu",
    "sex": words("Nữ", "Female"),
    "facility": "Trạm y tế phường (mẫu)",
    "valid_from": "2026-11-30",
    "valid_to": "2032-09-30",
}


def make_sheet(language: str = "vi", *, sandbox: bool = True, **facts: Any) -> Sheet:  # noqa: ANN401 # any fact
    return Sheet(
        language=language,
        sandbox=sandbox,
        agency=OFFICE,
        day="2026-12-03",
        holds=CODE,
        code=CODE,
        number="12/TLKS",
        form="Mẫu số 01",
        check=make_check_mark(CHECK_CODE, ADDRESS),
        signed=SignedBy(OFFICE.name, "2026-12-03T09:30"),
        facts={**FACTS, **facts},
    )
