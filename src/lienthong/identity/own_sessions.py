"""The sessions of an account: which there are, on what kind of device, and how to end them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allauth.usersessions.models import UserSession

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.identity.models import Account

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: many browsers name others as well."""

_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session for its owner's page; `device` is empty for a browser that does not say what it is."""

    key: int
    device: str
    address: str
    since: datetime
    is_current: bool


def name_device(user_agent: str) -> str:
    """Name a device in words that its owner knows, from what its browser sends."""
    text = _CONTROL.sub("", user_agent)
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return " · ".join(part for part in (browser, system) if part)


def list_sessions(account: Account, current_key: str | None) -> list[OwnSession]:
    """List an account's sessions that are still good: this one first, then the newest."""
    rows = UserSession.objects.purge_and_list(account)
    sessions = [
        OwnSession(row.pk, name_device(row.user_agent), row.ip, row.created_at, row.session_key == current_key)
        for row in rows
    ]
    return sorted(sessions, key=lambda session: (not session.is_current, -session.since.timestamp()))


def end_session(account: Account, key: int) -> None:
    """End one session of this account; another account's is as one that is not there."""
    for row in UserSession.objects.filter(user=account, pk=key):
        row.end()


def end_other_sessions(account: Account, current_key: str | None) -> None:
    """End all but the current one."""
    for row in UserSession.objects.filter(user=account).exclude(session_key=current_key):
        row.end()


def end_all_sessions(account: Account) -> None:
    """Sign out everywhere."""
    for row in UserSession.objects.filter(user=account):
        row.end()
