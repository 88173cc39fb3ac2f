"""Whether a site can do its work: its process answers, and its database does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import JsonResponse

from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@open_to(Caller.ANYONE)
def answer_health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django calls every view with it
    """Answer 200 with `{"status": "ok"}`, or 503 when the database does not answer. Says nothing else to strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})
