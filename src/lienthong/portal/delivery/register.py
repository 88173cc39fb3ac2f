"""The register of directives: the list, and the page of one with its parts, relations, plans and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.views.decorators.http import require_GET

from lienthong.delivery.cascade import list_above
from lienthong.delivery.directives import is_in_force, list_directives
from lienthong.delivery.models import Directive, Plan
from lienthong.portal.delivery.as_of import read_as_of
from lienthong.portal.delivery.candidate_words import DIRECTIVE_KINDS, SIDES, TIERS
from lienthong.portal.delivery.directive_words import RELATIONS, RELATIONS_BACK, TASK_COLOURS, TASK_STATES
from lienthong.portal.delivery.pages import for_readers, require_shown, show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

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
        "loose": [task for task in tasks if not task.directive_path],
        "above": list_above(directive),
        "relations_forth": directive.relations.select_related("other").order_by("kind", "other__issued_on"),
        "relations_from": directive.related.select_related("directive").order_by("kind", "directive__issued_on"),
        "plans": [plan for plan in plans if plan.directive_number in {"", directive.number}],
    }
    return show_page(request, "directive", told, as_of)
