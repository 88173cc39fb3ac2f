from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import pytest

from lienthong.sandbox.logins import Login, StaffLogin, make_code
from lienthong.sandbox.sites import SiteHome, Sites
from lienthong.sandbox.start_page import GatewayPage, serve_start_page, write_page

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 # of RFC 6238
NOW = 1_795_000_010.0


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    made = Sites(tmp_path, SiteHome("registry", tmp_path / "r.toml", 1), SiteHome("province", tmp_path / "p.toml", 2))
    made.logins.write_bytes(msgspec.json.encode(Login("999302001234", "Người <Mẫu>", "a password", SECRET)))
    officers = [
        StaffLogin("xu-ly-mau", "officer who handles cases", "b", SECRET),
        StaffLogin("lanh-dao-mau", "leader", "d", SECRET),
    ]
    made.officer_logins.write_bytes(msgspec.json.encode(officers))
    made.staff_logins.write_bytes(msgspec.json.encode([StaffLogin("quan-tri", "administrator: posts", "c", SECRET)]))
    return made


def ask(address: str, path: str = "/", host: str = "") -> tuple[int, str]:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    connection.request("GET", path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_the_page_names_everybody_with_the_code_of_this_moment(sites: Sites) -> None:
    page = write_page(sites, NOW)
    assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in page
    assert page.count(f"<code>{make_code(SECRET, NOW)}</code>") == 4
    assert "Người &lt;Mẫu&gt;" in page
    for way in (
        "http://127.0.0.1:2/work/",
        "http://127.0.0.1:2/delivery/",
        "http://127.0.0.1:1/staff/",
        "http://127.0.0.1:2/procedures/",
        "http://127.0.0.1:2/delivery/directives/?q=15/KH-UBND",
    ):
        assert way in page
    assert SECRET not in page


def test_the_path_ends_at_a_gateways_own_page_with_the_token_that_opens_it(sites: Sites) -> None:
    page = write_page(sites, NOW, GatewayPage("http://127.0.0.1:3/page", "a <token>"))
    assert 'href="http://127.0.0.1:3/page"' in page
    assert "<code>a &lt;token&gt;</code>" in page


def test_it_is_served_under_its_own_address_alone(sites: Sites) -> None:
    with serve_start_page(sites) as address:
        status, body = ask(address)
        assert (status, "<h1>" in body) == (200, True)
        assert ask(address, "/other") == (404, "")
        assert ask(address, host="evil.example") == (404, "")
