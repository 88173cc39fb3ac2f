"""The URLs of the role `province`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import include, path

from lienthong.identity.urls import make_account_patterns
from lienthong.portal.province.look_up_package import save_package
from lienthong.portal.province.own_record import show_own_record
from lienthong.portal.province.start import show_start
from lienthong.portal.province.verifier import VERIFIER, show_verifier
from lienthong.portal.province.who_looked import show_who_looked
from lienthong.site.urls_common import common_patterns

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("", show_start, name="start"),
    path("my-record/", show_own_record, name="own-record"),
    path("who-looked/", show_who_looked, name="who-looked"),
    path("who-looked/package/", save_package, name="look-up-package"),
    path(f"who-looked/{VERIFIER}", show_verifier, name="verifier"),
    path("services/cases/", include("lienthong.cases.urls")),
    path("services/areas/", include("lienthong.areas.urls")),
    path("services/delivery/", include("lienthong.delivery.urls")),
    path("sign-in/provider/", include("lienthong.identity.relying.urls")),
    path("", include("lienthong.portal.cases.urls")),
    path("delivery/", include("lienthong.portal.delivery.urls")),
    *make_account_patterns(None),
    *common_patterns,
]

handler400 = "lienthong.portal.error_pages.show_bad_request"
handler403 = "lienthong.portal.error_pages.show_forbidden"
handler404 = "lienthong.portal.error_pages.show_missing"
handler500 = "lienthong.portal.error_pages.show_fault"
