from __future__ import annotations

import pytest

from lienthong.identity.models import Account
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.levels import find_needed_level
from tests.identity.provider.flows import CALLBACK, CLIENT, LEVEL_1, LEVEL_2, Browser, Party


@pytest.mark.parametrize(
    ("acr_values", "least", "needed"),
    [
        ("", 1, 1),
        ("", 2, 2),
        (LEVEL_1, 1, 1),
        (LEVEL_1, 2, 2),
        (LEVEL_2, 1, 2),
        (f"{LEVEL_2} {LEVEL_1}", 1, 1),
        ("urn:of:another 0", 1, 1),
        (f"urn:of:another {LEVEL_2}", 1, 2),
    ],
)
def test_the_needed_level_is_the_lowest_that_satisfies_request_and_client(
    acr_values: str, least: int, needed: int
) -> None:
    assert find_needed_level(acr_values, least) == needed


def test_a_level_that_the_session_lacks_leads_to_the_sign_in_with_that_level_and_back(
    citizen: Account, party: Party
) -> None:
    browser = Browser().sign_in(citizen, "pwd")

    asked = browser.ask(acr_values=LEVEL_2)
    assert (asked.place, asked.told["level"]) == ("/sign-in/", "2")

    browser.prove("otp")
    answer = browser.follow(asked.told["next"])
    claims = party.read(party.exchange(answer.told["code"]).body["id_token"])
    assert (claims["acr"], claims["amr"]) == (LEVEL_2, ["pwd", "otp", "mfa"])


def test_a_session_of_one_factor_is_told_as_level_1(citizen: Account, party: Party) -> None:
    answer = Browser().sign_in(citizen, "pwd").ask()

    claims = party.read(party.exchange(answer.told["code"]).body["id_token"])
    assert (claims["acr"], claims["amr"]) == (LEVEL_1, ["pwd"])


def test_an_account_that_nobody_checked_does_not_reach_level_2_by_two_factors(citizen: Account, party: Party) -> None:
    del party
    Account.objects.update(level=1)
    browser = Browser().sign_in(citizen, "pwd", "otp")

    asked = browser.ask(acr_values=LEVEL_2)
    assert asked.place == "/sign-in/"
    answer = browser.follow(asked.told["next"])
    assert answer.told["error"] == "unmet_authentication_requirements"
    assert browser.ask(acr_values=LEVEL_2, prompt="none").told["error"] == "interaction_required"


def test_the_clients_least_level_holds_whatever_a_request_says(citizen: Account, party: Party) -> None:
    register_client(NewClient(CLIENT, "Mẫu", [CALLBACK], least_level=2), party.secret)
    browser = Browser().sign_in(citizen, "pwd")

    assert browser.ask(acr_values=LEVEL_1).told["level"] == "2"
    assert browser.ask(acr_values=LEVEL_1, prompt="none").told["error"] == "interaction_required"
