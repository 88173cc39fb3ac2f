"""A province for each test, and the provider's or the consumer's gateway of it, running, with a peer played by us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exchange.gateway.province import AGENCY, COMMUNE, Province
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.backend import Backend
from tests.simulators.peer import Peer, PeerServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def service() -> Iterator[Backend]:
    with Backend() as service:
        yield service


@pytest.fixture
def province(tmp_path: Path, service: Backend) -> Province:
    return Province(tmp_path, service.port)


@pytest.fixture
def provider(province: Province) -> Iterator[RunningGateway]:
    """The agency's real gateway."""
    with RunningGateway(province.agency.folder) as gateway:
        yield gateway


@pytest.fixture
def consumer(province: Province) -> Iterator[RunningGateway]:
    """The commune's real gateway."""
    with RunningGateway(province.commune.folder) as gateway:
        yield gateway


@pytest.fixture
def liar(province: Province) -> Iterator[Peer]:
    """The commune's gateway, played by us: it asks the agency's."""
    peer = province.play(COMMUNE)
    yield peer
    peer.close()


@pytest.fixture
def false_agency(province: Province) -> Iterator[PeerServer]:
    """The agency's gateway, played by us: it answers the commune's."""
    peer = province.play(AGENCY)
    server = PeerServer(peer, province.agency.peers)
    yield server
    server.close()
    peer.close()
