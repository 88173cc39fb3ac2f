from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from lienthong.identity.words import Level
from lienthong.web.callers import Caller
from tests.identity.persons import add_app, make_citizen, make_staff, sign_in, sign_in_fully

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

OPEN = ("account_login", "account_signup", "account_reset_password", "counter-over")
OWN = (
    "my-account",
    "my-level",
    "my-sessions",
    "mfa_index",
    "mfa_list_webauthn",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "account_logout",
)


@pytest.mark.parametrize("name", OPEN)
def test_a_page_for_anyone_answers_in_vietnamese(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert 'lang="vi"' in answer.content.decode()


@pytest.mark.parametrize("name", OWN)
def test_a_page_of_ones_own_answers_its_owner_and_sends_others_to_sign_in(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    account = make_citizen(Level.CARD)
    sign_in_fully(client, account)

    answer = client.get(reverse(name))
    assert answer.status_code == 200, answer


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn"])
def test_a_citizen_of_level_1_adds_a_first_second_factor(client: Client, name: str) -> None:
    sign_in(client, make_citizen())
    client.post(reverse("account_reauthenticate"), {"password": "bảy con cò bay"})

    answer = client.get(reverse(name))
    assert answer.status_code == 200, answer


@pytest.mark.parametrize("name", ["counter", "staff", "posts"])
def test_a_page_of_an_agency_answers_who_holds_the_post(client: Client, name: str) -> None:
    account = make_staff(Caller.OFFICER, Caller.ADMINISTRATOR)
    add_app(account)
    sign_in_fully(client, account)

    answer = client.get(reverse(name))
    assert answer.status_code == 200, answer
