from __future__ import annotations

import pytest

from lienthong.delivery.incoming import list_incoming, receive_question, tell_answer
from lienthong.web.callers import Caller
from tests.delivery.posts import NOW
from tests.delivery.test_incoming import ASKER, CALL, QUESTION
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.test_candidates import read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


def test_somebody_answers_a_question_of_another_agency_once() -> None:
    client = enter_officer(Caller.OFFICER)
    assert "Không có câu hỏi nào chờ trả lời" in read(client.get("/delivery/questions/"))
    receive_question(CALL, QUESTION, NOW)
    (row,) = list_incoming()
    page = read(client.get("/delivery/questions/"))
    assert "Bao nhiêu hồ sơ đã số hóa?" in page
    assert "20/06/2026" in page
    place = f"/delivery/questions/{row.pk}/"
    assert ASKER in read(client.get(place))
    assert "Nhập câu trả lời" in read(client.post(place, {"answer": " "}))
    assert client.post(place, {"answer": "12.000 hồ sơ"}).status_code == 302
    assert tell_answer(ASKER, "0195-7").answer == "12.000 hồ sơ"
    assert "12.000 hồ sơ" in read(client.get(place))
    assert "13" not in tell_answer(ASKER, "0195-7").answer
    assert read(client.post(place, {"answer": "13"}))
    assert "Đã trả lời" in read(client.get("/delivery/questions/"))
    assert client.get("/delivery/questions/0/").status_code == 404
