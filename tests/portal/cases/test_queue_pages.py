from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus
from uuid import uuid4

import pytest

from lienthong.cases.models import Case as CaseRow
from lienthong.cases.queue import PAGE
from lienthong.cases.reading import get_case
from lienthong.portal.cases.saved_searches import SESSION_KEY
from tests.portal.cases.desk import NUMBER, OTHER_NUMBER, enter_citizen, enter_officer, file_case, open_site

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def look_for(officer: Client, text: str, **filters: str) -> tuple[str, str]:
    """Type something in; gives the address that it leads to, and the page there."""
    answer = officer.post("/work/", {"text": text, **filters})
    assert answer.status_code == 302
    address = answer.headers["Location"]
    return address, officer.get(address).content.decode()


def list_addresses(page: str) -> list[str]:
    """Give what the links of a page lead to, readable."""
    return [unquote_plus(unescape(address)) for address in re.findall(r'(?:href|action)="([^"]*)"', page)]


@pytest.mark.parametrize("typed", [NUMBER, f"{NUMBER[:3]} {NUMBER[3:]}", "hòa", "Nguyễn Thị Hòa"])
def test_whom_an_officer_looks_for_stands_in_no_address_and_is_found_again_by_its_key(cases: Cases, typed: str) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    address, page = look_for(officer, typed, status="1")
    assert re.fullmatch(r"/work/\?unit=Z99\.01&status=1&search=[\w-]{12}", address)
    assert f"/work/{case}/" in page
    for link in list_addresses(page):
        assert NUMBER not in link.replace(" ", "")
        assert "hòa" not in link.lower()
    # What was typed stays in its field, and the links of other filters go on with it.
    assert f'value="{typed.replace(" ", "") if typed[0].isdigit() else typed}"' in page
    assert any("due=late" in link and "search=" in link for link in list_addresses(page))
    assert f"/work/{case}/" not in look_for(officer, OTHER_NUMBER)[1]
    assert f"/work/{case}/" not in look_for(officer, "Bình")[1]


def test_a_cases_code_names_nobody_and_stands_in_an_address_that_can_be_passed_on(cases: Cases) -> None:
    officer, other = enter_officer(), enter_officer(name="binh.tran")
    case = file_case(cases, enter_citizen())
    code = get_case(cases, case).code
    address, page = look_for(officer, f" {code} ")
    assert address == f"/work/?unit=Z99.01&text={code}"
    assert f"/work/{case}/" in page
    assert f"/work/{case}/" in other.get(address).content.decode()
    assert officer.session.get(SESSION_KEY) is None


@pytest.mark.parametrize("typed", [NUMBER, "hoa", f"{NUMBER}-1", "Hòa 1-2"])
def test_a_name_or_number_in_an_address_is_dropped_and_goes_no_further(cases: Cases, typed: str) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    answer = officer.get("/work/", {"text": typed, "status": "1", "page": "2"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/work/?unit=Z99.01&status=1")
    page = officer.get(answer.headers["Location"]).content.decode()
    assert f"/work/{case}/" in page
    assert f'value="{typed}"' not in page


def test_what_no_row_can_hold_finds_nothing_and_breaks_nothing(cases: Cases) -> None:
    officer = enter_officer()
    file_case(cases, enter_citizen())
    look_for(officer, "Hoa\0x")
    for name in ("text", "procedure", "search", "unit", "status"):
        assert officer.get("/work/", {name: "\0"}).status_code == 200


def test_filters_that_name_no_person_are_addresses_for_everybody(cases: Cases) -> None:
    officer, other = enter_officer(), enter_officer(name="binh.tran")
    case = file_case(cases, enter_citizen())
    address, _ = look_for(officer, "", status="1", over="")
    assert address == "/work/?unit=Z99.01&status=1"
    assert f"/work/{case}/" in other.get(address).content.decode()


def test_a_search_that_is_over_or_another_officers_says_so_and_finds_nobody_by_it(cases: Cases) -> None:
    officer, other = enter_officer(), enter_officer(name="binh.tran")
    file_case(cases, enter_citizen())
    address, page = look_for(officer, "Hòa")
    assert "Vui lòng nhập lại" not in page
    page = other.get(address).content.decode()
    assert "Vui lòng nhập lại" in page
    assert 'id="text" name="text" type="search" value=""' in page
    assert not any(link.startswith("?") and "search=" in link for link in list_addresses(page))

    session = officer.session
    session[SESSION_KEY] = {key: {**kept, "at": 0} for key, kept in session[SESSION_KEY].items()}
    session.save()
    assert "Vui lòng nhập lại" in officer.get(address).content.decode()


def test_what_was_found_is_turned_page_by_page(cases: Cases) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    (row,) = CaseRow.objects.filter(pk=case).values()
    more = [{**row, "id": uuid4(), "code": f"{row['code'][:-4]}{number + 2:04}"} for number in range(PAGE)]
    CaseRow.objects.bulk_create([CaseRow(**each) for each in more])
    _, page = look_for(officer, "Hòa")
    (onward,) = [link for link in list_addresses(page) if "page=2" in link]
    assert "Hòa" not in onward
    second = officer.get(f"/work/{onward}").content.decode()
    assert 'value="Hòa"' in second
    assert second.count("lt-queue__row") == 1
    assert f"{PAGE + 1} hồ sơ" in second
