"""The register of directives: the list, the page of one with its parts, relations, plans and tasks, and a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.delivery.cascade import list_above
from lienthong.delivery.directive_words import TaskState
from lienthong.delivery.directives import is_in_force, list_directives, register_directive
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import Directive, Plan
from lienthong.delivery.sources import put_sources
from lienthong.portal.delivery.as_of import read_as_of
from lienthong.portal.delivery.candidate_words import DIRECTIVE_KINDS, SIDES, TIERS
from lienthong.portal.delivery.directive_words import RELATIONS, RELATIONS_BACK, TASK_COLOURS, TASK_STATES
from lienthong.portal.delivery.pages import for_readers, require_shown, show_page
from lienthong.portal.delivery.refusals import word_refusal
from lienthong.portal.delivery.register_forms import RegisterForm

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.models import Task

PAGE_ROWS: Final = 50

WORDS: Final = {
    "directive_kinds": DIRECTIVE_KINDS,
    "sides": SIDES,
    "tiers": TIERS,
    "relations": RELATIONS,
    "relations_back": RELATIONS_BACK,
    "task_states": TASK_STATES,
    "task_colours": TASK_COLOURS,
}


def get_row(key: int) -> Directive:
    """Give a directive of the register; raises 404."""
    row = Directive.objects.select_related("source").filter(pk=key).first()
    if row is None:
        raise Http404
    require_shown(illustrative=row.is_illustrative)
    return row


def _is_late(task: Task, day: date) -> bool:
    """Whether a task that is not reported done is past its due day."""
    return task.state == TaskState.OPEN and task.due_on is not None and task.due_on < day


@for_readers
@require_GET
def show_directives(request: HttpRequest) -> HttpResponse:
    """List the register, the newest first."""
    words = request.GET.get("q", "").strip()
    rows = list_directives(words)
    if not settings.IS_SANDBOX:
        rows = rows.filter(is_illustrative=False)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return show_page(request, "directives", {**WORDS, "place": "directives", "words": words, "listed": page})


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_register(request: HttpRequest) -> HttpResponse:
    """Put a document into the register, with its parts."""
    shown = Directive.objects.order_by("-issued_on", "number")
    shown = shown if settings.IS_SANDBOX else shown.filter(is_illustrative=False)
    form = RegisterForm(request.POST if request.method == "POST" else None)
    form.offer(shown)
    if request.method == "POST" and form.is_valid():
        try:
            # A crash leaves the document with its source, or neither.
            with transaction.atomic():
                put_sources([form.find_source()])
                directive = register_directive(form.make_directive())
        except DeliveryError as error:
            form.add_error(None, word_refusal(error))
        else:
            messages.success(request, _("The document is in the register."))
            return HttpResponseRedirect(reverse("delivery-directive", kwargs={"row": directive.pk}))
    return show_page(request, "register", {"place": "directives", "form": form})


@for_readers
@require_GET
def show_directive(request: HttpRequest, row: int) -> HttpResponse:
    """Show one directive: its parts with their tasks, what it does to others, and its plans."""
    as_of = read_as_of(request)
    directive = get_row(row)
    tasks = list(directive.tasks.select_related("owner").order_by("due_on", "code"))
    plans = Plan.objects.filter(directive_issuer=directive.issuer, directive_date=directive.issued_on)
    told: dict[str, Any] = {
        **WORDS,
        "place": "directives",
        "directive": directive,
        "is_in_force": is_in_force(directive, as_of.day),
        "clauses": list(directive.parts.order_by("place")),
        "tasks": tasks,
        "late_codes": {task.code for task in tasks if _is_late(task, as_of.day)},
        "loose": [task for task in tasks if not task.directive_path],
        "above": list_above(directive),
        "relations_forth": directive.relations.select_related("other").order_by("kind", "other__issued_on"),
        "relations_from": directive.related.select_related("directive").order_by("kind", "directive__issued_on"),
        "plans": [plan for plan in plans if plan.directive_number in {"", directive.number}],
    }
    return show_page(request, "directive", told, as_of)
