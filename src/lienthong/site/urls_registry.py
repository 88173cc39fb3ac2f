"""The URLs of the role `registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import include, path

from lienthong.portal.registry.start import show_start
from lienthong.site.urls_common import common_patterns

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("", show_start, name="start"),
    path("services/areas/", include("lienthong.areas.urls")),
    path("services/people/", include("lienthong.people.urls")),
    path("", include("lienthong.identity.provider.urls")),
    *common_patterns,
]

handler400 = "lienthong.portal.error_pages.show_bad_request"
handler403 = "lienthong.portal.error_pages.show_forbidden"
handler404 = "lienthong.portal.error_pages.show_missing"
handler500 = "lienthong.portal.error_pages.show_fault"
