"""The forms by which a person takes what was found for what it is: filled in by the reader, put right by the person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lienthong.delivery.candidates import Draft
from lienthong.delivery.directive_numbers import describe_number
from lienthong.delivery.directives import NewDirective
from lienthong.delivery.models import Source
from lienthong.delivery.reading.found import CandidateKind
from lienthong.delivery.tasks import NewTask
from lienthong.delivery.words import Qualifier, SourceKind
from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.identity.posts import list_posts
from lienthong.portal.delivery.candidate_words import DIRECTIVE_KINDS, QUALIFIERS, SIDES, TIERS

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.models import Candidate

_VALUE: Final = re.compile(r"\d+(?:\.\d+)?(?:(?:\.\.|/)\d+(?:\.\d+)?)?")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def _day_field(label: Any, *, required: bool = False) -> forms.DateField:  # noqa: ANN401 # lazy text
    return forms.DateField(
        label=label,
        required=required,
        input_formats=DAY_FORMATS,
        widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"}),
        error_messages={"invalid": _("Enter the date as day/month/year, for example 17/5/1990")},
    )


def _text_field(label: Any, most: int, asks: Any = None, help_text: Any = "") -> forms.CharField:  # noqa: ANN401 # lazy text
    """Make a field of one line; with `asks` it is required, and that is what it asks for."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=asks is not None,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": asks} if asks is not None else None,
    )


def _words_field(label: Any, most: int, asks: Any) -> forms.CharField:  # noqa: ANN401 # lazy text
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea, error_messages={"required": asks})


class DirectiveForm(forms.Form):
    """A document for the register."""

    number = _text_field(_("Number, or the name it is known by"), 60, _("Enter the number or the name"))
    issued_on = _day_field(_("Day of issue, if it is known"))
    issuer = _text_field(_("Issuer"), 300, _("Enter the issuer"))
    title = _text_field(_("Title of the document"), 500, _("Enter the title of the document"))
    kind = forms.ChoiceField(label=_("Kind of document"), choices=[(k.value, t) for k, t in DIRECTIVE_KINDS.items()])
    side = forms.ChoiceField(
        label=_("Whose document it is"),
        choices=[(s.value, t) for s, t in SIDES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whose document it is")},
    )
    tier = forms.ChoiceField(
        label=_("Level of the issuer"),
        choices=[(t.value, text) for t, text in TIERS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the level of the issuer")},
    )

    def make(self, candidate: Candidate) -> NewDirective:
        """Make the document, of a form that is valid; its source is the document that names it."""
        source, _made = Source.objects.get_or_create(
            code=f"read-{candidate.document_id}",
            defaults={"kind": SourceKind.DOCUMENT, "title": candidate.document.name},
        )
        return NewDirective(**self.cleaned_data, source=source.code)


class TaskForm(forms.Form):
    """A task to give."""

    title = _words_field(_("What is to be done"), 500, _("Enter what is to be done"))
    owner = forms.TypedChoiceField(
        label=_("Post that answers for it"),
        coerce=int,
        error_messages={"required": _("Choose the post that answers for it")},
    )
    due_on = _day_field(_("Due day"))
    deliverable = _text_field(_("What is to be handed over"), 500)

    def __init__(self, *args: Any, found: dict[str, Any], day: date, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        if found["owners"]:
            owner.help_text = gettext("The text names: %(names)s") % {"names": ", ".join(found["owners"])}
        if found["due_on"] and not _ISO_DAY.fullmatch(found["due_on"]):
            self.fields["due_on"].help_text = gettext("The text says: %(period)s") % {"period": found["due_on"]}
        if isinstance(owner, forms.ChoiceField):
            posts = [(str(post.pk), f"{post.title}, {post.agency_code}") for post in list_posts(day)]
            owner.choices = [("", _("Choose a post")), *posts]

    def make(self, candidate: Candidate) -> NewTask:
        """Make the task, of a form that is valid."""
        del candidate
        return NewTask(**self.cleaned_data)


class DraftForm(forms.Form):
    """A target, or a figure as it was reported."""

    name = _words_field(_("What is promised or reported"), 300, _("Enter what is promised or reported"))
    qualifier = forms.ChoiceField(
        label=_("How the figure is meant"), choices=[(q.value, text) for q, text in QUALIFIERS.items()]
    )
    value = _text_field(
        _("Figure"),
        60,
        _("Enter the figure"),
        help_text=_("With a point for decimals: 9500, 2.23. A range is 49..50, a part of a whole 17/19."),
    )
    unit = _text_field(_("Unit, or what is counted"), 60)
    period = _text_field(_("Period or due period"), 30, help_text=_("For example 2023, 2026-Q2 or 2030."))
    indicator = _text_field(_("Code of the indicator, if it is known"), 60)

    def clean_value(self) -> str:
        """Require a figure as the reader writes it."""
        value: str = self.cleaned_data["value"]
        if _VALUE.fullmatch(value.strip()) is None:
            raise ValidationError(_("Enter a figure such as 9500, 2.23, 49..50 or 17/19"))
        return value.strip()

    def make(self, candidate: Candidate) -> Draft:
        """Make the draft, of a form that is valid; the words of the text stay with it."""
        return Draft(**self.cleaned_data, wording=candidate.found.get("wording", ""))


class RejectForm(forms.Form):
    """Why something is nothing."""

    reason = _text_field(_("Why it is rejected, if it is worth saying"), 500)


class WithdrawForm(forms.Form):
    """Why a document should not have been kept."""

    reason = _text_field(_("Why it should not have been kept"), 500, _("Enter why it should not have been kept"))


AnyForm = DirectiveForm | TaskForm | DraftForm


def make_form(candidate: Candidate, told: Any, day: date) -> AnyForm:  # noqa: ANN401 # what was posted, or None
    """Make the form for a candidate, filled in with what the reader found."""
    if candidate.kind == CandidateKind.DIRECTIVE:
        return DirectiveForm(told, initial=_propose_directive(candidate))
    if candidate.kind == CandidateKind.TASK:
        return TaskForm(told, initial=_propose_task(candidate), found=candidate.found, day=day)
    found = candidate.found
    initial = {name: found.get(name, "") for name in ("name", "value", "unit", "period")}
    return DraftForm(told, initial={**initial, "qualifier": found.get("qualifier", Qualifier.EXACT)})


def _propose_directive(candidate: Candidate) -> dict[str, Any]:
    parts = describe_number(candidate.found["number"])
    return {
        "number": parts.number,
        "issued_on": _show_day(candidate.found["issued_on"]),
        "kind": parts.kind.value,
        "side": parts.side.value,
        "tier": parts.tier.value if parts.tier is not None else "",
    }


def _propose_task(candidate: Candidate) -> dict[str, Any]:
    return {"title": candidate.found["title"], "due_on": _show_day(candidate.found["due_on"])}


def _show_day(text: str) -> str:
    """Give a whole day as people write it; of a month or a quarter a person has to say which day is meant."""
    day = _ISO_DAY.fullmatch(text)
    return f"{int(day[3])}/{int(day[2])}/{day[1]}" if day else ""
