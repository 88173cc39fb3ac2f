"""The sandbox's provider: an ordinary web service of an agency, which knows nothing of gateways or proofs.

It answers which administrative unit a code named on a day, and which unit that is now. It listens on
loopback only. What it refuses, each as problem details (RFC 9457): a code or day that is not well formed, a
code that no unit has on the day, and a day before the data begins, of which it says "unknown".
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from lienthong.kernel.clock import Clock, SystemClock
from lienthong.kernel.errors import LienthongError
from lienthong.sandbox.areas_answers import (
    DataMark,
    ProblemAnswer,
    SuccessorsAnswer,
    UnitAnswer,
    UnitsAnswer,
    describe_data,
)
from lienthong.sandbox.areas_openapi import JSON_TYPE, PROBLEM_TYPE, make_description
from lienthong.sandbox.ports import LOOPBACK
from lienthong.sandbox.units import Unit, UnitBook, read_units

if TYPE_CHECKING:
    from starlette.requests import Request

VIETNAM: Final = timezone(timedelta(hours=7))
"""Vietnam's time has had no summer time since 1975."""

_CODE: Final = re.compile(r"[0-9]{5}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""`date.fromisoformat` takes more spellings than the one that is promised."""


class AreasErrorKind(StrEnum):
    """Why the service has no answer."""

    BAD_CODE = "bad-code"
    BAD_DAY = "bad-day"
    UNKNOWN_CODE = "unknown-code"
    UNKNOWN_DAY = "unknown-day"


class AreasError(LienthongError):
    """The question cannot be answered; the message is for the caller."""

    kind: AreasErrorKind


PROBLEMS: Final[dict[AreasErrorKind, tuple[int, str]]] = {
    AreasErrorKind.BAD_CODE: (400, "Not a unit code"),
    AreasErrorKind.BAD_DAY: (400, "Not a day"),
    AreasErrorKind.UNKNOWN_CODE: (404, "No such unit on this day"),
    AreasErrorKind.UNKNOWN_DAY: (404, "Unknown"),
}
"""Each kind's HTTP status and title."""


@dataclass(frozen=True, slots=True)
class AreasService:
    """The three questions, each one function from request to answer."""

    book: UnitBook
    data: DataMark
    clock: Clock

    async def list_units(self, request: Request) -> Response:
        """Answer `GET /units?on=`: all units of the day."""
        day = self._require_day(request)
        return _answer(UnitsAnswer(day, self.book.list_units(day), self.data))

    async def get_unit(self, request: Request) -> Response:
        """Answer `GET /units/{code}?on=`: the unit that has the code on the day."""
        day = self._require_day(request)
        return _answer(UnitAnswer(day, self._require_unit(request, day), self.data))

    async def get_successors(self, request: Request) -> Response:
        """Answer `GET /units/{code}/successors?on=`: which present unit that is, or all candidates."""
        day = self._require_day(request)
        unit = self._require_unit(request, day)
        candidates = self.book.follow(unit)
        return _answer(SuccessorsAnswer(day, unit, len(candidates) == 1, candidates, self.data))

    def _require_day(self, request: Request) -> date:
        days = request.query_params.getlist("on") or [self._today().isoformat()]
        day = parse_day(days)
        if day < self.book.first_day:
            message = f"unknown: the data begins on {self.book.first_day}, asked for {day}"
            raise AreasError(AreasErrorKind.UNKNOWN_DAY, message)
        return day

    def _require_unit(self, request: Request, day: date) -> Unit:
        code = str(request.path_params["code"])
        if not _CODE.fullmatch(code):
            message = f"expected a code of five digits such as 06652, got {code!r}"
            raise AreasError(AreasErrorKind.BAD_CODE, message)
        unit = self.book.find_unit(code, day)
        if unit is None:
            raise AreasError(AreasErrorKind.UNKNOWN_CODE, self._explain_absence(code, day))
        return unit

    def _explain_absence(self, code: str, day: date) -> str:
        known = self.book.by_code.get(code, ())
        spans = " and ".join(f"{unit.name} from {unit.first_day} to {unit.last_day or 'now'}" for unit in known)
        other_days = f"it was {spans}" if known else "no unit of the province ever had it"
        return f"no unit has the code {code} on {day}: {other_days}"

    def _today(self) -> date:
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC).astimezone(VIETNAM).date()


def parse_day(values: list[str]) -> date:
    """Read the one day in `values`, spelled YYYY-MM-DD; anything else raises `BAD_DAY`."""
    message = f"expected one parameter on=YYYY-MM-DD with a day of the calendar, got {values!r}"
    if len(values) != 1 or not _DAY.fullmatch(values[0]):
        raise AreasError(AreasErrorKind.BAD_DAY, message)
    try:
        return date.fromisoformat(values[0])
    except ValueError as error:
        raise AreasError(AreasErrorKind.BAD_DAY, message) from error


def make_service(book: UnitBook, clock: Clock) -> Starlette:
    """Make the application: its routes, and the one place that turns refusals into problem details."""
    service = AreasService(book, describe_data(book.extract), clock)
    description = msgspec.json.encode(make_description())

    async def describe(_request: Request) -> Response:
        return Response(description, media_type=JSON_TYPE)

    application = Starlette(
        routes=[
            Route("/units", service.list_units),
            # A gateway that is asked for `/` below its service's address asks for this.
            Route("/units/", service.list_units),
            Route("/units/{code}", service.get_unit),
            Route("/units/{code}/successors", service.get_successors),
            Route("/openapi.json", describe),
        ],
        exception_handlers={AreasError: _answer_refusal, HTTPException: _answer_http_error},
    )
    # A redirect would name this service's own address, which callers behind gateways cannot reach.
    application.router.redirect_slashes = False
    return application


def _answer(answer: msgspec.Struct) -> Response:
    # JSON is UTF-8 by RFC 8259, so the type has no charset parameter.
    return Response(msgspec.json.encode(answer), media_type=JSON_TYPE)


async def _answer_refusal(_request: Request, error: Exception) -> Response:
    refusal = cast("AreasError", error)
    status, title = PROBLEMS[refusal.kind]
    return _answer_problem(ProblemAnswer(f"urn:lienthong:problem:{refusal.kind}", title, status, refusal.message))


async def _answer_http_error(_request: Request, error: Exception) -> Response:
    refusal = cast("HTTPException", error)
    problem = ProblemAnswer("about:blank", refusal.detail, refusal.status_code, refusal.detail)
    response = _answer_problem(problem)
    response.headers.update(refusal.headers or {})
    return response


def _answer_problem(problem: ProblemAnswer) -> Response:
    return Response(msgspec.json.encode(problem), problem.status, media_type=PROBLEM_TYPE)


def main() -> None:
    """Serve on loopback until SIGINT or SIGTERM: `python -m lienthong.sandbox.areas_service PORT`."""
    parser = argparse.ArgumentParser(prog="areas-service", description="The sandbox's areas service.")
    parser.add_argument("port", type=int, help="port on 127.0.0.1")
    port = parser.parse_args().port
    service = make_service(read_units(), SystemClock())
    uvicorn.run(service, host=LOOPBACK, port=port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
