"""A browser without a screen: it follows links and forms of a running site over HTTP, until it is led elsewhere."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, ProxyHandler, build_opener

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from urllib.request import Request


@dataclass
class LivePage:
    """A page that the browser shows: its address and its text."""

    address: str
    text: str


class _Stop(HTTPRedirectHandler):
    """Follows redirects within the site; one that leads elsewhere is shown, not followed."""

    def __init__(self, site: str) -> None:
        self.site = site

    def redirect_request(  # the base class's
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        return super().redirect_request(req, fp, code, msg, headers, newurl) if newurl.startswith(self.site) else None

    def http_error_302(self, req: Request, fp: Any, code: int, msg: str, headers: Any) -> Any:  # noqa: ANN401 # the base class's
        followed = super().http_error_302(req, fp, code, msg, headers)
        return fp if followed is None else followed


@dataclass
class LiveBrowser:
    """Opens pages of one site."""

    site: str
    opener: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _Stop(self.site))

    def open(self, address: str, form: dict[str, str] | None = None) -> LivePage:
        """Open an address, or send a form to it; a page elsewhere gives its address and no text."""
        body = None if form is None else urlencode(form).encode()
        with self.opener.open(urljoin(self.site, address), body) as response:
            assert isinstance(response, HTTPResponse)
            refresh = response.headers.get("Refresh", "").removeprefix("0;url=")
            elsewhere = refresh or (response.headers.get("Location", "") if response.status == 302 else "")
            text = response.read().decode()
            return LivePage(elsewhere, "") if elsewhere else LivePage(response.geturl(), text)

    def fill(self, page: LivePage, **values: str) -> LivePage:
        """Send the last form of a page that has all of the fields, with what it holds already."""
        forms = re.findall(r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
        action, inside = [form for form in forms if all(f'name="{name}"' in form[1] for name in values)][-1]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside))
        kept = {name: html.unescape(value) for name, value in hidden.items()}
        return self.open(urljoin(page.address, html.unescape(action)), {**kept, **values})
