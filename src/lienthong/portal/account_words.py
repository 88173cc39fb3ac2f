"""What the pages about accounts need in Jinja: words for closed lists, moments, places and messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.messages import get_messages
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lienthong.identity.adapter import has_other_factor
from lienthong.identity.places import find_next
from lienthong.identity.words import LevelWay
from lienthong.web.callers import Caller, find_signed_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.contrib.messages.storage.base import Message
    from django.http import HttpRequest

    from lienthong.identity.models import Post


def show_moment(value: datetime) -> str:
    """Write a moment by Vietnam's clock: day, then hour and minute."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"


def show_clock(value: datetime) -> str:
    """Write the hour and minute by Vietnam's clock."""
    return f"{timezone.localtime(value):%H:%M}"


def show_last_day(end: date) -> str:
    """Write the last day of a range that is kept half-open."""
    return f"{end - timedelta(days=1):%d/%m/%Y}"


def show_groups(text: str, size: int) -> str:
    """Write a long code in groups that the eye can keep."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


def name_level_way(way: str) -> str:
    """Say how an account came to a level."""
    return {
        LevelWay.DATA_CHECK: _("the data agreed with the registry"),
        LevelWay.COUNTER_CHECK: _("the card was checked at a counter"),
        LevelWay.APPOINTMENT: _("the account was given"),
        LevelWay.PROVIDER: _("the provider of sign-ins said so"),
        LevelWay.LOWERED: _("the level was taken back"),
    }[LevelWay(way)]


def name_role(role: str) -> str:
    """Say what a role is."""
    return {
        Caller.OFFICER: _("Officer"),
        Caller.CLERK: _("Clerk"),
        Caller.LEADER: _("Leader"),
        Caller.STATISTICIAN: _("Statistician"),
        Caller.ADMINISTRATOR: _("Administrator"),
        Caller.OPERATOR: _("Operator"),
    }[Caller(role)]


def name_post(post: Post) -> str:
    """Give a post's title in the page's language; in Vietnamese where it has no other."""
    return post.title_en if get_language() == "en" and post.title_en else post.title


def name_act(method: str, path: str) -> str:
    """Say which page was opened, or sent, in a supervised session; a page that has no words here by its address."""
    try:
        route = resolve(path).url_name or ""
    except Resolver404:
        route = ""
    page = str(ACT_PAGES.get(route, path))
    return _("sent: %(page)s") % {"page": page} if method == "POST" else _("opened: %(page)s") % {"page": page}


ACT_PAGES: Final = {
    "start": gettext_lazy("Start page"),
    "counter": gettext_lazy("Counter"),
    "find-service": gettext_lazy("Find a service"),
    "service": gettext_lazy("What a service needs"),
    "begin": gettext_lazy("Before you begin"),
    "draft": gettext_lazy("A page of the form"),
    "fill-in": gettext_lazy("A page of the form"),
    "check-answers": gettext_lazy("Check your answers"),
    "receipt": gettext_lazy("Receipt"),
    "my-cases": gettext_lazy("My cases"),
    "my-case": gettext_lazy("A case"),
    "supplement": gettext_lazy("Hand in what was asked for"),
    "withdraw": gettext_lazy("Withdraw the case"),
    "complain": gettext_lazy("Complain or make a proposal"),
    "my-papers": gettext_lazy("My papers"),
    "own-record": gettext_lazy("My data"),
    "who-looked": gettext_lazy("Who looked at my data"),
    "my-account": gettext_lazy("Your account"),
}
"""What the pages are called on which an officer fills in with a person, by the names of their routes."""


def list_notices(request: HttpRequest) -> Iterable[Message]:
    """Give what is to be said once, and forget it."""
    return get_messages(request)


def can_work(request: HttpRequest, role: str) -> bool:
    """Say whether whoever is at the screen has a role."""
    found = find_signed_in(request)
    return found is not None and Caller(role) in found.callers


def may_open(request: HttpRequest, *roles: str) -> bool:
    """Say whether to offer a page that is open to some: to who is one of them, and to who has not signed in yet."""
    found = find_signed_in(request)
    return found is None or bool(found.callers & {Caller(role) for role in roles})


def write_json(value: Any) -> str:  # noqa: ANN401 # what JSON holds
    """Write JSON for an attribute, which Jinja2 escapes."""
    return json.dumps(value, cls=DjangoJSONEncoder)


ACCOUNT_FILTERS: Final = {
    "moment": show_moment,
    "clock": show_clock,
    "last_day": show_last_day,
    "groups": show_groups,
}

ACCOUNT_GLOBALS: Final = {
    "level_way": name_level_way,
    "role_name": name_role,
    "act_name": name_act,
    "post_title": name_post,
    "notices": list_notices,
    "own_place": find_next,
    "can_work": can_work,
    "has_other_factor": has_other_factor,
    "may_open": may_open,
    "as_json": write_json,
}
