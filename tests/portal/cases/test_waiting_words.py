from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.cases import actions as told
from lienthong.cases.errors import CasesErrorKind
from lienthong.cases.reading import get_case
from lienthong.cases.words import UNSENT, CaseRole
from lienthong.portal.cases.waiting_words import find_step_trouble
from tests.portal.cases.desk import ask_for_birth, do, enter_citizen, enter_officer, fail_birth, open_site

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def read(client: Client, place: str, language: str = "vi") -> str:
    client.get(f"/language/{language}")
    return " ".join(client.get(place).content.decode().split())


def test_an_officer_reads_what_happened_and_what_to_do_and_support_its_code(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    case = ask_for_birth(cases, citizen, officer)
    fail_birth(cases, case, "service_unreachable")

    page = read(officer, f"/work/{case}/", "en")
    assert "its system behind it is not running. It is tried again by itself" in page
    assert "take the step over by hand" in page
    assert "tried 4 times. Next try " in page
    assert 'Code for support: <span class="lt-code">service_unreachable</span>' in page
    assert page.count("service_unreachable") == 1
    # Beside the step, and in what to do now.
    assert page.count("The message does not get through to the agency") == 2
    assert "The agency has it" not in page
    page = read(officer, f"/work/{case}/")
    assert "hệ thống của cơ quan phía sau cổng không hoạt động. Hệ thống tự gửi lại" in page
    assert "tự thực hiện thay bước này" in page
    own = read(citizen, f"/my-cases/{case}/")
    assert "Hồ sơ sẽ tự động được gửi lại." in own
    assert "service_unreachable" not in own


def test_while_all_is_as_usual_there_is_no_code_and_nothing_to_do(cases: Cases) -> None:
    officer = enter_officer()
    case = ask_for_birth(cases, enter_citizen(), officer)
    fail_birth(cases, case, "")
    page = read(officer, f"/work/{case}/")
    assert "Kiểm tra lại lúc" in page
    assert "Mã báo bộ phận hỗ trợ" not in page


def test_a_message_that_the_agency_works_on_is_the_agencys(cases: Cases) -> None:
    officer = enter_officer()
    case = ask_for_birth(cases, enter_citizen(), officer)
    fail_birth(cases, case, "under_way")
    page = read(officer, f"/work/{case}/", "en")
    assert page.count("The agency has it") == 2
    assert "The agency has the message and is working on it." in page


def test_words_that_no_table_knows_are_shown_as_they_are(cases: Cases) -> None:
    officer = enter_officer()
    case = ask_for_birth(cases, enter_citizen(), officer)
    fail_birth(cases, case, "Máy chủ bảo trì")
    page = read(officer, f"/work/{case}/")
    assert "Máy chủ bảo trì" in page
    assert "Mã báo bộ phận hỗ trợ" not in page


def test_where_an_outcome_is_not_known_the_timeline_has_words_for_the_office_and_no_code_for_the_applicant(
    cases: Cases,
) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    case = ask_for_birth(cases, citizen, officer)
    message_id = get_case(cases, case).state.steps["birth"].message_id
    refusal = "server.serverproxy.access_denied: no grant names this client"
    do(cases, case, CaseRole.SYSTEM, told.AgencyUnknown("birth", message_id, refusal))

    page = read(officer, f"/work/{case}/", "en")
    assert page.count("The agency has not given this office permission for what the message asks.") == 2
    assert page.count("server.serverproxy.access_denied") == 2
    assert "no grant names" not in page
    own = read(citizen, f"/my-cases/{case}/", "en")
    assert "It is not certain whether the agency acted" in own
    assert "access_denied" not in own
    assert "permission for" not in own

    fail_birth(cases, case, "unheard")
    page = read(officer, f"/work/{case}/", "en")
    assert "it never got the message. Ask the agency whether it acted" in page
    assert "take the step over by hand" not in page
    assert page.count("server.serverproxy.access_denied") == 1


def test_a_message_that_cannot_be_made_is_told_with_what_is_wrong_for_support_alone(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    case = ask_for_birth(cases, citizen, officer)
    message_id = get_case(cases, case).state.steps["birth"].message_id
    do(cases, case, CaseRole.SYSTEM, told.AgencyRefused("birth", message_id, UNSENT, "send gives no object"))
    page = read(officer, f"/work/{case}/", "en")
    assert "The message to the agency cannot be made from what the case holds." in page
    assert 'Code for support: <span class="lt-code">send gives no object</span>' in page
    own = read(citizen, f"/my-cases/{case}/", "en")
    assert "cannot be made" in own
    assert "send gives no object" not in own


def test_what_a_person_wrote_stays_theirs_even_where_it_looks_like_a_code(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    case = ask_for_birth(cases, citizen, officer)
    do(cases, case, CaseRole.HANDLER, told.Commented("timeout"), officer)
    page = read(officer, f"/work/{case}/")
    assert '<p class="lt-timeline__text">timeout</p>' in page


def test_every_kind_of_error_of_the_cases_that_stops_a_message_has_words() -> None:
    for kind in CasesErrorKind:
        trouble = find_step_trouble(kind.value)
        assert trouble is not None
        assert trouble.code == kind
