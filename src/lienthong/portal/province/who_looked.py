"""Who looked at the data of the person at the screen: asked of every member that the site's settings name.

Each member's gateway answers itself, to a token of this person's own for that member alone; nothing is kept here. A
member that does not answer is named: a list that is short must not look complete.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
import structlog
from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lienthong.exchange.client import Question
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.metaservices import FIND_USAGE
from lienthong.identity.relying.errors import RelyingError
from lienthong.identity.relying.usage_token import fetch_usage_token, is_sign_in_fresh
from lienthong.portal.province.look_up_words import make_look_up_words
from lienthong.portal.province.member_exchange import get_exchange, open_client
from lienthong.web.callers import Caller, find_signed_in, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.exchange.asking import Answer

_log = structlog.get_logger()

PAGE: Final = 50
ANSWERED: Final = 200
HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class Usage(msgspec.Struct, frozen=True):
    """One look-up, as a member's gateway tells it."""

    time: int
    client: str
    service: str
    purpose: str
    message: str
    check: str = ""
    officer: str = ""
    is_erased: bool = False

    @property
    def at(self) -> datetime:
        """When, in the time of the country."""
        return datetime.fromtimestamp(self.time / 1000, HERE)


class Told(msgspec.Struct, frozen=True):
    """One member's answer. `next` is where its older look-ups begin, None at the end."""

    provider: str
    usages: tuple[Usage, ...]
    next: int | None
    delays: int


class Section(msgspec.Struct, frozen=True):
    """What the page shows of one member: its answer, or that there is none (and under which exchange it was asked)."""

    member: str
    told: Told | None
    exchange: str = ""


@open_to(Caller.CITIZEN, level=2)
@require_GET
def show_who_looked(request: HttpRequest) -> HttpResponse:
    """Ask each member; a sign-in that is too old to be exchanged is made again first, which asks nothing of anybody."""
    answer = close_to_others(request, f"{reverse('who-looked')}?again")
    if answer is not None:
        return answer
    before = request.GET.get("before", "")
    only = request.GET.get("of", "")
    members = [each for each in find_providers() if only in {"", each}]
    sections = [ask_member(request, each, before if only else "") for each in members]
    return render(request, "province/who_looked.html", {**make_look_up_words(), "sections": sections})


def close_to_others(request: HttpRequest, back: str) -> HttpResponse | None:
    """Answer whoever is no person of their own, or signed in too long ago (who comes to `back` again); else None."""
    signed_in = find_signed_in(request)
    if signed_in is not None and signed_in.officer:
        return render(request, "province/who_looked_alone.html", status=403)
    if is_sign_in_fresh(request):
        return None
    if "again" in request.GET:
        return render(request, "province/who_looked_alone.html", status=403)
    return HttpResponseRedirect(f"{settings.CITIZEN_LOGIN_URL}?{urlencode({'next': back, 'level': 2})}")


def find_providers() -> tuple[str, ...]:
    """Give the subsystems that are asked: those of the settings, else that of the population service."""
    exchange = get_exchange()
    return exchange.who_looked or (exchange.population.rpartition("/")[0],)


def ask_member(request: HttpRequest, subsystem: str, before: str) -> Section:
    """Ask one member (through a subsystem of it) who looked; never raises."""
    query = f"?limit={PAGE}" + (f"&before={before}" if before.isascii() and before.isdecimal() else "")
    answer = ask_as_person(request, subsystem, FIND_USAGE, query)
    if answer is None:
        return Section(subsystem, None)
    if answer.refusal is not None or answer.status != ANSWERED:
        return Section(subsystem, None, answer.exchange)
    try:
        return Section(subsystem, msgspec.json.decode(answer.body, type=Told), answer.exchange)
    except msgspec.MsgspecError:
        return Section(subsystem, None, answer.exchange)


def ask_as_person(request: HttpRequest, subsystem: str, code: str, query: str) -> Answer | None:
    """Ask a member's gateway under a token of this person's own; None where it cannot be asked."""
    member = subsystem.rpartition("/")[0]
    try:
        token = fetch_usage_token(request, member)
        client = open_client(get_exchange(), settings.EXCHANGE_TOKEN)
        answer = client.ask(Question(f"{subsystem}/{code}", query, bearer=token))
    except (ExchangeError, RelyingError) as error:
        _log.warning("who_looked_failed", member=member, kind=str(error.kind))
        return None
    if answer.refusal is not None or answer.status != ANSWERED:
        _log.warning("who_looked_refused", member=member, exchange=answer.exchange, status=answer.status)
    return answer
