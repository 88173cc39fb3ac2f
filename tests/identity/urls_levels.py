"""The registry's URLs with one page for each kind of caller and level, as other houses will have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import path

from lienthong.identity.urls import make_account_patterns
from lienthong.portal.registry.urls import registry_patterns
from lienthong.site.urls_common import common_patterns
from lienthong.web.callers import Caller, find_signed_in, open_to
from tests.identity.persons import OnePersonRegistry

if TYPE_CHECKING:
    from django.http import HttpRequest


@open_to(Caller.CITIZEN)
def show_level_1(request: HttpRequest) -> HttpResponse:
    return _tell(request)


@open_to(Caller.CITIZEN, level=2)
def show_level_2(request: HttpRequest) -> HttpResponse:
    return _tell(request)


@open_to(Caller.OFFICER)
def show_work(request: HttpRequest) -> HttpResponse:
    return _tell(request)


def _tell(request: HttpRequest) -> HttpResponse:
    found = find_signed_in(request)
    assert found is not None
    return HttpResponse(f"{found.account} {found.level} {found.officer}".strip())


urlpatterns = [
    *registry_patterns,
    path("level-1/", show_level_1),
    path("level-2/", show_level_2),
    path("work/", show_work),
    *make_account_patterns(OnePersonRegistry()),
    *common_patterns,
]

handler403 = "lienthong.portal.error_pages.show_forbidden"
handler404 = "lienthong.portal.error_pages.show_missing"
