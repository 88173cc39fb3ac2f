"""The registry's own pages: a person's record for themselves, and the back office of its clerks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import path

from lienthong.portal.registry.own_record import show_own_record
from lienthong.portal.registry.start import show_start

if TYPE_CHECKING:
    from django.urls import URLPattern

registry_patterns: Final[list[URLPattern]] = [
    path("", show_start, name="start"),
    path("my-record/", show_own_record, name="own-record"),
]
