"""Runs one sample agency: `python -m lienthong.sandbox.agencies.serve SETTINGS`, until told to stop.

When its behaviour says that it is down, nothing listens at its port until that is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import uvicorn

from lienthong.exchange.client import ONCE, GatewayClient
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_secret
from lienthong.sandbox.agencies.behaviour import read_behaviour
from lienthong.sandbox.agencies.book import Book
from lienthong.sandbox.agencies.civil_registry import CIVIL, finish_with
from lienthong.sandbox.agencies.desk import Desk
from lienthong.sandbox.agencies.insurance import INSURANCE
from lienthong.sandbox.agencies.social_affairs import SOCIAL
from lienthong.sandbox.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

    from lienthong.sandbox.agencies.duties import Finish

KINDS: Final = {kind.subsystem: kind for kind in (CIVIL, INSURANCE, SOCIAL)}
LOOK_SECONDS: Final = 0.1
FINISH_SECONDS: Final = 2.0
"""How often what is pending is tried again."""


class AgencySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One agency's file. `gateway`, `client` and `token_file` are set where it asks others itself."""

    subsystem: str
    port: int
    folder: str
    secret_file: str
    gateway: str = ""
    client: str = ""
    token_file: str = ""
    population: str = ""


def main() -> int:
    """Run until SIGTERM; gives the exit code."""
    file = Path(sys.argv[1])
    settings = msgspec.toml.decode(file.read_bytes(), type=AgencySettings)
    asyncio.run(_serve_until_told(make_desk(settings), settings.port))
    return 0


def make_desk(settings: AgencySettings) -> Desk:
    """Open the agency's book, and give its desk."""
    folder = Path(settings.folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = _read_secret(settings.secret_file)
    behaviour = folder / "behaviour.json"
    return Desk(KINDS[settings.subsystem], Book(folder / "book.sqlite"), secret, behaviour, _make_finish(settings))


def _make_finish(settings: AgencySettings) -> Finish | None:
    if not settings.gateway:
        return None
    token = _read_secret(settings.token_file)
    # What was not answered is asked again by itself after a moment, in a turn that holds nobody up.
    return finish_with(GatewayClient(settings.gateway, settings.client, token, retries=ONCE), settings.population)


def _read_secret(file: str) -> str:
    return encode_base64url(load_secret(Path(file)))


async def _serve_until_told(desk: Desk, port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await serve_desk(desk, port, stopped)


async def serve_desk(desk: Desk, port: int, stopped: asyncio.Event) -> None:
    """Serve until `stopped`, whenever the behaviour is not to be down."""
    finishing = asyncio.ensure_future(_finish_forever(desk))
    app = desk.make_app()
    while not stopped.is_set():
        if read_behaviour(desk.behaviour_file).is_down:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            await _serve_while_up(desk, app, port, stopped)
    finishing.cancel()


async def _serve_while_up(desk: Desk, app: Starlette, port: int, stopped: asyncio.Event) -> None:
    config = uvicorn.Config(app, host=LOOPBACK, port=port, log_level="warning", lifespan="off", access_log=False)
    server = _Server(config)
    watching = asyncio.ensure_future(_watch(desk, server, stopped))
    await server.serve()
    watching.cancel()


async def _watch(desk: Desk, server: uvicorn.Server, stopped: asyncio.Event) -> None:
    """Let the server leave, and drop its connections, when it is told to stop or to be down."""
    while not server.should_exit:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), LOOK_SECONDS)
        server.should_exit = server.force_exit = stopped.is_set() or read_behaviour(desk.behaviour_file).is_down


async def _finish_forever(desk: Desk) -> None:
    while True:
        await asyncio.sleep(FINISH_SECONDS)
        if desk.finish is not None:
            await asyncio.to_thread(desk.finish_pending)


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


if __name__ == "__main__":
    sys.exit(main())
