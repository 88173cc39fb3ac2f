from __future__ import annotations

import socket

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from lienthong.identity.models import Account
from tests.database import empty_tables


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


@pytest.fixture(scope="module")
def shared() -> int:
    return 1


def test_tests_that_share_a_fixture_of_their_module_belong_to_one_worker(
    shared: int, request: pytest.FixtureRequest
) -> None:
    assert shared
    group = request.node.get_closest_marker("xdist_group")
    assert group.args == ("tests/test_conftest.py",)


def test_other_tests_go_to_any_worker(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("xdist_group") is None


@pytest.mark.django_db
def test_after_a_test_with_transactions_no_row_is_left_neither_of_a_model_nor_of_the_queue() -> None:
    Account.objects.create(username="lan", kind="staff", full_name="Lan Mẫu")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'x')")
        empty_tables()
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
    assert not Account.objects.exists()
    assert Permission.objects.exists()
