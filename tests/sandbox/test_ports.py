"""Free ports."""

from __future__ import annotations

import socket

import pytest

from lienthong.sandbox import ports
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.ports import LOOPBACK, PORT_RANGE, find_free_ports


def test_the_ports_differ_and_can_be_listened_on() -> None:
    found = find_free_ports(7)
    assert len(set(found)) == 7
    for port in found:
        assert port in PORT_RANGE
        socket.create_server((LOOPBACK, port)).close()


def test_a_chosen_port_is_held_against_others_who_choose_and_not_against_who_is_to_listen() -> None:
    (port,) = find_free_ports(1)
    with socket.socket() as other, pytest.raises(OSError, match="already in use"):
        other.bind((LOOPBACK, port))
    with socket.create_server((LOOPBACK, port)) as server:
        socket.create_connection(server.getsockname()).close()


def test_no_port_is_chosen_twice_though_nobody_listens_there_yet() -> None:
    found = [port for _ in range(60) for port in find_free_ports(7)]
    assert len(set(found)) == len(found)


def test_more_ports_than_may_be_tried_are_refused() -> None:
    with pytest.raises(SandboxError, match=f"expected {ports.MAX_ATTEMPTS + 1} free ports"):
        find_free_ports(ports.MAX_ATTEMPTS + 1)
