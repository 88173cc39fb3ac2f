"""How an account comes to a sign-in level: one record each, only ever added; the last one counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.models import Account, LevelRecord
from lienthong.identity.words import LEVELS_OF_WAYS, AccountKind, Level, LevelWay

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.identity.models import Post


@dataclass(frozen=True, slots=True)
class Reached:
    """A level, the way to it, what was compared or seen, and by whom in which post (None: by a program)."""

    level: Level
    way: LevelWay
    seen: dict[str, Any] = field(default_factory=dict)
    checked_by: Account | None = None
    post: Post | None = None


def require_reachable(reached: Reached) -> None:
    """Refuse a level that the way does not give; raises BAD_LEVEL."""
    if reached.level not in LEVELS_OF_WAYS[reached.way]:
        message = (
            f"level {reached.level} by {reached.way}: that way gives {list(map(int, LEVELS_OF_WAYS[reached.way]))}"
        )
        raise IdentityError(IdentityErrorKind.BAD_LEVEL, message)


def record_level(account: Account, reached: Reached, now: datetime) -> LevelRecord:
    """Record a level and write it to the account, in one transaction; raises BAD_LEVEL.

    A data check of somebody who was checked at a counter before does not take that back.
    """
    require_reachable(reached)
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        record = LevelRecord.objects.create(
            account=locked,
            level=reached.level,
            way=reached.way,
            seen=reached.seen,
            checked_by=reached.checked_by,
            post=reached.post,
            recorded_at=now,
        )
        if reached.way is not LevelWay.DATA_CHECK or locked.level < reached.level:
            locked.level = reached.level
            locked.save(update_fields=["level"])
    account.level = locked.level
    return record


def list_levels(account: Account) -> list[LevelRecord]:
    """List how an account came to its levels, the newest first, for the person's own page."""
    return list(account.levels.select_related("checked_by", "post").order_by("-pk"))


def require_citizen(account: Account) -> Account:
    """Refuse a staff account where a person's own is meant; raises UNKNOWN_ACCOUNT."""
    if account.kind != AccountKind.CITIZEN:
        raise IdentityError(IdentityErrorKind.UNKNOWN_ACCOUNT, f"{account}: it is not a person's own account")
    return account
