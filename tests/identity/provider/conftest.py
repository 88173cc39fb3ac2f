"""What the provider's tests share: keys made once, a client, and a citizen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lienthong.identity.models import Account
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.provider.keys import AHEAD_MS, rotate_keys
from tests.identity.provider.flows import CALLBACK, CLIENT, SIGNED_OUT, Browser, Party

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture(scope="session")
def provider_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("openid") / "keys"
    rotate_keys(folder, int(time.time() * 1000) - 2 * AHEAD_MS)
    return folder


@pytest.fixture(autouse=True)
def provider(settings: Settings, provider_keys: Path) -> None:
    settings.OPENID_SECRETS = provider_keys
    settings.OPENID_APPROVED_CLIENTS = (CLIENT,)


@pytest.fixture
def party(db: None) -> Party:
    del db
    told = NewClient(CLIENT, "Tỉnh mẫu", [CALLBACK], [SIGNED_OUT], ["profile", "personal_number"])
    return Party(CLIENT, register_client(told))


@pytest.fixture
def citizen(db: None) -> Account:
    del db
    number = "000204000017"
    return Account.objects.create(
        username=number, personal_number=number, kind="citizen", full_name="Nguyễn Thị Mẫu", level=2
    )


@pytest.fixture
def browser(citizen: Account) -> Browser:
    return Browser().sign_in(citizen, "pwd", "otp")
