from __future__ import annotations

from typing import TYPE_CHECKING

from tests.identity.provider.flows import CALLBACK, CLIENT, ISSUER, LEVEL_2

if TYPE_CHECKING:
    from tests.identity.provider.flows import Browser, Party


def test_a_signed_in_person_comes_to_the_party_with_a_code_that_turns_into_tokens(
    browser: Browser, party: Party
) -> None:
    answer = browser.ask()

    assert (answer.status, answer.place) == (302, CALLBACK)
    assert answer.told.keys() == {"code", "state", "iss"}
    assert (answer.told["state"], answer.told["iss"]) == ("of the party", ISSUER)

    told = party.exchange(answer.told["code"])
    assert told.is_ok, told
    assert told.body.keys() == {"access_token", "expires_in", "token_type", "scope", "id_token"}
    assert told.headers["Cache-Control"] == "no-store"

    claims = party.read(told.body["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, CLIENT, "once")
    assert claims["acr"] == LEVEL_2
    assert claims["amr"] == ["pwd", "otp", "mfa"]

    user = party.ask_user(told.body["access_token"])
    assert user.body == {"sub": claims["sub"], "name": "Nguyễn Thị Mẫu"}
