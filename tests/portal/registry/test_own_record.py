from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.identity.words import Level
from lienthong.people.changes import correct_person
from lienthong.people.events import Corrected
from lienthong.people.lookups import Asker, look_up_by_number
from lienthong.portal.registry.words import group_number
from lienthong.web.callers import Caller
from tests.identity.persons import NUMBER, make_citizen, make_staff, sign_in, sign_in_fully
from tests.portal.registry.office import NAME, add_known, enter_citizen, make_site

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_person_sees_facts_validity_sources_homes_and_who_looked(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    correct_person(registry, known.number, Corrected("QĐ 4", birth_place="Phường Bãi Cháy, Quảng Ninh"), "officer:Mai")
    look_up_by_number(registry, Asker("key", "Lê Mai, Z99.01", "case", "H49-7"), known.number)
    enter_citizen(client, known.number)
    page = client.get("/my-record/").content.decode()
    shown = (NAME, group_number(known.number), "17/05/1990", "Tổ 1, khu 2, Phường Bãi Cháy", "Lê Mai, Z99.01", "H49-7")
    assert [text for text in shown if text not in page] == []
    assert "cải chính nội dung đã ghi trước" in page
    assert "cán bộ Mai" in page
    assert "Dao" not in page


def test_nobody_a_person_at_level_1_and_a_clerk_do_not_see_it(client: Client) -> None:
    assert client.get("/my-record/").status_code == 302
    sign_in(client, make_citizen(Level.DATA))
    assert "level=2" in client.get("/my-record/").headers["Location"]
    client.logout()
    sign_in_fully(client, make_staff(Caller.CLERK))
    assert client.get("/my-record/").status_code == 403


def test_an_account_whose_number_the_registry_does_not_have_is_told_so(client: Client) -> None:
    enter_citizen(client, NUMBER)
    answer = client.get("/my-record/")
    assert answer.status_code == 404
    assert "Cơ sở dữ liệu dân cư không có thông tin dưới số định danh của bạn" in answer.content.decode()


def test_at_a_counter_the_record_is_that_of_whom_the_officer_acts_for(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    sign_in_fully(client, make_staff(Caller.OFFICER))
    client.post("/counter/", {"number": known.number})
    client.post("/counter/card/", {"issued_on": "2/9/2024", "seen": "on", "action": "session"})
    assert group_number(known.number) in client.get("/my-record/").content.decode()
