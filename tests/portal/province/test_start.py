from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.identity.words import Level
from lienthong.web.callers import Caller
from tests.identity.persons import make_citizen, make_staff, sign_in_fully

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


def test_what_several_agencies_do_together_stands_first_and_people_to_try_it_only_in_a_sandbox(
    client: Client, settings: Settings
) -> None:
    page = client.get("/").content.decode()
    assert page.index("3.000722") < page.index("2.002913") < page.index("Xem tất cả dịch vụ")
    assert "phe-duyet-mau" in page
    settings.IS_SANDBOX = False
    assert "phe-duyet-mau" not in client.get("/").content.decode()


def test_nobody_is_offered_a_page_that_is_closed_to_them(client: Client) -> None:
    ways = {"citizen": "/my-cases/", "officer": "/work/", "reader": "/delivery/tasks/"}
    assert all(f'href="{way}"' in client.get("/").content.decode() for way in ways.values())
    for account, offered in (
        (make_citizen(Level.CARD), {"citizen"}),
        (make_staff(Caller.OFFICER, username="an.nguyen"), {"officer", "reader"}),
        (make_staff(Caller.LEADER, username="lan.pham"), {"reader"}),
        (make_staff(Caller.ADMINISTRATOR, username="binh.tran"), set[str]()),
    ):
        client.logout()
        sign_in_fully(client, account)
        page = client.get("/").content.decode()
        assert {name for name, way in ways.items() if f'href="{way}"' in page} == offered


def test_who_signs_in_at_a_provider_is_offered_no_password_to_change(client: Client) -> None:
    account = make_citizen(Level.CARD)
    sign_in_fully(client, account)
    account.set_unusable_password()
    account.save()
    client.force_login(account)
    answer = client.get("/account/password/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
