from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Directory, Gateway, LogClosure, Member, Subsystem
from lienthong.kernel.canonical import encode_base64url
from tests.directory.province import ISSUED, log_key, make_directory

HASH = encode_base64url(bytes(32))


def _with_member(**changes: Any) -> Directory:  # noqa: ANN401 # any field
    directory = make_directory()
    return replace(directory, members=(replace(directory.members[0], **changes), directory.members[1]))


def _with_gateway(**changes: Any) -> Directory:  # noqa: ANN401 # any field
    directory = make_directory()
    return replace(directory, gateways=(replace(directory.gateways[0], **changes), directory.gateways[1]))


def _with_log(**changes: Any) -> Directory:  # noqa: ANN401 # any field
    logs = make_directory().gateways[0].logs
    return _with_gateway(logs=(replace(logs[0], **changes), logs[1]))


def _second_gateway(**changes: Any) -> Directory:  # noqa: ANN401 # any field
    directory = make_directory()
    return replace(directory, gateways=(directory.gateways[0], replace(directory.gateways[1], **changes)))


CONTRADICTIONS = {
    "an instance of two segments": lambda: replace(make_directory(), instance="DEMO/GOV"),
    "version 0": lambda: make_directory(version=0),
    "expiry before issue": lambda: replace(make_directory(), expires=ISSUED),
    "a time before 1970": lambda: replace(make_directory(), issued=-1),
    "a member of two segments": lambda: _with_member(id="DEMO/Z99.01"),
    "a member of another instance": lambda: _with_member(id="VN/GOV/Z99.01"),
    "a member in a second spelling": lambda: _with_member(id="DEMO/GOV/Z99%2E01"),
    "a member twice": lambda: _with_member(id="DEMO/GOV/Z99.02"),
    "a subsystem twice": lambda: _with_member(subsystems=(Subsystem("A", ""), Subsystem("A", ""))),
    "a subsystem of two segments": lambda: _with_member(subsystems=(Subsystem("A/B", ""),)),
    "a subsystem without a code": lambda: _with_member(subsystems=(Subsystem("", ""),)),
    "a gateway of an unlisted member": lambda: _with_gateway(id="DEMO/GOV/Z99.03/GW1", logs=()),
    "a gateway of five segments": lambda: _with_gateway(id="DEMO/GOV/Z99.01/GW1/1", logs=()),
    "a gateway twice": lambda: _second_gateway(id="DEMO/GOV/Z99.01/GW1", logs=()),
    "a TLS key of two gateways": lambda: _second_gateway(tls=make_directory().gateways[0].tls),
    "a TLS key that is no hash": lambda: _with_gateway(tls=("AAAA",)),
    "a TLS key that is no base64url": lambda: _with_gateway(tls=("!",)),
    "a log under another gateway": lambda: _with_log(origin="DEMO/GOV/Z99.02/GW1/7"),
    "a log of four segments": lambda: _with_log(origin="DEMO/GOV/Z99.01/GW1"),
    "a log twice": lambda: _with_log(origin="DEMO/GOV/Z99.01/GW1/2"),
    "two open logs": lambda: _with_log(closed=None),
    "one key for two logs": lambda: _with_log(key=log_key(2)),
    "a log from before 1970": lambda: _with_log(since=-1),
    "a negative closing size": lambda: _with_log(closed=LogClosure(-1, HASH, ISSUED, "")),
    "a log closed before it opened": lambda: _with_log(closed=LogClosure(1, HASH, ISSUED - 1, "")),
    "a closing root that is no hash": lambda: _with_log(closed=LogClosure(1, "AAAA", ISSUED, "")),
    "a group of unlisted subsystems": lambda: replace(make_directory(), groups={"g": ("DEMO/GOV/Z99.01/X",)}),
    "a subsystem twice in a group": lambda: replace(make_directory(), groups={"g": ("DEMO/GOV/Z99.02/AREAS",) * 2}),
}


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_a_directory_that_contradicts_itself_is_refused(contradiction: str) -> None:
    with pytest.raises(DirectoryError) as refused:
        CONTRADICTIONS[contradiction]()

    assert refused.value.kind is DirectoryErrorKind.CONTRADICTORY


@pytest.mark.parametrize("address", ["", "host", "host:", ":5500", "host:0", "host:65536", "host:x", "host:+1", "h:٣"])
def test_an_address_without_host_and_port_is_refused(address: str) -> None:
    with pytest.raises(DirectoryError) as refused:
        _with_gateway(addresses=(address,))

    assert refused.value.kind is DirectoryErrorKind.CONTRADICTORY
    assert "DEMO/GOV/Z99.01/GW1" in refused.value.message


def test_a_member_may_have_several_gateways_and_a_gateway_no_log_yet() -> None:
    directory = make_directory()
    second = Gateway("DEMO/GOV/Z99.01/GW2", ("127.0.0.1:5502",), (HASH,))
    extended = replace(
        directory,
        gateways=(*directory.gateways, second),
        members=(*directory.members, Member("DEMO/COM/1", "One")),
    )

    assert extended.gateways_of("DEMO/GOV/Z99.01") == (directory.gateways[0], second)
    assert second.find_open_log() is None
