from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from django.test import Client, RequestFactory

from lienthong import portal
from lienthong.portal.assets import asset_url, read_manifest
from lienthong.portal.error_pages import refuse_form, show_bad_request, show_fault, show_forbidden
from lienthong.portal.wording import find_missing, find_repeated, find_unused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATES = Path(portal.__file__).parent / "templates"


def _get(client: Client, path: str, **headers: str) -> HttpResponse:
    return cast("HttpResponse", client.get(path, headers=headers))


def test_every_text_of_every_page_has_its_vietnamese() -> None:
    assert find_missing("vi") == []
    assert find_unused("vi") == []
    assert find_repeated("vi") == []


def test_a_page_that_can_show_errors_says_so_in_its_title() -> None:
    shows, title = re.compile(r"error_summary\(|govukErrorSummary\("), re.compile(r"block title %\}(.*?)\{% endblock")
    silent = []
    for page in TEMPLATES.rglob("*.html"):
        text = page.read_text("utf-8")
        titled = title.search(text)
        if titled is not None and shows.search(text) and '_("Error: ")' not in titled[1]:
            silent.append(page.name)
    assert silent == []


@pytest.mark.django_db
def test_pages_are_vietnamese_whatever_the_browser_prefers_until_a_person_chooses(client: Client) -> None:
    assert "Cơ sở dữ liệu dân cư" in _get(client, "/", accept_language="en").content.decode()

    chosen = _get(client, "/language/en?next=/nowhere")
    assert (chosen.status_code, chosen["Location"]) == (302, "/nowhere")
    answer = _get(client, "/")
    assert answer["Content-Language"] == "en"
    assert "Population registry" in answer.content.decode()


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_choosing_a_language_leads_nowhere_else(client: Client, target: str) -> None:
    answer = client.get("/language/en", {"next": target})

    assert answer["Location"] == "/"


def test_a_language_that_we_do_not_have_is_not_found(client: Client) -> None:
    assert _get(client, "/language/fr").status_code == 404


def test_a_file_is_served_compressed_and_for_good(client: Client) -> None:
    plain = _get(client, asset_url("site.css"))
    small = _get(client, asset_url("site.css"), accept_encoding="gzip")

    assert plain["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain["Content-Type"] == "text/css; charset=utf-8"
    assert gzip.decompress(small.content) == plain.content
    assert len(small.content) < 20_000
    assert b"GDS Transport" not in plain.content


@pytest.mark.parametrize("name", ["manifest.json", "../layout.html", "nothing.css"])
def test_only_built_files_are_served(client: Client, name: str) -> None:
    assert _get(client, f"/assets/{name}").status_code == 404


def test_fonts_come_with_their_licence() -> None:
    assert {name for name in read_manifest() if name.startswith("be-vietnam-pro")} == {
        "be-vietnam-pro-latin-400.woff2",
        "be-vietnam-pro-latin-700.woff2",
        "be-vietnam-pro-vietnamese-400.woff2",
        "be-vietnam-pro-vietnamese-700.woff2",
        "be-vietnam-pro-licence.txt",
    }


def test_each_error_has_a_page_with_its_status() -> None:
    request = _make_request()

    assert show_bad_request(request, Exception()).status_code == 400
    assert show_forbidden(request, Exception()).status_code == 403
    assert refuse_form(request).status_code == 403
    fault = show_fault(request)
    assert fault.status_code == 500
    assert "<h1" in fault.content.decode()


def test_a_sandbox_says_on_every_page_that_nothing_is_real() -> None:
    assert "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in show_fault(_make_request()).content.decode()  # noqa: RUF001 # official


def _make_request() -> HttpRequest:
    request = RequestFactory().get("/")
    request.csp_nonce = "nonce"  # type: ignore[attr-defined] # as the middleware does
    return request
