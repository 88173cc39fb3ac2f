"""Pages that list things ask the database as often for many rows as for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.cases import actions as told
from lienthong.cases.drafts import Applicant, open_draft
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models import Document, FilingDifference
from lienthong.cases.notices import tell_action
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole
from tests.identity.persons import make_staff
from tests.portal.cases.desk import (
    NUMBER,
    SAMPLE,
    answer_step,
    do,
    enter_citizen,
    enter_officer,
    file_case,
    find_account,
    open_site,
)

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from django.test import Client
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

MORE = 2


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def count_queries(client: Client, address: str) -> int:
    """Count what a page asks once everything that a process keeps is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def add_document(cases: Cases, place: int) -> Document:
    return Document.objects.create(
        number=NUMBER,
        name=f"{place}.pdf",
        kind="pdf",
        sha256=f"{place:064}",
        size=1,
        pages=1,
        origin="upload",
        added_at=cases.now(),
    )


def test_the_queue_and_the_differences_ask_no_more_for_many_lines(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    counts = []
    for place in range(1 + MORE):
        # Each with a handler of its own, whose name stands in its line.
        handler, now = make_staff(username=f"can.bo{place}", full_name=f"Cán bộ {place}"), cases.now()
        CaseRow.objects.filter(pk=file_case(cases, citizen)).update(handler=str(handler.pk))
        FilingDifference.objects.create(kind="missing-here", portal_code=f"G{place}", found_at=now, looked_at=now)
        if place in {0, MORE}:
            counts.append([count_queries(officer, address) for address in ("/work/", "/work/differences/")])
    assert f"Cán bộ {MORE}" in officer.get("/work/").content.decode()
    assert counts[0] == counts[1]


def test_a_persons_own_lists_ask_no_more_for_many_cases_drafts_and_papers(cases: Cases) -> None:
    citizen = enter_citizen()
    account = find_account(citizen)
    applicant = Applicant(account.personal_number, str(account.pk), account.full_name, 2)
    counts = []
    for place in range(1 + MORE):
        file_case(cases, citizen)
        open_draft(cases, applicant, SAMPLE, cases.today())
        add_document(cases, place)
        if place in {0, MORE}:
            counts.append([count_queries(citizen, address) for address in ("/my-cases/", "/my-papers/")])
    assert counts[0] == counts[1]


def test_a_case_asks_no_more_for_many_actions_papers_and_notices(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    documents = [add_document(cases, place) for place in range(MORE)]
    counts = []
    for count in (1, MORE):
        case = file_case(cases, citizen, notice=str(documents[0].pk))
        do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
        answer_step(cases, case, "birth", told.AgencyDone, result={"number": "", "registered_on": ""})
        for place in range(count):
            ask_for_more(cases, officer, citizen, case, str(documents[place].pk))
        addresses = (f"/work/{case}/", f"/my-cases/{case}/", f"/my-cases/{case}/answers/")
        counts.append(
            [
                *(count_queries(officer, address) for address in addresses[:1]),
                *(count_queries(citizen, address) for address in addresses[1:]),
            ]
        )
    assert counts[0] == counts[1]


def ask_for_more(cases: Cases, officer: Client, citizen: Client, case: UUID, document: str) -> None:
    do(cases, case, CaseRole.HANDLER, told.SupplementAsked("missing-papers"), officer)
    do(cases, case, CaseRole.APPLICANT, told.Supplemented(documents=(document,)), citizen)
    assert tell_action(cases, case, get_case(cases, case).state.number)
