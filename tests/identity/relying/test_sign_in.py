from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.identity.models import Account
from lienthong.identity.relying.models import ProviderLink
from lienthong.identity.relying.session import find_remembered
from tests.identity.relying.visits import Visitor, read_query
from tests.simulators.openid_provider import NUMBER, make_key

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.simulators.openid_provider import OpenIdProvider


def test_a_page_leads_to_the_provider_and_back_to_itself(visitor: Visitor) -> None:
    response = visitor.sign_in("/case?part=2")

    assert (response.status_code, response.headers["Location"]) == (302, "/case?part=2")
    assert visitor.is_signed_in
    account = Account.objects.get()
    assert (account.personal_number, account.full_name, account.kind) == (NUMBER, "Nguyễn Thị Mẫu", "citizen")
    assert not account.has_usable_password()


def test_the_request_has_everything_that_keeps_the_answer_safe(visitor: Visitor, provider: OpenIdProvider) -> None:
    first, second = (read_query(visitor.begin()) for _ in range(2))

    assert first["response_type"] == "code"
    assert first["redirect_uri"] == "http://testserver/sign-in/provider/answer"
    assert first["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43
        assert first[name] != second[name]
    assert "secret" not in str(first)
    del provider


def test_the_session_is_bound_to_issuer_and_subject_and_has_a_new_key(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    address = visitor.begin()
    before = visitor.browser.session.session_key
    visitor.bring(provider.answer(address))

    remembered = find_remembered(visitor.browser.session)
    assert remembered is not None
    assert (remembered.issuer, remembered.subject) == (provider.issuer, provider.subject)
    assert visitor.browser.session.session_key != before
    assert "token" not in str(dict(visitor.browser.session))


def test_the_same_subject_finds_the_same_account_again_and_another_does_not(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    visitor.sign_in()
    Visitor(provider).sign_in()
    assert Account.objects.count() == ProviderLink.objects.count() == 1

    provider.subject = "somebody else"
    provider.lies.told = {"personal_number": "000204000025"}
    Visitor(provider).sign_in()
    assert Account.objects.count() == ProviderLink.objects.count() == 2


def test_a_page_of_level_2_asks_for_more_in_place_and_comes_back(visitor: Visitor, provider: OpenIdProvider) -> None:
    visitor.sign_in()
    assert visitor.open("/case").content.decode().endswith("at 1")

    address = visitor.begin("/record")
    assert read_query(address)["acr_values"] == "urn:lienthong:level:2"
    provider.level = "urn:lienthong:level:2"
    response = visitor.bring(provider.answer(address))

    assert response.headers["Location"] == "/record"
    assert visitor.open("/record").content.decode().endswith("at 2")
    assert Account.objects.count() == 1


def test_a_level_that_the_provider_did_not_reach_opens_no_page_and_goes_round_in_no_circle(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    visitor.sign_in()
    response = visitor.bring(provider.answer(visitor.begin("/record")))

    assert response.status_code == 403
    assert visitor.open("/record").status_code == 302
    assert visitor.is_signed_in


@pytest.mark.parametrize("acr", ["", "urn:of:another", None])
def test_a_level_that_the_provider_does_not_name_is_none(
    visitor: Visitor, provider: OpenIdProvider, acr: str | None
) -> None:
    provider.lies.claims = {"acr": acr}

    assert visitor.sign_in().status_code == 403
    assert not visitor.is_signed_in


def test_signing_out_ends_the_session_here_and_leads_to_the_provider_without_a_token(
    visitor: Visitor, provider: OpenIdProvider
) -> None:
    visitor.sign_in()
    visitor.browser.handler.enforce_csrf_checks = False
    response = visitor.browser.post("/sign-in/provider/sign-out")

    address = response.headers["Refresh"].removeprefix("0;url=")
    assert address.startswith(f"{provider.issuer}/sign-out?")
    assert read_query(address) == {"client_id": "province", "post_logout_redirect_uri": "http://testserver/"}
    assert not visitor.is_signed_in


def test_signing_out_works_when_the_provider_is_away(visitor: Visitor, provider: OpenIdProvider) -> None:
    visitor.sign_in()
    provider.lies.document = {"end_session_endpoint": None}
    visitor.browser.handler.enforce_csrf_checks = False

    visitor.browser.post("/sign-in/provider/sign-out")
    assert not visitor.is_signed_in


def test_another_site_cannot_sign_the_person_out(visitor: Visitor) -> None:
    visitor.sign_in()

    assert visitor.browser.post("/sign-in/provider/sign-out").status_code == 403
    assert visitor.is_signed_in


def test_an_account_that_was_closed_is_not_signed_in_any_more(visitor: Visitor) -> None:
    visitor.sign_in()
    Account.objects.update(is_active=False)

    assert not visitor.is_signed_in
    assert visitor.sign_in().status_code == 403


def test_a_new_key_of_the_provider_is_fetched_when_a_token_names_it(
    visitor: Visitor, provider: OpenIdProvider, settings: Settings
) -> None:
    from lienthong.identity.relying.metadata import open_provider  # noqa: PLC0415 # the province's own copy

    visitor.sign_in()
    provider.keys = [make_key("second")]
    # Half a minute must pass between two looks at the key set; here it has.
    known = open_provider(settings.RELYING_PARTY.settings.issuer)
    assert known._kept is not None  # noqa: SLF001 # the time of the last look has no other name
    known._kept.at -= 31  # noqa: SLF001 # as above

    assert Visitor(provider).sign_in().status_code == 302


def test_unknown_keys_do_not_make_the_province_ask_again_and_again(visitor: Visitor, provider: OpenIdProvider) -> None:
    visitor.sign_in()
    provider.lies.header = {"kid": "unknown"}
    for _ in range(3):
        assert visitor.bring(provider.answer(_begin_anew(visitor))).status_code == 403

    assert provider.asked.count("/keys") == 1


def _begin_anew(visitor: Visitor) -> str:
    return str(visitor.open("/sign-in/provider/?next=/case").headers["Location"])
