"""A member's own system is called back, signed, when its reliable message has ended; and again until it has heard."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.callback import SIGNATURE_HEADER, verify_callback
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.own_address import read_own_address
from lienthong.kernel.keys import make_secret, store_secret
from tests.exchange.gateway.province import CLIENT, OTHER_CLIENT, OTHER_TOKEN
from tests.exchange.gateway.running import RunningGateway
from tests.exchange.gateway.test_reliable import is_over, look, quick, send, wait_for
from tests.simulators.backend import Backend, BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Call

__all__ = ["quick"]
SECRET = make_secret()


@pytest.fixture
def system() -> Iterator[Backend]:
    with Backend() as system:
        yield system


@pytest.fixture
def registered(quick: Province, system: Backend) -> Province:
    """The commune's system has registered its address."""
    home = quick.commune
    store_secret(home.keys / "callback.secret", SECRET)
    code = CLIENT.rpartition("/")[2]
    settings = home.folder / "gateway.toml"
    lines = f'callback = "http://127.0.0.1:{system.port}/done?"\ncallback_secret_file = "keys/callback.secret"\n'
    head = f"[subsystems.{code}]\n"
    text = settings.read_text()
    assert head in text, text
    settings.write_text(text.replace(head, head + lines.replace("?", "")))
    return quick


def wait_for_calls(system: Backend, count: int) -> list[Call]:
    until = time.monotonic() + 20
    while len(system.calls) < count:
        assert time.monotonic() < until, system.calls
        time.sleep(0.02)
    return system.calls


def test_a_system_hears_of_the_end_of_its_message_from_its_own_gateway_alone(
    registered: Province, system: Backend, service: Backend
) -> None:
    del service
    with RunningGateway(registered.agency.folder), RunningGateway(registered.commune.folder) as gateway:
        place = send(gateway).headers["location"]
        (call,) = wait_for_calls(system, 1)
        assert (call.method, call.target) == ("POST", "/done")
        told = verify_callback(SECRET, call.headers[SIGNATURE_HEADER.lower()], call.body, int(time.time()))
        assert (told.status, told.state) == (place, "answered")
        shown = json.loads(look(gateway, place).body)
        assert (told.exchange, told.changed) == (shown["exchange"], shown["changed"])
        # Nothing of what was asked or answered, and no message of a system that has registered nothing.
        assert b"06886" not in call.body
        other = send(gateway, X_Road_Client=OTHER_CLIENT, X_Road_Token=OTHER_TOKEN).headers["location"]
        until = time.monotonic() + 15
        while not is_over(json.loads(look(gateway, other, OTHER_TOKEN).body)):
            assert time.monotonic() < until
        time.sleep(2.5)
        assert len(system.calls) == 1


def test_a_system_that_did_not_hear_is_called_again_also_after_a_restart(
    registered: Province, system: Backend, service: Backend
) -> None:
    del service
    system.answer = BackendAnswer(status=503)
    with RunningGateway(registered.agency.folder):
        with RunningGateway(registered.commune.folder) as gateway:
            place = send(gateway).headers["location"]
            wait_for_calls(system, 1)
            gateway.stop()
        system.answer = BackendAnswer(status=204, body=b"")
        with RunningGateway(registered.commune.folder) as gateway:
            calls = wait_for_calls(system, 2)
            assert calls[0].body == calls[1].body
            assert wait_for(gateway, place, is_over)["state"] == "answered"
            time.sleep(2.5)
            assert len(system.calls) == 2


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "http:///x", "http://h/x?a=1", "http://h/x#a", "http://u:p@h/", "x"]
)
def test_only_a_plain_address_is_called(url: str) -> None:
    with pytest.raises(ExchangeError, match=r"subsystems\.A\.callback"):
        read_own_address(url, "subsystems.A.callback")
