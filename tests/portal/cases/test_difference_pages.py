"""A difference with the national portal, put right by an officer's hand: against the simulated portal's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models import FilingDifference
from lienthong.cases.national_portal.settings import NationalPortalSettings
from lienthong.sandbox.national_portal.behaviour import PortalBehaviour
from lienthong.sandbox.national_portal.office import ACCOUNT, UNIT
from lienthong.site.site_file import Site
from tests.portal.cases.desk import ANSWERS, NUMBER, SAMPLE, enter_officer, find_account, open_site
from tests.portal.cases.desk import UNIT as OWN_UNIT
from tests.simulators.national_portal import SimulatedPortal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[SimulatedPortal]:
    with SimulatedPortal(tmp_path) as running:
        yield running


@pytest.fixture
def cases(settings: Settings, tmp_path: Path, portal: SimulatedPortal) -> Cases:
    opened = open_site(settings, tmp_path)
    own = NationalPortalSettings(f"{portal.office.url}/api", ACCOUNT, str(portal.office.secret_file), {UNIT: OWN_UNIT})
    told = msgspec.structs.replace(settings.SITE.settings, national_portal=own)
    settings.SITE = Site(told, settings.SITE.folder)
    return opened


def list_difference(cases: Cases, code: str, kind: str = "missing-here") -> FilingDifference:
    now = cases.now()
    return FilingDifference.objects.create(kind=kind, portal_code=code, found_at=now, looked_at=now)


def test_an_officer_fetches_what_is_missing_and_is_told_what_stands_in_the_way(
    cases: Cases, portal: SimulatedPortal
) -> None:
    typed = {name: value for name, value in ANSWERS.items() if name != "notice"}
    paper = portal.file()
    (kept,) = portal.book.get_filing(paper).document["ThanhPhanHoSo"]
    code = portal.file(MaTTHC=SAMPLE, DuLieuToKhai=typed, ThanhPhanHoSo=[{**kept, "TruongTuongUng": "notice"}])
    officer, row = enter_officer(), list_difference(cases, code)
    place = f"/work/differences/{row.pk}/"
    assert "Thử lại ngay" in officer.get(place).content.decode()

    portal.behave(PortalBehaviour(is_down=True))
    page = officer.post(place, {"again": "yes"}).content.decode()
    assert "Chưa khắc phục được. Hiện cổng không trả lời." in page
    assert "no answer" in page
    assert CaseRow.objects.count() == 0

    portal.behave()
    page = officer.post(place, {"again": "yes"}, follow=True).content.decode()
    assert "Đã khắc phục: hai bên đã khớp nhau." in page
    row.refresh_from_db()
    assert row.settled_by == str(find_account(officer).pk)
    assert (CaseRow.objects.get().portal_code, CaseRow.objects.get().number) == (code, "999190000001")
    assert officer.post(place, {"again": "yes"}).status_code == 302
    assert NUMBER not in page


def test_what_only_a_person_can_judge_offers_no_second_try(cases: Cases) -> None:
    row = list_difference(cases, "G22.1", "missing-there")
    page = enter_officer().get(f"/work/differences/{row.pk}/").content.decode()
    assert "Thử lại ngay" not in page
    assert 'name="text"' in page
