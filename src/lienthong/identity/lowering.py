"""Taking a level back: when it turns out that a check was wrong, or that somebody else has the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.levels import Reached, record_level, require_citizen
from lienthong.identity.models import Account
from lienthong.identity.own_sessions import end_all_sessions
from lienthong.identity.posts import list_assignments
from lienthong.identity.words import Level, LevelWay
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date, datetime

    from lienthong.identity.models import LevelRecord, Post

MOST_REASON_CHARACTERS: Final = 300


def lower_level(account: Account, level: Level, reason: str, lowered_by: Account, now: datetime) -> LevelRecord:
    """Take a citizen's account back to a lower level and end its sessions; both names stay in the record.

    Raises BAD_LEVEL where the account is not above that level or no reason is told, and NOT_ALLOWED where who does
    it holds no administrator's post.
    """
    require_citizen(account)
    post = _require_administrator(lowered_by, timezone.localdate(now))
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk).level
        if level >= held or not reason.strip():
            message = f"level {level}: the account has {held}; expected a lower one, and a reason"
            raise IdentityError(IdentityErrorKind.BAD_LEVEL, message)
        seen = {"reason": reason.strip()[:MOST_REASON_CHARACTERS], "level_before": held}
        record = record_level(account, Reached(level, LevelWay.LOWERED, seen, lowered_by, post), now)
        end_all_sessions(account)
    return record


def _require_administrator(account: Account, day: date) -> Post:
    for held in list_assignments(account, day):
        if Caller.ADMINISTRATOR in held.post.roles:
            return held.post
    raise IdentityError(IdentityErrorKind.NOT_ALLOWED, f"{account}: holds no administrator's post on {day}")
