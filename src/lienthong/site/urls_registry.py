"""The URLs of the role `registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import include, path

from lienthong.identity.urls import make_account_patterns
from lienthong.portal.registry.urls import registry_patterns
from lienthong.site.registry_check import PeopleRegistry
from lienthong.site.urls_common import common_patterns

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    *registry_patterns,
    path("services/areas/", include("lienthong.areas.urls")),
    path("services/people/", include("lienthong.people.urls")),
    path("", include("lienthong.identity.provider.urls")),
    *make_account_patterns(PeopleRegistry()),
    *common_patterns,
]

handler400 = "lienthong.portal.error_pages.show_bad_request"
handler403 = "lienthong.portal.error_pages.show_forbidden"
handler404 = "lienthong.portal.error_pages.show_missing"
handler500 = "lienthong.portal.error_pages.show_fault"
