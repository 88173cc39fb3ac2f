from __future__ import annotations

import pytest

from lienthong.identity.models import Account
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.models import Consent
from tests.identity.provider.flows import Browser, Party

BACK = "https://other.example/answer"


@pytest.fixture
def other(db: None) -> Party:
    del db
    told = NewClient("other", "Trang khác", [BACK], scopes=["profile", "personal_number"])
    return Party("other", register_client(told))


def asking(scope: str = "openid profile", **more: str) -> dict[str, str]:
    return {"client_id": "other", "redirect_uri": BACK, "scope": scope, **more}


def test_a_person_is_asked_what_a_site_may_know_and_their_yes_is_remembered(browser: Browser, other: Party) -> None:
    page = browser.ask(**asking())
    assert page.status == 200
    assert "Trang khác" in page.page

    answer = browser.agree(**asking())
    assert other.exchange(answer.told["code"], redirect_uri=BACK).is_ok
    assert "code" in browser.ask(**asking()).told
    assert Consent.objects.get().scopes == ["openid", "profile"]


def test_after_the_form_a_page_of_ours_leads_on_since_the_form_may_not(browser: Browser, other: Party) -> None:
    del other
    answer = browser.agree(**asking())

    assert (answer.status, answer.place) == (200, BACK)
    assert f'href="{BACK}?' in answer.page


def test_a_further_scope_is_asked_for_and_added(browser: Browser, other: Party) -> None:
    browser.agree(**asking())
    answer = browser.agree(**asking("openid personal_number"))

    told = other.exchange(answer.told["code"], redirect_uri=BACK)
    assert other.ask_user(told.body["access_token"]).body["personal_number"] == "000204000017"
    assert Consent.objects.get().scopes == ["openid", "personal_number", "profile"]


def test_the_personal_number_is_told_only_by_its_scope(browser: Browser, other: Party) -> None:
    answer = browser.agree(**asking("openid profile"))
    told = other.exchange(answer.told["code"], redirect_uri=BACK)

    assert "000204000017" not in str(other.ask_user(told.body["access_token"]).body)
    assert "000204000017" not in str(other.read(told.body["id_token"]))


def test_a_no_is_an_error_for_the_site_and_is_not_remembered(browser: Browser, other: Party) -> None:
    del other
    answer = browser.agree("deny", **asking())

    assert (answer.place, answer.told["error"]) == (BACK, "access_denied")
    assert Consent.objects.count() == 0


def test_a_silent_request_without_consent_is_told_so(browser: Browser, other: Party) -> None:
    del other
    assert browser.ask(**asking(prompt="none")).told["error"] == "consent_required"


def test_consent_is_asked_again_when_the_request_says_so_also_of_an_approved_site(
    browser: Browser, party: Party
) -> None:
    answer = browser.agree(prompt="consent")

    assert party.exchange(answer.told["code"]).is_ok


def test_what_one_person_agreed_to_is_not_agreed_to_for_another(
    browser: Browser, other: Party, citizen: Account
) -> None:
    del other
    browser.agree(**asking())
    neighbour = type(citizen).objects.create(
        username="000204000025", personal_number="000204000025", kind="citizen", full_name="Trần Văn Mẫu", level=1
    )
    assert "decision" in Browser().sign_in(neighbour, "pwd").ask(**asking()).page


def test_staff_cannot_be_told_to_a_site(other: Party) -> None:

    del other
    clerk = Account.objects.create(username="clerk.one", kind="staff", full_name="Cán bộ Mẫu", level=2)

    assert Browser().sign_in(clerk, "pwd", "otp").ask(**asking()).told["error"] == "access_denied"
