"""What a sample agency answers for others' tasks: questions, once each, and the figures that it publishes.

The contract is delivery's own (docs/directives.md, docs/indicators.md). An agency answers by its book, at once; what it
tells are numbers of entries and never whom they are about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from lienthong.provider.errors import ProviderError
from lienthong.provider.in_starlette import answer_request_once
from lienthong.sandbox.marks import NO_LEGAL_VALUE, SandboxMark

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from starlette.requests import Request

    from lienthong.provider.in_starlette import Connection
    from lienthong.sandbox.agencies.book import Book
    from lienthong.sandbox.agencies.duties import AgencyKind

ASKS: Final = "asks"
STATISTICS: Final = "statistics"
JSON_TYPE: Final = "application/json"
CSV_TYPE: Final = "text/csv; charset=utf-8"
ANSWERED: Final = "answered"
AREA: Final = "99101"
"""The invented commune that the sample commune stands for (delivery's `SAMPLE_AREAS`)."""

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,255}")


class TaskQuestion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is asked, in words, and by when an answer is wanted."""

    question: str
    due_on: str = ""


class TaskAnswer(msgspec.Struct, frozen=True):
    """The answer in words, marked as a sample's."""

    state: str
    answer: str
    sandbox: SandboxMark


@dataclass(frozen=True, slots=True)
class Coordination:
    """One agency's: its book, and how it knows its own gateway."""

    kind: AgencyKind
    book: Book
    is_gateway: Callable[[Request], bool]
    find_today: Callable[[], date]

    def make_routes(self) -> list[Route]:
        """Give the routes of both services."""
        return [
            Route(f"/{ASKS}", self.take, methods=["POST"]),
            Route(f"/{ASKS}/openapi.json", self.describe, methods=["GET"]),
            Route(f"/{ASKS}/{{message}}", self.tell, methods=["GET"]),
            Route(f"/{STATISTICS}/figures", self.publish, methods=["GET"]),
        ]

    async def take(self, request: Request) -> Response:
        """`POST asks`: answer a question; the same message gets the same answer, whatever was written since."""
        if not self.is_gateway(request):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        try:
            answer, _ = await answer_request_once(request, self.book.begin, self._answer)
        except (msgspec.MsgspecError, ProviderError):
            return _refuse(HTTPStatus.BAD_REQUEST)
        return Response(answer, media_type=JSON_TYPE)

    async def tell(self, request: Request) -> Response:
        """`GET asks/ID`: tell who asked what was answered."""
        message = request.path_params["message"]
        if not self.is_gateway(request):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        found = await run_in_threadpool(self._find, request.headers.get("X-Road-Client", ""), message)
        return _refuse(HTTPStatus.NOT_FOUND) if found is None else Response(found, media_type=JSON_TYPE)

    async def publish(self, request: Request) -> Response:
        """`GET statistics/figures`: how much of its main work was done this month, as CSV."""
        if not self.is_gateway(request):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        return Response(await run_in_threadpool(self._write_figures), media_type=CSV_TYPE)

    async def describe(self, _request: Request) -> Response:
        """Give the document of the questions."""
        return Response(msgspec.json.encode(describe_asks(self.kind)), media_type=JSON_TYPE)

    def _answer(self, connection: Connection, body: bytes) -> bytes:
        msgspec.json.decode(body, type=TaskQuestion)
        (count,) = connection.execute("SELECT count(*) FROM entry", ()).fetchone()
        words = f"Sổ của cơ quan (mẫu) có {count} việc đã ghi, trả lời tự động theo sổ."
        return msgspec.json.encode(TaskAnswer(ANSWERED, words, self.kind.mark))

    def _find(self, client: str, message: str) -> bytes | None:
        if _ID.fullmatch(message) is None:
            return None
        query = "SELECT answer FROM carried_out WHERE client = ? AND message_id = ?"
        with self.book.begin() as connection:
            row = connection.execute(query, (client, message)).fetchone()
        answer = b"" if row is None else bytes(row[0])
        # The book has answers of other services under other ids, and they are none to a question.
        return answer if answer.startswith(b'{"state":"answered"') else None

    def _write_figures(self) -> bytes:
        month = f"{self.find_today():%Y-%m}"
        query = "SELECT count(*) FROM entry WHERE service = ? AND result ->> '$.valid_from' LIKE ?"
        lines = ["indicator,area,period,value,status"]
        if self.kind.indicator:
            with self.book.begin() as connection:
                service = self.kind.duties[0].service
                (count,) = connection.execute(query, (service, f"{month}-%")).fetchone()
            lines.append(f"{self.kind.indicator},{AREA},{month},{count},estimate")
        return "\n".join([*lines, ""]).encode()


def describe_asks(kind: AgencyKind) -> dict[str, Any]:
    """Give the OpenAPI document of an agency's service for questions."""
    reference = "#/components/schemas/{name}"
    _, components = msgspec.json.schema_components((TaskQuestion, TaskAnswer), ref_template=reference)

    def content(name: str) -> dict[str, Any]:
        return {JSON_TYPE: {"schema": {"$ref": reference.format(name=name)}}}

    answers = {"200": {"description": "The answer", "content": content("TaskAnswer")}}
    message = {"name": "message", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in ("X-Road-Id", "X-Road-Purpose")
    ]
    ask = {
        "operationId": "ask",
        "summary": "A question for somebody's task, answered once for each X-Road-Id",
        "parameters": headers,
        "requestBody": {"required": True, "content": content("TaskQuestion")},
        "responses": {**answers, "400": {"description": "No question, or another one under this X-Road-Id"}},
    }
    tell = {
        "operationId": "show-answer",
        "summary": "What was answered, for who asked",
        "parameters": [message, headers[1]],
        "responses": {**answers, "404": {"description": "This client has asked nothing under this id"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{kind.subsystem}/{ASKS}", "version": "1.0.0", "description": NO_LEGAL_VALUE},
        "paths": {"/": {"post": ask}, "/{message}": {"get": tell}},
        "components": {"schemas": components},
    }


def _refuse(status: HTTPStatus) -> Response:
    return Response(status_code=status)
