"""An agency's desk: the requests that its own gateway brings, each carried out once, answered as things stand.

The behaviour (behaviour.py) is laid over what would be answered; what was acted on stays acted on.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from lienthong.provider.errors import ProviderError
from lienthong.provider.in_starlette import answer_request_once
from lienthong.sandbox.agencies.answers import RefusedFiling, StepAnswer
from lienthong.sandbox.agencies.behaviour import USUAL, Behaviour, read_behaviour
from lienthong.sandbox.agencies.book import NewEntry, read_time, write_entry
from lienthong.sandbox.agencies.coordination import Coordination
from lienthong.sandbox.agencies.documents import describe_service

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from lienthong.provider.in_starlette import Connection
    from lienthong.sandbox.agencies.book import Book, Entry
    from lienthong.sandbox.agencies.duties import AgencyKind, Duty, Finish

GATEWAY_SECRET_HEADER: Final = "X-Road-Gateway-Secret"  # noqa: S105 # a header's name
VIETNAM: Final = timezone(timedelta(hours=7))
JSON_TYPE: Final = "application/json"


class LostAnswer(Response):
    """An answer that breaks off: more is promised than comes, so that the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin, and leave."""
        del scope, receive
        headers = [(b"content-type", JSON_TYPE.encode()), (b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


@dataclass(slots=True)
class Desk:
    """One agency's: its book, what brings pending entries to their end, and what it is told about behaviour.

    `lost` counts the answers that got lost since the behaviour was set.
    """

    kind: AgencyKind
    book: Book
    secret: str
    behaviour_file: Path
    finish: Finish | None = None
    lost: int = 0
    lost_under: Behaviour = USUAL

    def make_app(self) -> Starlette:
        """Give the desk as an application: each duty, the outcome of each message, documents, and others' tasks."""
        routes = [Route(f"/{duty.service}{duty.path}", self._take(duty), methods=["POST"]) for duty in self.duties]
        for service in self.kind.list_services():
            routes.append(Route(f"/{service}/outcome/{{message_id}}", self._tell, methods=["POST"]))
            routes.append(Route(f"/{service}/openapi.json", _show_document(self.kind, service), methods=["GET"]))
        coordination = Coordination(self.kind, self.book, self._is_gateway, _find_today)
        return Starlette(routes=[*routes, *coordination.make_routes()])

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What it does."""
        return self.kind.duties

    def finish_pending(self) -> int:
        """Bring to their end what can be; gives how many are left. For a thread: it asks other members."""
        left = 0
        for entry in self.book.list_pending():
            self._finish(entry)
            found = self.book.find(entry.client, entry.message_id)
            left += found is not None and found.pending
        return left

    def _take(self, duty: Duty) -> Callable[[Request], Awaitable[Response]]:
        async def take(request: Request) -> Response:
            behaviour = read_behaviour(self.behaviour_file)
            if not self._is_gateway(request):
                return _problem(HTTPStatus.UNAUTHORIZED, "not-the-gateway")
            await asyncio.sleep(behaviour.slow_s)
            try:
                answer = await self._carry_out(request, duty, behaviour)
            except RefusedFiling as refusal:
                answer = refusal.answer()
            except ProviderError as error:
                return _problem(HTTPStatus.CONFLICT, error.kind)
            return self._answer(answer, behaviour)

        return take

    async def _tell(self, request: Request) -> Response:
        behaviour = read_behaviour(self.behaviour_file)
        if not self._is_gateway(request):
            return _problem(HTTPStatus.UNAUTHORIZED, "not-the-gateway")
        found = await run_in_threadpool(self._find_finished, _read_client(request), request.path_params["message_id"])
        if found is None:
            return _problem(HTTPStatus.NOT_FOUND, "unknown-message")
        return self._answer(found.answer(read_time()), behaviour)

    async def _carry_out(self, request: Request, duty: Duty, behaviour: Behaviour) -> StepAnswer:
        """Write the entry, once, and answer what it says now; what is pending is tried to be brought to its end."""
        client, message_id = _read_client(request), request.headers.get("X-Road-Id", "")
        purpose = request.headers.get("X-Road-Purpose", "")

        def write(connection: Connection, body: bytes) -> bytes:
            if behaviour.refuse:
                raise RefusedFiling(behaviour.refuse, behaviour.refuse_text or "Không thực hiện được (mẫu)")
            decided = duty.decide(connection, _read_filing(duty, body), _find_today())
            new = NewEntry(
                f"{duty.service}{duty.path}",
                client,
                message_id,
                purpose,
                body,
                msgspec.json.encode(decided.result),
                decided.subject,
                decided.pending,
                read_time() + behaviour.accept_s if behaviour.accept_s else 0.0,
            )
            write_entry(connection, new)
            return b"written"

        # A crash behind this leaves an entry without an answer: the same message, sent again, gets it.
        await answer_request_once(request, self.book.begin, write)
        entry = await run_in_threadpool(self._find_finished, client, message_id)
        if entry is None:
            raise RuntimeError(f"{message_id} was written and is not in the book")
        return entry.answer(read_time())

    def _find_finished(self, client: str, message_id: str) -> Entry | None:
        entry = self.book.find(client, message_id)
        if entry is None or not entry.pending:
            return entry
        self._finish(entry)
        return self.book.find(client, message_id)

    def _finish(self, entry: Entry) -> None:
        if self.finish is None:
            return
        try:
            whole = self.finish(entry)
        except RefusedFiling as refusal:
            self.book.refuse(entry, refusal)
            return
        if whole is not None:
            self.book.complete(entry, whole)

    def _is_gateway(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(GATEWAY_SECRET_HEADER, "").encode(), self.secret.encode())

    def _answer(self, answer: StepAnswer, behaviour: Behaviour) -> Response:
        if behaviour != self.lost_under:
            self.lost, self.lost_under = 0, behaviour
        if self.lost < behaviour.lose:
            self.lost += 1
            return LostAnswer()
        if behaviour.fail:
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "broken")
        if behaviour.twice:
            answer = msgspec.structs.replace(answer, result={**answer.result, "answered_at": read_time()})
        marked = msgspec.structs.replace(answer, sandbox=self.kind.mark)
        return Response(msgspec.json.encode(marked), answer.status, media_type=JSON_TYPE)


def _read_filing(duty: Duty, body: bytes) -> msgspec.Struct:
    try:
        return msgspec.json.decode(body, type=duty.filing)
    except msgspec.MsgspecError as error:
        raise RefusedFiling("bad-filing", str(error)) from error


def _read_client(request: Request) -> str:
    return request.headers.get("X-Road-Client", "")


def _find_today() -> date:
    return datetime.now(UTC).astimezone(VIETNAM).date()


def _problem(status: HTTPStatus, kind: str) -> Response:
    document = {"type": f"urn:lienthong:problem:{kind}", "title": status.phrase, "status": status}
    return Response(msgspec.json.encode(document), status, media_type="application/problem+json")


def _show_document(kind: AgencyKind, service: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        del request
        return Response(msgspec.json.encode(describe_service(kind, service)), media_type=JSON_TYPE)

    return show
