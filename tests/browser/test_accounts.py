"""The pages of accounts as people see them: on a phone, on a wide screen, in both languages, filled and with errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lienthong.identity.codes import make_code
from lienthong.identity.levels import Reached, record_level
from lienthong.identity.words import CodePurpose, Level, LevelWay
from lienthong.web.callers import Caller
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.identity.persons import (
    NUMBER,
    PASSWORD,
    add_app,
    find_code,
    make_citizen,
    make_staff,
    sign_in,
    sign_in_fully,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Page, ViewportSize

    from lienthong.identity.models import Account
    from tests.browser.pages import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.identity.urls_levels")]

# The phone in Vietnamese is what most people have; `SCREENSHOTS=FOLDER` looks at all, to keep pictures.
_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


def add_virtual_authenticator(page: Page) -> None:
    """Give the browser a phone of its own: it holds passkeys, and says that its owner showed a finger."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def look_at(pages: Pages, places: Iterable[str], look: tuple[ViewportSize, str], session: Client | None = None) -> Page:
    """Open pages one after the other in one window, and check each; gives the last."""
    screen, language = look
    first, *others = places
    page = pages.open(first, screen, language=language, session=session)
    for place in others:
        page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}{place}")
        keep_picture(page, place, screen, language)
        pages.check(page)
    return page


def enter(account: Account) -> Client:
    """Sign somebody in; gives the client, whose cookies a browser takes over."""
    client = Client()
    sign_in_fully(client, account)
    return client


@LOOKS
def test_pages_for_anyone(pages: Pages, screen: ViewportSize, language: str) -> None:
    names = ("account_login", "account_signup", "account_reset_password", "counter-over")
    look_at(pages, map(reverse, names), (screen, language))


@LOOKS
def test_errors_are_summed_up_and_stand_beside_their_fields(pages: Pages, screen: ViewportSize, language: str) -> None:
    page = pages.open(reverse("account_signup"), screen, language=language)
    pages.press(page, "main button[type=submit]")
    page.wait_for_selector(".govuk-error-summary")
    pages.check(page)
    keep_picture(page, "sign-up-errors", screen, language)

    assert page.locator(".govuk-error-summary a").count() == 5


@LOOKS
def test_pages_of_a_citizen(pages: Pages, screen: ViewportSize, language: str) -> None:
    account = make_citizen(Level.CARD)
    client = enter(account)
    make_code(account, CodePurpose.RESET, None, timezone.now())
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    names = (
        "my-account",
        "my-level",
        "my-sessions",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "account_change_password",
        "account_logout",
    )
    again = [f"{reverse(name)}?next=/" for name in ("account_reauthenticate", "mfa_reauthenticate")]
    look_at(pages, [*map(reverse, names), *again], (screen, language), client)


@LOOKS
def test_pages_of_a_new_citizen(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = Client()
    sign_in(client, make_citizen())
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    look_at(pages, map(reverse, ("my-account", "mfa_index", "mfa_activate_totp")), (screen, language), client)


@LOOKS
def test_pages_of_a_counter(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = enter(make_staff(Caller.OFFICER))
    make_citizen()
    pages.open(reverse("counter"), screen, language=language, session=client)
    client.post(reverse("counter"), {"number": NUMBER})
    page = pages.open(reverse("counter-card"), screen, language=language, session=client)
    pages.press(page, "main button[type=submit]")
    page.wait_for_selector(".govuk-error-summary")
    pages.check(page)
    keep_picture(page, "counter-card-errors", screen, language)
    seen = {"issued_on": "2/9/2024", "seen": "on"}
    page.fill("#id_issued_on", "2/9/2024")
    page.check("[name=seen]")
    page.check("[value=code]")
    pages.press(page, "main button[type=submit]")
    page.wait_for_selector(".lt-paper")
    pages.check(page)
    keep_picture(page, "counter-code", screen, language)
    client.post(reverse("counter"), {"number": NUMBER})
    client.post(reverse("counter-card"), seen | {"action": "session"})
    client.get("/level-2/")
    look_at(pages, [reverse("counter"), "/"], (screen, language), client)


@LOOKS
def test_pages_of_an_administrator(pages: Pages, screen: ViewportSize, language: str) -> None:
    client = enter(make_staff(Caller.ADMINISTRATOR, username="quan.tri", full_name="Lê Thị Quản"))
    colleague = make_staff(Caller.OFFICER, Caller.CLERK)
    make_staff(username="binh.tran", full_name="Trần Thanh Bình")
    held = colleague.assignments.get()
    places = [
        *map(reverse, ("my-account", "staff", "posts", "levels")),
        reverse("close-post", kwargs={"post": held.post_id}),
        reverse("end-post", kwargs={"key": colleague.pk, "assignment": held.pk}),
        reverse("colleague", kwargs={"key": colleague.pk}),
    ]
    page = look_at(pages, places, (screen, language), client)
    pages.press(page, "[value=code]")
    page.wait_for_selector(".lt-paper")
    pages.check(page)
    keep_picture(page, "staff-code", screen, language)


def test_a_person_signs_in_by_keyboard_with_scripts_off(pages: Pages) -> None:
    account = make_citizen(Level.CARD)
    add_app(account)
    page = pages.open("/level-2/", scripts=False)
    page.fill("#id_login", "999 190 012 345")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("#id_code", find_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/level-2/")

    assert page.inner_text("body") == f"{account.pk} 2"


def test_a_passkey_is_added_and_then_signs_in_at_level_2_without_a_password(pages: Pages) -> None:
    account = make_citizen()
    client = Client()
    sign_in(client, account)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = pages.open(reverse("mfa_add_webauthn"), session=client)
    add_virtual_authenticator(page)
    page.fill("#id_name", "Điện thoại")
    page.click("main button[type=submit]")
    page.wait_for_url("**/recovery/")
    pages.press(page, ".lt-account__out")
    record_level(account, Reached(Level.CARD, LevelWay.PROVIDER), timezone.now())
    page.goto(page.url.rstrip("/") + "/level-2/")
    page.click("#passkey-sign-in button")
    page.wait_for_url("**/level-2/")

    assert page.inner_text("body") == f"{account.pk} 2"


@LOOKS
def test_a_passkey_is_renamed_and_removed_after_a_question(pages: Pages, screen: ViewportSize, language: str) -> None:
    account = make_citizen(Level.CARD)
    client = enter(account)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = pages.open(reverse("mfa_add_webauthn"), screen, language=language, session=client)
    add_virtual_authenticator(page)
    page.fill("#id_name", "Điện thoại")
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: not url.endswith(reverse("mfa_add_webauthn")))
    page.goto("/".join(page.url.split("/", 3)[:3]) + reverse("mfa_list_webauthn"))
    keep_picture(page, "passkeys", screen, language)
    pages.check(page)
    pages.press(page, "main section a >> nth=0")
    keep_picture(page, "passkey-rename", screen, language)
    pages.check(page)
    page.fill("#id_name", "Điện thoại của mẹ")
    pages.press(page, "main button[type=submit]")
    pages.press(page, "main section a >> nth=1")
    keep_picture(page, "passkey-remove", screen, language)
    pages.check(page)
    assert "Điện thoại của mẹ" in page.inner_text("h1")
    assert Authenticator.objects.filter(user=account, type="webauthn").exists()

    pages.press(page, "main button[type=submit]")
    keep_picture(page, "passkey-removed", screen, language)
    pages.check(page)
    assert not Authenticator.objects.filter(user=account, type="webauthn").exists()
