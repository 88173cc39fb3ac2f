from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.delivery.candidates import get_candidate, list_candidates, queue_candidates, reject_candidate
from lienthong.delivery.models import Directive, Source, Task
from lienthong.delivery.reading.reader import read_text
from lienthong.web.callers import Caller
from tests.delivery.posts import NOW, make_holder
from tests.identity.persons import make_staff
from tests.portal.cases.desk import enter_officer

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from lienthong.delivery.models import Candidate

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

TEXT = """Thực hiện Nghị quyết số 5-NQ/TU ngày 5/1/2026, kinh tế năm 2025 tăng 8,5%.
Giao Sở Tư pháp số hóa sổ hộ tịch trước ngày 15/9/2026.
Phấn đấu đến năm 2030, tỷ lệ hồ sơ trực tuyến đạt trên 90%."""


def keep() -> dict[str, Candidate]:
    document, _ = queue_candidates("báo cáo.txt", TEXT.encode(), read_text(TEXT))
    return {row.kind: row for row in list_candidates(document)}


def place(row: Candidate) -> str:
    return reverse("delivery-candidate", kwargs={"document": row.document_id, "candidate": row.pk})


def read(answer: Answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_leads_to_what_was_found_and_that_to_the_words_in_their_text() -> None:
    rows = keep()
    client = enter_officer(Caller.LEADER)
    page = read(client.get("/delivery/candidates/"))
    assert "báo cáo.txt" in page
    assert "4 trên 4" in page
    page = read(client.get(f"/delivery/candidates/{rows['task'].document_id}/"))
    assert page.count("Chờ quyết định") == 4
    page = read(client.get(place(rows["observation"])))
    assert "<mark>8,5%</mark>" in page
    assert 'value="8.5"' in page


def test_a_leader_accepts_a_task_and_is_led_to_the_next() -> None:
    rows = keep()
    client, owner = enter_officer(Caller.LEADER), make_holder("lan.le")
    told = {"title": rows["task"].found["title"], "owner": owner.post.pk, "due_on": "15/9/2026", "deliverable": ""}
    answer = client.post(place(rows["task"]), told)
    assert answer.headers["Location"] == place(rows["directive"])
    assert get_candidate(rows["task"].pk).became == Task.objects.get().code
    page = read(client.get(place(rows["task"])))
    assert "T-2026-" in page
    assert "Đã chấp nhận" in page


def test_a_document_goes_into_the_register_with_the_text_that_names_it_as_its_source() -> None:
    rows = keep()
    client = enter_officer(Caller.OFFICER)
    page = read(client.get(place(rows["directive"])))
    assert 'value="5-NQ/TU"' in page
    assert 'value="5/1/2026"' in page
    told = {"number": "5-NQ/TU", "issued_on": "5/1/2026", "issuer": "Tỉnh ủy Z", "title": "Nghị quyết"}
    client.post(place(rows["directive"]), {**told, "kind": "resolution", "side": "party", "tier": "province"})
    assert Directive.objects.get().source.title == "báo cáo.txt"


def test_a_figure_is_put_right_and_a_target_rejected_with_the_reason() -> None:
    rows = keep()
    client = enter_officer(Caller.OFFICER)
    told = {"name": "Tăng trưởng", "qualifier": "exact", "value": "8.4", "unit": "%", "period": "2025"}
    client.post(place(rows["observation"]), told)
    assert get_candidate(rows["observation"].pk).state == "corrected"
    client.post(place(rows["target"]), {"reject": "yes", "no-reason": "trùng"})
    assert get_candidate(rows["target"].pk).reason == "trùng"
    assert "trùng" in read(client.get(place(rows["target"])))


def test_what_cannot_be_is_said_in_the_form_and_decides_nothing() -> None:
    rows = keep()
    officer = enter_officer(Caller.OFFICER)
    owner = make_holder("lan.le")
    told = {"title": "Số hóa", "owner": owner.post.pk, "due_on": "", "deliverable": ""}
    assert "chỉ lãnh đạo giao nhiệm vụ" in read(officer.post(place(rows["task"]), told))
    page = read(officer.post(place(rows["task"]), {**told, "owner": ""}))
    assert "Chọn chức vụ chịu trách nhiệm" in page
    assert "Văn bản nêu: Sở Tư pháp" in page
    figure = {"name": "a", "qualifier": "exact", "value": "8,4", "unit": "%"}
    assert "Nhập số liệu" in read(officer.post(place(rows["observation"]), figure))
    reject_candidate(rows["target"].pk, "", owner.account, NOW)
    late = {"name": "a", "qualifier": "exact", "value": "90", "unit": "%"}
    assert "Số liệu" in read(officer.get(place(rows["observation"])))
    assert "đã có người quyết định" in read(officer.post(place(rows["target"]), late))
    assert not Task.objects.exists()
    assert not Source.objects.exists()
    assert get_candidate(rows["observation"].pk).state == "open"


def test_other_addresses_are_not_there_and_others_may_not_look() -> None:
    rows = keep()
    client = enter_officer(Caller.LEADER)
    for path in ("/delivery/candidates/0/", f"/delivery/candidates/0/{rows['task'].pk}/", "/delivery/candidates/1/0/"):
        assert client.get(path).status_code == 404
    assert Client().get("/delivery/candidates/").status_code == 302
    make_staff(Caller.OPERATOR, username="op.nguyen")
    assert enter_officer(Caller.OPERATOR, name="ha.op").get("/delivery/candidates/").status_code == 403


def test_a_document_that_should_not_have_been_kept_is_emptied_with_the_reason() -> None:
    rows = keep()
    client = enter_officer(Caller.OFFICER)
    listed = f"/delivery/candidates/{rows['task'].document_id}/"
    assert "Nhập lý do" in read(client.post(listed, {"away-reason": " "}))
    assert "sổ hộ tịch" in read(client.get(listed))
    client.post(listed, {"away-reason": "dấu mật là hình ảnh"})
    page = read(client.get(listed))
    assert "sổ hộ tịch" not in page
    assert "báo cáo.txt" not in page
    assert "đã xóa nội dung" in page
    assert "lẽ ra không được lưu giữ" not in page
    assert "dấu mật là hình ảnh" in read(client.get(place(rows["task"])))
