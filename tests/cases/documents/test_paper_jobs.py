"""The jobs as a worker runs them, on a site's own house of cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.db import connection

from lienthong.cases import actions as told
from lienthong.cases import jobs
from lienthong.cases.case_settings import CaseSettings
from lienthong.cases.documents.checking import check_kept_signature
from lienthong.cases.documents.kept import list_case_documents
from lienthong.cases.models import Notice, Paper
from lienthong.cases.notice_words import MailState
from lienthong.cases.reading import get_case
from lienthong.cases.site_cases import make_site_cases
from lienthong.cases.words import CaseRole
from tests.cases.houses import UNIT, People, do, file_case, make_cases
from tests.cases.test_notices import ANSWERS, MAILBOX

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases


@pytest.fixture
def site_cases(tmp_path: Path, settings: Settings) -> Cases:
    """Give the site's own house, with the tests' people and procedures."""
    settings.SITE = msgspec.structs.replace(
        settings.SITE,
        folder=tmp_path,
        settings=msgspec.structs.replace(settings.SITE.settings, data="data", cases=CaseSettings(unit=UNIT)),
    )
    made = make_site_cases()
    return replace(made, people=People(), catalogue=make_cases().catalogue, verify_answers=lambda _one, _two: None)


def read_jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_an_action_leaves_the_jobs_that_make_its_paper_and_tell_of_it(site_cases: Cases) -> None:
    case_id = file_case(site_cases, answers=ANSWERS).case_id
    assert read_jobs() == ["cases.tell_people"]
    do(site_cases, case_id, CaseRole.RECEIVER, told.Received())
    assert read_jobs()[1:] == ["cases.make_papers", "cases.tell_people"]


@pytest.mark.django_db
def test_the_jobs_run_twice_make_one_signed_paper_one_notice_and_one_mail(tmp_path: Path, site_cases: Cases) -> None:
    shipped = replace(site_cases, catalogue=make_site_cases().catalogue)
    procedure = shipped.catalogue.list_procedures(shipped.today())[0]
    case_id = file_case(shipped, procedure.code, answers=ANSWERS).case_id
    do(shipped, case_id, CaseRole.RECEIVER, told.Received())
    for _ in range(2):
        jobs.make_papers(str(case_id))
        for number in (1, 2):
            jobs.tell_people(str(case_id), number)
        jobs.send_mails(0)
        jobs.collect_files(0)

    paper = Paper.objects.get()
    case = get_case(shipped, case_id)
    assert check_kept_signature(shipped, paper.check_code).is_trusted
    assert [document.id for document in list_case_documents(shipped, case)] == [paper.document_id]
    assert list(Notice.objects.order_by("pk").values_list("mail", flat=True)) == [MailState.SENT, MailState.SENT]
    mails = sorted((tmp_path / "data" / "mail").iterdir())
    assert len(mails) == 2
    assert all(f"To: {MAILBOX}" in path.read_text("utf-8") for path in mails)
