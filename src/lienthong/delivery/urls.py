"""The service's URLs, below `/services/delivery/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.delivery.service_views import show_answer, show_description, take_question

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "delivery"

urlpatterns: list[URLPattern] = [
    path("asks", take_question, name="asks"),
    path("asks/openapi.json", show_description, name="openapi"),
    path("asks/<str:message>", show_answer, name="ask"),
]
