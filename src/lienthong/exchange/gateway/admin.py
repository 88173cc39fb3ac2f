"""The gateway's own pages for programs: health, and the published log to those whom rule 8 allows.

An ordinary ASGI app on its own port, loopback by default. Checkpoints and hash tiles go to members' tokens, entry
bundles to auditors' tokens, what `operation/` shows and changes to operators' tokens, packages to the member's own
site. Open are only `/health` and
`/ready`, which tell no more than a probe needs, and the API's description.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lienthong.exchange.gateway.home import split_address
from lienthong.exchange.gateway.operation.api import make_api_routes
from lienthong.exchange.gateway.operation.packages import make_package_routes
from lienthong.exchange.gateway.operation.page import make_page_routes
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from lienthong.exchange.gateway.assembly import Assembly

_HASHES = re.compile(r"[0-9]{1,2}/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?")
_ENTRIES = re.compile(r"entries/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?")


class _Server(uvicorn.Server):
    """Uvicorn beside the data plane: signals are the process's own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


async def serve_admin(parts: Assembly) -> tuple[asyncio.Task[None], str]:
    """Start serving; gives the task that serves, and the address that it is bound to. OSError if it is taken."""
    host, port = split_address(parts.home.settings.listen.admin)
    # Bound here: uvicorn would end the process where an address is taken.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    config = uvicorn.Config(make_admin_app(parts), loop="none", lifespan="off", access_log=False, log_level="warning")
    server = _Server(config)
    task = asyncio.ensure_future(_serve(server, listening))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    bound = listening.getsockname()
    return task, f"{bound[0]}:{bound[1]}"


async def _serve(server: _Server, listening: socket.socket) -> None:
    """Serve until the task is cancelled; uvicorn closes its sockets only where it ends by itself."""
    try:
        await server.serve([listening])
    finally:
        for each in server.servers if server.started else ():
            each.close()
        listening.close()


def make_admin_app(parts: Assembly) -> Starlette:
    """Give the app for one gateway."""
    admin = _Admin(parts)
    witness = [parts.own_witness.route()] if parts.own_witness is not None else []
    return Starlette(
        routes=[
            Route("/health", admin.show_health),
            Route("/checkpoint", admin.show_checkpoint),
            Route("/tile/{name:path}", admin.show_tile),
            *make_api_routes(parts),
            *make_page_routes(parts),
            *make_package_routes(parts),
            *witness,
        ]
    )


class _Admin:
    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self._members = frozenset(parts.home.settings.admin.members)
        self._auditors = frozenset(parts.home.settings.admin.auditors)

    async def show_health(self, _request: Request) -> Response:
        """Say that the gateway runs, and how much it has to do."""
        log, gateway = self._parts.evidence.log, self._parts.gateway
        return JSONResponse(
            {
                "status": "ok",
                "log": {"origin": log.origin, "size": log.size, "published": log.published_size},
                "links": sorted(link.peer for link in self._parts.peers.links if link.is_ready),
                "spool_bytes": self._parts.budget.used,
                "delays": gateway.delays.count(gateway.clock.now_ms()),
            }
        )

    async def show_checkpoint(self, request: Request) -> Response:
        """Give the published checkpoint (C2SP tlog-tiles)."""
        if not self._holds(request, self._members | self._auditors):
            return _forbidden()
        return self._file("checkpoint", "text/plain; charset=utf-8")

    async def show_tile(self, request: Request) -> Response:
        """Give a hash tile to members and auditors, an entry bundle to auditors only."""
        name = request.path_params["name"]
        is_hashes = _HASHES.fullmatch(name) is not None
        allowed = self._auditors | self._members if is_hashes else self._auditors
        if not self._holds(request, allowed):
            return _forbidden()
        if not is_hashes and _ENTRIES.fullmatch(name) is None:
            return PlainTextResponse("not a tile's name", status_code=404)
        return self._file(f"tile/{name}", "application/octet-stream")

    def _holds(self, request: Request, allowed: frozenset[str]) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        digest = encode_base64url(hashlib.sha256(token.strip().encode()).digest())
        return scheme.lower() == "bearer" and digest in allowed

    def _file(self, name: str, media_type: str) -> Response:
        path = self._parts.home.log / name
        if not path.is_file():
            return PlainTextResponse("not published", status_code=404)
        return FileResponse(path, media_type=media_type)


def _forbidden() -> Response:
    return PlainTextResponse(
        "a bearer token of a member or an auditor is needed (gateway.toml, [admin])\n",
        status_code=403,
        headers={"WWW-Authenticate": "Bearer"},
    )
