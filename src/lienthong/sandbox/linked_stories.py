"""The demo's main way: a birth, asked once; then a death, while an agency is away. All through pages and gateways."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from lienthong.evidence.verify import verify_package
from lienthong.sandbox.agencies.behaviour import Behaviour, set_behaviour
from lienthong.sandbox.case_pages import CasePages, read_events, read_look_ups, read_papers, read_steps
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.linked_answers import draw_notice, fill_in_birth, fill_in_death
from lienthong.sandbox.logins import Login, read_login, read_staff_logins
from lienthong.sandbox.packages import export_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from lienthong.sandbox.agencies.offices import AgencyOffice
    from lienthong.sandbox.case_pages import Event, FiledCase, LookUp, PaperLink
    from lienthong.sandbox.children import Children
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.page_forms import Upload
    from lienthong.sandbox.screen import Screen
    from lienthong.sandbox.sites import Sites
    from lienthong.sandbox.visitor import Page, Visitor

BIRTH: Final = "3.000722"
DEATH: Final = "2.002913"
HANDLER: Final = "xu-ly-mau"
DECIDER: Final = "phe-duyet-mau"

PAPERS: Final = 4
"""Three outcomes of each of both, and the receipt."""

BIRTH_EVIDENCE_FILE: Final = "evidence-birth.zip"

DOWN_SECONDS: Final = 20.0
"""How long the agency of social affairs is away in the death's story."""
MOST_SECONDS: Final = 90.0
"""How long agencies that are there may take; a few seconds are usual."""
LOOK_SECONDS: Final = 0.5
VIETNAM: Final = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Office:
    """The two officers who act in the stories, each signed in."""

    handler: CasePages
    decider: CasePages


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the stories are told, and by whom: the sites, the parent's pages and the officers'."""

    screen: Screen
    children: Children
    sites: Sites
    citizen: CasePages
    office: Office


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a case's life as it happens: each line of the applicant's own timeline once."""

    screen: Screen
    citizen: CasePages
    children: Children
    filed: FiledCase
    told: list[Event]

    @property
    def case_id(self) -> str:
        """The case's id in addresses."""
        return self.filed.case_id

    def tell_news(self) -> Page:
        """Show what is new, and give the page."""
        self.children.require_running()
        page = self.citizen.open_case(self.case_id)
        events = read_events(page)
        for event in events[len(self.told) :]:
            self.screen.say(f"  {event.when}  {event.title}{'. ' if event.text else ''}{event.text}")
        self.told[:] = events
        return page

    def follow(self, is_there: Callable[[Page], bool], what: str, seconds: float = MOST_SECONDS) -> Page:
        """Show what happens until the page is as it should be; raises `SandboxError` when that takes too long."""
        until = time.monotonic() + seconds
        while not is_there(page := self.tell_news()):
            if time.monotonic() > until:
                steps = ", ".join(f"{step.title}: {step.state} {step.told}" for step in read_steps(page))
                message = f"expected {what} in {seconds:g} s; the case's page says: {steps}"
                raise SandboxError(SandboxErrorKind.SITE, message)
            time.sleep(LOOK_SECONDS)
        return page


def sign_in_office(screen: Screen, sites: Sites, visitors: tuple[Visitor, Visitor]) -> Office:
    """Sign both officers in at the province, with their second factors."""
    logins = {login.name: login for login in read_staff_logins(sites.officer_logins)}
    pages = []
    for visitor, name in zip(visitors, (HANDLER, DECIDER), strict=True):
        staff = logins[name]
        login = Login(staff.name, staff.post, staff.password, staff.totp_secret)
        start = visitor.open(f"{sites.province.url}/work/")
        visitor.sign_in(start, login, lambda line: screen.say(f"  {line}"))
        visitor.open(f"{sites.province.url}/language/en?next=/")
        pages.append(CasePages(visitor, sites.province.url))
    return Office(*pages)


def show_birth(stage: Stage, federation: Federation) -> None:
    """Tell the main way: a parent asks once, the commune receives, agencies act, the results come back as papers."""
    screen, login, turn = stage.screen, read_login(stage.sites.logins), take_turn(stage.sites)
    screen.head(f"{login.full_name} registers a birth, and asks once: birth, residence, health insurance and card")
    told = fill_in_birth(login, turn, find_today())
    teller = _file(stage, BIRTH, told, {"birth_notice-file": draw_notice("Birth notice")})
    stage.office.handler.do(teller.case_id, "receive")
    stage.office.handler.do(teller.case_id, "take")
    _finish(teller, stage.office)
    show_results(screen, teller)
    look_up = _show_look_ups(screen, teller)
    raw = export_whole(federation.consumer, look_up.exchange, stage.children.require_running)
    write_private(federation.folder / BIRTH_EVIDENCE_FILE, raw)
    purpose = verify_package(raw, federation.root).purpose
    screen.say(
        f"  proof of it: {BIRTH_EVIDENCE_FILE}, verified offline; its purpose is {purpose}, and it names no case"
    )


def show_death(stage: Stage, social: AgencyOffice) -> None:
    """Tell of a death while the agency of social affairs is away: the case waits, says why, goes on, and ends."""
    screen, login, turn = stage.screen, read_login(stage.sites.logins), take_turn(stage.sites)
    screen.head(f"A death in the family; the agency of social affairs is away for {DOWN_SECONDS:g} seconds")
    told = fill_in_death(login, turn, find_today())
    teller = _file(stage, DEATH, told, {"death_notice-file": draw_notice("Death notice")})
    with _away(screen, social):
        stage.office.handler.do(teller.case_id, "receive")
        stage.office.handler.do(teller.case_id, "take")
        teller.follow(lambda page: _count(page, "done") == 2, "death and residence done")  # noqa: PLR2004 # both steps
        _tell_waiting(teller, stage.office)
    _finish(teller, stage.office)
    show_results(screen, teller)


def _tell_waiting(teller: Teller, office: Office) -> None:
    """Show, as the office reads it, why the case waits, each time that this changes."""
    until, said = time.monotonic() + DOWN_SECONDS, ""
    while time.monotonic() < until:
        teller.tell_news()
        steps = read_steps(office.handler.open_desk(teller.case_id))
        waiting = "; ".join(f"{each.title}: {each.told}" for each in steps if each.state == "requested")
        waiting = waiting.partition(" Agency:")[0]
        if waiting != said:
            teller.screen.say(f"  {_find_clock()}  waits: {waiting}")
            said = waiting
        time.sleep(LOOK_SECONDS)


def _file(stage: Stage, code: str, told: dict[str, str], files: dict[str, Upload]) -> Teller:
    citizen = stage.citizen
    filed = citizen.file(citizen.visitor.open(f"{citizen.url}/procedures/{code}/begin/"), told, files)
    stage.screen.say(f"  filed once, with a signed receipt: case {filed.code} of procedure {code}")
    return Teller(stage.screen, citizen, stage.children, filed, [])


def _finish(teller: Teller, office: Office) -> None:
    """Wait for the agencies, decide, issue, and hand over; each by whose post it is."""
    decide_case(teller, office)
    return_result(teller, office)


def decide_case(teller: Teller, office: Office) -> None:
    """Wait for the agencies, decide, and issue."""
    teller.follow(lambda page: _count(page, "done") == len(read_steps(page)), "that all agencies are done")
    office.decider.do(teller.case_id, "approve")
    office.handler.do(teller.case_id, "issue")
    teller.tell_news()


def return_result(teller: Teller, office: Office) -> None:
    """Hand the result over."""
    office.handler.do(teller.case_id, "return-result", {"channel": "online"})
    teller.tell_news()


def show_results(screen: Screen, teller: Teller) -> None:
    """Show the papers that came back: PDFs with a signature inside."""
    page = teller.follow(lambda page: len(_list_outcomes(page)) >= PAPERS, f"{PAPERS} papers")
    for paper in _list_outcomes(page):
        content = teller.citizen.visitor.fetch(f"{teller.citizen.url}{paper.href}")
        if not content.startswith(b"%PDF-"):
            raise SandboxError(SandboxErrorKind.SITE, f"expected a PDF at {paper.href}")
        signed = "signed" if b"/ByteRange" in content else "not signed"
        screen.say(f"  paper: {paper.title}, {len(content) // 1024} kB, {signed}")


def _show_look_ups(screen: Screen, teller: Teller) -> LookUp:
    """Show who looked at the parent's data for this case, as their own page tells them; gives the last look-up."""
    found = read_look_ups(teller.citizen.visitor.open(f"{teller.citizen.url}/who-looked/"))
    own = [look_up for look_up in found if f"#{teller.filed.draft}" in look_up.purpose]
    if not own:
        raise SandboxError(
            SandboxErrorKind.SITE, f"expected look-ups for draft {teller.filed.draft} among {len(found)}"
        )
    for look_up in own:
        screen.say(f"  looked: {look_up.when}  {look_up.who}")
        screen.say(f"    asked {look_up.service} for {look_up.purpose}")
    return own[0]


def _list_outcomes(page: Page) -> list[PaperLink]:
    return [paper for paper in read_papers(page) if "/my-papers/" in paper.href]


def _count(page: Page, state: str) -> int:
    return sum(step.state == state for step in read_steps(page))


@contextmanager
def _away(screen: Screen, office: AgencyOffice) -> Iterator[None]:
    """Keep an agency's system from listening, and let it come back whatever happens."""
    set_behaviour(office.behaviour, Behaviour(is_down=True))
    screen.say(f"  {_find_clock()}  {office.member.folder} does not listen any more")
    try:
        yield
    finally:
        set_behaviour(office.behaviour)
    screen.say(f"  {_find_clock()}  {office.member.folder} is back")


def take_turn(sites: Sites) -> int:
    """Count the stories that were told in this folder, so that each has another child, or another relative."""
    file = sites.folder / "stories"
    turn = int(file.read_text("ascii")) if file.exists() else 0
    write_private(file, str(turn + 1).encode())
    return turn


def find_today() -> date:
    """Give the day in Vietnam."""
    return (datetime.now(UTC) + VIETNAM).date()


def _find_clock() -> str:
    return f"{datetime.now(UTC) + VIETNAM:%H:%M:%S}"
