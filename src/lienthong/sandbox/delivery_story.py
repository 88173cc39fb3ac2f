"""The demo's delivery side: agencies ask each other for their tasks, records are counted, a leader goes down to them.

Questions and answers are messages of the exchange; figures are counted from the cases and messages of this very demo.
Everything is told by the pages that officers and leaders have.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.exchange.client import GatewayClient, Question
from lienthong.kernel.ids import new_uuid4
from lienthong.sandbox.agencies.coordination import ASKS
from lienthong.sandbox.agencies.offices import SERVICE_NAMES
from lienthong.sandbox.children import Program
from lienthong.sandbox.delivery_offers import ASKS as OWN_ASKS
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.members import CIVIL_REGISTRY, COMMUNE
from lienthong.sandbox.processes import FILL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.sandbox.children import Child, Children
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.screen import Screen
    from lienthong.sandbox.sites import Sites
    from lienthong.sandbox.visitor import Page, Visitor

PURPOSE: Final = "15/KH-UBND"
"""The sample commune's plan (data/ward-directives.yaml), for whose task another agency is asked."""
PLAN_OF_PROVINCE: Final = "990/KH-UBND"
TASK: Final = "Đối chiếu việc đã ghi sổ với cơ quan hộ tịch"
"""That task, as delivery_tasks.py gives it."""
SERVICE: Final = f"{SERVICE_NAMES['civil']}/{ASKS}"
OUR_SERVICE: Final = f"{COMMUNE.member.id}/{OWN_ASKS}"
QUESTION: Final = "Trong sổ của cơ quan có bao nhiêu việc hộ tịch đã ghi?"
THEIR_QUESTION: Final = "Phường đã số hóa bao nhiêu hồ sơ hộ tịch? Câu hỏi mẫu"
OUR_ANSWER: Final = "Đã số hóa toàn bộ hồ sơ tiếp nhận trong tháng (trả lời mẫu)."
ANSWERED: Final = 200
MOST_SECONDS: Final = 75.0
"""How long an answer may take: the worker sends at once and looks again within seconds, and each minute."""
LOOK_SECONDS: Final = 0.5
MONTHS: Final = 2
"""This month's cases are the demo's own, and all in time; the month before had late ones (earlier_cases.py)."""

_ROW: Final = re.compile(r'href="(/delivery/(?:tasks|questions|directives)/[^"/]+/)"[^>]*>(?:<strong>)?([^<]*)<')
_STEP: Final = re.compile(r'lt-cascade__kind">([^<]*)</span> <a class="govuk-link" href="([^"]*)">([^<]*)</a>')
_COUNT: Final = re.compile(r'lt-figure__count">(\d+)</span>')
_LATE: Final = re.compile(
    r'<th scope="row"[^>]*><(?:span|a)[^>]*>(Z99[^<]+)</(?:span|a)></th><td[^>]*><strong>([^<]+)<'
)
_PROOF: Final = re.compile(r'href="(/delivery/exchanges/([0-9a-f-]{36})/)"')
_SAID: Final = re.compile(r'<blockquote class="govuk-inset-text">([^<]*)</blockquote>')


@dataclass(frozen=True, slots=True)
class Found:
    """A step of the cascade: what it is, what it says, and where it leads."""

    kind: str
    title: str
    address: str


def ask_for_task(screen: Screen, sites: Sites, officer: Visitor) -> str:
    """Let the task's owner ask the civil registry, as the task's page has it; gives the task's address."""
    url = sites.province.url
    task = _find_row(officer.open(f"{url}/delivery/tasks/?show=mine"), TASK)
    page = officer.open(f"{url}{task}")
    form = next((each for each in page.forms if {"service", "question"} <= each.names), None)
    if form is None:
        raise _unexpected("a form to ask another agency", page)
    told = {"service": SERVICE, "purpose": PURPOSE, "question": QUESTION, "act": "asked"}
    sent = officer.send(page, form, told)
    if sent.status != ANSWERED or QUESTION not in unescape(sent.text):
        raise _unexpected("the question beside its task", sent)
    screen.say(f"  for the task “{TASK}” its owner asks {SERVICE}, for {PURPOSE}: a reliable message")
    return task


def answer_others(screen: Screen, federation: Federation, sites: Sites, officer: Visitor) -> None:
    """Let the civil registry ask the commune, twice under one id, and an officer answer; then it fetches the answer."""
    url, message = sites.province.url, new_uuid4()
    # In a folder that is gone on with there are earlier ones.
    question = f"{THEIR_QUESTION} {message[:8]}"
    body = msgspec.json.encode({"question": question})
    address, token = federation.find_home(CIVIL_REGISTRY).consumers, federation.read_token("CIVIL")
    with GatewayClient(address, SERVICE_NAMES["civil"], token) as gateway:
        for _ in range(2):
            asked = Question(OUR_SERVICE, method="POST", body=body, purpose=PLAN_OF_PROVINCE, xroad_id=message)
            gateway.ask(asked).require_answered()
        listed = officer.open(f"{url}/delivery/questions/")
        if unescape(listed.text).count(question) != 1:
            raise _unexpected("one question that was sent twice", listed)
        page = officer.open(f"{url}{_find_row(listed, question)}")
        form = next(each for each in page.forms if "answer" in each.names)
        officer.send(page, form, {"answer": OUR_ANSWER})
        told = gateway.ask(Question(OUR_SERVICE, path=f"/{message}", purpose=PLAN_OF_PROVINCE)).require_answered()
    answer: Mapping[str, str] = msgspec.json.decode(told.body, type=dict[str, str])
    if answer.get("answer") != OUR_ANSWER:
        raise SandboxError(SandboxErrorKind.SITE, f"expected the officer's answer over the exchange, got {answer}")
    screen.say(f"  {SERVICE_NAMES['civil']} asks the commune, twice under one X-Road-Id: kept once, a person answers,")
    screen.say(f"  and the answer is fetched in exchange {told.exchange}: {answer['answer']}")


def start_counting(children: Children, sites: Sites) -> Child:
    """Start to count cases, cards, the gateway and an agency's figures, as the worker does each night."""
    command = ("delivery", "collect", "all", "--settings", str(sites.province.settings))
    words = (sys.executable, "-m", "lienthong", *command)
    log = sites.folder.parent / "logs" / "province-collect.log"
    return children.start(Program("the counting of the province", words, log))


def show_counting(screen: Screen, counting: Child) -> None:
    """Wait for the end of it, and show what was counted."""
    screen.head("Counted from this demo's own cases, cards and exchange, as the worker does each night")
    counting.follow_to_end(lambda line: screen.say(f"  {line}"), FILL_SECONDS)


def show_cascade(screen: Screen, sites: Sites, leader: Visitor, task: str) -> None:
    """Let the leader go down from the commune's plan to the cases and messages behind its figures.

    `task` is the address of the one for which another agency was asked, empty where none was.
    """
    url = sites.province.url
    screen.head("From the promise to its proof: a leader goes down, link by link")
    plan = _find_row(leader.open(f"{url}/delivery/directives/?q=15/KH-UBND"), "15/KH-UBND")
    page = leader.open(f"{url}{plan}cascade/")
    steps = [Found(*(unescape(part) for part in (kind, title, href))) for kind, href, title in _STEP.findall(page.text)]
    if not steps or page.status != ANSWERED:
        raise _unexpected("the cascade of the commune's plan", page)
    screen.say(f"  {url}{plan}cascade/")
    figures = _list_figures(steps)
    for way in figures["CASES_ON_TIME"][:MONTHS]:
        _show_cases(screen, url, leader, way)
    _show_message(screen, url, leader, figures["LINKED_INSURANCE_CARDS"][0])
    if task:
        _show_answer(screen, url, leader, task)


def _list_figures(steps: list[Found]) -> dict[str, list[tuple[Found, ...]]]:
    """Give the ways to the figures of each indicator, by its code, the latest first: target, indicator, figure."""
    ways: dict[str, list[tuple[Found, ...]]] = defaultdict(list)
    target = indicator = None
    for step in steps:
        if step.kind == "Target":
            target = step
        elif step.kind == "Indicator":
            indicator = step
        elif step.kind == "Figure" and target and indicator:
            code = indicator.address.partition("/indicators/")[2].partition("/")[0]
            ways[code].append((target, indicator, step))
    return ways


def _show_cases(screen: Screen, url: str, leader: Visitor, way: tuple[Found, ...]) -> None:
    """Show the cases behind a figure: how many, how many to look at, and their codes."""
    behind = leader.open(f"{url}{way[-1].address}records/")
    counts = _COUNT.findall(behind.text)
    if len(counts) < 2:  # noqa: PLR2004 # in all, and to look at
        raise _unexpected("the cases behind a figure", behind)
    screen.say(f"  {_tell_way(way)}")
    screen.say(f"    behind it {counts[0]} cases, {counts[1]} of them late; a leader sees their codes, and no person")
    for code, why in _LATE.findall(behind.text):
        screen.say(f"    late: {code} ({unescape(why)})")


def _show_message(screen: Screen, url: str, leader: Visitor, way: tuple[Found, ...]) -> None:
    """Show the message behind a figure, and that its proof holds."""
    behind = leader.open(f"{url}{way[-1].address}records/")
    screen.say(f"  {_tell_way(way)}")
    screen.say(f"    {_show_proof(url, leader, behind)}")


def _show_answer(screen: Screen, url: str, leader: Visitor, task: str) -> None:
    """Show the answer of the agency that was asked for a task, and that its proof holds."""
    until = time.monotonic() + MOST_SECONDS
    page = leader.open(f"{url}{task}")
    # In a folder that is gone on with there are earlier questions; the last one stands last.
    while len(said := _SAID.findall(page.text)) < unescape(page.text).count(QUESTION):
        if time.monotonic() > until:
            raise _unexpected(f"an answer of {SERVICE} in {MOST_SECONDS:g} s", page)
        time.sleep(LOOK_SECONDS)
        page = leader.open(f"{url}{task}")
    screen.say(f"  task “{TASK}” > {SERVICE} answered: {unescape(said[-1])}")
    screen.say(f"    {_show_proof(url, leader, page)}")


def _show_proof(url: str, leader: Visitor, page: Page) -> str:
    """Open the proof that a page leads to; a package is there a moment after its exchange."""
    links = _PROOF.findall(page.text)
    if not links:
        raise _unexpected("a link to the proof of an exchange", page)
    address, exchange = links[-1]
    until = time.monotonic() + MOST_SECONDS
    proof = leader.open(f"{url}{address}")
    while "<strong>Verified.</strong>" not in proof.text:
        if time.monotonic() > until:
            raise _unexpected("a proof that holds", proof)
        time.sleep(LOOK_SECONDS)
        proof = leader.open(f"{url}{address}")
    return f"exchange {exchange}: its proof is verified, {url}{address}"


def _tell_way(way: tuple[Found, ...]) -> str:
    return " > ".join(step.title for step in way)


def _find_row(page: Page, text: str) -> str:
    for address, title in _ROW.findall(page.text):
        if text in unescape(title):
            return str(address)
    raise _unexpected(f"a link “{text}”", page)


def _unexpected(what: str, page: Page) -> SandboxError:
    return SandboxError(SandboxErrorKind.SITE, f"expected {what} at {page.url.partition('?')[0]}, got {page.status}")
