"""The simulated portal as people and provinces see it: one process, a form, and nothing that could pass for real."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from lienthong.cases.errors import CasesError
from lienthong.cases.national_portal.link import PortalLink
from lienthong.cases.national_portal.messages import Progress, StatusTold
from lienthong.cases.words import NationalStatus
from lienthong.sandbox.linked_answers import fill_in_birth
from lienthong.sandbox.logins import Login
from lienthong.sandbox.marks import NO_LEGAL_VALUE
from lienthong.sandbox.national_portal.behaviour import USUAL, PortalBehaviour, read_behaviour, set_behaviour
from lienthong.sandbox.national_portal.entry import OWN_NAME, OWN_NUMBER
from lienthong.sandbox.national_portal.forms import read_fixture
from lienthong.sandbox.national_portal.office import ACCOUNT, UNIT, make_portal_office
from lienthong.sandbox.national_portal.pages import BAND
from lienthong.sandbox.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.sandbox.national_portal.office import PortalOffice
    from lienthong.sandbox.visitor import Page

LOGIN = Login("999190000001", "Nguyễn Thị Mẫu", "x", "x", date(1990, 5, 2), 7, "06799", "Số 1 đường Mẫu")
TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalOffice]:
    """The portal as a process of its own."""
    office = make_portal_office(tmp_path_factory.mktemp("portal"))
    command = (sys.executable, "-m", "lienthong.sandbox.national_portal.serve", str(office.settings))
    process = subprocess.Popen(command)
    link, until = PortalLink(f"{office.url}/api", ACCOUNT, office.secret_file.read_text), time.monotonic() + 30
    while True:
        try:
            link.list_waiting([UNIT])
            break
        except CasesError:
            assert time.monotonic() < until
            time.sleep(0.05)
    yield office
    process.terminate()
    assert process.wait(20) in {0, -15}


@pytest.fixture
def person() -> Iterator[Visitor]:
    with Visitor() as visitor:
        yield visitor


def require_marked(page: Page) -> None:
    """Every page says what it is not."""
    assert BAND in page.text
    assert NO_LEGAL_VALUE in page.text
    assert "là giả định" in page.text
    assert "- MÔ PHỎNG</title>" in page.text


def file_birth(person: Visitor, office: PortalOffice, **changes: str) -> Page:
    page = person.open(f"{office.url}/nop/3.000722")
    require_marked(page)
    told = fill_in_birth(LOGIN, 0, TODAY) | {OWN_NUMBER: LOGIN.number, OWN_NAME: LOGIN.full_name, **changes}
    (form,) = page.forms
    return person.send(page, form, {name: value for name, value in told.items() if name in form.names})


def test_a_person_files_a_birth_by_its_form_and_follows_it(person: Visitor, office: PortalOffice) -> None:
    filed = file_birth(person, office)
    require_marked(filed)
    code = filed.url.rpartition("/")[2]
    link = PortalLink(f"{office.url}/api", ACCOUNT, office.secret_file.read_text)
    filing = link.get_filing(code)
    assert (filing.unit, filing.person.number, filing.answers["child_sex"]) == (UNIT, LOGIN.number, "female")
    (paper,) = filing.papers
    assert link.fetch_file(paper).startswith(b"\x89PNG")
    assert "chưa có tin cơ quan đã nhận" in filed.text
    assert "Cơ quan chưa gửi tiến trình nào" in filed.text

    link.say_arrived(code, "Z99.01-261130-0001")
    progress = read_fixture("outbound-progress")
    told = Progress(
        code=code,
        mark="Z99.01-261130-0001/2",
        order=2,
        handler="<b>Lê Văn Mẫu</b>",
        at=filing.filed_at,
        unit=UNIT,
        text=progress["NoiDungXuLy"],
        status=NationalStatus.RECEIVED,
        began_at=filing.filed_at,
        due_on=TODAY,
    )
    assert [link.tell_progress(told).result for _ in range(2)] == ["da-ghi", "da-co"]
    page = person.open(filed.url)
    assert "gửi đến 2 lần, ghi một lần" in page.text
    assert "<b>Lê" not in page.text
    assert "Z99.01-261130-0001" in person.open(f"{office.url}/").text


def test_what_the_form_does_not_allow_is_told_beside_its_field(person: Visitor, office: PortalOffice) -> None:
    page = file_birth(person, office, **{"child_birth_date-year": "2999", OWN_NUMBER: "1", OWN_NAME: ""})
    require_marked(page)
    assert page.status == 422
    assert page.text.count('class="fault"') == 4
    assert 'value="2999"' in page.text


@pytest.mark.parametrize("path", ["", "nop/9.999999", "ho-so/X", "none/"])
def test_pages_that_are_there_and_that_are_not_are_marked(person: Visitor, office: PortalOffice, path: str) -> None:
    page = person.open(f"{office.url}/{path}")
    if path != "none/":
        require_marked(page)
    assert page.status == (404 if path else 200)


def test_what_no_account_asks_is_answered_to_nobody(person: Visitor, office: PortalOffice) -> None:
    assert person.open(f"{office.url}/api/ho-so-cho?don-vi={UNIT}").status == 401


def test_a_status_of_a_case_that_is_not_there_and_a_day_that_is_none_are_refused(office: PortalOffice) -> None:
    link = PortalLink(f"{office.url}/api", ACCOUNT, office.secret_file.read_text)
    with pytest.raises(CasesError, match="404 khong-co-ho-so"):
        link.tell_status(StatusTold("Z99.01-20261130-9999999", NationalStatus.DONE))
    with pytest.raises(CasesError, match="422 sai-cau-truc"):
        link._get("ho-so-da-nop?tu=yesterday&don-vi=X")  # noqa: SLF001 # what no call of ours says
    with pytest.raises(CasesError, match="413 tep-tin-qua-lon"):
        link.send_file(b"")
    assert [link.draw_number(UNIT, "3.000722")[-7:] for _ in range(2)] != ["0000001"] * 2


def test_behaviour_is_as_usual_without_a_file_or_with_one_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "behaviour.json"
    assert read_behaviour(file) == USUAL
    set_behaviour(file, PortalBehaviour(forget=2))
    assert read_behaviour(file).forget == 2
    file.write_text('{"unknown": 1}')
    assert read_behaviour(file) == USUAL
