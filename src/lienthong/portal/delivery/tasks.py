"""Tasks: the list with late ones first, the page of one, and what the person at the screen may do to it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.delivery.asks import ask_agency
from lienthong.delivery.directive_words import AskState, TaskAct, TaskState
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.jobs import defer_ask
from lienthong.delivery.models import Target, TaskProof
from lienthong.delivery.task_rules import list_acts
from lienthong.delivery.tasks import (
    act_on_task,
    add_proof,
    find_day,
    find_hats,
    find_situation,
    get_task,
    give_task,
    list_late,
    list_tasks,
    move_task,
)
from lienthong.identity.posts import list_assignments
from lienthong.identity.signed_in import find_account
from lienthong.identity.words import Level
from lienthong.portal.delivery.directive_words import (
    ACTS_DONE,
    ACTS_TO_DO,
    ASK_CURES,
    ASK_STATES,
    TASK_COLOURS,
    TASK_STATES,
)
from lienthong.portal.delivery.pages import find_language, for_readers, require_shown, show_page
from lienthong.portal.delivery.refusals import word_refusal
from lienthong.portal.delivery.task_forms import AskForm, GiveForm, MoveForm, ProofForm, ReasonForm, name_post
from lienthong.portal.exchange_words import find_trouble
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from django import forms
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from lienthong.delivery.models import Task
    from lienthong.identity.models import Account

for_leaders: Final = open_to(Caller.LEADER, level=Level.CARD)

SHOWN_TASKS: Final = 200
"""More in one list help nobody: the choices above it narrow it down."""

WORDS: Final = {
    "task_states": TASK_STATES,
    "task_colours": TASK_COLOURS,
    "acts_done": ACTS_DONE,
    "acts_to_do": ACTS_TO_DO,
    "ask_states": ASK_STATES,
    "ask_cures": ASK_CURES,
    "find_trouble": find_trouble,
    "post_name": name_post,
}

CHOICES: Final = ("late", "open", "reported", "done", "mine")


@for_readers
@require_GET
def show_tasks(request: HttpRequest) -> HttpResponse:
    """List tasks: the late ones first, then what is open by its due day; or one choice of them."""
    account, today = get_account(request), find_day(timezone.now())
    chosen = request.GET.get("show", "")
    rows = {choice: _choose(choice, account, today) for choice in CHOICES}
    shown = rows[chosen] if chosen in rows else rows["open"]
    told = {
        **WORDS,
        "place": "tasks",
        "chosen": chosen if chosen in rows else "open",
        "counts": {choice: found.count() for choice, found in rows.items()},
        "listed": shown[:SHOWN_TASKS],
        "today": today,
        "open_state": TaskState.OPEN,
    }
    return show_page(request, "tasks", told)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_task(request: HttpRequest, code: str) -> HttpResponse:
    """Show a task, and take what the person at the screen does to it."""
    task, account, now = get_shown_task(code), get_account(request), timezone.now()
    acts = list_acts(find_situation(task), find_hats(task, account, find_day(now)))
    done = TaskAct(request.POST["act"]) if request.POST.get("act") in {act.value for act in acts} else None
    forms_by_act = {act: make(request, act == done) for act, make in _FORMS.items() if act in acts}
    problem = ""
    if request.method == "POST":
        if done is None:
            problem = _("This cannot be done to the task now.")
        elif done not in forms_by_act or forms_by_act[done].is_valid():
            try:
                _do(task, done, forms_by_act.get(done), account, now)
            except DeliveryError as error:
                problem = word_refusal(error)
            else:
                messages.success(request, str(ACTS_DONE[done]))
                return HttpResponseRedirect(reverse("delivery-task", kwargs={"code": code}))
    told: dict[str, Any] = {
        **WORDS,
        "place": "tasks",
        "task": task,
        "today": find_day(now),
        "is_late": task.state == TaskState.OPEN and task.due_on is not None and task.due_on < find_day(now),
        "steps": task.steps.select_related("by", "to_post", "proof").defer("proof__content").order_by("-number"),
        "failed": AskState.FAILED,
        "asks": task.asks.select_related("asked_by").order_by("pk"),
        "helpers": [helper.post for helper in task.helpers.select_related("post")],
        "target_name": _name_target(task),
        "acts": acts,
        "forms": forms_by_act,
        "done": done,
        "problem": problem,
    }
    return show_page(request, "task", told, status=200)


@for_leaders
@require_http_methods(["GET", "HEAD", "POST"])
def show_give(request: HttpRequest) -> HttpResponse:
    """Give a task."""
    account, now = get_account(request), timezone.now()
    first = {"directive": request.GET.get("directive"), "directive_path": request.GET.get("part", "")}
    form = GiveForm(request.POST if request.method == "POST" else None, initial=first, day=find_day(now))
    if request.method == "POST" and form.is_valid():
        try:
            task = give_task(form.make(), account, now)
        except DeliveryError as error:
            form.add_error(None, word_refusal(error))
        else:
            messages.success(request, str(ACTS_DONE[TaskAct.GIVEN]))
            return HttpResponseRedirect(reverse("delivery-task", kwargs={"code": task.code}))
    return show_page(request, "task_give", {**WORDS, "place": "tasks", "form": form})


@for_readers
@require_GET
def send_proof(request: HttpRequest, proof: int) -> HttpResponse:
    """Send the file of a proof."""
    del request
    found = TaskProof.objects.select_related("step__task").filter(pk=proof).first()
    if found is None:
        raise Http404
    require_shown(illustrative=found.step.task.is_illustrative)
    return send_file(found.name, found.media_type, bytes(found.content))


def send_file(name: str, media_type: str, content: bytes) -> HttpResponse:
    """Send a file to be saved: no page of ours shows what somebody attached."""
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def get_account(request: HttpRequest) -> Account:
    """Get the account at the screen."""
    account = find_account(request)
    if account is None:
        raise PermissionDenied
    return account


def get_shown_task(code: str) -> Task:
    """Give a task; raises 404 for one that is not there, or that this site does not show."""
    try:
        task = get_task(code)
    except DeliveryError as error:
        raise Http404 from error
    require_shown(illustrative=task.is_illustrative)
    return task


def _name_target(task: Task) -> str:
    """Give what the target that a task serves is called, in its last version."""
    rows = Target.objects.filter(plan__code=task.plan, code=task.target).order_by("-version")
    found = rows.first()
    if found is None:
        return task.target
    return found.name if find_language() == "vi" else found.name_en


def _choose(choice: str, account: Account, today: date) -> QuerySet[Task]:
    match choice:
        case "late":
            rows = list_late(today)
        case "mine":
            posts = [held.post_id for held in list_assignments(account, today)]
            rows = list_tasks().filter(owner_id__in=posts)
        case _:
            rows = list_tasks(state=TaskState(choice))
    return rows if settings.IS_SANDBOX else rows.filter(is_illustrative=False)


def _do(task: Task, act: TaskAct, form: forms.Form | None, account: Account, now: datetime) -> None:
    if isinstance(form, ProofForm):
        add_proof(task.code, form.cleaned_data["file"], account, now)
    elif isinstance(form, MoveForm):
        move_task(task.code, form.cleaned_data["due_on"], form.cleaned_data["reason"], account, now)
    elif isinstance(form, AskForm):
        ask_agency(task.code, form.make(), account, now, defer_ask)
    else:
        act_on_task(task.code, act, account, now, "" if form is None else form.cleaned_data["reason"])


def _make_form(kind: type[forms.Form]) -> Callable[[HttpRequest, bool], forms.Form]:
    def make(request: HttpRequest, is_told: bool) -> forms.Form:  # noqa: FBT001 # called in one place
        return kind(request.POST, request.FILES) if is_told else kind()

    return make


_FORMS: Final = {
    TaskAct.PROOF_ADDED: _make_form(ProofForm),
    TaskAct.MOVED: _make_form(MoveForm),
    TaskAct.ASKED: _make_form(AskForm),
    TaskAct.RETURNED: _make_form(ReasonForm),
    TaskAct.CANCELLED: _make_form(ReasonForm),
}
"""What needs more than a button."""
