"""A service over SQLite that adds a line for each message: `python -m tests.provider.register PORT FILE once|often`."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from lienthong.provider.errors import ProviderError
from lienthong.provider.in_starlette import TABLE, Connection, answer_request_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

LINES = "CREATE TABLE IF NOT EXISTS line (message_id TEXT NOT NULL, body BLOB NOT NULL)"


def make_app(file: str, *, once: bool) -> Starlette:
    """Give the service; one that is not `once` acts on each call."""
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(TABLE.format(bytes="BLOB"))
        database.execute(LINES)
    database.close()

    @contextmanager
    def begin() -> Iterator[Connection]:
        connection = sqlite3.connect(file, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield cast("Connection", connection)
            connection.execute("COMMIT")
        finally:
            connection.close()

    async def add(request: Request) -> Response:
        message_id = request.headers["X-Road-Id"]

        def effect(connection: Connection, body: bytes) -> bytes:
            time.sleep(0.02)
            done = connection.execute("INSERT INTO line VALUES (?, ?)", (message_id, body))
            return json.dumps({"line": done.lastrowid}).encode()

        if not once:
            with begin() as connection:
                return Response(effect(connection, await request.body()))
        try:
            answer, _ = await answer_request_once(request, begin, effect)
        except ProviderError as error:
            return Response(error.message, 409)
        return Response(answer, media_type="application/json")

    return Starlette(routes=[Route("/lines", add, methods=["POST"])])


def count_lines(file: str, message_id: str) -> int:
    """Give how many effects a message had."""
    with sqlite3.connect(file) as database:
        ((count,),) = database.execute("SELECT count(*) FROM line WHERE message_id = ?", (message_id,)).fetchall()
    database.close()
    return int(count)


if __name__ == "__main__":
    if sys.argv[1] == "count":
        sys.stdout.write(f"{count_lines(sys.argv[2], sys.argv[3])}\n")
    else:
        app = make_app(sys.argv[2], once=sys.argv[3] == "once")
        uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
