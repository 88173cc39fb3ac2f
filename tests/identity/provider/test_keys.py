from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Calls
from jwcrypto import jwk

from lienthong.identity.provider.claims import open_keys
from lienthong.identity.provider.keys import (
    AHEAD_MS,
    OVERLAP_MS,
    KeyFolder,
    ProviderKey,
    choose_published,
    choose_signing,
    rotate_keys,
)
from lienthong.kernel.errors import KernelError, KernelErrorKind

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.identity.provider.flows import Browser, Party

NOW = 1_800_000_000_000


def make_key(made_ms: int, algorithm: str = "ES256") -> ProviderKey:
    return ProviderKey(algorithm, made_ms, jwk.JWK.generate(kty="EC", crv="P-256"))


def test_a_new_key_is_published_first_and_signs_only_when_every_client_can_know_it() -> None:
    old, new = make_key(NOW - 10 * AHEAD_MS), make_key(NOW)

    assert choose_published([old, new], NOW) == [old, new]
    assert choose_signing([old, new], "ES256", NOW + AHEAD_MS - 1) is old
    assert choose_signing([old, new], "ES256", NOW + AHEAD_MS) is new


def test_a_replaced_key_stays_published_for_what_it_signed_last() -> None:
    old, new = make_key(NOW - 10 * AHEAD_MS), make_key(NOW)
    end = NOW + AHEAD_MS + OVERLAP_MS

    assert choose_published([old, new], end) == [old, new]
    assert choose_published([old, new], end + 1) == [new]


def test_the_first_key_of_an_installation_signs_at_once() -> None:
    only = make_key(NOW)

    assert choose_signing([only], "ES256", NOW) is only
    assert choose_signing([only], "RS256", NOW) is None


def test_the_key_that_signs_is_always_published() -> None:
    keys = [make_key(NOW + step * AHEAD_MS // 2) for step in range(8)]
    for at in range(NOW, NOW + 8 * AHEAD_MS + 2 * OVERLAP_MS, AHEAD_MS // 3):
        made = [key for key in keys if key.made_ms <= at]
        assert choose_signing(made, "ES256", at) in choose_published(made, at)


def test_rotating_makes_keys_removes_those_that_are_over_and_is_seen_by_who_has_the_folder_open(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first, removed = rotate_keys(folder, NOW)
    opened = KeyFolder(folder)
    assert {key.kid for key in opened.list_keys()} == set(first)
    assert removed == []

    second, removed = rotate_keys(folder, NOW + AHEAD_MS)
    assert {key.kid for key in opened.list_keys()} == {*first, *second}
    assert removed == []

    third, removed = rotate_keys(folder, NOW + 2 * AHEAD_MS + OVERLAP_MS + 1)
    assert set(removed) == set(first)
    assert {key.kid for key in opened.list_keys()} == {*second, *third}


def test_key_files_are_private_and_a_damaged_or_exposed_one_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    rotate_keys(folder, NOW)
    files = sorted(folder.iterdir())
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700

    files[0].chmod(0o644)
    with pytest.raises(KernelError) as exposed:
        KeyFolder(folder).list_keys()
    assert exposed.value.kind is KernelErrorKind.KEY_EXPOSED

    files[0].chmod(0o600)
    files[0].write_text("{}")
    with pytest.raises(KernelError) as damaged:
        KeyFolder(folder).list_keys()
    assert damaged.value.kind is KernelErrorKind.KEY_DAMAGED


def test_a_missing_folder_says_which_command_makes_it(tmp_path: Path) -> None:
    with pytest.raises(KernelError, match="lienthong openid rotate-keys"):
        KeyFolder(tmp_path / "none").list_keys()


def test_a_token_signed_before_a_rotation_can_be_verified_after_it(
    browser: Browser, party: Party, settings: Settings, tmp_path: Path
) -> None:

    settings.OPENID_SECRETS = tmp_path / "keys"
    now = int(time.time() * 1000)
    rotate_keys(settings.OPENID_SECRETS, now - 3 * AHEAD_MS)
    before = party.exchange(browser.ask().told["code"]).body["id_token"]

    rotate_keys(settings.OPENID_SECRETS, now - AHEAD_MS)
    after = party.exchange(browser.ask().told["code"]).body["id_token"]

    assert party.read(before)["sub"] == party.read(after)["sub"]
    assert before.split(".")[0] != after.split(".")[0]
    assert len(Calls().get("/openid/keys").json()["keys"]) == 4


def test_a_new_installation_makes_its_keys_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir(mode=0o700)

    assert {key.algorithm for key in open_keys(folder).list_keys()} == {"RS256", "ES256"}
