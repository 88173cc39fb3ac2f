from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("198.51.100.7", 443)])
def test_a_socket_beyond_this_machine_is_refused(address: tuple[str, int]) -> None:
    with socket.socket() as link, pytest.raises(PermissionError, match="only this machine"):
        link.connect(address)
    with socket.socket() as link, pytest.raises(PermissionError, match="only this machine"):
        link.bind(address)
    with socket.socket(type=socket.SOCK_DGRAM) as link, pytest.raises(PermissionError, match="only this machine"):
        link.sendto(b"x", address)


def test_a_foreign_name_is_not_looked_up() -> None:
    with pytest.raises(PermissionError, match="only this machine"):
        socket.getaddrinfo("gateway.example", 443)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with socket.create_server(("localhost", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
