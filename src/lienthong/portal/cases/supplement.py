"""Handing in what the office asked for: the questions that it named, once more, and a word if one is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.actions import Supplemented
from lienthong.cases.errors import CasesError
from lienthong.cases.form_faults import FormError
from lienthong.cases.form_parts import FieldKind, FormPage, Words
from lienthong.cases.forms import list_asked, read_page, verify_own_number
from lienthong.cases.handling import perform
from lienthong.cases.words import ActionKind, CaseRole, NationalStatus
from lienthong.portal.cases.addresses import describe_places
from lienthong.portal.cases.citizens import get_citizen_actor
from lienthong.portal.cases.next_words import tell_next
from lienthong.portal.cases.own_case import for_own_case
from lienthong.portal.cases.own_deeds import MOST_TEXT, SAID_ON_PAGE, KeyedForm
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.typed import write_page
from lienthong.portal.cases.uploads import list_choices, take_files
from lienthong.portal.cases.words import DONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.form_parts import FieldFault
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView


@for_own_case
@require_http_methods(["GET", "HEAD", "POST"])
def show_supplement(request: HttpRequest, cases: Cases, case: CaseView) -> HttpResponse:
    """Ask anew what the office named, and hand it in."""
    if case.state.status is not NationalStatus.SUPPLEMENT:
        return HttpResponseRedirect(reverse("my-case", args=[case.id]))
    page = make_page(case)
    if request.method != "POST":
        return _show(request, cases, case, {"typed": write_page(page, case.answers), "key": uuid4()})
    posted = request.POST.dict()
    if "show-communes" in posted:
        return _show(request, cases, case, {"typed": posted, "key": posted.get("key", "")})
    files, faults = take_files(request, cases, case.applicant.number, page)
    posted = {name: text for name, text in posted.items() if name not in faults} | files
    read = read_page(case.procedure.form, page, posted, case.answers, cases.today())
    text = posted.get("text", "").replace("\x00", "").strip()[:MOST_TEXT]
    errors = {**read.errors, **faults, **_find_foreign_number(case, read.answers)}
    if errors or not (read.answers or text):
        told = {"typed": posted, "errors": errors, "key": posted.get("key", ""), "is_empty": not errors}
        return _show(request, cases, case, told)
    return _hand_in(request, cases, case, (read.answers, text))


def _find_foreign_number(case: CaseView, answers: Mapping[str, Any]) -> Mapping[str, FieldFault]:
    """Say what is wrong where the applicant's own number is typed anew as another person's."""
    try:
        verify_own_number(case.procedure.form, answers, case.applicant.number)
    except FormError as error:
        return error.faults
    return {}


def make_page(case: CaseView) -> FormPage:
    """Make the page of what the office named, as far as it is asked after the answers so far."""
    fields = [case.procedure.form.find_field(name) for name in case.state.items]
    page = FormPage(
        name="supplement", title=Words("", ""), fields=tuple(field for field in fields if field is not None)
    )
    return FormPage(name=page.name, title=page.title, fields=list_asked(page, case.answers))


def _hand_in(request: HttpRequest, cases: Cases, case: CaseView, told: tuple[Mapping[str, Any], str]) -> HttpResponse:
    answers, text = told
    given = {name: value for name, value in answers.items() if value is not None}
    files = tuple(given[field.name] for field in make_page(case).fields if _is_file(field.kind) and field.name in given)
    payload = Supplemented(given, files, text)
    marks = KeyedForm(request.POST)
    if not marks.is_valid():
        raise Http404
    key, seen = str(marks.cleaned_data["key"]), marks.cleaned_data["seen"]
    try:
        actor = get_citizen_actor(request)
        perform(cases, case.id, actor, CaseRole.APPLICANT, ActionKind.SUPPLEMENT, payload, key, seen)
    except CasesError as error:
        if error.kind not in SAID_ON_PAGE:
            raise
        messages.warning(request, _("The case went on in the meantime. Look at it as it is now."))
    else:
        messages.success(request, DONE[ActionKind.SUPPLEMENT])
    return HttpResponseRedirect(reverse("my-case", args=[case.id]))


def _is_file(kind: FieldKind) -> bool:
    return kind is FieldKind.FILE


def _show(request: HttpRequest, cases: Cases, case: CaseView, told: dict[str, Any]) -> HttpResponse:
    page = make_page(case)
    if any(field.kind is FieldKind.ADDRESS for field in page.fields):
        told |= describe_places(cases, told["typed"])
    told["kept_documents"] = list_choices(cases, case.applicant.number, page)
    known = {
        "case": case,
        "procedure": case.procedure,
        "page": page,
        "next": tell_next(case.state, case.procedure),
        "seen": case.state.number,
        "errors": {},
        "place": "mine",
    }
    return show_page(request, "supplement", {**known, **told})
