"""The verifier of evidence packages, for people to run on their own machine: the very file of the project."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest

VERIFIER: Final = "verify_lienthong.py"


@open_to(Caller.ANYONE)
@require_GET
def show_verifier(_request: HttpRequest) -> HttpResponse:
    """Give the file to save. It names nobody, so anyone may have it: also whoever was handed a package."""
    text = files("lienthong.evidence.one_file").joinpath(VERIFIER).read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{VERIFIER}"'}
    return HttpResponse(text, content_type="text/x-python; charset=utf-8", headers=headers)
