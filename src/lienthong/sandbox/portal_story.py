"""The demo's main way in: a birth filed at the simulated national portal, worked at the commune, and told back there.

The portal loses an answer and forgets another on the way; both are put right, the first by itself, the second by
comparing what both sides hold.
"""

from __future__ import annotations

import re
import sys
import time
from html import unescape
from typing import TYPE_CHECKING, Final

from lienthong.sandbox.case_pages import FiledCase
from lienthong.sandbox.children import Program
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.linked_answers import fill_in_birth
from lienthong.sandbox.linked_stories import (
    BIRTH,
    Teller,
    decide_case,
    find_today,
    return_result,
    show_results,
    take_turn,
)
from lienthong.sandbox.logins import read_login
from lienthong.sandbox.national_portal.behaviour import PortalBehaviour, set_behaviour
from lienthong.sandbox.national_portal.book import FORGOTTEN
from lienthong.sandbox.national_portal.entry import OWN_NAME, OWN_NUMBER
from lienthong.sandbox.national_portal.pages import LOSSES
from lienthong.sandbox.processes import FILL_SECONDS, require_port
from lienthong.sandbox.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.sandbox.children import Child, Children
    from lienthong.sandbox.linked_stories import Stage
    from lienthong.sandbox.national_portal.office import PortalOffice

TWICE: Final = "gửi đến 2 lần, ghi một lần"
DONE: Final = 9
RETURNED: Final = 10
MOST_SECONDS: Final = 60.0
"""How long the portal may take to know; some seconds are usual, and after a lost answer two more."""
LOOK_SECONDS: Final = 0.5

_FILED: Final = re.compile(r"/ho-so/([^/?]+)$")
_STATUS: Final = re.compile(r"Trạng thái tại cổng mô phỏng: <strong>(\d+) ([^<]*)</strong>")
_TOLD: Final = re.compile(r'<li><strong>([^<]*)</strong><br><span class="small">([^<]*)</span></li>')
_CASE: Final = re.compile(r"/my-cases/([0-9a-f-]{36})/")
_LINE: Final = re.compile(r'/my-cases/([0-9a-f-]{36})/">.*?<span class="lt-code">([^<]+)<', re.DOTALL)


def start_portal(children: Children, portal: PortalOffice, logs: Path) -> Child:
    """Start the simulated portal; it listens only when `require_portal_open` has returned."""
    command = (sys.executable, "-m", "lienthong.sandbox.national_portal.serve", str(portal.settings))
    return children.start(Program("the simulated national portal", command, logs / "national-portal.log"))


def require_portal_open(child: Child, portal: PortalOffice) -> None:
    """Wait until the simulated portal listens; raises `SandboxError`."""
    require_port(child, portal.port)


def show_portal_birth(stage: Stage, portal: PortalOffice) -> None:
    """Tell the main way from the portal and back to it."""
    screen, login = stage.screen, read_login(stage.sites.logins)
    screen.head(f"{login.full_name} files a birth at the national portal, which is SIMULATED here ({portal.url})")
    known = set(_CASE.findall(_open_own(stage)))
    with Visitor() as person:
        address = _file(stage, portal, person)
        code = address.rpartition("/")[2]
        _run(stage, "collect", "what waits at the portal is asked for at once; the worker asks every minute")
        filed = _find_filed(stage, known)
        screen.say(f"  {code} came in once; here it is case {filed.code}")
        teller = Teller(screen, stage.citizen, stage.children, filed, [])
        stage.office.handler.do(teller.case_id, "receive")
        stage.office.handler.do(teller.case_id, "take")
        _lose_on_the_way(stage, portal, teller, (person, address))
        show_results(screen, teller)
        _show_progress(stage, (person, address))


def _file(stage: Stage, portal: PortalOffice, person: Visitor) -> str:
    """Fill in the portal's form and send it; gives the address of the filing there."""
    login = read_login(stage.sites.logins)
    told = fill_in_birth(login, take_turn(stage.sites), find_today())
    told |= {OWN_NUMBER: login.number, OWN_NAME: login.full_name}
    page = person.open(f"{portal.url}/nop/{BIRTH}")
    form = page.forms[-1]
    filed = person.send(page, form, {name: text for name, text in told.items() if name in form.names})
    if _FILED.search(filed.url) is None:
        raise SandboxError(SandboxErrorKind.SITE, f"the simulated portal: expected a number, got {filed.status}")
    stage.screen.say(f"  filed once, under the portal's number {filed.url.rpartition('/')[2]}")
    return filed.url


def _find_filed(stage: Stage, known: set[str]) -> FiledCase:
    """Find the case that the parent's own page lists and did not before."""
    found = [FiledCase(case_id, code, "") for case_id, code in _LINE.findall(_open_own(stage)) if case_id not in known]
    if len(found) != 1:
        message = f"expected one case from the portal among the parent's, found {len(found)}"
        raise SandboxError(SandboxErrorKind.SITE, message)
    return found[0]


def _lose_on_the_way(stage: Stage, portal: PortalOffice, teller: Teller, at: tuple[Visitor, str]) -> None:
    """Let the portal lose its answer about the result, and forget that it was handed over; both are put right."""
    screen = stage.screen
    set_behaviour(portal.behaviour, PortalBehaviour(lose_answers=1, lose_from_status=DONE))
    decide_case(teller, stage.office)
    _await(stage, at, lambda text: TWICE in text, "that what it did not answer is told again")
    screen.say("  the portal's answer about the result got lost: told again under the same mark, it is there once")
    set_behaviour(portal.behaviour, PortalBehaviour(forget=1, lose_from_status=RETURNED))
    return_result(teller, stage.office)
    _await(stage, at, lambda text: LOSSES[FORGOTTEN] in text, "that it forgets the last thing told")
    set_behaviour(portal.behaviour)
    screen.say(f"  the portal said that it has the last word, and lost it: there the case is {_say_status(stage, at)}")
    _run(stage, "reconcile", "both sides are compared at once; the worker compares every ten minutes")
    screen.say(f"  now the case is there {_say_status(stage, at)}")


def _show_progress(stage: Stage, at: tuple[Visitor, str]) -> None:
    """Show what the portal has, as its own page says it; refuse a case that is not at its end there."""
    text = _open(at)
    for told, how in _TOLD.findall(text):
        stage.screen.say(f"  at the portal: {unescape(told)} ({unescape(how)})")
    if not _say_status(stage, at).startswith(f"{RETURNED} "):
        raise SandboxError(SandboxErrorKind.SITE, f"the simulated portal: expected status {RETURNED} at {at[1]}")


def _await(stage: Stage, at: tuple[Visitor, str], is_there: Callable[[str], bool], what: str) -> None:
    """Wait until the portal's page of the case is as it should be; raises `SandboxError`."""
    until = time.monotonic() + MOST_SECONDS
    while not is_there(_open(at)):
        stage.children.require_running()
        if time.monotonic() > until:
            message = f"expected {what} in {MOST_SECONDS:g} s; at the portal the case is {_say_status(stage, at)}"
            raise SandboxError(SandboxErrorKind.SITE, message)
        time.sleep(LOOK_SECONDS)


def _say_status(stage: Stage, at: tuple[Visitor, str]) -> str:
    stage.children.require_running()
    found = _STATUS.search(_open(at))
    return f"{found[1]} ({unescape(found[2])})" if found else "without a status"


def _open(at: tuple[Visitor, str]) -> str:
    person, address = at
    return person.open(address).text


def _open_own(stage: Stage) -> str:
    return stage.citizen.visitor.open(f"{stage.citizen.url}/my-cases/").text


def _run(stage: Stage, command: str, why: str) -> None:
    """Run one of the commands on cases at the province, and show what it says."""
    stage.screen.say(f"  lienthong cases {command}: {why}")
    settings = stage.sites.province.settings
    words = (sys.executable, "-m", "lienthong", "cases", command, "--settings", str(settings))
    log = stage.sites.folder.parent / "logs" / f"cases-{command}.log"
    child = stage.children.start(Program(f"lienthong cases {command}", words, log))
    child.follow_to_end(lambda line: stage.screen.say(f"    {line}"), FILL_SECONDS)
