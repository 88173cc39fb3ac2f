from __future__ import annotations

from typing import Any

import pytest

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.models import Client
from tests.identity.provider.flows import CALLBACK, CLIENT, Browser, Party


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "a b"},
        {"client_id": ""},
        {"client_id": "\0"},
        {"redirect_uris": []},
        {"redirect_uris": ["http://province.example/answer"]},
        {"redirect_uris": ["https://*.example/answer"]},
        {"redirect_uris": ["https://province.example/answer#x"]},
        {"redirect_uris": ["https://user@province.example/answer"]},
        {"redirect_uris": ["https://province.example/a b"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["myapp:/answer"]},
        {"redirect_uris": ["https://a.example/x", "https://b.example/x"]},
        {"sign_out_uris": ["http://province.example/"]},
        {"scopes": ["email"]},
        {"least_level": 3},
        {"algorithm": "HS256"},
        {"algorithm": "none"},
    ],
)
def test_a_client_that_would_be_unsafe_is_not_registered(wrong: dict[str, Any]) -> None:
    sound: dict[str, Any] = {"client_id": "x", "name": "X", "redirect_uris": [CALLBACK]}
    with pytest.raises(IdentityError) as refused:
        register_client(NewClient(**sound | wrong))

    assert refused.value.kind is IdentityErrorKind.BAD_CLIENT
    assert Client.objects.count() == 0


@pytest.mark.django_db
def test_a_secret_that_could_be_guessed_is_not_taken() -> None:
    with pytest.raises(IdentityError, match="32 random bytes"):
        register_client(NewClient("x", "X", [CALLBACK]), "password123")


@pytest.mark.django_db
def test_this_machine_may_be_reached_without_tls() -> None:
    assert register_client(NewClient("x", "X", ["http://127.0.0.1:8001/answer"]))


def test_registering_again_changes_the_client_and_its_secret(browser: Browser, party: Party) -> None:
    fresh = register_client(NewClient(CLIENT, "Tên mới", [CALLBACK]))

    assert Client.objects.get().name == "Tên mới"
    assert party.exchange(browser.ask().told["code"]).error == "invalid_client"
    assert Party(CLIENT, fresh).exchange(browser.ask().told["code"]).is_ok
