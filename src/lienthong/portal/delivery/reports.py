"""The report of a session as a page: built from the data of a day at every look, with people's words in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.areas.errors import AreasError
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.report.building import Order, build_report, write_into
from lienthong.delivery.report.filing import FORMS, write_form
from lienthong.delivery.report.general_outline import LEFT_OPEN
from lienthong.delivery.report.outline import list_outlines
from lienthong.delivery.report.pieces import FindingKind, Picture, Prose, Table
from lienthong.delivery.report.texts import MOST_CHARACTERS
from lienthong.delivery.sessions import get_session
from lienthong.portal.delivery.as_of import read_as_of
from lienthong.portal.delivery.drawings import send_drawing
from lienthong.portal.delivery.pages import find_language, for_readers, require_shown, show_page
from lienthong.portal.delivery.tasks import get_account

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.delivery.report.pieces import Finding, Piece, Report, Written

UNBUILT: Final = 409
PIECES: Final = {Prose: "prose", Table: "table", Picture: "picture"}


class WordsForm(forms.Form):
    """Words for one place of a report."""

    text = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Numbers that stand in the report are watched: when the data changes, they are marked."),
    )


@for_readers
@require_GET
def show_report(request: HttpRequest, code: str) -> HttpResponse:
    """Show the report with its notes, and what in people's words no longer fits."""
    try:
        report = _build(request, code)
    except (DeliveryError, AreasError) as error:
        return _show_unbuilt(request, code, error.message)
    told = {
        "place": "sessions",
        "report": report,
        "kind": find_kind,
        "cut": cut_at_findings,
        "forms_of_files": tuple(FORMS),
        "left_open": LEFT_OPEN,
        "is_stale": lambda finding: finding.kind is FindingKind.STALE,
    }
    return show_page(request, "report", told)


@for_readers
@require_GET
def draw_picture(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Give one of the report's charts or maps."""
    pictures = _build_or_404(request, code).pictures
    if not 1 <= number <= len(pictures) or not pictures[number - 1].svg:
        raise Http404
    return send_drawing(request, pictures[number - 1].svg)


@for_readers
@require_GET
def send_report(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Give the report as a file."""
    if form not in FORMS:
        raise Http404
    report = _build_or_404(request, code)
    try:
        content = write_form(report, form)
    except DeliveryError as error:
        return _show_unbuilt(request, code, error.message)
    name = f"{report.code}-{report.as_of}-{report.language}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def write_words(request: HttpRequest, code: str, where: str) -> HttpResponse:
    """Take words for one place; each change is another version, and the one before stays in the record."""
    report = _build_or_404(request, code)
    block = next((each for each in report.written if each.place == where), None)
    if block is None:
        raise Http404
    form = WordsForm(request.POST if request.method == "POST" else None, initial={"text": block.text})
    if request.method == "POST" and form.is_valid():
        order = Order(code, find_language(), read_as_of(request).day)
        row = write_into(order, where, form.cleaned_data["text"], get_account(request))
        messages.success(request, _("Kept as version %(version)d.") % {"version": row.version})
        return HttpResponseRedirect(f"{reverse('delivery-report', args=[code])}#{where}")
    return show_page(request, "report_words", {"place": "sessions", "report": report, "block": block, "form": form})


def has_outline(code: str) -> bool:
    """Whether a session's report can be built without an outline from elsewhere."""
    return code in list_outlines()


def find_kind(piece: Piece) -> str:
    """Say what a piece is, for the template."""
    return PIECES.get(type(piece), "written")


def cut_at_findings(written: Written) -> list[list[tuple[str, Finding | None]]]:
    """Cut words into their paragraphs, and each into stretches with and without something to say about them."""
    stretches: list[list[tuple[str, Finding | None]]] = []
    at = 0
    for line in written.text.split("\n"):
        stretches.append(_cut_line(written, line, at))
        at += len(line) + 1
    return [each for each in stretches if each]


def _cut_line(written: Written, line: str, begin: int) -> list[tuple[str, Finding | None]]:
    parts: list[tuple[str, Finding | None]] = []
    at = begin
    for finding in written.findings:
        if begin <= finding.start < begin + len(line):
            parts += [(written.text[at : finding.start], None), (written.text[finding.start : finding.end], finding)]
            at = finding.end
    parts.append((written.text[at : begin + len(line)], None))
    return [part for part in parts if part[0]]


def _build(request: HttpRequest, code: str) -> Report:
    session = get_session(code)
    require_shown(illustrative=session.is_illustrative)
    return build_report(Order(code, find_language(), read_as_of(request).day))


def _build_or_404(request: HttpRequest, code: str) -> Report:
    try:
        return _build(request, code)
    except (DeliveryError, AreasError) as error:
        raise Http404 from error


def _show_unbuilt(request: HttpRequest, code: str, why: str) -> HttpResponse:
    try:
        session = get_session(code)
    except DeliveryError as error:
        if error.kind is DeliveryErrorKind.UNKNOWN_SESSION:
            raise Http404 from error
        raise
    return show_page(request, "report_unbuilt", {"place": "sessions", "session": session, "why": why}, status=UNBUILT)
