"""A witness over HTTP (C2SP tlog-witness): an ASGI app for whichever server has room for it.

`POST add-checkpoint` is the specification's, `POST latest-checkpoint` ours: its body is any signed checkpoint of the
log that is asked about. Neither needs a token: who cannot show a listed log's signature learns nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from lienthong.evidence.witness import MAX_REQUEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from lienthong.evidence.witness import Witness, WitnessAnswer

ADD_CHECKPOINT = "add-checkpoint"
LATEST_CHECKPOINT = "latest-checkpoint"


def make_witness_routes(witness: Witness) -> list[Route]:
    """Give the routes of a witness, to be mounted under the path that its url in the directory names."""

    async def add_checkpoint(request: Request) -> Response:
        return await _answer(request, witness.add_checkpoint)

    async def latest_checkpoint(request: Request) -> Response:
        return await _answer(request, witness.show_latest)

    return [
        Route(f"/{ADD_CHECKPOINT}", add_checkpoint, methods=["POST"]),
        Route(f"/{LATEST_CHECKPOINT}", latest_checkpoint, methods=["POST"]),
    ]


def make_witness_app(witness: Witness) -> Starlette:
    """Give an app that is a witness and nothing else."""
    return Starlette(routes=make_witness_routes(witness))


async def _answer(request: Request, decide: Callable[[bytes], WitnessAnswer]) -> Response:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return Response(f"expected at most {MAX_REQUEST_BYTES} bytes\n", 413, media_type="text/plain")
    # A decision waits for the disk, and a server's loop for nobody.
    answer = await run_in_threadpool(decide, bytes(body))
    return Response(answer.body, answer.status, {"Content-Type": answer.media_type})
