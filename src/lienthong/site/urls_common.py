"""The URLs that every role has: health, the pages' files, the language switch, and the error pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.portal.assets import serve_asset
from lienthong.portal.language import choose_language
from lienthong.site.health import answer_health

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

common_patterns: list[URLPattern | URLResolver] = [
    path("health", answer_health, name="health"),
    path("assets/<path:name>", serve_asset, name="asset"),
    path("language/<str:code>", choose_language, name="language"),
]
