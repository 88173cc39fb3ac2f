"""The registry's own pages: a person's record for themselves, and the back office of its clerks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import path

from lienthong.portal.registry import cards, corrections, find_person, imports
from lienthong.portal.registry.own_record import show_own_record
from lienthong.portal.registry.start import show_start

if TYPE_CHECKING:
    from django.urls import URLPattern

registry_patterns: Final[list[URLPattern]] = [
    path("", show_start, name="start"),
    path("my-record/", show_own_record, name="own-record"),
    path("office/", find_person.show_find, name="office"),
    path("office/people/<int:look_up>/", find_person.show_person, name="person"),
    path("office/people/<int:look_up>/member/", find_person.open_member, name="member"),
    path("office/people/<int:look_up>/card/", find_person.show_application, name="card-apply"),
    path("office/people/<int:look_up>/correct/<str:fact>/", corrections.show_correction, name="correct"),
    path("office/cards/", cards.show_queue, name="cards"),
    path("office/cards/counts/", cards.show_counts, name="card-counts"),
    path("office/import/", imports.show_import, name="import"),
    path("office/cards/<int:application>/", cards.show_card, name="card"),
]
