"""The public page of a paper: whether it is genuine and still holds, by the code printed on it; no person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.documents.checking import check_kept_signature, compare_paper, find_paper
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.site_cases import make_site_cases
from lienthong.identity.limits import refuse_excess
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.paper_words import COMPARED, WITHDRAWN
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LONGEST_CODE = 60


class CheckForm(forms.Form):
    """The code printed under the square of dots."""

    code = forms.CharField(
        label=_("Code on the paper"),
        help_text=_("It stands beside the QR code. Hyphens and capitals do not matter."),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
        error_messages={"required": _("Enter the code on the paper")},
    )


@open_to(Caller.ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def show_check(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a paper."""
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = "".join(form.cleaned_data["code"].split()).replace("/", "")
        return HttpResponseRedirect(reverse("paper-found", args=[code]))
    return show_page(request, "paper_check", {"form": form, "place": "check"})


@open_to(Caller.ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def show_found(request: HttpRequest, code: str) -> HttpResponse:
    """Say what is known of the paper with a code; a file can be held against it, and is not kept."""
    refusal = refuse_excess(request, "paper_check", code[:LONGEST_CODE])
    if refusal is not None:
        return refusal
    paper = find_paper(code)
    if paper is None:
        form = CheckForm({"code": code})
        form.add_error(
            "code", _("No paper has this code: compare it with the paper. If it is the same, do not trust it.")
        )
        return show_page(request, "paper_check", {"form": form, "place": "check"}, status=404)
    told: dict[str, Any] = {
        "paper": paper,
        "signature": check_kept_signature(make_site_cases(), code),
        "withdrawn": WITHDRAWN,
        "place": "check",
    }
    return show_page(request, "paper_found", told | _compare(request, code))


def _compare(request: HttpRequest, code: str) -> dict[str, Any]:
    file = request.FILES.get("file")
    if request.method != "POST":
        return {}
    if file is None:
        return {"problem": _("Choose a file")}
    try:
        return {"compared": COMPARED[(result := compare_paper(make_site_cases(), code, file))], "result": result}
    except DocumentError as error:
        if error.kind is not DocumentErrorKind.TOO_LARGE:
            raise
        return {"problem": _("The file is larger than any paper of ours")}
