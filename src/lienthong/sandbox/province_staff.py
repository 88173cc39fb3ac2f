"""The sandbox's province officers, each with a post at the sample commune: who receives, handles, decides, and leads.

An officer's post receives and handles cases of its agency; a post that is a leader's as well decides on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction
from django.utils import timezone

from lienthong.identity.first_administrator import make_first_administrator
from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.identity.staff import make_staff_account
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.marks import COMMUNE_AGENCY
from lienthong.sandbox.staff_accounts import open_account
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.identity.models import Account

ADMINISTRATOR: Final = ("quan-tri-mau", "Quản trị mẫu")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the commune's made-up people: sign-in name, own name, post in both languages, its roles, and for whom."""

    name: str
    full_name: str
    title: str
    title_en: str
    roles: tuple[Caller, ...]
    what: str


COLLEAGUES: Final = (
    Colleague(
        "tiep-nhan-mau",
        "Trần Thu Mẫu",
        "Công chức Bộ phận Một cửa",
        "Officer at the one-stop counter",
        (Caller.OFFICER,),
        "officer who receives cases",
    ),
    Colleague(
        "xu-ly-mau",
        "Lê Văn Mẫu",
        "Công chức tư pháp - hộ tịch",
        "Officer for civil status",
        (Caller.OFFICER,),
        "officer who handles cases",
    ),
    Colleague(
        "phe-duyet-mau",
        "Phạm Minh Mẫu",
        "Phó Chủ tịch Ủy ban nhân dân",
        "Vice Chair of the People's Committee",
        (Caller.OFFICER, Caller.LEADER),
        "officer who decides",
    ),
    Colleague(
        "thong-ke-mau",
        "Vũ Hải Mẫu",
        "Công chức văn phòng - thống kê",
        "Officer for statistics",
        (Caller.STATISTICIAN,),
        "officer who takes figures in",
    ),
    Colleague(
        "lanh-dao-mau",
        "Hoàng Lan Mẫu",
        "Chủ tịch Ủy ban nhân dân",
        "Chair of the People's Committee",
        (Caller.LEADER,),
        "leader",
    ),
)


def make_province_logins(file: Path, say: Callable[[str], None]) -> None:
    """Make an administrator, four officers and a leader, each with a post at the sample commune.

    The secrets are drawn here and written to a private file, which the sandbox shows on its own screen.
    """
    if file.exists():
        return
    with transaction.atomic():
        administrator, _code = make_first_administrator(*ADMINISTRATOR, COMMUNE_AGENCY)
        logins = [open_account(administrator, "administrator: accounts, posts, levels")]
        logins += [open_account(_make_officer(each, administrator), each.what) for each in COLLEAGUES]
        # In the transaction: an account whose secrets nobody has could not be used.
        write_private(file, msgspec.json.encode(logins))
    say("officers, a leader and an administrator can sign in")


def _make_officer(colleague: Colleague, administrator: Account) -> Account:
    now, today = timezone.now(), timezone.localdate()
    account, _code = make_staff_account(colleague.name, colleague.full_name, administrator, now)
    new = NewPost(COMMUNE_AGENCY, colleague.title, colleague.title_en, colleague.roles)
    assign_post(account, make_post(new, today, administrator), today, administrator, now)
    return account
