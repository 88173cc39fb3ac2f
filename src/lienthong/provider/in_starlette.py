"""Each message once in a Starlette or other ASGI service, over any DB-API connection (sqlite3, psycopg)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from starlette.concurrency import run_in_threadpool

from lienthong.provider.once import Message, Recorded, answer_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from starlette.requests import Request

TABLE: Final = """
CREATE TABLE IF NOT EXISTS carried_out (
    client VARCHAR(1100) NOT NULL, message_id VARCHAR(255) NOT NULL, content_hash {bytes} NOT NULL,
    answer {bytes} NOT NULL, PRIMARY KEY (client, message_id)
)
"""
"""The table of messages; `bytes` is BLOB for SQLite and BYTEA for PostgreSQL."""


class Connection(Protocol):
    """What is needed of a DB-API connection: `execute`, as sqlite3 and psycopg have it."""

    def execute(self, query: str, params: tuple[Any, ...], /) -> Any:  # noqa: ANN401 - the driver's cursor
        """Run a statement and give its cursor."""


class SqlMessages:
    """The rows of `carried_out`, in the transaction that is open on a connection. `mark` is the driver's parameter."""

    def __init__(self, connection: Connection, mark: str = "?") -> None:
        self._connection = connection
        self._mark = mark

    def claim(self, message: Message, content_hash: bytes) -> Recorded | None:
        """See `Messages.claim`: the database's own uniqueness makes the second of two wait for the first."""
        key = (message.client, message.message_id)
        insert = "INSERT INTO carried_out (client, message_id, content_hash, answer) VALUES (?, ?, ?, ?)"
        done = self._run(f"{insert} ON CONFLICT DO NOTHING", (*key, content_hash, b""))
        if done.rowcount == 1:
            return None
        known = self._run("SELECT content_hash, answer FROM carried_out WHERE client = ? AND message_id = ?", key)
        found_hash, answer = known.fetchone()
        return Recorded(bytes(found_hash), bytes(answer))

    def record(self, message: Message, answer: bytes) -> None:
        """See `Messages.record`."""
        change = "UPDATE carried_out SET answer = ? WHERE client = ? AND message_id = ?"
        self._run(change, (answer, message.client, message.message_id))

    def _run(self, query: str, values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - the driver's cursor
        return self._connection.execute(query.replace("?", self._mark), values)


async def answer_request_once(
    request: Request,
    begin: Callable[[], AbstractContextManager[Connection]],
    effect: Callable[[Connection, bytes], bytes],
    mark: str = "?",
) -> tuple[bytes, bool]:
    """Carry out what a request asks once, in a thread; for an endpoint that is open to the member's own gateway alone.

    `begin` gives a connection inside a transaction that ends with the block: committed, or rolled back by an error.
    `effect` writes through that connection and gives the answer's body. Errors are those of `answer_once`.
    """
    body = await request.body()
    path = request.url.path.encode() + b"?" + request.url.query.encode()
    content = b"\0".join((request.method.encode(), path, body))
    message = Message(request.headers.get("X-Road-Client", ""), request.headers.get("X-Road-Id", ""), content)

    def carry_out() -> tuple[bytes, bool]:
        with begin() as connection:
            return answer_once(SqlMessages(connection, mark), message, lambda: effect(connection, body))

    return await run_in_threadpool(carry_out)
