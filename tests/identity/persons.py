"""Accounts and sign-ins for tests, made by the stories and pages themselves."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone

from lienthong.identity.citizens import get_or_make_citizen
from lienthong.identity.levels import Reached, record_level
from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.identity.registry_port import CardData, KnownPerson
from lienthong.identity.staff import make_staff_account
from lienthong.identity.words import Level, LevelWay
from lienthong.sandbox.logins import STEP_SECONDS, make_code

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from lienthong.identity.models import Account
    from lienthong.web.callers import Caller

PASSWORD = "bảy con cò bay"  # noqa: S105 # of tests
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of tests
NUMBER = "999190012345"
NAME = "Nguyễn Thị Hòa"
BORN = date(1990, 5, 17)
ISSUED = date(2024, 9, 2)
CARD = CardData(NUMBER, NAME, BORN, ISSUED)


@dataclass(frozen=True)
class OnePersonRegistry:
    """A registry that knows one person."""

    is_alive: bool = True

    def agrees(self, told: CardData) -> bool:
        return told == CARD and self.is_alive

    def find_person(self, number: str) -> KnownPerson | None:
        return KnownPerson(NUMBER, NAME, BORN, self.is_alive) if number == NUMBER else None


def make_citizen(level: Level = Level.DATA, password: str = PASSWORD, number: str = NUMBER) -> Account:
    account = get_or_make_citizen(number, NAME)
    account.set_password(password)
    account.save()
    if level is not Level.NONE:
        record_level(account, Reached(Level.DATA, LevelWay.DATA_CHECK), timezone.now())
    if level is Level.CARD:
        record_level(account, Reached(level, LevelWay.PROVIDER), timezone.now())
    return account


def make_staff(
    *roles: Caller, username: str = "an.nguyen", full_name: str = "Nguyễn Văn An", area_code: str = ""
) -> Account:
    account, _ = make_staff_account(username, full_name, None, timezone.now())
    account.set_password(PASSWORD)
    account.save()
    if roles:
        post = make_post(NewPost("Z99.01", "Công chức", "Officer", roles, area_code), date(2026, 1, 1), None)
        assign_post(account, post, date(2026, 1, 1), None, timezone.now())
    return account


def add_app(account: Account) -> list[str]:
    """Give an account an authenticator app; gives its recovery codes."""
    TOTP.activate(account, SECRET)
    codes: list[str] = RecoveryCodes.activate(account).generate_codes()
    return codes


def find_code(steps: int = 0, secret: str = SECRET) -> str:
    """Give what the app shows now, or some steps away."""
    return make_code(secret, time.time() + steps * STEP_SECONDS)


def sign_in(client: Client, account: Account, password: str = PASSWORD, **more: str) -> HttpResponse:
    told = {"login": account.username, "password": password, **more}
    return client.post(reverse("account_login"), told)  # type: ignore[return-value] # the client's own subclass


def sign_in_fully(client: Client, account: Account) -> None:
    """Sign in with password and app, which is added if there is none."""
    if not Authenticator.objects.filter(user=account).exists():
        add_app(account)
    sign_in(client, account)
    answer = client.post(reverse("mfa_authenticate"), {"code": find_code()})
    assert answer.status_code == 302, answer.content.decode()
