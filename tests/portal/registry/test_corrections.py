from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.people.facts import FactName
from lienthong.people.persons import get_person
from lienthong.people.record import read_record
from lienthong.portal.registry.words import group_number
from tests.portal.registry.office import NAME, add_known, enter_clerk, look_up, make_site
from tests.portal.registry.test_find_person import read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

PAPER = {"decision": "12/QĐ-UBND, 3/11/2026", "reason": "ghi nhầm khi nhập"}


def test_a_fact_is_put_right_after_old_and_new_were_shown_and_the_old_one_stays(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    enter_clerk(client)
    place = look_up(client, known.number)
    assert NAME in read(client.get(f"{place}correct/full_name/"))
    told = {**PAPER, "value": "Nguyễn Thị Hoa"}
    page = read(client.post(f"{place}correct/full_name/", told))
    assert [text in page for text in (NAME, "Nguyễn Thị Hoa", PAPER["decision"], "Không thể hoàn tác")] == [True] * 4
    assert get_person(known.number).full_name == NAME
    assert "Ghi nhận cải chính này?" not in read(client.post(f"{place}correct/full_name/", {**told, "change": "yes"}))
    client.post(f"{place}correct/full_name/", {**told, "confirmed": "yes"})
    record = read_record(registry, get_person(known.number))
    (name,) = [shown.fact for shown in record.facts if shown.fact.name is FactName.FULL_NAME]
    assert (name.value, name.corrects) == ("Nguyễn Thị Hoa", True)
    assert name.source == f"officer:Lê Thị Mai, Z99.01; {PAPER['decision']}"
    assert [shown.value for shown in record.earlier] == [NAME]
    assert "Đã cải chính: Họ và tên" in read(client.get(place))


def test_another_birth_year_warns_of_a_new_number_and_the_look_up_still_opens_the_person(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    enter_clerk(client)
    place = look_up(client, known.number)
    told = {**PAPER, "value": "17/5/1991"}
    assert "được cấp số khác" in read(client.post(f"{place}correct/birth_date/", told))
    client.post(f"{place}correct/birth_date/", {**told, "confirmed": "yes"})
    renewed = get_person(known.number).number
    assert renewed != known.number
    assert group_number(renewed) in read(client.get(place))


WRONG = (
    ("full_name", {"value": "Nguyễn Thị Hoa"}, "Nhập số và ngày của quyết định"),
    ("full_name", {**PAPER, "value": ""}, "Nhập thông tin đúng"),
    ("full_name", {**PAPER, "value": "H0a"}, "chữ cái tiếng Việt"),
    ("full_name", {**PAPER, "value": NAME, "confirmed": "yes"}, "Cơ sở dữ liệu đã ghi đúng như vậy"),
    ("birth_date", {**PAPER, "value": "1/1/2999", "confirmed": "yes"}, "Ngày không hợp lệ"),
    ("sex", {**PAPER, "value": "other"}, "govuk-error-summary"),
    ("nationality", {**PAPER, "value": "Vn"}, "Nhập hai chữ in hoa"),
)


def test_what_is_missing_or_wrong_is_told_and_nothing_is_recorded(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    enter_clerk(client)
    place = look_up(client, known.number)
    for fact, told, message in WRONG:
        page = read(client.post(f"{place}correct/{fact}/", told))
        assert message in page, (fact, told)
        assert "govuk-error-summary" in page
    assert read_record(registry, get_person(known.number)).earlier == ()


@pytest.mark.parametrize("fact", ["ethnicity", "number", "died_on", "nothing"])
def test_other_facts_are_not_put_right_here(client: Client, fact: str) -> None:
    known = add_known(make_site())
    enter_clerk(client)
    assert client.get(f"{look_up(client, known.number)}correct/{fact}/").status_code == 404
