"""Reliable messages over a network that cuts every connection, each time a little later, in the midst of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.exchange.gateway.province import AGENCY, read_kinds, require_sound
from tests.exchange.gateway.running import RunningGateway
from tests.exchange.gateway.test_reliable import is_over, quick, send, wait_for
from tests.simulators.cutting_proxy import CuttingProxy

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend

__all__ = ["quick"]
MESSAGES = 6
FIRST, STEP = 1_200, 350
"""Bytes of the provider's side until a cut: from within the handshake to behind a whole answer."""


def test_messages_have_their_effect_once_and_their_answer_however_links_are_cut(
    quick: Province, service: Backend
) -> None:
    with CuttingProxy(quick.agency.peers, lambda number: FIRST + STEP * number) as proxy:
        quick.change_gateway(AGENCY, lambda each: msgspec.structs.replace(each, addresses=(proxy.address,)))
        with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
            places = [send(gateway, X_Road_Id=f"m-{number}").headers["location"] for number in range(MESSAGES)]
            assert [wait_for(gateway, place, is_over)["state"] for place in places] == ["answered"] * MESSAGES
        assert proxy.cuts >= 3, "the network cut nothing"
    assert sorted(call.headers["x-road-id"] for call in service.calls) == [f"m-{number}" for number in range(MESSAGES)]
    assert sorted(read_kinds(quick.agency)) == sorted(["received", "response"] * MESSAGES)
    assert sorted(read_kinds(quick.commune)) == sorted(["request", "received"] * MESSAGES)
    for home in (quick.agency, quick.commune):
        require_sound(home)
