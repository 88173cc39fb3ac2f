"""The province's URLs with two pages that need a level, for tests of the step up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import path

from lienthong.site.urls_province import handler400, handler403, handler404, handler500
from lienthong.site.urls_province import urlpatterns as province_patterns
from lienthong.web.callers import Caller, find_signed_in, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@open_to(Caller.CITIZEN)
def show_case(request: HttpRequest) -> HttpResponse:
    found = find_signed_in(request)
    assert found is not None
    return HttpResponse(f"{found.account} at {found.level}")


show_record = open_to(Caller.CITIZEN, level=2)(show_case)

urlpatterns = [*province_patterns, path("case", show_case), path("record", show_record)]
