"""Whole answers to the forms of this package's procedures, about made-up people."""

from __future__ import annotations

from typing import Any, Final

MOTHER: Final = {"number": "999195000001", "name": "Trần Thị Mẫu", "born": "1995-04-12"}
FATHER: Final = {"number": "999094000002", "name": "Nguyễn Văn Mẫu", "born": "1994-01-30"}

APPLICANT: Final[dict[str, Any]] = {
    "applicant_number": MOTHER["number"],
    "applicant_name": MOTHER["name"],
    "applicant_birth_date": MOTHER["born"],
    "applicant_residence": {"area_code": "06799", "line": "Thôn Mẫu"},
}

BIRTH: Final[dict[str, Any]] = {
    **APPLICANT,
    "variant": "all",
    "applicant_is": "mother",
    "has_other_parent": True,
    "other_name": FATHER["name"],
    "other_number": FATHER["number"],
    "other_birth_date": FATHER["born"],
    "child_name": "Nguyễn Mẫu An",
    "child_sex": "female",
    "child_birth_date": "2024-07-01",
    "birth_place": "Bệnh viện mẫu",
    "household": 7,
    "child_relation": "child",
    "hospital": "Trạm y tế mẫu",
    "birth_notice": "a1b2",
}

DEATH: Final[dict[str, Any]] = {
    **APPLICANT,
    "variant": "death+residence+funeral+survivor",
    "applicant_relation": "child",
    "dead_name": "Trần Văn Mẫu",
    "dead_number": "999040000003",
    "dead_birth_date": "1940-02-03",
    "died_on": "2024-07-01",
    "died_at": "Ở nhà",
    "bank_account": "0001 Ngân hàng mẫu",
    "survivor_ground": "parent",
    "death_notice": "a1b2",
}

COPIES: Final[dict[str, Any]] = {**APPLICANT, "extract_kind": "birth", "copies": 2, "about_me": True}

RESIDENCE: Final[dict[str, Any]] = {
    **APPLICANT,
    "joins_household": False,
    "new_address": {"area_code": "06799", "line": "Số 1"},
    "housing_paper": "a1b2",
}

ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "linked-birth-2024": BIRTH,
    "linked-birth-2026": BIRTH,
    "linked-death-2024": DEATH,
    "linked-death-2026": DEATH,
    "civil-status-copies": COPIES,
    "permanent-residence": RESIDENCE,
    "temporary-residence": RESIDENCE,
}
"""By the procedure's folder."""
