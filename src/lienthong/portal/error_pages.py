"""The pages for what went wrong: 400, 403, 404 and 500. They name nothing that the asker did not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@open_to(Caller.ANYONE)
def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the browser sent something that no page of ours makes."""
    del exception
    return render(request, "errors/400.html", status=400)


@open_to(Caller.ANYONE)
def show_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403: this page is for somebody else."""
    del exception
    return render(request, "errors/403.html", status=403)


@open_to(Caller.ANYONE)
def show_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: there is no such page."""
    del exception
    return render(request, "errors/404.html", status=404)


@open_to(Caller.ANYONE)
def show_fault(request: HttpRequest) -> HttpResponse:
    """Answer 500: our fault. The page asks neither the database nor the session, which may be what failed."""
    return render(request, "errors/500.html", status=500)


@open_to(Caller.ANYONE)
def refuse_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is missing or old: the page was open too long, or the form is not ours."""
    del reason
    return render(request, "errors/form.html", status=403)
