"""Attacks on the relying party, most of them by a provider or a page that lies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.identity.models import Account
from lienthong.identity.relying.models import ProviderLink
from tests.identity.relying.visits import Visitor
from tests.simulators.openid_provider import CLIENT, NUMBER, OpenIdProvider, make_key

if TYPE_CHECKING:
    from django.test import Client


def is_refused(visitor: Visitor, status: int = 403, **changes: str | None) -> bool:
    """Sign in, and say whether that was refused: with the status, nobody signed in, and no account made."""
    response = visitor.sign_in(**changes)
    assert response.status_code == status, response
    return not visitor.is_signed_in and not ProviderLink.objects.exists()


# Cross-site requests and replays of the answer


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    attackers = Visitor(provider)
    answer = provider.answer(attackers.begin())

    assert visitor.bring(answer).status_code == 400
    assert not visitor.is_signed_in
    assert "/token" not in provider.asked


@pytest.mark.parametrize("state", [None, "", "guess", "\0"])
def test_an_answer_without_the_state_is_refused(visitor: Visitor, provider: OpenIdProvider, state: str | None) -> None:
    assert is_refused(visitor, 400, state=state)
    assert "/token" not in provider.asked


def test_an_answer_is_taken_once(visitor: Visitor, provider: OpenIdProvider) -> None:
    answer = provider.answer(visitor.begin())
    assert visitor.bring(answer).status_code == 302

    again = Visitor(provider)
    again.browser.cookies = visitor.browser.cookies
    assert again.bring(answer).status_code == 400
    assert provider.asked.count("/token") == 1


def test_an_answer_that_took_too_long_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    answer = provider.answer(visitor.begin())
    session = visitor.browser.session
    session["provider_requests"][answer["state"]]["at"] = int(time.time()) - 1801
    session.save()

    assert visitor.bring(answer).status_code == 400


# Mix-up


def test_an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    assert is_refused(visitor, 400, iss="https://evil.example")
    assert "/token" not in provider.asked


def test_an_answer_that_leaves_out_the_announced_issuer_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    assert is_refused(visitor, 400, iss=None)
    assert "/token" not in provider.asked


def test_a_provider_that_announces_no_issuer_may_leave_it_out_but_not_name_another(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    provider.lies.document = {"authorization_response_iss_parameter_supported": False}

    assert is_refused(visitor, 400, iss="https://evil.example")
    assert visitor.sign_in(iss=None).status_code == 302


def test_a_sign_in_that_was_begun_at_another_provider_is_not_ended_here(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    answer = provider.answer(visitor.begin())
    session = visitor.browser.session
    session["provider_requests"][answer["state"]]["issuer"] = "https://other.example"
    session.save()

    assert visitor.bring(answer).status_code == 400
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "ftp://evil.example/keys"},
        {"userinfo_endpoint": "http://10.0.0.1/user"},
        {"end_session_endpoint": "http://evil.example/"},
        {"response_types_supported": ["token"]},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": None},
        {"token_endpoint": 7},
    ],
)
def test_a_document_that_names_another_or_leads_to_unsafe_places_or_offers_no_s256_is_not_believed(
    visitor: Visitor, provider: OpenIdProvider, document: dict[str, Any]
) -> None:
    provider.lies.document = document

    assert visitor.open("/sign-in/provider/").status_code == 503


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys"])
@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_provider_that_is_broken_or_redirects_is_said_to_be_away(
    visitor: Visitor, provider: OpenIdProvider, path: str, status: int
) -> None:
    provider.lies.statuses = {path: status}

    assert visitor.open("/sign-in/provider/").status_code == 503


@pytest.mark.parametrize("path", ["/token", "/user"])
@pytest.mark.parametrize("status", [302, 400, 401, 500])
def test_nothing_is_taken_from_a_refusal(visitor: Visitor, provider: OpenIdProvider, path: str, status: int) -> None:
    provider.lies.statuses = {path: status}

    assert is_refused(visitor, 503)


# Code injection


def test_a_code_of_another_sign_in_is_refused_by_pkce(visitor: Visitor, provider: OpenIdProvider) -> None:
    stolen = provider.answer(Visitor(provider).begin())["code"]

    assert is_refused(visitor, 503, code=stolen)


def test_a_code_of_another_sign_in_is_refused_by_the_nonce_where_a_provider_passes_pkce_over(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    provider.lies.claims = {"nonce": "of another sign-in"}

    assert is_refused(visitor)


# The ID token

NOW = int(time.time())

WRONG_CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://evil.example"},
    {"iss": None},
    {"aud": "another"},
    {"aud": []},
    {"aud": None},
    {"aud": ["another"]},
    {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": CLIENT},
    {"azp": "another"},
    {"exp": NOW - 120},
    {"exp": None},
    {"exp": "tomorrow"},
    {"iat": NOW + 3600},
    {"iat": NOW - 3600},
    {"iat": None},
    {"nbf": NOW + 3600},
    {"nonce": None},
    {"nonce": ""},
    {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    {"sub": ""},
    {"sub": "x" * 300},
    {"sub": None},
    {"auth_time": NOW + 3600},
]


@pytest.mark.parametrize("claims", WRONG_CLAIMS)
def test_a_token_with_a_wrong_claim_is_refused(
    visitor: Visitor, provider: OpenIdProvider, claims: dict[str, Any]
) -> None:
    provider.lies.claims = claims

    assert is_refused(visitor)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "none", "kid": None},
        {"alg": "HS256", "kid": None},
        {"kid": None},
        {"kid": "unknown"},
        {"crit": ["exp"]},
    ],
)
def test_a_token_with_a_wrong_header_is_refused(
    visitor: Visitor, provider: OpenIdProvider, header: dict[str, Any]
) -> None:
    provider.lies.header = header

    assert is_refused(visitor)


def test_a_token_signed_by_a_key_of_the_attacker_under_the_providers_key_id_is_refused(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    provider.lies.signing_key = make_key("first")

    assert is_refused(visitor)


def test_a_token_that_brings_its_own_key_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    own = make_key("own")
    provider.lies.signing_key = own
    provider.lies.header = {"jwk": own.export_public(as_dict=True), "jku": "https://evil.example/keys"}

    assert is_refused(visitor)


def test_a_shared_key_in_the_key_set_is_not_used(visitor: Visitor, provider: OpenIdProvider) -> None:
    provider.keys = [make_key("first"), make_key("enc", use="enc")]
    provider.lies.header = {"kid": "enc"}

    assert is_refused(visitor)


def test_an_algorithm_that_the_settings_do_not_allow_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    provider.keys = [make_key("first", crv="P-384")]
    provider.lies.header = {"alg": "ES384"}

    assert is_refused(visitor)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "...", "é.b.c", "{}"])
def test_what_is_no_token_is_refused(visitor: Visitor, provider: OpenIdProvider, token: str) -> None:
    provider.lies.tokens = {"id_token": token}

    assert is_refused(visitor)


@pytest.mark.parametrize(
    "tokens", [{"id_token": None}, {"access_token": None}, {"token_type": "mac"}, {"access_token": 7}]
)
def test_a_token_answer_of_another_shape_is_refused(
    visitor: Visitor, provider: OpenIdProvider, tokens: dict[str, Any]
) -> None:
    provider.lies.tokens = tokens

    assert is_refused(visitor)


# Who it is


@pytest.mark.parametrize("told", [{"sub": "somebody else"}, {"sub": None}])
def test_data_of_another_person_than_the_token_is_refused(
    visitor: Visitor, provider: OpenIdProvider, told: dict[str, Any]
) -> None:
    provider.lies.told = told

    assert is_refused(visitor)


@pytest.mark.parametrize("number", [None, "", "12", "00020400001x", "٠٠٠٢٠٤٠٠٠٠١٧"])
def test_a_person_without_a_number_of_the_right_form_gets_no_account(
    visitor: Visitor, provider: OpenIdProvider, number: str | None
) -> None:
    provider.lies.told = {"personal_number": number}

    assert is_refused(visitor)
    assert Account.objects.count() == 0


def test_a_subject_whose_number_changes_is_refused(visitor: Visitor, provider: OpenIdProvider) -> None:
    visitor.sign_in()
    provider.lies.told = {"personal_number": "000204000025"}

    assert Visitor(provider).sign_in().status_code == 403
    assert Account.objects.count() == 1


def test_a_second_subject_with_the_number_of_a_first_does_not_take_its_account_over(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    visitor.sign_in()
    provider.subject = "the attacker"

    assert Visitor(provider).sign_in().status_code == 403
    assert ProviderLink.objects.get().subject != "the attacker"


def test_a_number_gives_no_staff_account(visitor: Visitor, provider: OpenIdProvider) -> None:
    Account.objects.create(username="clerk.one", kind="staff", full_name="Cán bộ Mẫu", level=2)
    provider.lies.told = {"personal_number": "clerk.one"}

    assert is_refused(visitor)
    del provider


# Open redirect and fixation


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "http:evil.example",
        "evil.example",
        "",
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(
    visitor: Visitor, provider: OpenIdProvider, target: str
) -> None:
    begun = visitor.browser.get("/sign-in/provider/", {"next": target})
    response = visitor.bring(provider.answer(begun.headers["Location"]))

    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_a_session_that_was_planted_before_the_sign_in_is_worth_nothing_after_it(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    address = visitor.begin()
    planted: Client = Visitor(provider).browser
    for name, cookie in visitor.browser.cookies.items():
        planted.cookies[name] = cookie.value
    visitor.bring(provider.answer(address))

    assert visitor.is_signed_in
    assert planted.get("/case").status_code == 302


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"error": "<script>"}, {"code": None}])
def test_a_refusal_is_a_page_that_shows_nothing_of_the_answer(
    visitor: Visitor, provider: OpenIdProvider, answer: dict[str, str | None]
) -> None:
    response = visitor.sign_in(**{"code": None, **answer})

    assert response.status_code == 403
    assert "<script>" not in response.content.decode()
    assert "/token" not in provider.asked


def test_nothing_secret_is_logged(
    visitor: Visitor, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.lies.claims = {"nonce": "wrong"}
    answer = provider.answer(visitor.begin())
    visitor.bring(answer)
    written = caplog.text + "".join(capsys.readouterr())

    assert "provider_sign_in_failed" in written
    verifier = provider.forms[0]["code_verifier"]
    assert [secret for secret in (answer["code"], answer["state"], verifier, NUMBER) if secret in written] == []
