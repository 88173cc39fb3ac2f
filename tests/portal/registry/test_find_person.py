from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from lienthong.people.cards import list_cards
from lienthong.people.lookups import list_look_ups_of
from lienthong.people.models import CardApplication
from lienthong.people.persons import get_person
from lienthong.portal.registry.words import group_number
from lienthong.web.callers import Caller
from tests.identity.persons import make_citizen, make_staff, sign_in_fully
from tests.portal.registry.office import BORN, NAME, add_family, add_known, enter_clerk, look_up, make_site

pytestmark = pytest.mark.django_db

if TYPE_CHECKING:
    from django.http import HttpResponse


def read(answer: object) -> str:
    response: HttpResponse = answer  # type: ignore[assignment] # the client's own subclass
    return response.content.decode()


def test_the_back_office_is_open_to_clerks_alone(client: Client) -> None:
    places = ("/office/", "/office/people/1/", "/office/people/1/card/", "/office/cards/", "/office/cards/counts/")
    assert {client.get(place).status_code for place in places} == {302}
    for number, account in enumerate((make_citizen(), make_staff(Caller.OFFICER, Caller.ADMINISTRATOR))):
        other = Client(REMOTE_ADDR=f"127.0.1.{number}")
        sign_in_fully(other, account)
        assert {other.get(place).status_code for place in places} == {403}


def test_a_person_is_found_by_number_however_it_is_grouped_and_the_look_up_is_recorded(client: Client) -> None:
    registry = make_site()
    known, other = add_family(registry)
    enter_clerk(client)
    place = look_up(client, group_number(known.number), purpose="case", reference="H49-7")
    assert known.number not in place
    page = read(client.get(place))
    shown = (NAME, "17/05/1990", "Tổ 1, khu 2, Phường Bãi Cháy", other.full_name, "H49-7", "Hồ sơ của thủ tục khác")
    assert [text for text in shown if text not in page] == []
    assert "Dao" not in page
    (view,) = list_look_ups_of(registry, get_person(known.number), 5)
    assert view.clerk == "Lê Thị Mai, Z99.01"
    assert list_look_ups_of(registry, get_person(other.number), 5) == []


def test_a_member_of_the_household_is_opened_by_a_look_up_of_their_own(client: Client) -> None:
    registry = make_site()
    known, other = add_family(registry)
    stranger = add_known(registry)
    enter_clerk(client)
    place = look_up(client, known.number)
    answer = client.post(f"{place}member/", {"number": other.number})
    assert other.full_name in read(client.get(answer.headers["Location"]))
    assert len(list_look_ups_of(registry, get_person(other.number), 5)) == 1
    assert client.post(f"{place}member/", {"number": stranger.number}).status_code == 404


def test_a_look_up_opens_nothing_to_another_clerk(client: Client) -> None:
    known = add_known(make_site())
    enter_clerk(client)
    place = look_up(client, known.number)
    other = Client()
    sign_in_fully(other, make_staff(Caller.CLERK, username="binh.tran"))
    for address in (place, f"{place}card/", "/office/people/99999999999999999999/"):
        answer = other.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/office/")
    assert "Lượt tra cứu này đã hết hiệu lực" in read(other.get("/office/"))


def test_by_name_and_birth_date_all_of_that_name_are_listed_and_recorded(client: Client) -> None:
    registry = make_site()
    known, namesake = add_known(registry), add_known(registry)
    enter_clerk(client)
    told = {"purpose": "counter", "full_name": "nguyen thi hoa", "birth_date": "17/5/1990"}
    page = read(client.post("/office/", told))
    assert [group_number(each.number) in page for each in (known, namesake)] == [True, True]
    assert [len(list_look_ups_of(registry, get_person(each.number), 5)) for each in (known, namesake)] == [1, 1]


WRONG = (
    ({"number": "999190012345"}, "Chọn mục đích tra cứu"),
    ({"purpose": "counter"}, "Nhập số định danh cá nhân, hoặc họ tên và ngày sinh"),
    ({"purpose": "case", "number": "999190012345"}, "Nhập số hồ sơ, giấy tờ hoặc lý do"),
    ({"purpose": "counter", "number": "12"}, "12 chữ số"),
    ({"purpose": "counter", "number": "999190012345"}, "đối chiếu lại với thẻ"),
    ({"purpose": "counter", "full_name": NAME}, "Nhập ngày sinh"),
    ({"purpose": "counter", "birth_date": "17/5/1990"}, "Nhập họ"),
    ({"purpose": "counter", "full_name": "Nguyễn 3", "birth_date": "17/5/1990"}, "chữ cái tiếng Việt"),
    ({"purpose": "counter", "full_name": NAME, "birth_date": "31/2/1990"}, "ngày/tháng/năm"),
    ({"purpose": "counter", "full_name": NAME, "birth_date": "17/5/1991"}, "Không có ai mang đúng họ tên"),
    ({"purpose": "counter", "number": "999190012345", "full_name": NAME}, "Chỉ nhập số định danh"),
)
"""What was typed, and what the page says to it."""


def test_what_is_missing_or_finds_nobody_is_told_in_a_summary(client: Client) -> None:
    enter_clerk(client)
    for told, message in WRONG:
        page = read(client.post("/office/", told))
        assert "govuk-error-summary" in page
        assert message in page


def test_an_application_for_a_card_is_taken_in_and_a_second_one_is_refused_in_plain_words(client: Client) -> None:
    registry = make_site()
    known = add_known(registry, birth_date=BORN)
    enter_clerk(client)
    place = look_up(client, known.number)
    assert '<option value="06673" selected' in read(client.get(f"{place}card/"))
    answer = client.post(f"{place}card/", {"kind": "first", "area_code": "06673"})
    (card,) = list_cards(registry, get_person(known.number))
    assert answer.headers["Location"] == f"/office/cards/{card.application}/"
    assert "Đã tiếp nhận hồ sơ" in read(client.get(answer.headers["Location"]))
    assert "Trái với thông tin đã ghi" in read(client.post(f"{place}card/", {"kind": "first", "area_code": "06673"}))
    page = read(client.post(f"{place}card/", {"kind": "first", "area_code": "99999"}))
    assert "Hiện không có xã, phường nào mang mã này" in page
    assert 'href="#id_area_code"' in page


def test_the_commune_of_a_card_is_chosen_by_its_name_province_by_province(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    enter_clerk(client)
    place = f"{look_up(client, known.number)}card/"
    page = read(client.get(place))
    assert '<option value="22" selected>Tỉnh Quảng Ninh' in page
    assert "Phường Hồng Gai" in page
    assert "Phường Hải Châu" not in page

    shown = read(
        client.post(place, {"kind": "renewal", "province": "48", "area_code": "06673", "show-communes": "yes"})
    )
    assert '<option value="48" selected>Thành phố Đà Nẵng' in shown
    assert "Phường Hải Châu" in shown
    assert "Phường Hồng Gai" not in shown
    assert "govuk-error-summary" not in shown
    assert re.search(r'value="renewal" checked', shown)
    assert not CardApplication.objects.exists()

    missing = read(client.post(place, {"kind": "renewal", "province": "48", "area_code": ""}))
    assert "Chọn xã, phường, đặc khu hoặc nhập mã" in missing
    assert "Phường Hải Châu" in missing
    assert client.post(place, {"kind": "first", "province": "48", "area_code": "20194"}).status_code == 302


def test_the_code_of_a_commune_is_taken_too_and_counts_before_what_is_chosen(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    enter_clerk(client)
    place = f"{look_up(client, known.number)}card/"
    chosen = {"kind": "first", "province": "22", "area_code": "06673"}
    for typed, problem in (("123", "Mã xã, phường gồm 5 chữ số"), ("99999", "Hiện không có xã, phường nào")):
        page = read(client.post(place, {**chosen, "typed_code": typed}))
        assert problem in page
        assert 'href="#id_typed_code"' in page
        assert f'value="{typed}"' in page
    assert client.post(place, {**chosen, "typed_code": "06652"}).status_code == 302
    assert CardApplication.objects.get().area_code == "06652"


def test_a_province_that_there_is_not_shows_that_of_the_home(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    enter_clerk(client)
    place = f"{look_up(client, known.number)}card/"
    page = read(client.post(place, {"province": "77x", "area_code": "06673", "show-communes": "yes"}))
    assert "Tỉnh Quảng Ninh" in page
    page = read(client.post(place, {"province": "", "area_code": "x", "show-communes": "yes"}))
    assert page.count(" selected>") >= 1
