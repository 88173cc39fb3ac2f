"""Leaders, owners and helpers for tests of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.identity.staff import make_staff_account
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from lienthong.identity.models import Account, Post

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Holder:
    """An account with the one post that it holds."""

    account: Account
    post: Post


def make_holder(username: str, *roles: Caller, agency: str = "Z99.01", title: str = "Công chức") -> Holder:
    account, _ = make_staff_account(username, username.title(), None, NOW)
    post = make_post(NewPost(agency, title, "", roles or (Caller.OFFICER,)), FIRST, None)
    assign_post(account, post, FIRST, None, NOW)
    return Holder(account, post)


def make_leader(username: str = "binh.tran", agency: str = "Z99.01") -> Holder:
    return make_holder(username, Caller.LEADER, agency=agency, title="Chủ tịch")
