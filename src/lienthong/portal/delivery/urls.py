"""The URLs of the pages of delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.portal.delivery import board, candidates

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.show_board, name="delivery-board"),
    path("illustrative/", board.show_illustrative_board, name="delivery-illustrative-board"),
    path("candidates/", candidates.show_documents, name="delivery-documents"),
    path("candidates/<int:document>/", candidates.show_candidates, name="delivery-candidates"),
    path("candidates/<int:document>/<int:candidate>/", candidates.show_candidate, name="delivery-candidate"),
]
