"""The demo: two members exchange data through two gateways, a person reads their own record, and evidence is checked.

`run_demo` is the whole story, step by step; how it runs and ends is running.py. It keeps nothing of its own: the
federation is a folder, directory, gateways and sites are child processes, and what is shown was asked over HTTP or read
from the logs.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from lienthong.evidence.verify import verify_package
from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.agencies.offices import make_offices
from lienthong.sandbox.board_story import show_board
from lienthong.sandbox.case_pages import CasePages
from lienthong.sandbox.delivery_story import answer_others, ask_for_task, show_cascade, show_counting, start_counting
from lienthong.sandbox.federation import CLIENT, SERVICE, make_federation
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.heads import find_head, require_cosigned, require_head
from lienthong.sandbox.linked_stories import Stage, show_birth, show_death, sign_in_office
from lienthong.sandbox.marks import INSTANCE, NO_LEGAL_VALUE
from lienthong.sandbox.members import PROVINCE, SOCIAL_AFFAIRS
from lienthong.sandbox.national_portal.office import make_portal_office
from lienthong.sandbox.own_record import show_logins, show_own_record
from lienthong.sandbox.packages import export_whole, forge_answer, require_refusal
from lienthong.sandbox.people_counts import DEMO_PEOPLE
from lienthong.sandbox.portal_story import require_portal_open, show_portal_birth, start_portal
from lienthong.sandbox.processes import (
    FILL_SECONDS,
    fill_province,
    fill_registry,
    require_directory,
    require_listening,
    require_office_open,
    require_serving,
    start_agency,
    start_directory,
    start_gateway,
    start_site,
    start_worker,
)
from lienthong.sandbox.purposes import list_purposes
from lienthong.sandbox.questions import Door, Reply, ask_all, measure_pace
from lienthong.sandbox.running import Invitation, run_story
from lienthong.sandbox.sites import make_sites
from lienthong.sandbox.start_page import GatewayPage, serve_start_page
from lienthong.sandbox.units import read_units
from lienthong.sandbox.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from lienthong.sandbox.agencies.offices import AgencyOffice
    from lienthong.sandbox.children import Children
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.gateway_home import GatewayHome
    from lienthong.sandbox.national_portal.office import PortalOffice
    from lienthong.sandbox.processes import RunFile
    from lienthong.sandbox.screen import Screen
    from lienthong.sandbox.sites import Sites

LAST_OLD_DAY: Final = date(2025, 6, 30)
"""The questions' day: the last one on which the 171 former units stood."""

SPLIT_CODE: Final = "06886"
"""Xã Hải Lạng, which was split between three: the exchange that the demo looks at closely."""

EVIDENCE_FILE: Final = "evidence.zip"
FORGED_FILE: Final = "evidence-forged.zip"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the story takes place: the members, their sites, the sample agencies, and the simulated portal."""

    federation: Federation
    sites: Sites
    offices: tuple[AgencyOffice, ...]
    portal: PortalOffice


@dataclass(frozen=True, slots=True)
class Plan:
    """What to tell: in which folder, with how many people, whether something is left to see, with cases or without."""

    folder: Path
    people: int
    is_kept: bool
    has_cases: bool = True


def run_demo(
    console: Console, data: Path | None, *, once: bool, people: int = DEMO_PEOPLE, has_cases: bool = True
) -> int:
    """Tell the whole story, as `run_story` does, and return its exit code.

    Without `has_cases` the linked cases are left out.
    """
    is_kept = data is not None or not once

    def story(screen: Screen, children: Children, folder: Path) -> Invitation:
        return _tell(screen, children, Plan(folder, people, is_kept=is_kept, has_cases=has_cases))

    return run_story(console, data, story, once=once)


def _tell(screen: Screen, children: Children, plan: Plan) -> Invitation:
    """Tell all that can be told without the reader, and say what is left to them."""
    screen.head(f"Lienthong, instance {INSTANCE}: {NO_LEGAL_VALUE}")
    # 1. Five members, their keys, and the directory that all gateways trust.
    federation = make_federation(plan.folder, SystemClock(), PROVINCE, is_served=True)
    screen.say(f"  federation in {plan.folder}, root key {federation.root_text}")
    # 2. The directory's server, which is the witness too, the gateways and the sample agencies; the registry, filled;
    # the province's site and its worker.
    purposes = list_purposes()
    portal = make_portal_office(plan.folder)
    sites = make_sites(federation, purposes, portal)
    setting = Setting(federation, sites, make_offices(federation, purposes.by_agency), portal)
    run = _start(screen, children, setting, plan.people)
    before = [_count_entries(federation, home) for home in (federation.consumer, federation.provider)]
    # 3. The consumer asks through both gateways which unit each of the 171 is now.
    replies = _ask(screen, children, federation, run)
    # 4. What both logs say of it, read from where they publish it, and that the witness has cosigned it.
    _show_heads(screen, children, federation, [size + 2 * len(replies) for size in before])
    # 5. One exchange as a package that a third party verifies offline, and a forged copy of it.
    _show_evidence(screen, children, federation, replies)
    # 6. A person signs in at the province, by the registry, and reads their own record over the exchange.
    # 7. They file a birth at the national portal, simulated, and another at the province; the agencies act on both.
    # 8. Then a death, while one of the agencies is away.
    # 9. A leader reads the board, and goes down from a promise to the cases and messages behind its figures.
    with Visitor() as citizen, Visitor() as handler, Visitor() as decider, Visitor() as leader:
        show_own_record(screen, children, federation, sites, citizen)
        task = _show_cases(screen, children, setting, (citizen, handler, decider)) if plan.has_cases else ""
        counting = start_counting(children, sites) if plan.has_cases else None
        show_board(screen, sites, leader)
        if counting is not None:
            show_counting(screen, counting)
            show_cascade(screen, sites, leader, task)
    # 10. The reader's turn, where something is left to look at.
    if plan.is_kept:
        _show_checks(screen, federation)
        show_logins(screen, sites)
        _show_gateway_pages(screen, federation)
    page = GatewayPage(f"http://{federation.consumer.admin}/page", federation.operator)
    return Invitation(lambda: serve_start_page(sites, page), _write_question(federation, run))


def _start(screen: Screen, children: Children, setting: Setting, people: int) -> RunFile:
    federation, sites = setting.federation, setting.sites
    screen.head(
        "Starting a directory, five gateways, three agencies, a portal and two sites; the registry gets made-up people"
    )
    logs = federation.folder / "logs"
    directory = start_directory(children, federation, logs)
    registry, province = fill_registry(children, sites, people, logs), fill_province(children, sites, logs)
    agencies = [start_agency(children, office, logs) for office in setting.offices]
    portal = start_portal(children, setting.portal, logs)
    # A gateway that has no directory yet does not start without its server.
    require_directory(directory, federation)
    gateways = [start_gateway(children, home, logs) for home in federation.homes]
    province.follow_to_end(lambda line: screen.say(f"  province: {line}"), FILL_SECONDS)
    registry.follow_to_end(lambda line: screen.say(f"  registry: {line}"), FILL_SECONDS)
    screen.say(f"  directory and witness   process {directory.pid}, http://{federation.directory_address}")
    runs = []
    for home, child in zip(federation.homes, gateways, strict=True):
        run = require_listening(child, home)
        screen.say(f"  gateway {home.gateway}   process {child.pid}, callers {run.consumers}, peers {run.peers}")
        runs.append(run)
    for office, child in zip(setting.offices, agencies, strict=True):
        require_office_open(child, office)
        screen.say(f"  agency {office.member.folder}   process {child.pid}, {office.url}")
    require_portal_open(portal, setting.portal)
    screen.say(f"  simulated national portal   process {portal.pid}, {setting.portal.url}")
    pages = [(site, start_site(children, site, logs)) for site in (sites.registry, sites.province)]
    worker = start_worker(children, sites.province, logs)
    for site, child in pages:
        require_serving(child, site)
        screen.say(f"  site of the {site.role}   process {child.pid}, {site.url}")
    screen.say(f"  worker of the province   process {worker.pid}, runs what cases wait for")
    return runs[0]


def _ask(screen: Screen, children: Children, federation: Federation, run: RunFile) -> list[Reply]:
    book = read_units()
    former = book.list_units(LAST_OLD_DAY)
    source = book.extract.source
    screen.head(f"Asking through both gateways: which unit is it now? ({len(former)} former units)")
    screen.say(f"  the units are real and public: {source.package} {source.version}, {source.licence} licence")
    door = Door(run.consumers, CLIENT, federation.token, SERVICE)
    started = time.perf_counter()
    asked = ask_all(door, former, LAST_OLD_DAY, children.require_running)
    replies = list(screen.follow(asked, len(former)))
    screen.show_pace(measure_pace(replies, time.perf_counter() - started))
    screen.show_results(replies)
    return replies


def _count_entries(federation: Federation, home: GatewayHome) -> int:
    head = find_head(federation, home)
    return head.size if head else 0


def _show_heads(screen: Screen, children: Children, federation: Federation, sizes: list[int]) -> None:
    screen.head("Both logs, as published and signed: two entries more for each exchange")
    homes = (federation.consumer, federation.provider)
    for home, size in zip(homes, sizes, strict=True):
        screen.show_checkpoint(require_head(federation, home, size, children.require_running))
    for home, size in zip(homes, sizes, strict=True):
        screen.show_cosigned(home.origin, require_cosigned(federation, home, size, children.require_running))


def _show_evidence(screen: Screen, children: Children, federation: Federation, replies: list[Reply]) -> None:
    reply = next(reply for reply in replies if reply.unit.code == SPLIT_CODE)
    screen.head(f"Evidence of one exchange: {reply.unit.name} ({reply.request_id})")
    raw = export_whole(federation.consumer, reply.request_id, children.require_running)
    write_private(federation.folder / EVIDENCE_FILE, raw)
    screen.show_verdict(verify_package(raw, federation.root))
    screen.head("A forged copy, in which the answer is made a decided one")
    forged = forge_answer(raw)
    write_private(federation.folder / FORGED_FILE, forged)
    screen.say(f"  refused: {require_refusal(forged, federation.root)}")


def _show_cases(screen: Screen, children: Children, setting: Setting, people: tuple[Visitor, Visitor, Visitor]) -> str:
    """Tell of the cases, and of the agencies' questions; gives the address of the task for which one was asked."""
    citizen, handler, decider = people
    sites = setting.sites
    pages = CasePages(citizen, sites.province.url)
    citizen.open(f"{pages.url}/language/en?next=/")
    stage = Stage(screen, children, sites, pages, sign_in_office(screen, sites, (handler, decider)))
    show_portal_birth(stage, setting.portal)
    show_birth(stage, setting.federation)
    screen.head("Agencies ask each other for their tasks, over the exchange")
    task = ask_for_task(screen, sites, handler)
    answer_others(screen, setting.federation, sites, handler)
    show_death(stage, next(each for each in setting.offices if each.member is SOCIAL_AFFAIRS))
    return task


def _show_checks(screen: Screen, federation: Federation) -> None:
    program = f"{sys.executable} -m lienthong"
    screen.head("Verify it yourself, offline:")
    for name in (EVIDENCE_FILE, FORGED_FILE):
        screen.say(f"{program} evidence verify {federation.folder / name} --root={federation.root_text}")


def _show_gateway_pages(screen: Screen, federation: Federation) -> None:
    screen.head("The gateways' own pages (trang của cổng kết nối): peers, grants, log, and who witnesses it")
    for home in federation.homes:
        screen.say(f"  {home.gateway}   http://{home.admin}/page")
    screen.say(f"  sign in with the operator's token {federation.operator}")


def _write_question(federation: Federation, run: RunFile) -> str:
    url = f"http://{run.consumers}/r1/{SERVICE}/{SPLIT_CODE}/successors?on={LAST_OLD_DAY}"
    return f"curl -H 'X-Road-Client: {CLIENT}' -H 'X-Road-Token: {federation.token}' '{url}'"
