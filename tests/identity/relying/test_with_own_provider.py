"""The province relies on our own provider: both real, over HTTP on loopback."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.test import Client

from lienthong.identity.models import Account
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.keys import AHEAD_MS, rotate_keys
from lienthong.identity.relying.configuration import (
    RELYING_BACKENDS,
    RELYING_MIDDLEWARE,
    SIGN_IN_PATH,
    RelyingParty,
    RelyingSettings,
)
from lienthong.identity.relying.metadata import open_provider
from lienthong.identity.relying.models import ProviderLink
from lienthong.identity.words import Level
from tests.identity.persons import NUMBER, PASSWORD, add_app, find_code, make_citizen
from tests.identity.provider.live import LiveBrowser

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

CALLBACK = "http://127.0.0.1:9/sign-in/provider/answer"


@pytest.fixture
def issuer(live_server: LiveServer, settings: Settings, tmp_path: Path) -> str:
    url = str(live_server.url)
    settings.ROOT_URLCONF = "tests.identity.relying.both_sides"
    settings.OPENID_ISSUER = url
    settings.OPENID_SECRETS = tmp_path / "openid"
    settings.OPENID_APPROVED_CLIENTS = ("province",)
    settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "OIDC_ISS_ENDPOINT": url}
    rotate_keys(settings.OPENID_SECRETS, int(time.time() * 1000) - AHEAD_MS)
    # The address is that of the test before, whose keys this process would still believe.
    open_provider.cache_clear()
    return url


@pytest.fixture
def province(issuer: str, settings: Settings, transactional_db: None) -> Client:
    del transactional_db
    told = NewClient("province", "Tỉnh mẫu", [CALLBACK], scopes=["profile", "personal_number"], algorithm="ES256")
    party = RelyingSettings(issuer=issuer, client_id="province")
    settings.RELYING_PARTY = RelyingParty(party, register_client(told), CALLBACK, "http://127.0.0.1:9/")
    settings.CITIZEN_LOGIN_URL = SIGN_IN_PATH
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, *RELYING_BACKENDS]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *RELYING_MIDDLEWARE]
    return Client()


def test_a_citizen_signs_in_through_our_own_provider_and_steps_up_in_place(province: Client, issuer: str) -> None:
    # What the registry knows of the person; the province makes its own account of what it is told.
    add_app(make_citizen(Level.CARD))
    person = LiveBrowser(issuer)

    begun = province.get(province.get("/record").headers["Location"]).headers["Location"]
    page = person.fill(person.open(begun), login=NUMBER, password=PASSWORD)
    came_back = person.fill(page, code=find_code()).address
    ended = province.get(came_back.removeprefix("http://127.0.0.1:9"))

    assert ended.headers["Location"] == "/record"
    assert province.get("/record").content.decode().endswith("at 2")
    link = ProviderLink.objects.get()
    assert (link.issuer, len(link.subject)) == (issuer, 43)
    assert link.account == Account.objects.get(username=NUMBER)


def test_a_citizen_of_level_1_is_told_as_such_and_is_not_let_into_a_page_of_level_2(
    province: Client, issuer: str
) -> None:
    make_citizen(Level.DATA)
    person = LiveBrowser(issuer)

    begun = province.get(province.get("/case").headers["Location"]).headers["Location"]
    came_back = person.fill(person.open(begun), login=NUMBER, password=PASSWORD).address
    province.get(came_back.removeprefix("http://127.0.0.1:9"))
    assert province.get("/case").content.decode().endswith("at 1")

    begun = province.get(province.get("/record").headers["Location"]).headers["Location"]
    assert urlsplit(person.open(begun).address).path == "/account/level/"
