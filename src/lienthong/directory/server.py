"""The directory's HTTP server: metadata and targets as files, requests to join, certificates of admitted keys.

Nothing that it serves needs TLS to be trusted. It renews its signature each hour; whoever takes the machine can
withhold, subtract and let things expire, and cannot add (rule 7).
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lienthong.directory.admission import MAX_REQUEST_BYTES
from lienthong.directory.errors import DirectoryError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from lienthong.directory.office import Office

RENEW_EVERY_S: Final = 3600.0

_NAME: Final = re.compile(r"(metadata|targets)/[A-Za-z0-9._-]+\.json")
_FINGERPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def make_directory_app(office: Office, more: Sequence[BaseRoute] = ()) -> Starlette:
    """Give the app that serves one directory and keeps its signature fresh; `more` is what it serves beside."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_keep_fresh(office))
        yield
        task.cancel()

    pages = _Pages(office)
    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/health", pages.show_health),
            Route("/requests", pages.take_request, methods=["POST"]),
            Route("/certificates/{fingerprint}", pages.show_certificate),
            *more,
            Route("/{name:path}", pages.show_file),
        ],
    )


async def _keep_fresh(office: Office) -> None:
    while True:
        await asyncio.to_thread(office.renew)
        await asyncio.sleep(RENEW_EVERY_S)


class _Pages:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show_health(self, _request: Request) -> Response:
        """Say what is served."""
        directory = await asyncio.to_thread(self._office.repository.directory_content)
        return JSONResponse({"status": "ok", "instance": directory.instance, "version": directory.version})

    async def show_file(self, request: Request) -> Response:
        """Give a file of the repository."""
        name = request.path_params["name"]
        path = self._office.public / name
        if _NAME.fullmatch(name) is None or not path.is_file():
            return PlainTextResponse("not here\n", status_code=404)
        return FileResponse(path, media_type="application/json")

    async def take_request(self, request: Request) -> Response:
        """Keep a gateway's request until a person admits it."""
        raw = b""
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > MAX_REQUEST_BYTES:
                return JSONResponse({"message": "the request is too long"}, status_code=413)
        try:
            admission = await asyncio.to_thread(self._office.receive, raw)
        except DirectoryError as error:
            return JSONResponse({"kind": error.kind, "message": error.message}, status_code=422)
        return JSONResponse({"fingerprint": admission.fingerprint}, status_code=202)

    async def show_certificate(self, request: Request) -> Response:
        """Give the certificate of an admitted TLS key; 404 until then."""
        fingerprint = request.path_params["fingerprint"]
        found = None
        if _FINGERPRINT.fullmatch(fingerprint):
            found = await asyncio.to_thread(self._office.certificate, fingerprint)
        if found is None:
            return PlainTextResponse("not admitted\n", status_code=404)
        return Response(found, media_type="application/x-pem-file")
