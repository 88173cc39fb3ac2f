"""Filing at the simulated portal: what was typed is read by the procedure's own form, numbered, and kept.

Papers are not uploaded: a drawn sample is handed in for each that the form asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.form_parts import FieldKind
from lienthong.cases.forms import read_page, select_answers
from lienthong.sandbox.linked_answers import draw_notice
from lienthong.sandbox.national_portal.book import ONLINE, VIETNAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.form_parts import Form
    from lienthong.cases.procedure import Procedure
    from lienthong.sandbox.national_portal.book import Book

OWN_NUMBER: Final = "nguoi-nop-so"
OWN_NAME: Final = "nguoi-nop-ten"
LEVEL: Final = 2
"""As who signed in by VNeID would have; nobody signs in here."""

_NUMBER: Final = re.compile(r"[0-9]{12}")
_LONGEST_NAME: Final = 100
_MISSING_NUMBER: Final = "Nhập 12 chữ số"
_MISSING_NAME: Final = "Nhập họ, chữ đệm, tên"


@dataclass(slots=True)
class Entered:
    """What was typed, read as far as it can be: the filing's code once it was kept, and else what is wrong."""

    answers: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    code: str = ""


def file_case(book: Book, procedure: Procedure, unit: str, posted: Mapping[str, str]) -> Entered:
    """Keep what somebody files, if it is whole; else say what is wrong with each field."""
    number, name = posted.get(OWN_NUMBER, "").strip(), posted.get(OWN_NAME, "").strip()
    samples = _keep_samples(book, procedure.form)
    told = {**posted, **{question: file_id for question, (file_id, _, _) in samples.items()}}
    entered = _read(procedure.form, told)
    if not _NUMBER.fullmatch(number):
        entered.faults[OWN_NUMBER] = _MISSING_NUMBER
    if not 0 < len(name) <= _LONGEST_NAME:
        entered.faults[OWN_NAME] = _MISSING_NAME
    if entered.faults:
        return entered
    papers = [
        {"IdTepTin": file_id, "MaBam": digest, "TenThanhPhan": label, "TruongTuongUng": question}
        for question, (file_id, digest, label) in samples.items()
        if entered.answers.pop(question, None) is not None
    ]
    entered.code = book.draw_number(unit)
    document = {
        "MaHoSo": entered.code,
        "MaTTHC": procedure.code,
        "MaDonViTiepNhan": unit,
        "KenhThucHien": ONLINE,
        "NgayNop": datetime.now(VIETNAM).isoformat(timespec="seconds"),
        "ChuHoSo": name,
        "ThongTinNguoiNop": {"SoDinhDanh": number, "HoTen": name},
        "MucDoXacThuc": LEVEL,
        "DuLieuToKhai": entered.answers,
        "ThanhPhanHoSo": papers,
    }
    book.keep_filing(document)
    return entered


def _read(form: Form, posted: Mapping[str, str]) -> Entered:
    entered = Entered()
    today = datetime.now(VIETNAM).date()
    for page in form.pages:
        read = read_page(form, page, posted, entered.answers, today)
        entered.answers |= {name: value for name, value in read.answers.items() if value is not None}
        entered.faults |= {name: fault.words.vi for name, fault in read.errors.items()}
    entered.answers = select_answers(form, entered.answers)
    return entered


def _keep_samples(book: Book, form: Form) -> dict[str, tuple[str, str, str]]:
    """Keep a drawn sample for each paper that the form asks for; gives id, hash and label by question."""
    samples = {}
    for each in form.fields():
        if each.kind is FieldKind.FILE:
            file_id, digest = book.keep_file(draw_notice(each.label.en).content)
            samples[each.name] = (file_id, digest, each.label.vi)
    return samples
