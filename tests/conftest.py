"""What holds for every test: how hard hypothesis tries, and that nothing leaves this machine."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.database"]

# No deadline: two shared cores stall now and then, and a stall is not a fault.
hypothesis.settings.register_profile("dev", max_examples=25, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")

_GUARDED_EVENTS = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"})
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", ""})


def pytest_configure() -> None:
    """Refuse sockets beyond loopback and Unix paths.

    The hook sees Python's own sockets and name look-ups; what libuv and child processes open is bound by the
    addresses that our programs are given, which are loopback in every test.
    """
    sys.addaudithook(_refuse_network)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that share a fixture of their module or package run on one worker: else each worker would make it."""
    for item in items:
        group = _find_group(item)
        if group and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group))


def _find_group(item: pytest.Item) -> str:
    fixtures: dict[str, Any] = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - of functions only
    # Plugins' fixtures have no place of their own, and are light.
    shared = {found[-1].scope: found[-1].baseid for found in fixtures.values() if found[-1].baseid}
    if "package" in shared:
        return str(shared["package"])
    return item.nodeid.partition("::")[0] if shared.keys() & {"module", "class"} else ""


@pytest.fixture(autouse=True)
def same_umask() -> Iterator[None]:
    """Take back what a command did to its process: it is the test's own where the command is called in it."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def _refuse_network(event: str, arguments: tuple[Any, ...], guarded: frozenset[str] = _GUARDED_EVENTS) -> None:
    # A parameter: the hook hears of events until after this module has lost its names.
    if event not in guarded:
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # text or bytes: a Unix socket's path
    if host is not None and not _is_local(host):
        message = f"tests reach only this machine, but something asked for {host!r} ({event})"
        raise PermissionError(message)


def _is_local(host: str | bytes) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
