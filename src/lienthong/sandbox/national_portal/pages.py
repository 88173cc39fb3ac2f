"""The simulated portal's few pages: what can be filed, a form for it, and each filing with its progress as received.

They belong to nobody's portal and imitate none: every page begins with a band that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from lienthong.cases.documents.paper_words import STATES
from lienthong.cases.words import NationalStatus
from lienthong.sandbox.marks import NO_LEGAL_VALUE
from lienthong.sandbox.national_portal.book import ANSWER_LOST, FORGOTTEN, VIETNAM
from lienthong.sandbox.national_portal.entry import OWN_NAME, OWN_NUMBER, Entered, file_case
from lienthong.sandbox.national_portal.fields import draw_field, draw_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from lienthong.cases.catalogue import Catalogue
    from lienthong.cases.procedure import Procedure
    from lienthong.sandbox.national_portal.book import Book, KeptFiling, KeptLoss, KeptProgress

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
LOSSES: Final = {
    ANSWER_LOST: "Đã ghi, nhưng câu trả lời bị mất",
    FORGOTTEN: "Trả lời là đã ghi, nhưng nội dung bị mất",
}
START: Final = "Cổng nộp hồ sơ mô phỏng"
_BACK: Final = '<p><a href="/">Về trang đầu</a></p>'
MOST_BYTES: Final = 256 * 1024
BAND: Final = "MÔ PHỎNG. Đây không phải Cổng Dịch vụ công quốc gia."
ASSUMED: Final = (
    "Cách hồ sơ đi vào từ cổng là giả định của dự án này; tên trường của các lệnh đồng bộ chỉ biết gián tiếp. "
    "Mọi dữ liệu đều là dữ liệu mẫu."
)
STYLE: Final = Path(__file__).with_name("style.css")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages over one book: which procedures can be filed, and for which receiving unit."""

    book: Book
    catalogue: Catalogue
    unit: str

    def make_routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Route("/", self._show_start, methods=["GET"]),
            Route("/style.css", _show_style, methods=["GET"]),
            Route("/nop/{code}", self._show_form, methods=["GET"]),
            Route("/nop/{code}", self._take_form, methods=["POST"]),
            Route("/ho-so/{code}", self._show_filing, methods=["GET"]),
        ]

    async def _show_start(self, request: Request) -> Response:
        del request
        offered = "".join(
            f'<li><a href="/nop/{quote(each.code)}">{escape(each.title.vi)}</a> '
            f'<span class="code small">{escape(each.code)}</span></li>'
            for each in self.catalogue.list_procedures(_find_today())
        )
        filings = "".join(map(_draw_line, await run_in_threadpool(self.book.list_filings)))
        listed = f'<ul class="list">{filings}</ul>' if filings else "<p>Chưa có hồ sơ nào.</p>"
        body = f'<h2>Hồ sơ đã nộp</h2>{listed}<h2>Nộp hồ sơ</h2><ul class="list">{offered}</ul>'
        return _draw(START, body)

    async def _show_form(self, request: Request) -> Response:
        procedure = self._find_procedure(request)
        return _missing() if procedure is None else _draw_form(procedure, {}, Entered())

    async def _take_form(self, request: Request) -> Response:
        procedure, raw = self._find_procedure(request), await request.body()
        if procedure is None or len(raw) > MOST_BYTES:
            return _missing()
        posted = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        entered = await run_in_threadpool(file_case, self.book, procedure, self.unit, posted)
        if entered.faults:
            return _draw_form(procedure, posted, entered)
        return RedirectResponse(f"/ho-so/{quote(entered.code)}", HTTPStatus.SEE_OTHER)

    async def _show_filing(self, request: Request) -> Response:
        filing = await run_in_threadpool(self.book.find_filing, request.path_params["code"])
        if filing is None:
            return _missing()
        progress = await run_in_threadpool(self.book.list_progress, filing.code)
        losses = await run_in_threadpool(self.book.list_losses, filing.code)
        return _draw(f"Hồ sơ {filing.code}", _draw_filing(filing, progress) + _draw_losses(losses))

    def _find_procedure(self, request: Request) -> Procedure | None:
        offered = self.catalogue.list_procedures(_find_today())
        return next((each for each in offered if each.code == request.path_params["code"]), None)


def _draw(title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    text = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)} - MÔ PHỎNG</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/style.css">'
        f'</head><body><header class="band"><p>{BAND}</p><p>{NO_LEGAL_VALUE}</p><p class="why">{ASSUMED}</p></header>'
        f"<main><h1>{escape(title)}</h1>{body}{_BACK if title != START else ''}</main></body></html>"
    )
    return HTMLResponse(text, status, HEADERS)


def _missing() -> Response:
    return _draw("Không tìm thấy trang", "<p>Cổng mô phỏng không có trang này.</p>", HTTPStatus.NOT_FOUND)


async def _show_style(request: Request) -> Response:
    del request
    return Response(STYLE.read_bytes(), media_type="text/css")


def _draw_line(filing: KeptFiling) -> str:
    return (
        f'<li><a class="code" href="/ho-so/{quote(filing.code)}">{escape(filing.code)}</a><br>'
        f"{escape(_say_status(filing.status))}, {_say_own(filing)}</li>"
    )


def _draw_filing(filing: KeptFiling, progress: list[KeptProgress]) -> str:
    rows = "".join(map(_draw_progress, progress))
    told = f'<ul class="list">{rows}</ul>' if rows else "<p>Cơ quan chưa gửi tiến trình nào.</p>"
    return (
        f"<p>Trạng thái tại cổng mô phỏng: <strong>{escape(_say_status(filing.status))}</strong></p>"
        f'<p>Thủ tục <span class="code">{escape(filing.document["MaTTHC"])}</span>, {_say_own(filing)}</p>'
        f"<h2>Tiến trình đã nhận</h2>{told}"
    )


def _draw_progress(kept: KeptProgress) -> str:
    told = kept.document
    due = told.get("NgayKetThucTheoQuyDinh", "")
    until = f", hạn {date.fromisoformat(due):%d/%m/%Y}" if due else ""
    again = f" (gửi đến {kept.arrivals} lần, ghi một lần)" if kept.arrivals > 1 else ""
    return (
        f'<li><strong>{escape(told["NoiDungXuLy"])}</strong><br><span class="small">'
        f"{escape(_say_moment(told['ThoiDiemXuLy']))}, {escape(told['NguoiXuLy'])}, {escape(told['PhongBanXuLy'])}: "
        f"{escape(_say_status(told['TrangThai']))}{until}{again}</span></li>"
    )


def _draw_losses(losses: list[KeptLoss]) -> str:
    """Say what this simulation lost on purpose; a portal that really loses something does not know."""
    if not losses:
        return ""
    rows = "".join(
        f"<li>{LOSSES[each.kind]}: {escape(_say_status(each.status))}"
        f'<br><span class="small">{escape(_say_moment(each.at))}</span></li>'
        for each in losses
        if each.status
    )
    return f'<h2>Sự cố do mô phỏng cố ý gây ra</h2><ul class="list">{rows}</ul>'


def _draw_form(procedure: Procedure, posted: Mapping[str, str], entered: Entered) -> Response:
    own = draw_input(OWN_NUMBER, "Số định danh của người nộp (thay cho đăng nhập VNeID)", posted, entered.faults)
    own += draw_input(OWN_NAME, "Họ, chữ đệm, tên người nộp", posted, entered.faults)
    pages = "".join(
        f"<h2>{escape(page.title.vi)}</h2>{''.join(draw_field(each, posted, entered.faults) for each in page.fields)}"
        for page in procedure.form.pages
    )
    faults = '<p class="fault">Có mục chưa đúng; xem dưới từng mục.</p>' if entered.faults else ""
    form = f'<form method="post" action="/nop/{quote(procedure.code)}">{own}{pages}<button>Nộp hồ sơ</button></form>'
    return _draw(
        procedure.title.vi, f"{faults}{form}", HTTPStatus.UNPROCESSABLE_ENTITY if entered.faults else HTTPStatus.OK
    )


def _say_status(status: int) -> str:
    return f"{status} {STATES[NationalStatus(status)].vi}"


def _say_own(filing: KeptFiling) -> str:
    if not filing.own_code:
        return "chưa có tin cơ quan đã nhận"
    return f'mã tại cơ quan <span class="code">{escape(filing.own_code)}</span>'


def _say_moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def _find_today() -> date:
    return datetime.now(VIETNAM).date()
