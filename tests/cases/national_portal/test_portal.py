"""Filings that come in from the simulated portal: each once, whatever is lost, and never without a reason when not."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lienthong.cases import actions as told
from lienthong.cases.documents.kept import list_case_documents, read_content
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models import Document, FilingDifference
from lienthong.cases.national_portal.portal import collect_filings, require_national
from lienthong.cases.national_portal.settings import NationalPortalSettings, verify_portal_settings
from lienthong.cases.national_portal.site_portal import read_secret
from lienthong.cases.reading import find_case_by_code
from lienthong.cases.reconciling import DifferenceKind, list_differences, mend_difference, reconcile
from lienthong.cases.words import ActorKind, CaseRole, Channel, NationalStatus
from lienthong.sandbox.national_portal.behaviour import PortalBehaviour
from tests.cases.houses import do, make_actor
from tests.simulators.national_portal import OWN_UNIT, SimulatedPortal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.cases.house import Cases
    from lienthong.cases.national_portal.portal import NationalPortal
    from lienthong.cases.reading import CaseView

pytestmark = pytest.mark.django_db

FOR_NOTICE = {"TruongTuongUng": "birth_notice"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedPortal]:
    with SimulatedPortal(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def simulated(portal: SimulatedPortal) -> SimulatedPortal:
    """The portal without anything that earlier tests filed, behaving as usual."""
    portal.behave()
    for filing in portal.book.list_filings():
        with portal.book._begin() as connection:  # noqa: SLF001 # a portal forgets nothing by itself
            connection.execute("DELETE FROM filing WHERE code = ?", (filing.code,))
            connection.execute("DELETE FROM progress WHERE code = ?", (filing.code,))
    return portal


@pytest.fixture
def province(simulated: SimulatedPortal, tmp_path: Path) -> tuple[Cases, NationalPortal]:
    return simulated.make_province(tmp_path)


def get_filed(cases: Cases, code: str) -> CaseView:
    case = find_case_by_code(cases, code)
    assert case is not None
    return case


def test_what_people_file_at_the_portal_becomes_a_case_with_its_papers_and_the_portal_knows_its_code(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code = simulated.file()

    done = collect_filings(cases, portal)

    assert (done.filed, done.known, done.failures) == (1, 0, [])
    case = get_filed(cases, code)
    (submitted,) = case.actions
    assert (submitted.actor.kind, submitted.actor.id) == (ActorKind.PORTAL, "national")
    assert (case.channel, case.unit, case.portal_code) == (Channel.ONLINE, OWN_UNIT, code)
    assert (case.applicant.number, case.applicant.level) == ("999190000001", 2)
    assert case.answers["child_name"] == "Nguyễn Mẫu An"
    (paper,) = list_case_documents(cases, case)
    assert (str(paper.id), paper.name) == (case.answers["birth_notice"], "Giấy chứng sinh.jpg")
    assert read_content(cases, paper)
    assert simulated.book.get_filing(code).own_code == case.code
    assert collect_filings(cases, portal).filed == 0


def test_an_answer_that_is_no_list_files_nothing_and_an_arrival_is_written_down_there_though_its_answer_is_lost(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code = simulated.file()
    simulated.behave(PortalBehaviour(forget=1))
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.BAD_PORTAL_DOCUMENT):
        collect_filings(cases, portal)
    assert CaseRow.objects.count() == 0

    simulated.behave(PortalBehaviour(lose_answers=1))
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.PORTAL_SILENT):
        portal.link.say_arrived(code, "Z99.01-261130-0009")
    simulated.behave()
    with pytest.raises(CasesError, match="409 da-nhan-voi-ma-khac"):
        portal.link.say_arrived(code, "Z99.01-261130-0010")


def test_a_case_that_is_here_and_still_waits_there_is_not_filed_again(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code = simulated.file()
    assert collect_filings(cases, portal).filed == 1
    with simulated.book._begin() as connection:  # noqa: SLF001 # as if that answer had been forgotten there
        connection.execute("UPDATE filing SET own_code = ''")

    done = collect_filings(cases, portal)

    assert (done.filed, done.known, CaseRow.objects.count()) == (0, 1, 1)
    assert simulated.book.get_filing(code).own_code == CaseRow.objects.get().code


def test_what_cannot_be_filed_waits_says_why_and_holds_up_no_other(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    simulated.file(MaTTHC="9.999999")
    simulated.file(MucDoXacThuc=1)
    simulated.file(DuLieuToKhai={"variant": "all"})
    simulated.file(ThanhPhanHoSo=[{"IdTepTin": "tep-0", "MaBam": "0" * 64, "TenThanhPhan": "x", **FOR_NOTICE}])
    good = simulated.file()

    done = collect_filings(cases, portal)

    assert (done.filed, CaseRow.objects.get().portal_code) == (1, good)
    reasons = " ".join(done.failures)
    assert len(done.failures) == 4
    for reason in ("there is none on", "needs sign-in level 2", "404 khong-co-tep-tin"):
        assert reason in reasons
    report = reconcile(cases, portal)
    assert (report.compared, report.left) == (5, 4)
    assert {each.kind for each in list_differences()} == {DifferenceKind.MISSING_HERE}
    assert all(each.detail for each in list_differences())


def test_a_unit_that_no_setting_names_is_refused(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    simulated.file()
    elsewhere = replace(portal, settings=NationalPortalSettings(units={"X00": "Z99.02"}))
    code = simulated.book.list_filings()[0].code
    with pytest.raises(CasesError, match="stands in no line of"):
        elsewhere.fetch_filing(code)
    assert collect_filings(cases, elsewhere).filed == 0
    bare = replace(portal, settings=NationalPortalSettings())
    assert (bare.list_units(), bare.name_unit("Z99.02")) == ((OWN_UNIT,), "Z99.02")


def test_a_file_that_is_not_what_the_filing_names_is_not_taken(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    _, portal = province
    file_id, _ = simulated.book.keep_file(b"something else")
    code = simulated.file(ThanhPhanHoSo=[{"IdTepTin": file_id, "MaBam": "0" * 64, "TenThanhPhan": "x", **FOR_NOTICE}])
    with pytest.raises(CasesError, match=r"expected SHA-256 000000000000…, got"):
        portal.fetch_filing(code)


def test_a_last_status_that_the_portal_lost_is_told_again_by_itself_and_by_hand(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    codes = [simulated.file(), simulated.file()]
    collect_filings(cases, portal)
    for code in codes:
        do(cases, get_filed(cases, code).id, CaseRole.RECEIVER, told.Received())
    simulated.behave(PortalBehaviour(is_down=True))
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.PORTAL_SILENT):
        reconcile(cases, portal)

    # By itself: one is told again, the other is forgotten once more.
    simulated.behave(PortalBehaviour(forget=1, lose_from_status=2))
    report = reconcile(cases, portal)
    assert report.mended == 2
    simulated.behave()
    statuses = {simulated.book.get_filing(code).status for code in codes}
    assert statuses == {NationalStatus.NEW, NationalStatus.RECEIVED}

    # By hand: what the list shows, an officer has told again, without waiting for the next look.
    now = cases.now()
    lost = next(code for code in codes if simulated.book.get_filing(code).status == NationalStatus.NEW)
    row = FilingDifference.objects.create(
        kind=DifferenceKind.STATUS, portal_code=lost, case_id=get_filed(cases, lost).id, found_at=now, looked_at=now
    )
    assert mend_difference(cases, portal, row.pk, make_actor(CaseRole.HANDLER)) is True
    assert simulated.book.get_filing(lost).status == NationalStatus.RECEIVED
    assert list_differences() == []


def test_a_slow_portal_is_given_up_and_a_token_that_counts_no_longer_is_asked_for_anew(
    simulated: SimulatedPortal,
) -> None:
    link = simulated.link(answer_s=0.5)
    assert link.list_waiting(["X"]) == ()
    link._token = "spent"  # noqa: S105, SLF001 # what a restart of the portal leaves
    assert link.list_waiting(["X"]) == ()
    simulated.behave(PortalBehaviour(slow_s=2.0))
    began = time.monotonic()
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.PORTAL_SILENT):
        link.list_waiting(["X"])
    assert time.monotonic() - began < 1.5
    simulated.behave()
    link.read_secret, link._token = lambda: "wrong", ""  # noqa: SLF001 # as above
    with pytest.raises(CasesError, match="403 sai-tai-khoan"):
        link.list_waiting(["X"])


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        (NationalPortalSettings(address="ftp://127.0.0.1"), "expected https://HOST/PATH"),
        (NationalPortalSettings(address="http://127.0.0.1/api"), "expected `account` and `secret_file`"),
        (NationalPortalSettings("https://portal.example/api", "a", "b"), "beyond this machine"),
        (NationalPortalSettings("http://portal.example/api", "a", "b", is_remote=True), "expected https"),
    ],
)
def test_an_address_that_cannot_be_or_leaves_this_machine_unasked_is_refused(
    own: NationalPortalSettings, fault: str
) -> None:
    with pytest.raises(CasesError, match=fault, check=lambda error: error.kind is CasesErrorKind.NO_PORTAL):
        verify_portal_settings(own)


def test_papers_of_a_filing_that_cannot_be_filed_are_not_kept(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    wrong_person = {"SoDinhDanh": "999190000002", "HoTen": "Nguyễn Thị Khác"}
    for code in (simulated.file(DuLieuToKhai={"variant": "all"}), simulated.file(ThongTinNguoiNop=wrong_person)):
        with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.BAD_FORM):
            portal.fetch_filing(code)
    assert Document.objects.count() == 0
    assert collect_filings(cases, portal).filed == 0


def test_a_secret_that_cannot_be_read_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3\n")
    assert read_secret(tmp_path / "secret") == "s3"
    with pytest.raises(CasesError, match=r"secret_file .*none cannot be read"):
        read_secret(tmp_path / "none")


def test_a_site_asks_no_portal_unless_told_and_may_ask_one_that_it_names() -> None:
    verify_portal_settings(NationalPortalSettings())
    verify_portal_settings(NationalPortalSettings("http://localhost:1/api", "a", "b"))
    verify_portal_settings(NationalPortalSettings("https://portal.example/api", "a", "b", is_remote=True))
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.NO_PORTAL):
        require_national(None)
