"""The demo's own start page: who there is to be, how each signs in, and a path through what there is to see.

One page on loopback, while the demo stays up; made anew for each request, so that the one-time codes on it are those of
this half minute. It shows passwords, of made-up people alone, and answers under no other name than its own address.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from lienthong.sandbox.delivery_story import PURPOSE
from lienthong.sandbox.linked_stories import BIRTH
from lienthong.sandbox.logins import STEP_SECONDS, make_code, read_login, read_staff_logins
from lienthong.sandbox.marks import NO_LEGAL_VALUE
from lienthong.sandbox.ports import LOOPBACK, find_free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lienthong.sandbox.sites import Sites

OK: Final = 200
NOT_FOUND: Final = 404

STYLE: Final = """
body { font: 1.05rem/1.5 system-ui, sans-serif; color: #0b0c0c; margin: 0 auto; max-width: 60rem; padding: 1rem; }
.mark { background: #fff3cd; border-left: .4rem solid #b58900; padding: .5rem 1rem; }
h1 { font-size: 1.8rem; } h2 { font-size: 1.3rem; margin-top: 2rem; } a { color: #1d5a9c; }
table { border-collapse: collapse; width: 100%; } th small { font-weight: normal; }
th, td { border-bottom: 1px solid #b1b4b6; padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top; }
code { font-size: 1rem; overflow-wrap: anywhere; } li { margin-bottom: .6rem; } .vi { color: #505a5f; }
@media (max-width: 45rem) {
  thead { position: absolute; left: -100rem; } tr, th, td { display: block; border: 0; padding: .1rem 0; }
  tr { border-bottom: 1px solid #b1b4b6; padding: .6rem 0; }
  td::before { content: attr(data-label) ": "; color: #505a5f; }
}
"""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be: what they do, where they sign in, and what they type there."""

    what: str
    name: str
    url: str
    login: str
    password: str
    totp_secret: str


@dataclass(frozen=True, slots=True)
class GatewayPage:
    """A gateway's own page, and what its operator signs in with."""

    url: str
    token: str


def list_personas(sites: Sites) -> list[Persona]:
    """Give everybody who can sign in."""
    parent = read_login(sites.logins)
    province, registry = sites.province.url, sites.registry.url
    first = Persona(
        "a parent", parent.full_name, f"{province}/my-cases/", parent.number, parent.password, parent.totp_secret
    )
    others = [
        Persona(each.post, where, f"{url}{_find_way(each.post)}", each.name, each.password, each.totp_secret)
        for file, url, where in (
            (sites.officer_logins, province, "at the commune"),
            (sites.staff_logins, registry, "at the registry"),
        )
        for each in read_staff_logins(file)
    ]
    return [first, *others]


def _find_way(post: str) -> str:
    """Give the pages that somebody with a post works on."""
    ways = {
        "figures": "/delivery/",
        "leader": "/delivery/",
        "officer": "/work/",
        "administrator": "/staff/",
        "clerk": "/office/",
    }
    return next((way for word, way in ways.items() if word in post), "/sign-in/")


def write_page(sites: Sites, now: float, gateway: GatewayPage | None = None) -> str:
    """Write the page as it is at a moment."""
    left = int(STEP_SECONDS - now % STEP_SECONDS) + 1
    rows = "".join(_write_persona(persona, now) for persona in list_personas(sites))
    steps = "".join(f"<li>{step}</li>" for step in _write_path(sites, gateway))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Lienthong: a province in a box</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="{left}">
<style>{STYLE}</style></head><body>
<main><h1>Lienthong: a province in a box</h1>
<p class="mark" lang="vi">{escape(NO_LEGAL_VALUE)}</p>
<p>Everybody and everything here is made up. Codes are good once and for half a minute; this page brings the next.</p>
<h2>A path through it</h2><ol>{steps}</ol>
<h2>Who there is to be</h2>
<table>
<thead><tr><th scope="col">Who</th><th scope="col">Sign in as</th><th scope="col">Password</th>
<th scope="col">Code now</th></tr></thead>
<tbody>{rows}</tbody></table></main></body></html>
"""


@contextmanager
def serve_start_page(sites: Sites, gateway: GatewayPage | None = None) -> Iterator[str]:
    """Serve the page while the block runs; gives its address."""
    (port,) = find_free_ports(1)
    address = f"{LOOPBACK}:{port}"
    server = ThreadingHTTPServer((LOOPBACK, port), _make_handler(lambda now: write_page(sites, now, gateway), address))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{address}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _write_persona(persona: Persona, now: float) -> str:
    code = make_code(persona.totp_secret, now)
    return (
        f'<tr><th scope="row"><a href="{escape(persona.url)}">{escape(persona.what)}</a><br>'
        f"<small>{escape(persona.name)}</small></th>"
        f'<td data-label="Sign in as"><code>{escape(persona.login)}</code></td>'
        f'<td data-label="Password"><code>{escape(persona.password)}</code></td>'
        f'<td data-label="Code now"><code>{code}</code></td></tr>'
    )


def _write_path(sites: Sites, gateway: GatewayPage | None) -> Iterator[str]:
    province, registry = sites.province.url, sites.registry.url
    cascade = f"{province}/delivery/directives/?q={PURPOSE}"
    if sites.portal is not None:
        yield (
            f'<a href="{escape(sites.portal.url)}">File a birth at the national portal, which is simulated; it is here '
            'within a minute or two</a> <span class="vi" lang="vi">Cổng nộp hồ sơ (mô phỏng)</span>'
        )
    for vi, en, url in (
        ("Tìm thủ tục khai sinh", "As the parent, find the service for a birth", f"{province}/find/?q=khai+sinh"),
        ("Khai một lần, nộp một lần", "Fill the form in, and submit it once", f"{province}/procedures/{BIRTH}/"),
        ("Tiếp nhận và xử lý", "In another browser, as an officer, receive the case", f"{province}/work/"),
        ("Theo dõi hồ sơ", "As the parent again, watch the agencies act", f"{province}/my-cases/"),
        ("Phê duyệt, trả kết quả", "As who decides, approve; then issue and hand over", f"{province}/work/"),
        ("Giấy tờ của tôi", "Take the signed papers, and check one by its code", f"{province}/my-papers/"),
        ("Ai đã xem dữ liệu của tôi", "See who looked at your data, and for which case", f"{province}/who-looked/"),
        ("Cơ sở dữ liệu dân cư", "As a clerk, find the child in the population registry", f"{registry}/office/"),
        ("Từ cam kết đến minh chứng", "As the leader, go down from a promise to late cases and proofs", cascade),
    ):
        yield f'<a href="{escape(url)}">{escape(en)}</a> <span class="vi" lang="vi">{escape(vi)}</span>'
    if gateway is not None:
        yield (
            f'<a href="{escape(gateway.url)}">As operator of the commune\'s gateway, see peers, log and witness</a> '
            '<span class="vi" lang="vi">Cổng kết nối, nhật ký, bên chứng kiến</span>. '
            f"Token: <code>{escape(gateway.token)}</code>"
        )


def _make_handler(write: Callable[[float], str], address: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.headers.get("Host") == address and self.path == "/"
            body = write(time.time()).encode() if is_page else b""
            self.send_response(OK if is_page else NOT_FOUND)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_told: object) -> None:
            """Say nothing on the screen."""

    return Handler
