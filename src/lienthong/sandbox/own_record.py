"""The demo's person: signs in at the province with a second factor, and reads what the registry holds about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.evidence.verify import verify_package
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.logins import read_login, read_staff_logins
from lienthong.sandbox.packages import export_whole
from lienthong.sandbox.site_offers import REGISTRY_KEYS

if TYPE_CHECKING:
    from lienthong.sandbox.children import Children
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.logins import Login
    from lienthong.sandbox.screen import Screen
    from lienthong.sandbox.sites import Sites
    from lienthong.sandbox.visitor import Page, Visitor

OWN_RECORD: Final = "/my-record/"
WHO_LOOKED: Final = "/who-looked/"
OWN_EVIDENCE_FILE: Final = "evidence-own-record.zip"
BACK_OFFICE: Final = "/office/"
OFFICE: Final = "/work/"
STAFF_PAGES: Final = "/staff/"
ANSWERED: Final = 200

_TITLE: Final = re.compile(r"<title[^>]*>([^<]*)</title>")
_EXCHANGE: Final = re.compile(r'<li class="lt-code">([0-9a-f-]{36})</li>')


def show_own_record(screen: Screen, children: Children, federation: Federation, sites: Sites, visitor: Visitor) -> None:
    """Sign in as the sandbox's person, read their record, and verify the proof of that look-up."""
    login = read_login(sites.logins)
    screen.head(f"{login.full_name} reads their own record: OpenID Connect, password and one-time code, level 2")
    start = visitor.open(f"{sites.province.url}{OWN_RECORD}")
    page = visitor.sign_in(start, login, lambda line: screen.say(f"  {line}"))
    for address in visitor.way:
        screen.say(f"  {address}")
    keys = visitor.open(f"{sites.registry.url}/openid/keys").text
    write_private(federation.provider.folder / REGISTRY_KEYS, keys.encode())
    looked = visitor.open(f"{sites.province.url}{WHO_LOOKED}")
    exchanges = require_own_record(page, login)
    screen.say(f"  the page shows {login.full_name}, {login.number}, asked by {len(exchanges)} exchanges")
    require_own_look_up(looked, exchanges)
    screen.say(f"  {WHO_LOOKED} lists who looked, these exchanges among them")
    raw = export_whole(federation.consumer, exchanges[0], children.require_running)
    write_private(federation.folder / OWN_EVIDENCE_FILE, raw)
    screen.show_verdict(verify_package(raw, federation.root))


def require_own_record(page: Page, login: Login) -> list[str]:
    """Require that a page shows the person's own record; gives the exchanges that it names."""
    exchanges = _EXCHANGE.findall(page.text)
    if page.status != ANSWERED or login.full_name not in page.text or not exchanges:
        place = page.url.partition("?")[0]
        message = f"expected the record of {login.full_name} at {place}, got {page.status} {_say_title(page)}"
        raise SandboxError(SandboxErrorKind.SITE, message)
    return exchanges


def require_own_look_up(page: Page, exchanges: list[str]) -> None:
    """Require that the page of who looked lists the look-ups that were just made."""
    if page.status != ANSWERED or not all(exchange in page.text for exchange in exchanges):
        message = f"expected {len(exchanges)} look-ups at {WHO_LOOKED}, got {page.status} {_say_title(page)}"
        raise SandboxError(SandboxErrorKind.SITE, message)


def show_logins(screen: Screen, sites: Sites) -> None:
    """Say where a browser finds the sites, and who can sign in: made up, like everything here."""
    login = read_login(sites.logins)
    screen.head("Look at the pages yourself:")
    screen.say(f"  province   {sites.province.url}")
    screen.say(f"  registry   {sites.registry.url}")
    if sites.portal is not None:
        screen.say(f"  national portal, simulated: {sites.portal.url}")
    screen.say(f"  sign in as {login.number}, password {login.password}")
    screen.say(f"  one-time codes: put the key {login.totp_secret} into an authenticator app")
    screen.say(
        f"  back office of the registry: {sites.registry.url}{BACK_OFFICE}, administrator's pages: {STAFF_PAGES}"
    )
    screen.say(f"  office of the commune: {sites.province.url}{OFFICE}")
    for staff in (*read_staff_logins(sites.staff_logins), *read_staff_logins(sites.officer_logins)):
        screen.say(f"  {staff.post}: sign in as {staff.name}, password {staff.password}, key {staff.totp_secret}")


def _say_title(page: Page) -> str:
    """Say what a page is called: what went wrong is in its title, and nobody's data are."""
    found = _TITLE.search(page.text)
    return " ".join(found[1].split()) if found else "a page without a title"
