from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.policy import Policy
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_secret, store_secret

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = '[services."AREAS/units"]\nurl = "http://127.0.0.1:9/units"\n'
GRANT = '[[grant]]\nto = "DEMO/GOV/Z99.01/PORTAL"\nservice = "AREAS/units"\nmethods = ["GET"]\npaths = ["**"]\n'


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    (tmp_path / "services.toml").write_text(SERVICE)
    policy = Policy(tmp_path / "services.toml", tmp_path / "grants.toml")
    policy.load()
    return policy


def test_without_files_nothing_is_offered_and_nothing_granted(tmp_path: Path) -> None:
    policy = Policy(tmp_path / "services.toml", tmp_path / "grants.toml")
    policy.load()
    assert (policy.services.by_name, policy.grants.by_service) == ({}, {})


def test_an_edit_is_taken_and_a_removed_file_takes_its_grants_away(policy: Policy, tmp_path: Path) -> None:
    (tmp_path / "grants.toml").write_text(GRANT)
    assert policy.refresh() == []
    assert list(policy.grants.by_service) == ["AREAS/units"]
    (tmp_path / "grants.toml").unlink()
    assert policy.refresh() == []
    assert policy.grants.by_service == {}


def test_an_invalid_edit_keeps_the_last_good_and_is_told_once(policy: Policy, tmp_path: Path) -> None:
    (tmp_path / "grants.toml").write_text(GRANT)
    policy.refresh()
    (tmp_path / "grants.toml").write_text(GRANT.replace("paths", "path"))
    (told,) = policy.refresh()
    assert told.kind is ExchangeErrorKind.MALFORMED_SETTINGS
    assert "grants.toml" in told.message
    assert "paths" in told.message
    assert policy.refresh() == []
    assert list(policy.grants.by_service) == ["AREAS/units"]
    (tmp_path / "grants.toml").write_text(GRANT + "\n")
    assert policy.refresh() == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[[grant"])
def test_bytes_that_are_no_toml_are_named(policy: Policy, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "services.toml").write_bytes(content)
    (told,) = policy.refresh()
    assert "services.toml" in told.message
    assert list(policy.services.by_name) == ["AREAS/units"]


def test_what_is_no_file_is_named(policy: Policy, tmp_path: Path) -> None:
    (tmp_path / "grants.toml").mkdir()
    (told,) = policy.refresh()
    assert "grants.toml" in told.message


def test_a_gateway_does_not_start_on_an_invalid_policy(tmp_path: Path) -> None:
    (tmp_path / "services.toml").write_text("services = 1")
    with pytest.raises(ExchangeError, match=r"services\.toml"):
        Policy(tmp_path / "services.toml", tmp_path / "grants.toml").load()


def test_a_services_secret_is_read_from_a_private_file_beside_it(policy: Policy, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    secret = make_secret()
    store_secret(tmp_path / "keys" / "site.secret", secret)
    (tmp_path / "services.toml").write_text(f'{SERVICE}secret_file = "keys/site.secret"\n')
    assert policy.refresh() == []
    assert policy.services.by_name["AREAS/units"].secret == encode_base64url(secret)


@pytest.mark.parametrize("mode", [None, 0o644])
def test_a_secret_that_is_missing_or_that_others_can_read_is_refused(
    policy: Policy, tmp_path: Path, mode: int | None
) -> None:
    if mode is not None:
        store_secret(tmp_path / "site.secret", make_secret())
        (tmp_path / "site.secret").chmod(mode)
    (tmp_path / "services.toml").write_text(f'{SERVICE}secret_file = "site.secret"\n')
    (error,) = policy.refresh()
    assert error.kind is ExchangeErrorKind.MALFORMED_SETTINGS
    assert "AREAS/units" in error.message
    assert "site.secret" in error.message
    assert policy.services.by_name["AREAS/units"].secret == ""
