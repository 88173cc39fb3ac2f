"""Registry and province in one process, for a test of one against the other: each has its own session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import include, path

from lienthong.site.urls_registry import handler400, handler403, handler404, handler500
from lienthong.site.urls_registry import urlpatterns as registry_patterns
from tests.identity.relying.pages import show_case, show_record

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [
    *registry_patterns,
    path("sign-in/provider/", include("lienthong.identity.relying.urls")),
    path("case", show_case),
    path("record", show_record),
]
