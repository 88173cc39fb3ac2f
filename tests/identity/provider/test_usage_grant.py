"""A citizen's access token becomes a token for one member: at level 2, for who may know the number, for minutes."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken

from lienthong.exchange.usage_token import UsageTrust, verify_usage_token
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.usage_grant import ACCESS_TOKEN, JWT, TOKEN_EXCHANGE
from tests.identity.provider.flows import CALLBACK, CLIENT, ISSUER, SIGNED_OUT, Browser, Party

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.identity.models import Account
    from tests.identity.provider.flows import Told

MEMBER = "DEMO/GOV/Z99.02"


def sign_in(browser: Browser, party: Party, scope: str = "openid profile personal_number") -> str:
    answer = browser.ask(scope=scope, client_id=party.client_id)
    return str(party.exchange(answer.told["code"]).body["access_token"])


def exchange(party: Party, token: str, **changes: str | None) -> Told:
    form: dict[str, str | None] = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        "audience": MEMBER,
        **changes,
    }
    return party.post({name: value for name, value in form.items() if value is not None}, party.basic())


def test_a_gateway_takes_the_token_with_the_registrys_published_keys_alone(
    browser: Browser, party: Party, citizen: Account, tmp_path: Path
) -> None:
    told = exchange(party, sign_in(browser, party))
    assert told.is_ok, told
    assert (told.body["issued_token_type"], told.body["token_type"], told.body["expires_in"]) == (JWT, "Bearer", 300)
    assert told.headers["Cache-Control"] == "no-store"
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(party.calls.get("/openid/keys").json()))
    trust = UsageTrust(ISSUER, keys, MEMBER)
    assert verify_usage_token(told.body["access_token"], trust, int(time.time())) == citizen.personal_number


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"audience": "not a member"}, "invalid_target"),
        ({"audience": None}, "invalid_target"),
        ({"subject_token": "unknown"}, "invalid_grant"),
        ({"subject_token": None}, "invalid_request"),
        ({"subject_token_type": JWT}, "invalid_request"),
        ({"requested_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_request"),
    ],
)
def test_what_is_not_offered_is_refused(
    browser: Browser, party: Party, changes: dict[str, str | None], error: str
) -> None:
    told = exchange(party, sign_in(browser, party), **changes)
    assert (told.is_ok, told.error) == (False, error)


def test_a_sign_in_of_level_1_opens_nothing(citizen: Account, party: Party) -> None:
    citizen.level = 1
    citizen.save()
    told = exchange(party, sign_in(Browser().sign_in(citizen, "pwd", "otp"), party))
    assert (told.error, told.body["error_description"]) == ("invalid_grant", "subject_token: expected level 2.")


def test_without_the_number_of_another_client_or_too_late_there_is_no_token(browser: Browser, party: Party) -> None:
    assert exchange(party, sign_in(browser, party, "openid profile")).error == "invalid_grant"
    token = sign_in(browser, party)
    told = NewClient("other", "Other", [CALLBACK], [SIGNED_OUT], ["profile", "personal_number"])
    other = Party("other", register_client(told))
    assert exchange(other, token).error == "invalid_grant"
    assert exchange(Party(CLIENT, "wrong"), token).error == "invalid_client"
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert exchange(party, token).error == "invalid_grant"
