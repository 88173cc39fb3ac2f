from __future__ import annotations

import hashlib
import ssl
from typing import TYPE_CHECKING

import pytest

from lienthong.directory.authority import issue_certificate, make_authority, make_tls_key
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.callers import Callers
from lienthong.exchange.gateway.home import SubsystemSettings
from lienthong.exchange.gateway.listener import LocalRequest
from lienthong.exchange.gateway.spool import EMPTY_BODY
from lienthong.exchange.identifiers import parse_client_id, parse_member_id
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = parse_member_id("DEMO/GOV/Z99.01")
PORTAL = "DEMO/GOV/Z99.01/PORTAL"


def hashed(token: bytes) -> str:
    return encode_base64url(hashlib.sha256(token).digest())


def ask(*, token: bytes | None = None, certificate: bytes | None = None, is_loopback: bool = False) -> LocalRequest:
    headers = [] if token is None else [(b"x-road-TOKEN", token)]
    named = {name.lower(): value for name, value in headers}
    return LocalRequest(b"GET", b"/", headers, named, EMPTY_BODY, certificate, is_loopback)


def make_pem(folder: Path, name: str) -> bytes:
    pem = issue_certificate(make_authority(name), "DEMO/GOV/Z99.01/GW1", make_tls_key().public_der, (), 1)
    (folder / name).write_bytes(pem)
    return ssl.PEM_cert_to_DER_cert(pem.decode())


@pytest.fixture
def callers(tmp_path: Path) -> Callers:
    make_pem(tmp_path, "portal.pem")
    subsystems = {
        "PORTAL": SubsystemSettings(tokens=(hashed(b"one"), hashed(b"two")), certificates=("portal.pem",)),
        "DESK": SubsystemSettings(tokens=(hashed(b"desk"),)),
        "TRIAL": SubsystemSettings(open_on_loopback=True),
    }
    return Callers(MEMBER, subsystems, tmp_path)


def test_each_token_proves_its_own_subsystem(callers: Callers) -> None:
    assert callers.identify(ask(token=b"one")) == {PORTAL}
    assert callers.identify(ask(token=b"two")) == {PORTAL}
    assert callers.identify(ask(token=b"desk")) == {"DEMO/GOV/Z99.01/DESK"}


def test_a_certificate_proves_its_subsystem_and_another_one_nothing(callers: Callers, tmp_path: Path) -> None:
    own = ssl.PEM_cert_to_DER_cert((tmp_path / "portal.pem").read_text())
    assert callers.identify(ask(certificate=own)) == {PORTAL}
    with pytest.raises(ExchangeError) as caught:
        callers.identify(ask(certificate=make_pem(tmp_path, "other.pem")))
    assert caught.value.kind is ExchangeErrorKind.CALLER_UNAUTHENTICATED
    assert len(callers.trusted_certificates) == 1


@pytest.mark.parametrize("token", [None, b"", b"wrong", b"one "])
def test_without_a_right_proof_nobody_is_anybody(callers: Callers, token: bytes | None) -> None:
    with pytest.raises(ExchangeError) as caught:
        callers.identify(ask(token=token))
    assert caught.value.kind is ExchangeErrorKind.CALLER_UNAUTHENTICATED
    assert (token or b"wrong").decode() not in caught.value.message or token == b""


def test_an_open_subsystem_is_open_on_loopback_only(callers: Callers) -> None:
    assert callers.identify(ask(is_loopback=True)) == {"DEMO/GOV/Z99.01/TRIAL"}
    assert callers.identify(ask(token=b"one", is_loopback=True)) == {PORTAL, "DEMO/GOV/Z99.01/TRIAL"}


def test_a_caller_may_only_name_what_it_proved(callers: Callers) -> None:
    proven = callers.identify(ask(token=b"desk"))
    callers.require_named(proven, parse_client_id("DEMO/GOV/Z99.01/DESK"))
    with pytest.raises(ExchangeError) as caught:
        callers.require_named(proven, parse_client_id(PORTAL))
    assert (caught.value.kind, caught.value.status) == (ExchangeErrorKind.CALLER_NOT_CLIENT, 400)
