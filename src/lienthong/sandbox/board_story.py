"""The demo's look at the board, by a leader who signs in.

The page says how many targets of the invented province are reached, and which are not. Nothing is counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.logins import Login, read_staff_logins

if TYPE_CHECKING:
    from lienthong.sandbox.screen import Screen
    from lienthong.sandbox.sites import Sites
    from lienthong.sandbox.visitor import Visitor

LEADER: Final = "lanh-dao-mau"
BOARD: Final = "/delivery/illustrative/"

_COUNT: Final = re.compile(r'class="lt-plan__count">([^<]+)<')
_ROW: Final = re.compile(
    r'class="lt-groups__state"><strong[^>]*>(?P<state>[^<]+)</strong>'
    r'|class="lt-targets__name"><a[^>]*>(?P<name>[^<]+)</a>'
)


@dataclass(frozen=True, slots=True)
class BoardWords:
    """What a board says of its first plan: how many targets are reached, and of the others the name with its state."""

    count: str
    others: tuple[tuple[str, str], ...]


def show_board(screen: Screen, sites: Sites, leader: Visitor) -> None:
    """Let the leader open the board, and tell what it says."""
    login = next(each for each in read_staff_logins(sites.officer_logins) if each.name == LEADER)
    address = f"{sites.province.url}{BOARD}"
    screen.head("A leader reads whether promises are kept: the board of an invented province")
    secret = Login(login.name, login.post, login.password, login.totp_secret)
    leader.sign_in(leader.open(address), secret, lambda line: screen.say(f"  {line}"))
    leader.open(f"{sites.province.url}/language/en?next=/")
    told = read_board(leader.open(address).text)
    screen.say(f"  {told.count}, computed from its figures by the stated rule")
    for name, state in told.others:
        screen.say(f"  not reached: {name} ({state.lower()})")
    screen.say(f"  {address} as {LEADER}; printed, it is one sheet of A4")


def read_board(page: str) -> BoardWords:
    """Read the first plan of a board's page; raises `SandboxError` where there is none."""
    first = page.split('<section class="lt-plan"')[1:2]
    found = _COUNT.search(first[0]) if first else None
    if found is None:
        raise SandboxError(SandboxErrorKind.SITE, "expected a board with a plan, got a page without one")
    state, others = "", []
    for row in _ROW.finditer(first[0]):
        if row["state"]:
            state = row["state"].strip()
        elif state != "Reached":
            others.append((unescape(row["name"]).strip(), state))
    return BoardWords(unescape(found[1]).strip(), tuple(others))
