"""A person puts a document into the register, with its chapters and clauses."""

from __future__ import annotations

from pathlib import Path

import pytest

import lienthong.delivery
from lienthong.delivery.models import Directive, DirectivePart, Source
from lienthong.portal.delivery.refusals import REFUSALS
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import load_illustrative, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

HERE = "/delivery/directives/register/"
TOLD = {
    "number": "25-NQ/TU",
    "issued_on": "3/11/2026",
    "issuer": "Tỉnh ủy",
    "title": "Nghị quyết về chuyển đổi số",
    "kind": "resolution",
    "side": "party",
    "tier": "province",
    "source": "Bản giấy tại văn thư",
    "address": "",
    "parts": "I. Mục tiêu\nII. Nhiệm vụ\nII.1 | Hạ tầng\nMở rộng mạng tới mọi xã.\nĐiều 3. Thi hành",
}


def test_a_document_goes_into_the_register_with_its_parts_and_its_source() -> None:
    client = enter_officer(Caller.OFFICER)
    answer = client.post(HERE, TOLD)
    directive = Directive.objects.get()
    assert answer.headers["Location"] == f"/delivery/directives/{directive.pk}/"
    parts = DirectivePart.objects.order_by("place").values_list("path", "heading", "text")
    assert list(parts) == [
        ("I", "Mục tiêu", ""),
        ("II", "Nhiệm vụ", ""),
        ("II.1", "Hạ tầng", "Mở rộng mạng tới mọi xã."),
        ("Điều 3", "Thi hành", ""),
    ]
    assert directive.source.title == "Bản giấy tại văn thư"
    assert "Mở rộng mạng tới mọi xã." in read(client, f"/delivery/directives/{directive.pk}/")
    again = client.post(HERE, TOLD).content.decode()
    assert "Sổ đã có văn bản này" in again


def test_what_is_wrong_in_a_document_is_said_and_nothing_is_kept() -> None:
    client = enter_officer(Caller.OFFICER)
    for parts, told in (("Mở đầu", "Dòng 1 chưa có số mục"), ("I. A\nI. B", "I bị ghi hai lần")):
        assert told in client.post(HERE, {**TOLD, "parts": parts}).content.decode()
    page = client.post(HERE, {**TOLD, "source": "", "address": "x y"}).content.decode()
    assert "Nhập nguồn của văn bản" in page
    assert "bắt đầu bằng https://" in page
    assert not Directive.objects.exists()
    assert not Source.objects.exists()


def test_what_implements_an_invented_document_is_invented_too() -> None:
    load_illustrative()
    above = Directive.objects.get(number="990/KH-UBND")
    enter_officer(Caller.OFFICER).post(HERE, {**TOLD, "implements": above.pk})
    made = Directive.objects.get(number="25-NQ/TU")
    assert made.is_illustrative
    assert made.relations.get().other == above


def test_every_refusal_that_is_worded_is_one_that_the_rules_make() -> None:
    folder = Path(lienthong.delivery.__file__).parent
    rules = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    rules += (folder / "reading" / "files.py").read_text("utf-8")
    assert [words for _, words, _ in REFUSALS if words not in rules] == []
