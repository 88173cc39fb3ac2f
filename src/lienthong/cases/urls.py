"""The services' URLs, below `/services/cases/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.cases.service_views import check_case, show_description

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "cases"

urlpatterns: list[URLPattern] = [
    path("openapi.json", show_description, name="openapi"),
    path("check", check_case, name="check-case"),
]
