"""The first page of the role `registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@open_to(Caller.ANYONE)
def show_start(request: HttpRequest) -> HttpResponse:
    """Show what this site is for, and the ways in."""
    return render(request, "registry/start.html")
