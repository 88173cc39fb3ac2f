"""The checks of the OpenID Foundation's Basic OP plan, each named after its test module, with PKCE added to all.

Ours to read and run; nothing here has been certified by anybody.
"""

from __future__ import annotations

import time
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lienthong.identity.provider.models import AuthorizationCode
from tests.identity.provider.flows import CALLBACK, CHALLENGE, CLIENT, LEVEL_1, LEVEL_2, Answer, Browser

if TYPE_CHECKING:
    from lienthong.identity.models import Account
    from tests.identity.provider.flows import Party, Told


def complete(browser: Browser, party: Party, **changes: str | None) -> Told:
    """Go through a whole flow that must come to its end."""
    answer = browser.ask(**changes)
    assert answer.place == CALLBACK, answer
    assert "code" in answer.told, answer.told
    told = party.exchange(answer.told["code"])
    assert told.is_ok, told.body
    return told


def claims_of(browser: Browser, party: Party, **changes: str | None) -> dict[str, Any]:
    return party.read(complete(browser, party, **changes).body["id_token"])


def test_oidcc_server(browser: Browser, party: Party) -> None:
    told = complete(browser, party)

    assert told.body["token_type"] == "Bearer"  # noqa: S105 # a type
    claims = party.read(told.body["id_token"])
    now = time.time()
    assert claims["iat"] <= now < claims["exp"] <= now + 600
    assert {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "at_hash"} == claims.keys()


def test_oidcc_response_type_missing(browser: Browser, party: Party) -> None:
    del party
    answer = browser.ask(response_type=None)

    assert (answer.place, answer.told["error"]) == (CALLBACK, "invalid_request")
    assert answer.told["state"] == "of the party"


def test_oidcc_userinfo_get(browser: Browser, party: Party) -> None:
    told = complete(browser, party)
    user = party.ask_user(told.body["access_token"])

    assert user.headers["Content-Type"].startswith("application/json")
    assert user.body["sub"] == party.read(told.body["id_token"])["sub"]


def test_oidcc_userinfo_post_header(browser: Browser, party: Party) -> None:
    token = complete(browser, party).body["access_token"]

    response = party.calls.post("/openid/user", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == HTTPStatus.OK


def test_oidcc_userinfo_post_body_is_refused_as_rfc_6750_allows(browser: Browser, party: Party) -> None:
    token = complete(browser, party).body["access_token"]

    response = party.calls.post("/openid/user", {"access_token": token})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(browser: Browser, party: Party) -> None:
    assert "nonce" not in claims_of(browser, party, nonce=None)


def test_oidcc_scope_profile(browser: Browser, party: Party) -> None:
    told = complete(browser, party, scope="openid profile")

    assert party.ask_user(told.body["access_token"]).body["name"] == "Nguyễn Thị Mẫu"


def test_oidcc_scope_email_address_phone_that_are_not_offered_are_passed_over(browser: Browser, party: Party) -> None:
    told = complete(browser, party, scope="openid email address phone offline_access")

    assert told.body["scope"] == "openid"
    assert party.ask_user(told.body["access_token"]).body.keys() == {"sub"}


def test_oidcc_ensure_other_scope_order_succeeds(browser: Browser, party: Party) -> None:
    told = complete(browser, party, scope="profile openid")

    assert set(told.body["scope"].split()) == {"openid", "profile"}


@pytest.mark.parametrize("display", ["page", "popup"])
def test_oidcc_display(browser: Browser, party: Party, display: str) -> None:
    complete(browser, party, display=display)


def test_oidcc_prompt_login(browser: Browser, party: Party) -> None:
    first = claims_of(browser, party)

    asked = browser.ask(prompt="login")
    assert asked.place == reverse("account_reauthenticate")
    browser.prove("pwd")
    answer = browser.follow(asked.told["next"])
    second = party.read(party.exchange(answer.told["code"]).body["id_token"])

    assert second["sub"] == first["sub"]
    assert second["auth_time"] > first["auth_time"]


def test_oidcc_prompt_none_not_logged_in(party: Party) -> None:
    del party
    answer = Browser().ask(prompt="none")

    assert (answer.place, answer.told["error"]) == (CALLBACK, "login_required")


def test_oidcc_prompt_none_logged_in(browser: Browser, party: Party) -> None:
    first = claims_of(browser, party)
    second = claims_of(browser, party, prompt="none")

    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


def test_oidcc_max_age_1(browser: Browser, party: Party) -> None:
    asked = browser.ask(max_age="1")
    assert asked.place == reverse("account_reauthenticate")

    browser.prove("pwd")
    answer = browser.follow(asked.told["next"])
    claims = party.read(party.exchange(answer.told["code"]).body["id_token"])
    assert claims["auth_time"] >= time.time() - 5


def test_oidcc_max_age_10000(browser: Browser, party: Party) -> None:
    first = claims_of(browser, party)
    second = claims_of(browser, party, max_age="10000")

    assert second["auth_time"] == first["auth_time"]


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(browser: Browser, party: Party) -> None:
    complete(browser, party, extra="foobar")


def test_oidcc_id_token_hint(browser: Browser, party: Party) -> None:
    told = complete(browser, party)

    again = claims_of(browser, party, prompt="none", id_token_hint=told.body["id_token"])
    assert again["sub"] == party.read(told.body["id_token"])["sub"]


def test_oidcc_login_hint(browser: Browser, party: Party) -> None:
    complete(browser, party, login_hint="buffy@province.example")


def test_oidcc_ui_locales(browser: Browser, party: Party) -> None:
    complete(browser, party, ui_locales="vi en")


def test_oidcc_claims_locales(browser: Browser, party: Party) -> None:
    complete(browser, party, claims_locales="se")


def test_oidcc_ensure_request_with_acr_values_succeeds(browser: Browser, party: Party) -> None:
    assert claims_of(browser, party, acr_values=f"{LEVEL_2} {LEVEL_1}")["acr"] == LEVEL_2


def test_oidcc_codereuse(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    first = party.exchange(code)
    assert first.is_ok

    again = party.exchange(code)
    assert (again.status, again.error) == (400, "invalid_grant")
    assert party.ask_user(first.body["access_token"]).status == HTTPStatus.UNAUTHORIZED


def test_oidcc_codereuse_30seconds(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    first = party.exchange(code)
    AuthorizationCode.objects.update(
        spent_at=timezone.now() - timedelta(seconds=30), expires=timezone.now() - timedelta(seconds=1)
    )

    assert party.exchange(code).error == "invalid_grant"
    assert party.ask_user(first.body["access_token"]).status == HTTPStatus.UNAUTHORIZED


def test_oidcc_ensure_registered_redirect_uri(browser: Browser, party: Party) -> None:
    del party
    answer = browser.ask(redirect_uri="https://province.example/another")

    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.place == ""


def test_oidcc_ensure_post_request_succeeds(browser: Browser, party: Party) -> None:
    form = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    # From the party's page: without a form token of ours, and a browser would send no session cookie.
    posted = Answer.of(browser.post("/openid/authorize", form))
    assert (posted.status, posted.place) == (303, "/openid/authorize")

    answer = browser.follow(posted.address)
    assert party.exchange(answer.told["code"]).is_ok


def test_oidcc_server_client_secret_post(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": "v" * 43,
        "client_id": CLIENT,
        "client_secret": party.secret,
    }
    assert party.post(form).is_ok


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    browser: Browser, party: Party, name: str
) -> None:
    del party
    answer = browser.ask(**{name: "eyJhbGciOiJub25lIn0.e30."})

    assert answer.told["error"] == f"{name}_not_supported"


def test_oidcc_claims_essential(browser: Browser, party: Party) -> None:
    told = complete(browser, party, claims='{"userinfo": {"name": {"essential": true}}}')

    assert party.ask_user(told.body["access_token"]).body["name"]


def test_oidcc_ensure_request_object_with_redirect_uri(browser: Browser, party: Party) -> None:
    del party
    # The redirect URI that counts is the one in the query, which must be registered.
    answer = browser.ask(request="eyJhbGciOiJub25lIn0.e30.", redirect_uri="https://evil.example/")

    assert (answer.status, answer.place) == (400, "")


def test_oidcc_refresh_token_is_not_offered(browser: Browser, party: Party) -> None:
    told = complete(browser, party, scope="openid offline_access")
    assert "refresh_token" not in told.body

    form = {"grant_type": "refresh_token", "refresh_token": told.body["access_token"]}
    assert party.post(form, party.basic()).error == "unsupported_grant_type"


def test_oidcc_ensure_request_with_valid_pkce_succeeds(browser: Browser, party: Party) -> None:
    complete(browser, party)


def test_a_person_of_another_account_has_another_subject(browser: Browser, party: Party, citizen: Account) -> None:
    first = claims_of(browser, party)
    citizen.pk = None
    other = type(citizen).objects.create(
        username="000204000025", personal_number="000204000025", kind="citizen", full_name="Trần Văn Mẫu", level=2
    )
    assert claims_of(Browser().sign_in(other, "pwd", "otp"), party)["sub"] != first["sub"]
