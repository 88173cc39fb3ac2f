"""What was filled in for an applicant on a page: shown with its source, not typed again, and open to dispute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 # routes give it

import msgspec
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.exchange_asker import make_site_asker
from lienthong.cases.filling_in import (
    AsksNobody,
    compare_others,
    dispute_answer,
    fill_draft,
    withdraw_answers_dispute,
)
from lienthong.cases.form_parts import FormPage
from lienthong.cases.forms import read_page
from lienthong.cases.prefill import LONGEST_DISPUTE, list_known, list_open, list_unmatched
from lienthong.identity.limits import is_within_limit
from lienthong.portal.cases.addresses import describe_places
from lienthong.portal.cases.answers import tell_value
from lienthong.portal.cases.citizens import for_citizens
from lienthong.portal.cases.filling import get_filling, lead_away
from lienthong.portal.cases.marks import make_marks
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.procedure_words import say
from lienthong.portal.cases.typed import write_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.prefill import Known
    from lienthong.portal.cases.filling import Filling


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A filled-in answer as its page shows it."""

    name: str
    label: str
    value: str
    mark: str
    tone: str
    note: str
    is_disputed: bool


def fill_in(filling: Filling) -> tuple[Filling, bool]:
    """Ask for what the form can be filled in from and was not asked yet; tells whether somebody did not answer."""
    form = filling.procedure.form
    asker = make_site_asker(filling.cases.clock)
    if not list_open(form, filling.draft.answers):
        return filling, False
    if asker is None:
        return filling, True
    done = fill_draft(filling.cases, asker, filling.draft.id, filling.applicant)
    return filling.with_draft(done.draft), bool(done.away)


def compare(request: HttpRequest, filling: Filling) -> None:
    """Compare other persons who are named whole with the registry; only whether they fit comes back.

    One account may do so only so often in a day, whatever drafts it opens; beyond, an officer compares.
    """
    asker = make_site_asker(filling.cases.clock)
    if asker is None or not list_unmatched(filling.procedure.form, filling.draft.answers):
        return
    may_ask = is_within_limit(request, "case_compare", filling.applicant.account)
    compare_others(filling.cases, asker if may_ask else AsksNobody(), filling.draft.id, filling.applicant)


def split_page(filling: Filling, page: FormPage) -> tuple[list[Known], FormPage]:
    """Part a page into what is filled in and what is left to type."""
    names = {field.name for field in page.fields}
    known = [each for each in list_known(filling.procedure.form, filling.draft.answers) if each.field.name in names]
    taken = {each.field.name for each in known}
    rest = tuple(field for field in page.fields if field.name not in taken)
    return known, msgspec.structs.replace(page, fields=rest)


def tell_known(filling: Filling, known: list[Known]) -> list[KnownRow]:
    """Give the rows of what is filled in."""
    today = filling.cases.today()
    find_mark = make_marks(filling.procedure.form, filling.draft.answers, today)
    rows = []
    for each in known:
        mark, tone, note = find_mark(each.field)
        value = tell_value(each.field, each.value, today)
        rows.append(KnownRow(each.field.name, say(each.field.label), value, mark, tone, note, each.dispute is not None))
    return rows


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def show_dispute(request: HttpRequest, draft_id: UUID, name: str) -> HttpResponse:
    """Let somebody say that a filled-in answer is wrong, and what is right; the application goes on with both."""
    filling = get_filling(request, draft_id)
    done = lead_away(request, filling)
    if done is not None:
        return done
    page = next((each for each in filling.pages if any(field.name == name for field in each.fields)), None)
    known = next(
        (each for each in list_known(filling.procedure.form, filling.draft.answers) if each.field.name == name), None
    )
    if page is None or known is None:
        raise Http404
    back = reverse("fill-in", args=[draft_id, page.name])
    if "withdraw" in request.POST and known.dispute is not None:
        withdraw_answers_dispute(filling.cases, draft_id, filling.applicant, name)
        return HttpResponseRedirect(back)
    return _dispute(request, filling, known, back)


def _dispute(request: HttpRequest, filling: Filling, known: Known, back: str) -> HttpResponse:
    optional = msgspec.structs.replace(known.field, required=False)
    page = FormPage(name="dispute", title=known.field.label, fields=(optional,))
    told: dict[str, Any] = {"typed": write_page(page, {}), "errors": {}, "text": "", "is_textless": False}
    if request.method == "POST" and "show-communes" not in request.POST:
        posted = request.POST.dict()
        read = read_page(filling.procedure.form, page, posted, filling.draft.answers)
        text = posted.get("text", "").strip()[:LONGEST_DISPUTE]
        if text and not read.errors and _keep(filling, known, read.answers.get(known.field.name), text):
            return HttpResponseRedirect(back)
        told |= {"typed": posted, "errors": read.errors, "text": text, "is_textless": not text}
    elif request.method == "POST":
        told |= {"typed": request.POST.dict(), "text": request.POST.get("text", "")}
    told |= describe_places(filling.cases, told["typed"])
    row = tell_known(filling, [known])[0]
    more = {"draft": filling.draft, "procedure": filling.procedure, "page": page, "row": row, "back_to": back}
    return show_page(request, "dispute", {**told, **more, "most": LONGEST_DISPUTE, "place": "mine"})


def _keep(filling: Filling, known: Known, value: Any, text: str) -> bool:  # noqa: ANN401 # a JSON value
    try:
        dispute_answer(filling.cases, filling.draft.id, filling.applicant, known.field.name, (value, text))
    except CasesError as error:
        if error.kind is not CasesErrorKind.BAD_PAYLOAD:
            raise
        return False
    return True
