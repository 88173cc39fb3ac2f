from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from lienthong.cases import actions as told
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.filing import submit
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole, Channel
from lienthong.delivery.asks import NewAsk, ask_agency
from lienthong.delivery.collectors.own_sources import OwnSource, put_own_source
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.figures import Cell
from lienthong.delivery.models import Directive, Observation
from lienthong.delivery.periods import make_month
from lienthong.delivery.recording import NewFigure, record_figures
from lienthong.delivery.tasks import NewProof, NewTask, add_proof, give_task
from lienthong.delivery.words import Origin, Status
from lienthong.web.callers import Caller
from tests.portal.cases.desk import ANSWERS, SAMPLE, UNIT, do, enter_citizen, enter_officer, find_account, open_site
from tests.portal.delivery.readers import enter_reader, list_links, load_illustrative, load_reported, read

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

PLAN = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))


def test_every_step_from_the_promise_to_its_proof_leads_to_a_page_that_is_there() -> None:
    load_illustrative()
    leader, owner, now = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le"), timezone.now()
    new = NewTask(
        title="Đếm dân",
        owner=owner.post,
        due_on=date(2026, 1, 1),
        directive=PLAN,
        directive_path="2",
        plan="ILLUSTRATIVE-2030",
        target="ON_TIME",
        is_illustrative=True,
    )
    task = give_task(new, leader.account, now)
    add_proof(task.code, NewProof("ket-qua.txt", "text/plain", b"done"), owner.account, now)
    ask = NewAsk(service="DEMO/GOV/Z99.02/PEOPLE/registry", purpose="990/KH-UBND", body={"question": "Bao nhiêu?"})
    ask_agency(task.code, ask, owner.account, now, lambda _: None)
    client = enter_officer(Caller.LEADER)
    resolution = Directive.objects.get(number="01-NQ/MH", issued_on=date(2025, 9, 1))
    register = read(client, "/delivery/directives/?q=MH")
    assert f"/delivery/directives/{resolution.pk}/" in register
    assert "Nghị quyết Đại hội" not in register
    page = read(client, f"/delivery/directives/{resolution.pk}/cascade/")
    kinds = ("Văn bản chỉ đạo", "Mục", "Nhiệm vụ", "Minh chứng", "Câu hỏi", "Chỉ tiêu", "Chỉ tiêu thống kê", "Số liệu")
    for kind in (*kinds, "Bản ghi gốc"):
        assert f'lt-cascade__kind">{kind}' in page
    links = list_links(page)
    assert len(links) >= 24
    for link in links:
        assert client.get(link).status_code == 200, link
    shown = read(client, f"/delivery/directives/{Directive.objects.get(number='990/KH-UBND').pk}/")
    assert 'id="part-2"' in shown
    assert "Đếm dân" in shown
    assert client.get("/delivery/directives/0/").status_code == 404


def test_a_figure_counted_from_cases_leads_its_agencys_officer_to_the_late_ones(
    settings: Settings, tmp_path: Path
) -> None:
    cases = open_site(settings, tmp_path)
    load_illustrative()
    citizen = find_account(enter_citizen())
    applicant = Applicant(citizen.personal_number, str(citizen.pk), citizen.full_name, 2)
    draft = open_draft(cases, applicant, SAMPLE, cases.today())
    save_answers(cases, draft.id, applicant, ANSWERS)
    case_id = submit(cases, draft.id, applicant, str(draft.id), Channel.COUNTER).case_id
    officer = enter_officer()
    do(cases, case_id, CaseRole.RECEIVER, told.Received(), officer)
    today = cases.today()
    month = make_month(today.year, today.month)
    figure = NewFigure(
        cell=Cell("CASES_ONLINE", "99", month),
        area_on=month.last_day,
        value=Decimal(0),
        source=put_own_source(OwnSource.CASES),
        status=Status.ESTIMATE,
        published_on=today,
        origin=Origin.CASES,
        origin_ref=f"from={month.begin}&to={month.last_day}&unit={UNIT}",
    )
    record_figures([figure])
    path = f"/delivery/figures/{Observation.objects.latest('pk').pk}/records/"
    code = get_case(cases, case_id).code
    page = read(officer, path)
    leader = read(enter_officer(Caller.LEADER, name="ha.leader"), path)
    other = read(enter_officer(name="ha.other", unit="Z99.77"), path)
    for text in (page, leader, other):
        assert "đếm từ hồ sơ" in text
        assert "hồ sơ không nộp trực tuyến" in text
    assert f"/work/{case_id}/" in page
    assert read(officer, f"/work/{case_id}/")
    for text in (leader, other):
        assert f"/work/{case_id}/" not in text
    assert code in page
    assert code in leader
    assert code not in other
    for text in (page, leader, other):
        for personal in (citizen.full_name, citizen.personal_number, *told_of_people()):
            assert personal not in text


def told_of_people() -> list[str]:
    """Give what the filing of these tests tells of people."""
    return [str(ANSWERS[name]) for name in ("you", "you_born", "child_name", "child_born")]


def test_a_figure_shows_its_words_its_versions_and_where_it_came_from() -> None:
    load_reported()
    row = Observation.objects.get(indicator__code="GRDP_HEAD_USD", source__code="session-2024-03-07")
    client = enter_officer(Caller.OFFICER)
    page = read(client, f"/delivery/figures/{row.pk}/")
    assert "trên 9.500 USD" in page
    assert "theo báo cáo" in page
    assert "GRDP bình quân đầu người của tỉnh đã đạt trên 9.500 USD" in page
    assert "đã đạt trên 9.500 USD" in read(client, f"/delivery/figures/{row.pk}/records/")
    assert client.get("/delivery/figures/0/").status_code == 404
    assert client.get("/delivery/figures/0/records/").status_code == 404
