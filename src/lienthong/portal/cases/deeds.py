"""An officer does something to a case: the form, then what is about to be sent, then the action itself, once.

Nothing is sent before the second page is confirmed. What was typed travels in the form, and is read again by the same
rules; the page's own key lets a double click count once, and `seen` refuses what was done to a case unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.expressions import is_true
from lienthong.cases.handling import perform
from lienthong.cases.step_messages import fix_message_id
from lienthong.cases.words import ActionKind
from lienthong.cases.workflow import BY_OTHERS
from lienthong.portal.cases.complaint_words import read_complaint
from lienthong.portal.cases.deed_form import STEP_DEEDS, DeedAt, DeedForm
from lienthong.portal.cases.desk import BY_THEMSELVES, GRAVE, get_case_at_desk, tell_left_to_others
from lienthong.portal.cases.officers import for_officers, list_colleagues
from lienthong.portal.cases.own_deeds import SAID_ON_PAGE
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.words import DONE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView
    from lienthong.portal.cases.officers import Officer

MOST_DIGITS: Final = 9
"""Of the number of an action."""

UNDOABLE = frozenset({ActionKind.TAKE, ActionKind.COMMENT, ActionKind.HAND_OVER})
"""What a further action sets right again, so that no warning is needed."""


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def show_deed(request: HttpRequest, case_id: UUID, kind: str, step: str = "") -> HttpResponse:
    """Ask what is to be told with an action, show it once more, and do it."""
    cases, officer, case = get_case_at_desk(request, case_id)
    deed = _read_kind(kind, step)
    if officer.find_role(case.state, deed) is None:
        left = tell_left_to_others(officer, case) if deed in BY_OTHERS else []
        messages.warning(request, left[0] if left else _("This cannot be done now. Look at the case as it is."))
        return HttpResponseRedirect(reverse("case-desk", args=[case_id]))
    form = DeedForm(request.POST or None, at=_describe(cases, officer, case, deed, step))
    if request.method != "POST" or "change" in request.POST or not form.is_valid():
        return _show_form(request, case, form)
    if "confirmed" not in request.POST:
        return _show_confirm(request, case, form)
    return _do(request, cases, officer, case, form)


def _read_kind(kind: str, step: str) -> ActionKind:
    """Read an action's kind from the address; 404 for what the desk does not do."""
    try:
        deed = ActionKind(kind)
    except ValueError as error:
        raise Http404 from error
    if deed in BY_THEMSELVES or (deed in STEP_DEEDS) is not bool(step):
        raise Http404
    return deed


def _describe(cases: Cases, officer: Officer, case: CaseView, kind: ActionKind, step: str) -> DeedAt:
    view = case.state.steps.get(step)
    if step and view is None:
        raise Http404
    context = {"form": case.answers}
    fee = sum(fee.amount for fee in case.procedure.fees if is_true(fee.when, context))
    others = [each for each in list_colleagues(case.state.unit, cases.today()) if each[0] != officer.account]
    message_id = "" if view is None else view.message_id
    if view is not None and kind is ActionKind.REPLACE_STEP:
        # Follows from the case as it is, so that a double click asks for one message.
        message_id = fix_message_id(case.id, view)
    complaint = case.state.unanswered[0].number if kind is ActionKind.ANSWER_COMPLAINT else 0
    return DeedAt(kind, case.procedure, step, message_id, others, case.state.fee or fee, complaint)


def _show_form(request: HttpRequest, case: CaseView, form: DeedForm) -> HttpResponse:
    return show_page(request, "deed", _tell(request, case, form))


def _show_confirm(request: HttpRequest, case: CaseView, form: DeedForm) -> HttpResponse:
    posted = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    told = {
        "posted": posted,
        "shown": form.describe(),
        "applicant": case.applicant.name,
        "is_final": form.at.kind not in UNDOABLE,
        "is_grave": form.at.kind in GRAVE,
        "is_by_others": form.at.kind in BY_OTHERS,
    }
    return show_page(request, "deed_confirm", {**_tell(request, case, form), **told})


def _tell(request: HttpRequest, case: CaseView, form: DeedForm) -> dict[str, Any]:
    return {
        "case": case,
        "procedure": case.procedure,
        "kind": form.at.kind,
        "step": case.procedure.find_step(form.at.step),
        "form": form,
        "seen": request.POST.get("seen") or case.state.number,
        "key": request.POST.get("key") or uuid4(),
        "complaint": read_complaint(case) if form.at.complaint else None,
        "place": "queue",
    }


def _do(request: HttpRequest, cases: Cases, officer: Officer, case: CaseView, form: DeedForm) -> HttpResponse:
    kind, role = form.at.kind, officer.find_role(case.state, form.at.kind)
    key, seen = request.POST.get("key", ""), request.POST.get("seen", "")
    if role is None or not (seen.isascii() and seen.isdecimal() and len(seen) <= MOST_DIGITS):
        raise Http404
    actor = officer.as_actor(case.state.unit)
    try:
        perform(cases, case.id, actor, role, kind, form.make_payload(), key, int(seen))
    except CasesError as error:
        if error.kind is CasesErrorKind.BAD_PAYLOAD:
            form.add_error(None, error.message)
            return _show_form(request, case, form)
        if error.kind is CasesErrorKind.NOT_ALLOWED:
            # The post ended, or the case went elsewhere, since the page was shown.
            raise PermissionDenied from error
        if error.kind not in SAID_ON_PAGE:
            raise
        messages.warning(request, _("Somebody did something to the case in the meantime. Look at it as it is now."))
    else:
        messages.success(request, DONE[kind])
    return HttpResponseRedirect(reverse("case-desk", args=[case.id]))
