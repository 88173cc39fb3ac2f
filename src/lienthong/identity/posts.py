"""Which roles and posts an account has on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.identity.models import Assignment
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date

    from lienthong.identity.models import Account


def list_assignments(account: Account, day: date) -> list[Assignment]:
    """List the posts that an account holds on a day, with their posts loaded."""
    held = Assignment.objects.filter(account=account, valid__contains=day, post__valid__contains=day)
    return list(held.select_related("post").order_by("pk"))


def find_roles(account: Account, day: date) -> frozenset[Caller]:
    """Give all roles of the posts held on a day."""
    return frozenset(Caller(role) for held in list_assignments(account, day) for role in held.post.roles)
