"""The service's URLs, below `/services/areas/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.areas.service_views import (
    list_units,
    read_address,
    show_agency,
    show_description,
    show_predecessors,
    show_successors,
    show_unit,
)

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "areas"

urlpatterns: list[URLPattern] = [
    path("openapi.json", show_description, name="openapi"),
    path("units", list_units, name="list-units"),
    # A gateway that is asked for `/` below its service's address asks for this.
    path("units/", list_units),
    path("units/<str:code>", show_unit, name="show-unit"),
    path("units/<str:code>/successors", show_successors, name="show-successors"),
    path("units/<str:code>/predecessors", show_predecessors, name="show-predecessors"),
    path("addresses", read_address, name="read-address"),
    path("agencies/<str:code>", show_agency, name="show-agency"),
]
