"""The first administrator, made at the machine itself before anybody can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.identity.staff import make_staff_account
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from lienthong.identity.models import Account


def make_first_administrator(username: str, full_name: str, agency_code: str) -> tuple[Account, str]:
    """Make an administrator with a post of their own; gives the account and the code that sets its password.

    Whoever can start this command holds the database anyway; the record says that nobody at a screen gave the post.
    """
    now, today = timezone.now(), timezone.localdate()
    with transaction.atomic():
        account, code = make_staff_account(username, full_name, None, now)
        new = NewPost(agency_code, "Quản trị tài khoản", "Account administrator", (Caller.ADMINISTRATOR,))
        assign_post(account, make_post(new, today, None), today, None, now)
    return account, code
