"""The checks of the OpenID Foundation's Config OP plan, and a walk through everything that discovery advertises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.test import Client as Calls
from django.urls import reverse

from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.usage_grant import TOKEN_EXCHANGE
from tests.identity.provider.flows import CALLBACK, CLIENT, ISSUER, SIGNED_OUT, Browser, Party

if TYPE_CHECKING:
    from lienthong.identity.models import Account

WALKED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "scopes_supported",
    "claims_supported",
    "acr_values_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "code_challenge_methods_supported",
    "prompt_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "authorization_response_iss_parameter_supported",
}


@pytest.fixture
def told() -> dict[str, Any]:
    response = Calls().get("/.well-known/openid-configuration", headers={"Host": "testserver"})
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "public, max-age=900"
    document: dict[str, Any] = response.json()
    return document


def test_oidcc_discovery_endpoint_verification(told: dict[str, Any]) -> None:
    assert told["issuer"] == ISSUER
    required = (
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    )
    assert [name for name in required if not told.get(name)] == []
    assert [
        name
        for name, value in told.items()
        if name.endswith(("_endpoint", "_uri")) and urlsplit(value).scheme != "https"
    ] == []
    # RS256 is what every party understands (OpenID Connect Core 1.0 section 15.1); unsigned tokens are never offered.
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert "none" not in told["id_token_signing_alg_values_supported"]


def test_every_advertised_member_is_walked_by_a_test_here(told: dict[str, Any]) -> None:
    assert told.keys() == WALKED


def test_the_issuer_does_not_follow_the_host_that_a_request_names(party: Party, browser: Browser) -> None:
    response = Calls().get("/.well-known/openid-configuration", headers={"Host": "127.0.0.1"})

    assert response.json()["issuer"] == ISSUER
    assert browser.ask().told["iss"] == ISSUER
    del party


def test_every_advertised_key_is_public_and_has_an_advertised_algorithm(told: dict[str, Any]) -> None:
    response = Calls().get(urlsplit(told["jwks_uri"]).path)
    keys = response.json()["keys"]

    assert response.headers["Cache-Control"] == "public, max-age=900"
    assert {key["alg"] for key in keys} == set(told["id_token_signing_alg_values_supported"])
    assert all(key["use"] == "sig" and key["kid"] for key in keys)
    assert [key["kid"] for key in keys if key.keys() & {"d", "p", "q", "k"}] == []


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_every_advertised_algorithm_signs(browser: Browser, party: Party, told: dict[str, Any], algorithm: str) -> None:
    assert algorithm in told["id_token_signing_alg_values_supported"]
    register_client(NewClient(CLIENT, "Mẫu", [CALLBACK], algorithm=algorithm), party.secret)

    token = party.exchange(browser.ask().told["code"]).body["id_token"]
    assert party.read(token)["iss"] == ISSUER


def test_every_advertised_scope_gives_an_advertised_claim(browser: Browser, party: Party, told: dict[str, Any]) -> None:
    tokens = party.exchange(browser.ask(scope=" ".join(told["scopes_supported"])).told["code"]).body
    user = party.ask_user(tokens["access_token"]).body
    learned = {*party.read(tokens["id_token"]), *user}

    assert set(tokens["scope"].split()) == set(told["scopes_supported"])
    assert learned == set(told["claims_supported"])


@pytest.mark.parametrize("level", [1, 2])
def test_every_advertised_level_is_reached(citizen: Account, party: Party, told: dict[str, Any], level: int) -> None:
    browser = Browser().sign_in(citizen, *("pwd", "otp")[:level])
    acr = told["acr_values_supported"][level - 1]

    token = party.exchange(browser.ask(acr_values=acr).told["code"]).body["id_token"]
    assert party.read(token)["acr"] == acr


def test_every_advertised_prompt_is_understood(browser: Browser, party: Party, told: dict[str, Any]) -> None:
    del party
    places = {prompt: browser.ask(prompt=prompt) for prompt in told["prompt_values_supported"]}

    assert places.keys() == {"none", "login", "consent", "select_account"}
    assert "code" in places["none"].told
    assert places["login"].place == places["select_account"].place == reverse("account_reauthenticate")
    assert "decision" in places["consent"].page


def test_the_only_advertised_flow_and_method_work_and_no_others(
    browser: Browser, party: Party, told: dict[str, Any]
) -> None:
    del party
    assert told["response_types_supported"] == ["code"]
    assert told["response_modes_supported"] == ["query"]
    assert told["grant_types_supported"] == ["authorization_code", TOKEN_EXCHANGE]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "code" in browser.ask(response_mode="query").told
    for response_type in ("token", "id_token", "id_token token", "code id_token", "code token", "none"):
        answer = browser.ask(response_type=response_type)
        assert answer.told["error"] == "unsupported_response_type", response_type
        assert "#" not in answer.place


def test_both_advertised_ways_of_client_authentication_work(
    browser: Browser, party: Party, told: dict[str, Any]
) -> None:
    assert told["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert party.exchange(browser.ask().told["code"]).is_ok
    form = {
        "grant_type": "authorization_code",
        "code": browser.ask().told["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": "v" * 43,
        "client_id": CLIENT,
        "client_secret": party.secret,
    }
    assert party.post(form).is_ok


def test_subjects_are_pairwise_as_advertised(browser: Browser, party: Party, told: dict[str, Any]) -> None:
    assert told["subject_types_supported"] == ["pairwise"]
    other = Party("other", register_client(NewClient("other", "Khác", ["https://other.example/answer"])))
    same = Party("same", register_client(NewClient("same", "Cùng", ["https://province.example/same"])))

    def subject_at(asking: Party, redirect_uri: str) -> str:
        answer = browser.ask(client_id=asking.client_id, redirect_uri=redirect_uri, prompt=None)
        code = answer.told.get("code") or agree(browser, asking.client_id, redirect_uri)
        token = asking.exchange(code, redirect_uri=redirect_uri).body["id_token"]
        return str(asking.read(token)["sub"])

    first = subject_at(party, CALLBACK)
    assert subject_at(other, "https://other.example/answer") != first
    assert subject_at(same, "https://province.example/same") == first


def test_what_is_advertised_as_not_supported_is_refused_or_passed_over(
    browser: Browser, party: Party, told: dict[str, Any]
) -> None:
    del party
    assert (told["request_parameter_supported"], told["request_uri_parameter_supported"]) == (False, False)
    assert browser.ask(request="x").told["error"] == "request_not_supported"
    assert browser.ask(request_uri="https://x.example").told["error"] == "request_uri_not_supported"
    assert told["claims_parameter_supported"] is False
    assert "code" in browser.ask(claims="{}").told


def test_the_issuer_is_named_in_answers_and_errors_as_advertised(
    browser: Browser, party: Party, told: dict[str, Any]
) -> None:
    del party
    assert told["authorization_response_iss_parameter_supported"] is True
    assert browser.ask().told["iss"] == told["issuer"]
    assert browser.ask(prompt="none login").told["iss"] == told["issuer"]


def test_the_advertised_sign_out_signs_out(browser: Browser, party: Party, told: dict[str, Any]) -> None:
    hint = party.exchange(browser.ask().told["code"]).body["id_token"]
    path = urlsplit(told["end_session_endpoint"]).path

    answer = browser.follow(f"{path}?id_token_hint={hint}&post_logout_redirect_uri={SIGNED_OUT}&state=x")
    assert (answer.place, answer.told) == (SIGNED_OUT, {"state": "x"})
    assert browser.ask(prompt="none").told["error"] == "login_required"


def agree(browser: Browser, client_id: str, redirect_uri: str) -> str:
    """Agree on the consent page, and give the code that follows."""
    return browser.agree(client_id=client_id, redirect_uri=redirect_uri).told["code"]
