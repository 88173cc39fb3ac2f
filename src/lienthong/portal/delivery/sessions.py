"""Working sessions: prepared, frozen under a hash, held; their conclusions become tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.delivery.directive_words import SessionStage
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import Directive, Material, WorkingSession
from lienthong.delivery.models.columns import NAME_CHARACTERS, WORD_CHARACTERS
from lienthong.delivery.sessions import (
    CODE,
    NewItem,
    NewSession,
    add_agenda_item,
    add_material,
    conclude_session,
    freeze_session,
    get_session,
    list_agenda_proposals,
    open_session,
    record_conclusion,
    turn_into_task,
    verify_frozen,
)
from lienthong.delivery.tasks import find_day
from lienthong.identity.signed_in import find_caller
from lienthong.portal.delivery.directive_words import STAGE_COLOURS, STAGES, TASK_COLOURS, TASK_STATES
from lienthong.portal.delivery.pages import for_readers, require_shown, show_page
from lienthong.portal.delivery.refusals import word_refusal
from lienthong.portal.delivery.task_forms import DirectiveField, GiveForm, ProofForm, make_day_field, name_post
from lienthong.portal.delivery.tasks import get_account, send_file
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from lienthong.identity.models import Account

WORDS: Final = {
    "stages": STAGES,
    "stage_colours": STAGE_COLOURS,
    "task_states": TASK_STATES,
    "task_colours": TASK_COLOURS,
    "post_name": name_post,
}

LEADERS_ACTS: Final = frozenset({"freeze", "conclude", "task"})
"""What only a leader does to a session; officers prepare it and write its conclusions down."""


class SessionForm(forms.Form):
    """A session to prepare."""

    code = forms.RegexField(
        f"^{CODE.pattern}$",
        label=gettext_lazy("Code"),
        max_length=60,
        help_text=gettext_lazy("Short, such as 2026-12."),
        error_messages={
            "required": gettext_lazy("Enter a code"),
            "invalid": gettext_lazy("Enter a code of letters without accents, digits, points and dashes"),
        },
    )
    title = forms.CharField(
        label=gettext_lazy("Title of the session"),
        max_length=500,
        error_messages={"required": gettext_lazy("Enter the title of the session")},
    )
    held_on = make_day_field(gettext_lazy("Day of the session"))
    place = forms.CharField(
        label=gettext_lazy("Where it is held"),
        max_length=NAME_CHARACTERS,
        required=False,
        help_text=gettext_lazy("It stands before the day of the report, such as Hạ Long."),
    )


class AgendaForm(forms.Form):
    """A directive, or a part of it, to put on the agenda."""

    directive = DirectiveField(
        label=gettext_lazy("Directive"),
        queryset=Directive.objects.none(),
        empty_label=gettext_lazy("Choose a directive"),
        error_messages={"required": gettext_lazy("Choose a directive")},
    )
    path = forms.CharField(
        label=gettext_lazy("Part of it, if only that is meant"), max_length=WORD_CHARACTERS, required=False
    )

    def __init__(self, *args: Any, illustrative: bool, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        directive = self.fields["directive"]
        if isinstance(directive, forms.ModelChoiceField):
            # What is invented and what is real never stand on one agenda.
            rows = Directive.objects.filter(is_illustrative=illustrative)
            directive.queryset = rows.order_by("-issued_on", "number")

    def make(self) -> NewItem:
        """Make the item, of a form that is valid."""
        chosen, path = self.cleaned_data["directive"], self.cleaned_data["path"].strip()
        part = chosen.parts.filter(path=path).first() if path else None
        key = DirectiveKey(chosen.number, chosen.issuer, chosen.issued_on)
        return NewItem(key, chosen.title if part is None else part.heading, path)


class FreezeForm(forms.Form):
    """Up to which day figures count."""

    data_on = make_day_field(gettext_lazy("Figures count up to"))


class ConclusionForm(forms.Form):
    """The words of a conclusion."""

    text = forms.CharField(
        label=gettext_lazy("Conclusion of the session"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Enter the conclusion")},
    )


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_sessions(request: HttpRequest) -> HttpResponse:
    """List the sessions, and begin to prepare one."""
    form = SessionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            session = open_session(NewSession(**form.cleaned_data))
        except DeliveryError as error:
            form.add_error(None, word_refusal(error))
        else:
            return HttpResponseRedirect(reverse("delivery-session", kwargs={"code": session.code}))
    rows = WorkingSession.objects.select_related("chair").order_by("-held_on", "code")
    rows = rows if settings.IS_SANDBOX else rows.filter(is_illustrative=False)
    return show_page(request, "sessions", {**WORDS, "place": "sessions", "listed": rows, "form": form})


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_session(request: HttpRequest, code: str) -> HttpResponse:
    """Show a session at its stage, and take what is done to it."""
    session, account, now = get_shown_session(code), get_account(request), timezone.now()
    caller = find_caller(request)
    is_leader = caller is not None and Caller.LEADER in caller.callers
    act = request.POST.get("act", "")
    found = _make_forms(request, session, act, find_day(now))
    problem = ""
    if request.method == "POST":
        if act in LEADERS_ACTS and not is_leader:
            raise PermissionDenied
        form = found.get(act)
        if form is None or form.is_valid():
            try:
                _do(request, session, act, form, (account, now))
            except DeliveryError as error:
                problem = word_refusal(error)
            else:
                messages.success(request, _("Done."))
                return HttpResponseRedirect(reverse("delivery-session", kwargs={"code": code}))
    told = _describe(session, find_day(now)) | {
        "forms": found,
        "problem": problem,
        "is_leader": is_leader,
        "asked_place": request.POST.get("place") or request.GET.get("task", ""),
    }
    return show_page(request, "session", told)


@for_readers
@require_GET
def send_material(request: HttpRequest, code: str, material: int) -> HttpResponse:
    """Send a paper of a session."""
    del request
    session = get_shown_session(code)
    found = Material.objects.filter(session=session, pk=material).first()
    if found is None:
        raise Http404
    return send_file(found.name, found.media_type, bytes(found.content))


def get_shown_session(code: str) -> WorkingSession:
    """Give a session; raises 404 for one that is not there, or that this site does not show."""
    try:
        session = get_session(code)
    except DeliveryError as error:
        raise Http404 from error
    require_shown(illustrative=session.is_illustrative)
    return session


def _describe(session: WorkingSession, today: date) -> dict[str, Any]:
    is_draft = session.stage == SessionStage.DRAFT
    chosen = set(session.agenda.values_list("directive_id", flat=True))
    proposals = [each for each in list_agenda_proposals(today) if each.directive.pk not in chosen]
    return {
        **WORDS,
        "place": "sessions",
        "session": session,
        "agenda": session.agenda.select_related("directive").order_by("place"),
        "materials": session.materials.defer("content").select_related("added_by").order_by("name"),
        "conclusions": session.conclusions.select_related("task", "recorded_by").order_by("place"),
        "proposals": [each for each in proposals if each.directive.is_illustrative == session.is_illustrative],
        "is_draft": is_draft,
        "is_frozen": session.stage == SessionStage.FROZEN,
        "is_whole": is_draft or _is_whole(session),
    }


def _is_whole(session: WorkingSession) -> bool:
    """Say whether agenda and papers are still those that were frozen."""
    try:
        verify_frozen(session)
    except DeliveryError:
        return False
    return True


def _make_forms(request: HttpRequest, session: WorkingSession, act: str, today: date) -> dict[str, forms.Form]:
    """Make the forms of the session's stage; what was posted fills the one that it is for."""
    posted = (request.POST, request.FILES)
    if session.stage == SessionStage.DRAFT:
        first = {"data_on": f"{today:%d/%m/%Y}"}
        return {
            "material": ProofForm(*posted) if act == "material" else ProofForm(),
            "agenda-other": AgendaForm(
                request.POST if act == "agenda-other" else None, illustrative=session.is_illustrative
            ),
            "freeze": FreezeForm(request.POST) if act == "freeze" else FreezeForm(initial=first),
        }
    asked = request.POST.get("place") or request.GET.get("task", "")
    text = session.conclusions.filter(place=asked).values_list("text", flat=True) if asked.isdecimal() else ()
    first = {"title": next(iter(text), "")[:500]}
    made: dict[str, forms.Form] = {
        "task": GiveForm(request.POST, day=today) if act == "task" else GiveForm(initial=first, day=today)
    }
    if session.stage == SessionStage.FROZEN:
        made["conclusion"] = ConclusionForm(request.POST) if act == "conclusion" else ConclusionForm()
    return made


def _do(
    request: HttpRequest, session: WorkingSession, act: str, form: forms.Form | None, who: tuple[Account, datetime]
) -> None:
    account, now = who
    if isinstance(form, ProofForm):
        add_material(session.code, form.cleaned_data["file"], account)
    elif isinstance(form, AgendaForm):
        add_agenda_item(session.code, form.make())
    elif isinstance(form, FreezeForm):
        freeze_session(session.code, form.cleaned_data["data_on"], account, now)
    elif isinstance(form, ConclusionForm):
        record_conclusion(session.code, form.cleaned_data["text"], account)
    elif isinstance(form, GiveForm):
        place, new = request.POST.get("place", ""), form.make()
        new = msgspec.structs.replace(new, is_illustrative=new.is_illustrative or session.is_illustrative)
        turn_into_task(session.code, int(place) if place.isdecimal() else 0, new, account, now)
    elif act == "conclude":
        conclude_session(session.code)
    elif act == "agenda":
        # What is invented and what is real never stand on one agenda.
        chosen = request.POST.get("directive", "")
        rows = Directive.objects.filter(is_illustrative=session.is_illustrative)
        directive = rows.filter(pk=chosen).first() if chosen.isdecimal() else None
        if directive is None:
            raise Http404
        key = DirectiveKey(directive.number, directive.issuer, directive.issued_on)
        add_agenda_item(session.code, NewItem(key, directive.title))
    else:
        raise Http404
