"""The gateway page: what an operator wants to see at a look, as plain HTML without scripts (docs/operate.md).

It changes nothing. An operator signs in with the token by a form, which gives a cookie that no other site's request
carries (SameSite=Strict).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.operation import views
from lienthong.exchange.gateway.operation.operators import is_token
from lienthong.exchange.gateway.operation.page_words import WORDS
from lienthong.exchange.gateway.operation.sessions import COOKIE, LIFE_S, Sessions

if TYPE_CHECKING:
    from jinja2 import Template
    from starlette.requests import Request

    from lienthong.exchange.gateway.assembly import Assembly

_FILES: Final = Path(__file__).parent / "page_files"
MAX_FORM: Final = 4096
GUESS_PAUSE_S: Final = 0.5
"""A wrong token is answered so much later."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_page_routes(parts: Assembly) -> list[Route]:
    """Give the routes of one gateway's page."""
    page = _Page(parts)
    return [
        Route("/page", page.show),
        Route("/page/style.css", page.show_style),
        Route("/page/sign-in", page.sign_in, methods=["POST"]),
        Route("/page/sign-out", page.sign_out, methods=["POST"]),
    ]


class _Page:
    """The handlers."""

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self._sessions = Sessions(parts.gateway.clock)
        self._style = (_FILES / "page.css").read_bytes()

    async def show(self, request: Request) -> Response:
        """Show the gateway to who is signed in, else the form."""
        if not self._sessions.is_open(request.cookies.get(COOKIE, "")):
            return await self._render(request, {"status": None, "wrong": False})
        return await self._render(request, await asyncio.to_thread(_collect, self._parts))

    async def show_style(self, _request: Request) -> Response:
        """Give the stylesheet."""
        return Response(self._style, media_type="text/css", headers=HEADERS)

    async def sign_in(self, request: Request) -> Response:
        """Begin a session for who has an operator's token."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FORM:
                return Response(status_code=413)
        token = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        if not is_token(token.strip(), self._parts.home.settings.admin.operators):
            await asyncio.sleep(GUESS_PAUSE_S)
            return await self._render(request, {"status": None, "wrong": True}, 403)
        answer = RedirectResponse(f"/page?lang={_language(request)}", 303, HEADERS)
        is_secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, self._sessions.begin(), LIFE_S, path="/page", secure=is_secure, httponly=True, samesite="strict"
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        self._sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse(f"/page?lang={_language(request)}", 303, HEADERS)
        answer.delete_cookie(COOKIE, path="/page")
        return answer

    async def _render(self, request: Request, values: dict[str, Any], status: int = 200) -> Response:
        language = _language(request)
        template = await asyncio.to_thread(_load_template)
        html = template.render(
            t=WORDS[language],
            language=language,
            other="en" if language == "vi" else "vi",
            gateway=self._parts.home.settings.gateway,
            **values,
        )
        return HTMLResponse(html, status, HEADERS)


@cache
def _load_template() -> Template:
    """Load the page once somebody looks at it: a gateway's start has no use for it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 # as said above

    files = FileSystemLoader(_FILES)
    environment = Environment(loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["time"] = _show_time
    return environment.get_template("page.html")


def _collect(parts: Assembly) -> dict[str, Any]:
    """Read what the page shows; an invalid grants.toml shows no grants, and the message says why elsewhere."""
    try:
        grants = views.list_grants(parts)
    except ExchangeError:
        grants = []
    return {
        "status": views.show_status(parts),
        "checkpoints": views.show_checkpoints(parts),
        "peers": [
            (each.gateway, each.links, each.under_way, each.seen, each.linked) for each in views.list_peers(parts)
        ],
        "services": [(each.name, each.type, each.grants) for each in views.list_services(parts)],
        "members": [(each.id, each.name, ", ".join(each.subsystems)) for each in views.list_members(parts)],
        "grants": [
            (
                *(each.to, each.service, each.methods, " ".join(each.paths), " ".join(each.purposes)),
                _show_time(each.until) if each.until is not None else "",
            )
            for each in grants
        ],
        "doubts": [
            (_show_time(each.time), each.kind, each.client, each.service, each.exchange)
            for each in parts.gateway.unresolved.list()
        ],
    }


def _language(request: Request) -> str:
    wanted = request.query_params.get("lang", "vi")
    return wanted if wanted in WORDS else "vi"


def _show_time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
