"""A new authority for the TLS between gateways, taken from the directory by gateways that go on running."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from lienthong.directory.authority import issue_certificate, make_authority
from lienthong.directory.tls_files import public_der
from lienthong.kernel.keys import load_private
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN
from tests.exchange.gateway.running import RunningGateway, call

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend


def test_a_peer_with_a_certificate_of_the_directorys_new_authority_is_taken_without_a_restart(
    province: Province, service: Backend
) -> None:
    del service
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    new, commune = make_authority("the next authority"), province.commune
    with RunningGateway(province.agency.folder):
        der = public_der(load_private(commune.keys / "tls.key"))
        issued = issue_certificate(new, commune.gateway, der, (commune.peers,), 1)
        (commune.keys / "tls.pem").write_bytes(issued)
        # Both count while certificates are changed over.
        both = province.directory.authority + new.certificate_pem.decode()
        province.publish(msgspec.structs.replace(province.directory, authority=both, version=2))
        with RunningGateway(commune.folder) as consumer:
            until = time.monotonic() + 15
            while (reply := call(consumer.consumers, "GET", f"/r1/{SERVICE}/granted/1", headers)).status != 200:
                assert time.monotonic() < until, reply.code
                time.sleep(0.2)
