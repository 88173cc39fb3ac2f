"""What the relying party's tests share: a provider that may lie, and the province set up to rely on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.identity.relying.configuration import (
    RELYING_BACKENDS,
    RELYING_MIDDLEWARE,
    SIGN_IN_PATH,
    RelyingParty,
    RelyingSettings,
)
from tests.identity.relying.visits import Visitor
from tests.simulators.openid_provider import CLIENT, SECRET, OpenIdProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as running:
        yield running


@pytest.fixture
def visitor(provider: OpenIdProvider, settings: Settings, db: None) -> Visitor:
    del db
    told = RelyingSettings(issuer=provider.issuer, client_id=CLIENT)
    settings.RELYING_PARTY = RelyingParty(
        told, SECRET, "http://testserver/sign-in/provider/answer", "http://testserver/"
    )
    settings.ROOT_URLCONF = "tests.identity.relying.pages"
    settings.CITIZEN_LOGIN_URL = SIGN_IN_PATH
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, *RELYING_BACKENDS]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *RELYING_MIDDLEWARE]
    return Visitor(provider)
