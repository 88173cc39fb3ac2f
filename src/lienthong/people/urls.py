"""The services' URLs, below `/services/people/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.people.service_views import (
    add_birth,
    add_card,
    add_death,
    add_stay,
    end_stay,
    match_persons,
    show_card_counts,
    show_description,
    show_facts,
    show_household,
    show_parent,
    show_person,
)

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "people"

urlpatterns: list[URLPattern] = [
    path("openapi.json", show_description, name="openapi"),
    path("persons", match_persons, name="match-persons"),
    path("persons/<str:number>", show_person, name="show-person"),
    path("persons/<str:number>/household", show_household, name="show-household"),
    path("persons/<str:number>/as-parent", show_parent, name="show-parent"),
    path("persons/<str:number>/facts", show_facts, name="show-facts"),
    path("births", add_birth, name="add-birth"),
    path("residences", add_stay, name="add-residence"),
    path("residences/end", end_stay, name="end-residence"),
    path("deaths", add_death, name="add-death"),
    path("cards", add_card, name="add-card"),
    path("cards/counts", show_card_counts, name="show-card-counts"),
]
