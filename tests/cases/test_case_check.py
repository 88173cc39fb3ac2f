from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.cases import actions as told
from lienthong.cases.case_check import CheckQuestion, check_purpose
from lienthong.cases.drafts import open_draft, save_answers
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole
from lienthong.kernel.canonical import encode_base64url
from lienthong.web.callers import GATEWAY_SECRET_HEADER
from tests.cases.houses import APPLICANT, LINKED, OTHER, SIMPLE, VALID_FROM, do, file_case, make_cases
from tests.site_settings import GATEWAY_SECRET

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

STRANGER = "999000000003"


def ask(case: str, procedure: str = SIMPLE, path: str = "", **more: str) -> tuple[bool, bool]:
    answer = check_purpose(make_cases(), CheckQuestion(procedure, case, path=path, **more))
    return answer.open, answer.party


def test_a_draft_is_open_for_the_applicants_own_data_and_for_whom_the_form_names() -> None:
    draft = open_draft(make_cases(), APPLICANT, SIMPLE, VALID_FROM)
    assert ask(str(draft.id), path=f"/{APPLICANT.number}") == (True, True)
    assert ask(str(draft.id), path=f"/{OTHER.number}") == (True, False)
    save_answers(make_cases(), draft.id, APPLICANT, {"other": {"number": OTHER.number}})
    assert ask(str(draft.id), path=f"/{OTHER.number}") == (True, True)
    assert ask(str(draft.id), path=f"/{STRANGER}") == (True, False)


@pytest.mark.parametrize("case", ["", "none", "Z99.01-261130-0001", "01a22dec-2eac-710a-9d4d-e001048a6100"])
def test_a_case_that_is_not_there_is_not_open_and_has_no_parties(case: str) -> None:
    assert ask(case) == (False, False)


def test_a_case_of_another_procedure_is_none() -> None:
    code = file_case(make_cases()).code
    assert ask(code) == (True, True)
    assert ask(code, LINKED) == (False, False)
    draft = open_draft(make_cases(), APPLICANT, SIMPLE, VALID_FROM)
    assert ask(str(draft.id), LINKED) == (False, False)


@pytest.mark.parametrize(
    "place",
    [
        {"path": f"/persons/{STRANGER}"},
        {"path": "/%39" + STRANGER[1:]},
        {"query": f"number={STRANGER}"},
        {"body": encode_base64url(json.dumps({"person": {"number": STRANGER}}).encode())},
    ],
)
def test_a_stranger_is_seen_wherever_the_request_names_them(place: dict[str, Any]) -> None:
    code = file_case(make_cases()).code
    assert ask(code, **place) == (True, False)
    own = {name: text.replace(STRANGER, APPLICANT.number) for name, text in place.items() if name != "body"}
    assert ask(code, **{name: text for name, text in own.items() if "%" not in text}) == (True, True)


def test_whom_an_agency_names_in_its_result_is_a_party_from_then_on() -> None:
    cases = make_cases()
    receipt = file_case(cases, LINKED)
    do(cases, receipt.case_id, CaseRole.RECEIVER, told.Received())
    do(cases, receipt.case_id, CaseRole.SYSTEM, told.AgencyAsked("birth", "m-1"))
    assert ask(receipt.code, LINKED, f"/{STRANGER}") == (True, False)
    do(cases, receipt.case_id, CaseRole.AGENCY, told.AgencyDone("birth", "m-1", {"number": STRANGER}))
    assert ask(receipt.code, LINKED, f"/{STRANGER}") == (True, True)


def test_a_case_that_is_over_is_not_open_and_one_that_is_being_taken_back_is() -> None:
    cases = make_cases()
    simple, linked = file_case(cases), file_case(cases, LINKED)
    do(cases, simple.case_id, CaseRole.APPLICANT, told.Withdrawn())
    assert ask(simple.code) == (False, True)
    do(cases, linked.case_id, CaseRole.RECEIVER, told.Received())
    do(cases, linked.case_id, CaseRole.SYSTEM, told.AgencyAsked("birth", "m-1"))
    do(cases, linked.case_id, CaseRole.APPLICANT, told.Withdrawn())
    assert not get_case(cases, linked.case_id).state.is_over
    assert ask(linked.code, LINKED) == (True, True)


def test_the_gateway_alone_is_answered(client: Client) -> None:
    question = {"procedure": SIMPLE, "case": "none"}
    address = "/services/cases/check"
    secret = {GATEWAY_SECRET_HEADER: GATEWAY_SECRET}
    assert client.post(address, question, content_type="application/json").status_code == 401
    answer = client.post(address, question, content_type="application/json", headers=secret)
    assert (answer.status_code, answer.json()) == (200, {"open": False, "party": False})
    assert client.post(address, [], content_type="application/json", headers=secret).status_code == 400
    described = client.get("/services/cases/openapi.json", headers=secret).json()
    assert list(described["paths"]) == ["/check"]
