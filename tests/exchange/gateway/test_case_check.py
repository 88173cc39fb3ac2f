"""The member's case system decides whether a look-up for a case is made, and the tracker says that it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.case_check import CaseCheck, CaseCheckSettings
from lienthong.exchange.gateway.home import open_home
from lienthong.kernel.keys import make_secret, store_secret
from tests.exchange.gateway.province import AGENCY, CLIENT, PERSONS, SERVICE
from tests.exchange.gateway.running import Reply, RunningGateway
from tests.exchange.gateway.test_usages import ask, find_usage
from tests.exchange.usage_tokens import ISSUER, Registry
from tests.simulators.backend import Backend, BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchange.gateway.province import Province

NUMBER = "001095000001"
PURPOSE = "1.001193#H49.19-0001"


@pytest.fixture
def cases() -> Iterator[Backend]:
    with Backend() as cases:
        yield cases


@pytest.fixture
def registry(province: Province) -> Registry:
    home = province.agency.folder
    with (home / "gateway.toml").open("a") as settings:
        settings.write(f'\n[tracker]\nissuer = "{ISSUER}"\nkeys = "registry-keys.json"\n')
    return Registry(home / "registry-keys.json")


@pytest.fixture
def address(province: Province, registry: Registry, service: Backend, cases: Backend) -> Iterator[str]:
    del registry, service
    home = province.commune
    store_secret(home.keys / "cases.secret", make_secret())
    with (home.folder / "gateway.toml").open("a") as settings:
        url = f"http://127.0.0.1:{cases.port}/check"
        settings.write(f'\n[case_check]\nurl = "{url}"\nsecret_file = "keys/cases.secret"\n')
    with RunningGateway(province.agency.folder), RunningGateway(home.folder) as consumer:
        yield consumer.consumers


def look(address: str, **headers: str) -> Reply:
    return ask(address, f"{PERSONS}/{NUMBER}?a=1", X_Road_UserId="clerk-7", **{"X_Road_Purpose": PURPOSE, **headers})


def test_what_the_case_system_confirms_is_checked_and_what_it_denies_is_not_sent(
    address: str, cases: Backend, service: Backend, registry: Registry
) -> None:
    cases.answer = BackendAnswer(body=b'{"open":true,"party":true}')
    assert look(address).status == 200
    asked = cases.calls[0]
    assert json.loads(asked.body) == {
        "procedure": "1.001193",
        "case": "H49.19-0001",
        "client": CLIENT,
        "service": PERSONS,
        "method": "GET",
        "path": f"/{NUMBER}",
        "query": "a=1",
        "officer": "clerk-7",
        "body": "",
    }
    assert "x-road-gateway-secret" in asked.headers
    for denied in (b'{"open":false,"party":true}', b'{"open":true,"party":false}'):
        cases.answer = BackendAnswer(body=denied)
        assert look(address).code == "server.clientproxy.case_refused"
    assert len(service.calls) == 1
    # Who cannot be asked leaves the purpose asserted, whatever the caller says of it.
    for away in (BackendAnswer(500), BackendAnswer(body=b"[]")):
        cases.answer = away
        assert look(address, X_Road_Purpose_Check="checked").status == 200
    # A legal basis is no case, and nobody is asked.
    before = len(cases.calls)
    assert look(address, X_Road_Purpose="91/2025/QH15", X_Road_Purpose_Check="checked").status == 200
    assert ask(address, f"{SERVICE}/granted/x").status == 200
    assert len(cases.calls) == before
    usages = json.loads(find_usage(address, registry.sign(NUMBER, AGENCY)).body)["usages"]
    assert [usage["check"] for usage in usages] == ["asserted", "asserted", "asserted", "checked"]


def test_a_gateway_that_must_ask_sends_nothing_unchecked(province: Province, cases: Backend, service: Backend) -> None:
    home = province.commune
    store_secret(home.keys / "cases.secret", make_secret())
    with (home.folder / "gateway.toml").open("a") as settings:
        settings.write(
            f'\n[case_check]\nurl = "http://127.0.0.1:{cases.port}/"\nsecret_file = "keys/cases.secret"\n'
            "required = true\n"
        )
    cases.answer = BackendAnswer(503)
    with RunningGateway(province.agency.folder), RunningGateway(home.folder) as consumer:
        assert look(consumer.consumers).code == "server.clientproxy.case_refused"
    assert service.calls == []


def test_an_address_that_is_none_is_said_at_the_settings(province: Province) -> None:
    assert open_home(province.commune.folder, {}).settings.case_check.url == ""
    for url in ("cases.local", "ftp://cases/", "http://cases/?a=1"):
        with pytest.raises(ExchangeError) as error:
            CaseCheck(CaseCheckSettings(url), b"", None)  # type: ignore[arg-type] # never called
        assert error.value.kind is ExchangeErrorKind.MALFORMED_SETTINGS
