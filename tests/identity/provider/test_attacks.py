"""Attacks on the provider: each test is one, and shows what the attacker gets."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
from django.db import connection, connections
from django.test import Client as Calls
from oauth2_provider.models import AccessToken

from lienthong.identity.models import Account
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.models import AuthorizationCode, Client, Consent
from lienthong.identity.provider.tokens import digest_token
from tests.identity.provider.flows import CALLBACK, CHALLENGE, CLIENT, ISSUER, Browser, Party, make_query

OTHER_CALLBACK = "https://other.example/answer"


@pytest.fixture
def other(party: Party) -> Party:
    """Another party, perhaps a bad one, with a secret of its own."""
    del party
    return Party("other", register_client(NewClient("other", "Khác", [OTHER_CALLBACK])))


def make_other() -> Account:
    return Account.objects.create(
        username="000204000025", personal_number="000204000025", kind="citizen", full_name="Trần Văn Mẫu", level=1
    )


# Code injection, and codes of others


def test_a_stolen_code_is_worth_nothing_without_the_verifier_and_is_spent_by_the_try(
    browser: Browser, party: Party
) -> None:
    code = browser.ask().told["code"]

    assert party.exchange(code, code_verifier="w" * 43).error == "invalid_grant"
    assert party.exchange(code).error == "invalid_grant"
    assert AccessToken.objects.count() == 0


def test_a_code_injected_at_another_client_is_refused_and_stays_good_for_its_own(
    browser: Browser, party: Party, other: Party
) -> None:
    code = browser.ask().told["code"]

    assert other.exchange(code).error == "invalid_grant"
    assert other.exchange(code, redirect_uri=OTHER_CALLBACK).error == "invalid_grant"
    assert party.exchange(code).is_ok


def test_a_client_cannot_get_a_token_for_another_audience_by_naming_it_in_the_body(
    browser: Browser, party: Party, other: Party
) -> None:
    code = browser.agree(client_id="other", redirect_uri=OTHER_CALLBACK).told["code"]

    told = other.exchange(code, redirect_uri=OTHER_CALLBACK, client_id=CLIENT)
    assert (told.status, told.error) == (401, "invalid_client")
    del party


def test_a_code_for_one_redirect_uri_is_not_exchanged_with_another(browser: Browser, party: Party) -> None:
    register_client(NewClient(CLIENT, "Mẫu", [CALLBACK, f"{CALLBACK}/2"]), party.secret)
    code = browser.ask().told["code"]

    assert party.exchange(code, redirect_uri=f"{CALLBACK}/2").error == "invalid_grant"


def test_a_code_that_is_too_old_is_refused(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    AuthorizationCode.objects.update(expires="2026-01-01T00:00:00Z")

    assert party.exchange(code).error == "invalid_grant"


def test_a_code_of_somebody_whose_account_was_closed_meanwhile_is_refused(
    browser: Browser, party: Party, citizen: Account
) -> None:
    code = browser.ask().told["code"]
    citizen.is_active = False
    citizen.save()

    assert party.exchange(code).error == "invalid_grant"


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_with_one_code_at_once_at_most_one_keeps_its_token(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    gate = threading.Barrier(4)

    def race() -> bool:
        gate.wait()
        try:
            return party.exchange(code).is_ok
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        won = [future.result() for future in [pool.submit(race) for _ in range(4)]]

    assert sum(won) == 1
    # The second use took back what the first got.
    assert AccessToken.objects.count() == 0


# PKCE downgrade


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "plain", "code_challenge": "v" * 43},
        {"code_challenge": ""},
        {"code_challenge": "short"},
        {"code_challenge": "v" * 128},
    ],
)
def test_a_request_without_an_s256_challenge_gets_no_code(
    browser: Browser, party: Party, changes: dict[str, str | None]
) -> None:
    del party
    answer = browser.ask(**changes)

    assert (answer.place, answer.told["error"]) == (CALLBACK, "invalid_request")
    assert AuthorizationCode.objects.count() == 0


def test_a_challenge_that_stands_twice_is_refused(browser: Browser, party: Party) -> None:
    del party
    answer = browser.follow(f"/openid/authorize?{make_query()}&code_challenge={'A' * 43}")

    assert answer.told["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", [None, "", "v" * 42, "v" * 129, CHALLENGE, "v" * 42 + " "])
def test_a_code_is_not_exchanged_without_its_verifier(browser: Browser, party: Party, verifier: str | None) -> None:
    code = browser.ask().told["code"]

    assert party.exchange(code, code_verifier=verifier).error in {"invalid_request", "invalid_grant"}
    assert AccessToken.objects.count() == 0


def test_the_database_itself_holds_no_code_without_s256(browser: Browser, party: Party) -> None:
    browser.ask()
    del party
    with pytest.raises(Exception, match="provider_code_s256"):
        AuthorizationCode.objects.update(code_challenge_method="plain")


# Open redirect


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        f"{CALLBACK}/../evil",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}#x",
        f"{CALLBACK}/",
        CALLBACK.upper(),
        "https://province.example:443/sign-in/provider/answer",
        "https://province.example@evil.example/sign-in/provider/answer",
        "https://province.example.evil.example/sign-in/provider/answer",
        "http://province.example/sign-in/provider/answer",
        "//province.example/sign-in/provider/answer",
        "javascript:alert(1)//",
        "",
        None,
    ],
)
def test_nothing_is_sent_to_a_redirect_uri_that_is_not_the_registered_one_to_the_letter(
    browser: Browser, party: Party, uri: str | None
) -> None:
    del party
    for prompt in (None, "none", "nonsense"):
        answer = browser.ask(redirect_uri=uri, prompt=prompt)
        assert (answer.status, answer.place) == (400, "")
        assert 'href="https://evil' not in answer.page


def test_a_redirect_uri_that_stands_twice_is_refused(browser: Browser, party: Party) -> None:
    del party
    answer = browser.follow(f"/openid/authorize?{make_query()}&redirect_uri=https://evil.example/")

    assert (answer.status, answer.place) == (400, "")


@pytest.mark.parametrize("client", ["", "nobody", "\0", "x" * 300, "' or 1=1"])
def test_an_unknown_client_gets_a_page_and_no_redirect(browser: Browser, party: Party, client: str) -> None:
    del party
    answer = browser.ask(client_id=client)

    assert (answer.status, answer.place) == (400, "")


@pytest.mark.parametrize("uri", ["https://evil.example/", "//evil.example", "https://province.example"])
def test_signing_out_leads_nowhere_but_to_a_registered_address(browser: Browser, party: Party, uri: str) -> None:
    del party
    answer = browser.follow(f"/openid/sign-out?client_id={CLIENT}&post_logout_redirect_uri={uri}")

    assert (answer.status, answer.place) == (400, "")


# Mix-up


def test_every_answer_names_its_issuer_so_that_a_party_can_see_a_mix_up(browser: Browser, party: Party) -> None:
    del party
    for changes in ({}, {"prompt": "none login"}, {"response_type": "token"}, {"scope": "profile"}):
        assert browser.ask(**changes).told["iss"] == ISSUER


# Cross-site requests


def test_another_site_cannot_agree_for_the_person(browser: Browser, other: Party) -> None:
    del other
    query = make_query(client_id="other", redirect_uri=OTHER_CALLBACK)

    response = browser.post(f"/openid/consent?{query}", {"decision": "allow"})
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert Consent.objects.count() == 0


def test_another_site_cannot_sign_the_person_out(browser: Browser, party: Party) -> None:
    del party
    page = browser.follow("/openid/sign-out")
    assert "decision" in page.page
    assert "code" in browser.ask(prompt="none").told

    response = browser.post("/openid/sign-out/confirm", {"decision": "allow"})
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "code" in browser.ask(prompt="none").told


def test_a_hint_of_somebody_else_signs_nobody_out_unasked(browser: Browser, party: Party) -> None:
    other = make_other()
    hint = party.exchange(Browser().sign_in(other, "pwd").ask().told["code"]).body["id_token"]

    assert "decision" in browser.follow(f"/openid/sign-out?id_token_hint={hint}").page
    assert "code" in browser.ask(prompt="none").told


def test_pages_of_the_provider_cannot_be_framed(browser: Browser, other: Party) -> None:
    del other
    response = browser.get("/openid/authorize?" + make_query(client_id="other", redirect_uri=OTHER_CALLBACK))

    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


# Tokens that were not given here


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_forged_hint_is_nobodys(browser: Browser, party: Party, algorithm: str) -> None:
    token = party.exchange(browser.ask().told["code"]).body["id_token"]
    claims = token.split(".")[1]
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=").decode()

    answer = browser.ask(prompt="none", id_token_hint=f"{header}.{claims}.AAAA")
    assert answer.told["error"] == "login_required"


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "a.b.c", "\0"])
def test_a_token_that_was_never_given_opens_nothing(party: Party, token: str) -> None:
    told = party.ask_user(token)

    assert told.status == HTTPStatus.UNAUTHORIZED
    assert told.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_access_token_in_the_address_is_refused(browser: Browser, party: Party) -> None:
    token = party.exchange(browser.ask().told["code"]).body["access_token"]

    assert Calls().get(f"/openid/user?access_token={token}").status_code == HTTPStatus.BAD_REQUEST


def test_an_access_token_that_is_over_opens_nothing(browser: Browser, party: Party) -> None:
    token = party.exchange(browser.ask().told["code"]).body["access_token"]
    AccessToken.objects.update(expires="2026-01-01T00:00:00Z")

    assert party.ask_user(token).status == HTTPStatus.UNAUTHORIZED


# Client authentication


def test_a_wrong_missing_or_doubled_secret_is_refused(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": "v" * 43,
    }
    wrong = Party(CLIENT, "w" * 43).basic()
    tries = [
        party.post(form),
        party.post(form, wrong),
        party.post(form, "Basic !!!"),
        party.post(form, "Bearer x"),
        party.post({**form, "client_id": CLIENT}),
        party.post({**form, "client_id": CLIENT, "client_secret": ""}),
        party.post({**form, "client_id": CLIENT, "client_secret": "w" * 43}),
        # A wrong header is not saved by a right body, nor are both at once taken.
        party.post({**form, "client_id": CLIENT, "client_secret": party.secret}, wrong),
        party.post({**form, "client_id": CLIENT, "client_secret": party.secret}, party.basic()),
    ]
    assert [(told.status, told.error) for told in tries] == [(401, "invalid_client")] * len(tries)
    assert party.post(form, party.basic()).is_ok


def test_what_is_kept_of_a_secret_is_not_accepted_as_one(browser: Browser, party: Party) -> None:
    kept = Client.objects.get(client_id=CLIENT).client_secret

    assert party.secret not in kept
    assert Party(CLIENT, kept).exchange(browser.ask().told["code"]).error == "invalid_client"


@pytest.mark.parametrize("grant", ["password", "client_credentials", "implicit", "refresh_token", "", "x"])
def test_no_other_grant_exists(party: Party, grant: str) -> None:
    form = {"grant_type": grant, "username": "x", "password": "x", "code_verifier": "v" * 43}

    assert party.post(form, party.basic()).error in {"unsupported_grant_type", "invalid_request"}
    assert AccessToken.objects.count() == 0


def test_a_client_without_the_scope_learns_no_personal_number(browser: Browser, other: Party) -> None:
    del other
    answer = browser.ask(client_id="other", redirect_uri=OTHER_CALLBACK, scope="openid personal_number")

    assert (answer.place, answer.told["error"]) == (OTHER_CALLBACK, "invalid_scope")


# What is kept


def test_neither_codes_nor_tokens_nor_secrets_are_kept_in_clear(browser: Browser, party: Party) -> None:
    code = browser.ask().told["code"]
    token = party.exchange(code).body["access_token"]
    with connection.cursor() as cursor:
        kept = ""
        for table in ("provider_client", "provider_authorizationcode", "oauth2_provider_accesstoken"):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608 # names of ours
            kept += "".join(row[0] for row in cursor.fetchall())

    assert digest_token(code) in kept
    assert digest_token(token) in kept
    assert [secret for secret in (code, token, party.secret) if secret in kept] == []


def test_nothing_secret_is_logged(browser: Browser, party: Party, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    code = browser.ask().told["code"]
    token = party.exchange(code).body["access_token"]
    party.exchange(code)
    party.ask_user(token)
    party.ask_user("wrong")

    assert [secret for secret in (code, token, party.secret) if secret in caplog.text] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "\0"},
        {"nonce": "n" * 256},
        {"nonce": "ü"},
        {"max_age": "-1"},
        {"max_age": "1.5"},
        {"max_age": "٣"},
        {"prompt": "none consent"},
        {"prompt": "create"},
        {"response_mode": "fragment"},
        {"response_mode": "form_post"},
    ],
)
def test_odd_parameters_are_answered_as_errors_and_break_nothing(
    browser: Browser, party: Party, changes: dict[str, str]
) -> None:
    del party
    answer = browser.ask(**changes)

    assert (answer.place, answer.told["error"]) == (CALLBACK, "invalid_request")


@pytest.mark.parametrize(
    "changes", [{"max_age": "9" * 400}, {"state": "s" * 3000}, {"acr_values": "x " * 500}, {"claims": "{"}]
)
def test_large_parameters_are_carried(browser: Browser, party: Party, changes: dict[str, str]) -> None:
    del party
    assert "code" in browser.ask(**changes).told


def test_parameters_that_are_named_like_the_programs_own_values_change_nothing(browser: Browser, party: Party) -> None:
    own = {"signing": "x", "client": "x", "user": "x", "scopes": "personal_number", "code_row": "x", "scope": "openid"}
    code = browser.ask(**own).told["code"]

    odd = {"reserved_token": "known", "user": "x", "scopes": "personal_number", "expires_in": "99999999"}
    told = party.exchange(code, **odd)
    assert told.is_ok
    assert told.body["access_token"] != "known"  # noqa: S105 # the attacker's
    assert (told.body["scope"], told.body["expires_in"]) == ("openid", 300)
