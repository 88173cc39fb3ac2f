"""The simulated portal's calls for provinces: token, number, file, case, progress, status; what was filed [assumed].

What is sent is held to the committed forms; how the portal behaves (behaviour.py) is laid over what it answers.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from lienthong.cases.national_portal import messages
from lienthong.sandbox.agencies.desk import LostAnswer
from lienthong.sandbox.national_portal.behaviour import USUAL, PortalBehaviour, read_behaviour
from lienthong.sandbox.national_portal.book import ANSWER_LOST, FORGOTTEN, FROM_PROVINCE, KNOWN, TAKEN, Book, KeptFiling
from lienthong.sandbox.national_portal.forms import NotTakenError, read_call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

TOKEN_S: Final = 600
JSON_TYPE: Final = "application/json"
FILE_TYPE: Final = "application/octet-stream"
MOST_BYTES: Final = 16 * 1024 * 1024
UNAUTHORIZED: Final = 401


@dataclass(slots=True)
class Desk:
    """The portal towards one province's account. `held` counts what the behaviour has lost or forgotten so far."""

    book: Book
    account: str
    secret: str
    behaviour_file: Path
    tokens: dict[str, float] = field(default_factory=dict)
    held: int = 0
    held_under: PortalBehaviour = USUAL

    def make_routes(self) -> list[Route]:
        """Give the routes of the calls, below the address that the province is told."""
        posts: dict[str, Callable[[bytes], object]] = {
            "ma-ho-so": self._draw_number,
            "tep-tin": self._take_file,
            "ho-so": self._take_case,
            "tien-trinh": self._take_progress,
            "trang-thai": self._take_status,
            "da-nhan": self._take_arrived,
        }
        gets: dict[str, Callable[[Request], object]] = {
            "ho-so-cho": lambda request: self._list(request, only_waiting=True),
            "ho-so-da-nop": self._list,
            "ho-so/{code}": lambda request: self.book.get_filing(request.path_params["code"]).document,
            "tep-tin/{file}": lambda request: self.book.get_file(request.path_params["file"]),
        }
        return [
            Route("/ma-truy-cap", self._give_token, methods=["POST"]),
            *(Route(f"/{path}", self._answer_post(act), methods=["POST"]) for path, act in posts.items()),
            *(Route(f"/{path}", self._answer_get(read), methods=["GET"]) for path, read in gets.items()),
        ]

    def _answer_post(self, act: Callable[[bytes], object]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            return await self._answer(request, lambda: act(body), body)

        return answer

    def _answer_get(self, read: Callable[[Request], object]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._answer(request, lambda: read(request), b"")

        return answer

    async def _give_token(self, request: Request) -> Response:
        """Give a token to who knows the account's secret."""
        behaviour = read_behaviour(self.behaviour_file)
        if behaviour.is_down:
            return LostAnswer()
        try:
            self._require_account(read_call("token", await request.body()))
        except NotTakenError as error:
            return _write(error.told, error.status)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = time.monotonic() + TOKEN_S
        return _write(messages.TokenGiven(token, TOKEN_S))

    async def _answer(self, request: Request, act: Callable[[], object], body: bytes) -> Response:
        behaviour = read_behaviour(self.behaviour_file)
        if behaviour.is_down:
            return LostAnswer()
        if not self._knows(request.headers.get("Authorization", "")):
            return _write(messages.NotTaken("chua-dang-nhap", ""), UNAUTHORIZED)
        await asyncio.sleep(behaviour.slow_s)
        if self._takes_turn(behaviour, behaviour.forget, body):
            await run_in_threadpool(self.book.note_loss, *_find_told(body), FORGOTTEN)
            return _write(messages.Taken("da-ghi"))
        try:
            told = await run_in_threadpool(act)
        except NotTakenError as error:
            return _write(error.told, error.status)
        # What was told is written down; its answer may be lost all the same.
        if self._takes_turn(behaviour, behaviour.lose_answers, body):
            await run_in_threadpool(self.book.note_loss, *_find_told(body), ANSWER_LOST)
            return LostAnswer()
        return _write(told)

    def _takes_turn(self, behaviour: PortalBehaviour, times: int, body: bytes) -> bool:
        """Tell whether this call is one that the behaviour is about, and count it."""
        if behaviour != self.held_under:
            self.held, self.held_under = 0, behaviour
        if self.held >= times or _find_told(body)[1] < behaviour.lose_from_status:
            return False
        self.held += 1
        return True

    def _require_account(self, asked: dict[str, str]) -> None:
        if not (_is_same(asked["TaiKhoan"], self.account) and _is_same(asked["MatKhau"], self.secret)):
            raise NotTakenError(403, "sai-tai-khoan", "tài khoản hoặc mật khẩu")

    def _knows(self, header: str) -> bool:
        until = self.tokens.get(header.removeprefix("Bearer "), 0.0)
        return until > time.monotonic()

    def _draw_number(self, body: bytes) -> object:
        asked = read_call("number", body)
        return messages.NumberGiven(self.book.draw_number(asked["MaDonViTiepNhan"]))

    def _take_file(self, body: bytes) -> object:
        if not body or len(body) > MOST_BYTES:
            raise NotTakenError(413, "tep-tin-qua-lon", f"{len(body)}")
        return messages.FileTaken(*self.book.keep_file(body))

    def _take_case(self, body: bytes) -> object:
        case = read_call("case", body)
        for paper in case.get("ThanhPhanHoSo", ()):
            self.book.get_file(paper["IdTepTin"])
        return _say(self.book.keep_filing(case, FROM_PROVINCE))

    def _take_progress(self, body: bytes) -> object:
        return _say(self.book.keep_progress(read_call("progress", body)))

    def _take_status(self, body: bytes) -> object:
        told = read_call("status", body)
        return _say(self.book.keep_status(told["MaHoSo"], told["TrangThai"]))

    def _take_arrived(self, body: bytes) -> object:
        told = read_call("arrived", body)
        return _say(self.book.say_arrived(told["MaHoSo"], told["MaHoSoDonVi"]))

    def _list(self, request: Request, *, only_waiting: bool = False) -> object:
        units, since = request.query_params.getlist("don-vi"), request.query_params.get("tu", "")
        try:
            moment = datetime.fromisoformat(since).astimezone(UTC).isoformat() if since else ""
        except ValueError as error:
            raise NotTakenError(422, "sai-cau-truc", f"tu: {error}") from error
        return messages.FilingList(tuple(map(_line, self.book.list_filed(units, moment, only_waiting=only_waiting))))


def _line(kept: KeptFiling) -> messages.FilingLine:
    return msgspec.convert({"MaHoSo": kept.code, "TrangThai": kept.status}, messages.FilingLine)


def _say(result: str) -> messages.Taken:
    return messages.Taken(TAKEN if result == TAKEN else KNOWN)


class _About(msgspec.Struct, frozen=True):
    """Of what a call is."""

    code: str = msgspec.field(name="MaHoSo", default="")
    status: int = msgspec.field(name="TrangThai", default=0)


def _find_told(body: bytes) -> tuple[str, int]:
    """Give the case and the status that a call is about; none and 0 for one that is about neither."""
    try:
        about = msgspec.json.decode(body, type=_About)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "", 0
    return about.code, about.status


def _write(told: object, status: int = 200) -> Response:
    if isinstance(told, bytes):
        return Response(told, status, media_type=FILE_TYPE)
    return Response(msgspec.json.encode(told), status, media_type=JSON_TYPE)


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
