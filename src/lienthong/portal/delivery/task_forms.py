"""The forms of tasks: to give one, to attach a proof, to move a day, to ask another agency, to say a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from lienthong.delivery.asks import NewAsk
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.models import Directive, Plan, Target
from lienthong.delivery.tasks import PROOF_BYTES, NewProof, NewTask
from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.identity.posts import list_posts
from lienthong.portal.delivery.pages import find_language

if TYPE_CHECKING:
    from datetime import date

    from lienthong.identity.models import Post

TITLE_CHARACTERS: Final = 80
"""Of a document's title in a list to choose from."""

_DAY_ERRORS: Final = {
    "required": _("Enter the date"),
    "invalid": _("Enter the date as day/month/year, for example 17/5/1990"),
}
_FILE_ERRORS: Final = {
    "required": _("Choose a file"),
    "empty": _("The file is empty"),
    "invalid": _("Choose a file"),
}


def make_day_field(label: Any, *, required: bool = True) -> forms.DateField:  # noqa: ANN401 # a lazy text, typed by the stubs alone
    """Make a field of a day, written as people here write it."""
    widget = forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"})
    return forms.DateField(
        label=label,
        required=required,
        help_text=_("Day/month/year."),
        input_formats=DAY_FORMATS,
        widget=widget,
        error_messages=_DAY_ERRORS,
    )


def name_post(post: Post) -> str:
    """Say a post: its title and its agency's code."""
    title = post.title if find_language() == "vi" else post.title_en or post.title
    return f"{title}, {post.agency_code}"


def list_post_choices(day: date) -> list[tuple[str, str]]:
    """Give the posts of a day to choose from."""
    return [(str(post.pk), name_post(post)) for post in list_posts(day)]


class DirectiveField(forms.ModelChoiceField):  # type: ignore[type-arg] # the stubs alone know of one
    """A choice among the register's documents, each named as people name it."""

    def label_from_instance(self, obj: Directive) -> str:
        """Say number, day and the beginning of the title."""
        day = f", {obj.issued_on:%d/%m/%Y}" if obj.issued_on is not None else ""
        return f"{obj.number}{day}: {Truncator(obj.title).chars(TITLE_CHARACTERS)}"


def list_target_choices() -> list[tuple[str, str]]:
    """Give the targets of this site's plans to choose from, by plan and code, those of the newest plan first."""
    rows = Target.objects.select_related("plan").order_by("plan", "code", "-version").distinct("plan", "code")
    found = [row for row in rows if settings.IS_SANDBOX or not row.plan.is_illustrative]
    found.sort(key=lambda row: (-row.plan.ends_on.toordinal(), row.plan.code, row.place))
    is_vietnamese = find_language() == "vi"
    return [
        (f"{row.plan.code}/{row.code}", f"{row.name} ({row.plan.title})")
        if is_vietnamese
        else (f"{row.plan.code}/{row.code}", f"{row.name_en} ({row.plan.title_en})")
        for row in found
    ]


def is_invented_plan(code: str) -> bool:
    """Whether a plan is of the invented province."""
    return bool(code) and Plan.objects.filter(code=code, is_illustrative=True).exists()


class GiveForm(forms.Form):
    """A task to give to a post, for a part of a directive or for none."""

    title = forms.CharField(
        label=_("What is to be done"),
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": _("Enter what is to be done")},
    )
    owner = forms.TypedChoiceField(
        label=_("Post that answers for it"),
        coerce=int,
        error_messages={"required": _("Choose the post that answers for it")},
    )
    co_owners = forms.TypedMultipleChoiceField(
        label=_("Posts that help"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    due_on = make_day_field(_("Due day"))
    deliverable = forms.CharField(label=_("What is to be handed over"), max_length=500, required=False)
    directive = DirectiveField(
        label=_("Directive that it is for"),
        queryset=Directive.objects.order_by("-issued_on", "number"),
        required=False,
        empty_label=_("None"),
    )
    directive_path = forms.CharField(
        label=_("Part of the directive, such as II.1"),
        max_length=20,
        required=False,
        help_text=_("As the directive has it."),
    )
    serves = forms.ChoiceField(label=_("Target that it serves"), required=False)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        choices = list_post_choices(day)
        directive = self.fields["directive"]
        if isinstance(directive, forms.ModelChoiceField) and not settings.IS_SANDBOX:
            directive.queryset = Directive.objects.filter(is_illustrative=False).order_by("-issued_on", "number")
        serves = self.fields["serves"]
        if isinstance(serves, forms.ChoiceField):
            serves.choices = [("", _("None")), *list_target_choices()]
        for name, first in (("owner", [("", _("Choose a post"))]), ("co_owners", [])):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [*first, *choices]

    def make(self) -> NewTask:
        """Make the task, of a form that is valid."""
        read = dict(self.cleaned_data)
        directive = read.pop("directive")
        key = None
        if directive is not None:
            key = DirectiveKey(directive.number, directive.issuer, directive.issued_on)
        co_owners = tuple(post for post in read.pop("co_owners") if post != read["owner"])
        plan, _slash, target = read.pop("serves").partition("/")
        is_illustrative = (directive is not None and directive.is_illustrative) or is_invented_plan(plan)
        served = {"plan": plan, "target": target}
        return NewTask(**read, **served, co_owners=co_owners, directive=key, is_illustrative=is_illustrative)


class ProofForm(forms.Form):
    """A file that shows what was done, or a paper of a session."""

    file = forms.FileField(
        label=_("File"), help_text=_("PDF, DOCX, text or a picture, 10 MB at most."), error_messages=_FILE_ERRORS
    )

    def clean_file(self) -> NewProof:
        """Read the file; one that is too large is refused before it is read."""
        file = self.cleaned_data["file"]
        if file.size > PROOF_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB"))
        return NewProof(file.name, file.content_type or "", file.read())


class ReasonForm(forms.Form):
    """Why something is done against what was agreed, or what is lacking."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea, error_messages={"required": _("Enter the reason")}
    )


class MoveForm(ReasonForm):
    """Another due day, with the reason."""

    due_on = make_day_field(_("New due day"))
    field_order = ("due_on", "reason")


class AskForm(forms.Form):
    """A question to another agency's service."""

    service = forms.CharField(
        label=_("Service of the agency"),
        help_text=_("In full: INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE."),
        max_length=200,
        error_messages={"required": _("Enter the service")},
    )
    purpose = forms.CharField(
        label=_("Legal basis, such as 990/KH-UBND"), max_length=100, error_messages={"required": _("Enter the basis")}
    )
    question = forms.CharField(
        label=_("Question"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": _("Enter the question")},
    )

    def make(self) -> NewAsk:
        """Make the question, of a form that is valid."""
        read = self.cleaned_data
        return NewAsk(service=read["service"], purpose=read["purpose"], body={"question": read["question"]})
