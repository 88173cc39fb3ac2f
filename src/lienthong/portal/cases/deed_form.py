"""What somebody at the office tells with an action: reasons from the closed lists, text, days, and whom it goes to.

The form reads what was typed and makes the action's payload; whether the action may be done is the house's to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.cases import actions as told
from lienthong.cases.words import OTHER_REASON, REASONS, ActionKind, Channel, UndoPhase
from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.portal.cases.procedure_words import say
from lienthong.portal.cases.words import CHANNELS, REASON_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lienthong.cases.actions import Payload
    from lienthong.cases.procedure import Procedure

MOST_TEXT: Final = 2000
"""Of what an officer writes to an applicant or a colleague; what is longer belongs into a paper."""

STEP_DEEDS: Final = frozenset(
    {ActionKind.RESEND_STEP, ActionKind.REPLACE_STEP, ActionKind.TAKE_OVER_STEP, ActionKind.UNDO_STEP}
)
"""What is done to one step of a case, which the address names."""

_DAY_ERRORS: Final = {
    "required": _("Enter the date"),
    "invalid": _("Enter the date as day/month/year, for example 17/5/1990"),
}
_AMOUNT_ERRORS: Final = {"required": _("Enter the amount"), "invalid": _("Enter the amount in đồng, in digits only")}


@dataclass(frozen=True, slots=True)
class DeedAt:
    """Where an action is to be done: of which kind, under which procedure, to which step, and among which colleagues.

    `colleagues` are accounts with their names; `message_id` is the one that a step has now, `fee` what is to be paid,
    `complaint` the number of the action that an answer is for.
    """

    kind: ActionKind
    procedure: Procedure
    step: str = ""
    message_id: str = ""
    colleagues: Sequence[tuple[str, str]] = ()
    fee: int = 0
    complaint: int = 0


class DeedForm(forms.Form):
    """The fields that one kind of action needs."""

    def __init__(self, *args: Any, at: DeedAt, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        self.at = at
        for name, make in _FIELDS.get(at.kind, ()):
            self.fields[name] = make(at)
        if at.kind in REASONS:
            self.fields["reason"] = _make_reason(at.kind)
        self.fields["text"] = _make_text(at.kind)
        if at.kind is ActionKind.TAKE_OVER_STEP:
            for name in find_result_names(at.procedure, at.step):
                self.fields[f"result-{name}"] = _make_result(name)

    def clean(self) -> dict[str, Any]:
        """Ask for text where the reason says nothing by itself."""
        if self.cleaned_data.get("reason") == OTHER_REASON and not self.cleaned_data.get("text", "").strip():
            self.add_error("text", _("Write the reason in a sentence or two"))
        return self.cleaned_data

    def describe(self) -> list[tuple[str, str]]:
        """Give what was typed as people read it, of a form that is valid; what was left empty is left out."""
        shown = ((str(field.label), _write(field, self.cleaned_data.get(name))) for name, field in self.fields.items())
        return [(label.partition(" (")[0], text) for label, text in shown if text]

    def make_payload(self) -> Payload:
        """Make what the action tells, of a form that is valid."""
        return make_payload(self.at, self.cleaned_data)


def _write(field: forms.Field, value: Any) -> str:  # noqa: ANN401 # of what kind is the field's to say
    """Write a value as its page shows it: a choice by its words."""
    words = {str(key): str(text) for key, text in getattr(field, "choices", ())}
    if isinstance(value, list):
        return ", ".join(words.get(str(each), str(each)) for each in value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return words.get(str(value), str(value)) if value not in {None, ""} else ""


def find_result_names(procedure: Procedure, step: str) -> tuple[str, ...]:
    """Find what other steps and papers take from a step's result: what an officer must bring who takes it over."""
    pattern = re.compile(rf"\bsteps\.{re.escape(step)}\.([a-z_]+)")
    texts = [other.send for other in procedure.steps if other.id != step]
    return tuple(dict.fromkeys(name for text in texts for name in pattern.findall(text)))


def make_payload(at: DeedAt, read: dict[str, Any]) -> Payload:
    """Make an action's payload from what was read."""
    text, reason = read.get("text", "").strip(), read.get("reason", "")
    if at.kind in STEP_DEEDS:
        return _make_step_payload(at, read, reason, text)
    made: dict[ActionKind, Callable[[], Payload]] = {
        ActionKind.RECEIVE: lambda: told.Received(text),
        ActionKind.REFUSE_TO_RECEIVE: lambda: told.ReceptionRefused(reason, text),
        ActionKind.ASK_SUPPLEMENT: lambda: told.SupplementAsked(reason, text, tuple(read["items"]), read["until"]),
        ActionKind.ASK_PAYMENT: lambda: told.PaymentAsked(read["amount"], text),
        ActionKind.PAY: lambda: told.Paid(read["amount"], read["reference"]),
        ActionKind.TAKE: lambda: told.Taken(text),
        ActionKind.HAND_OVER: lambda: _make_hand_over(read, text),
        ActionKind.APPROVE: lambda: told.Approved(text),
        ActionKind.REFUSE: lambda: told.Refused(reason, text),
        ActionKind.EXTEND: lambda: told.Extended(read["until"], reason, text),
        ActionKind.STOP: lambda: told.Stopped(reason, text),
        ActionKind.ISSUE: told.Issued,
        ActionKind.RETURN_RESULT: lambda: told.ResultReturned(Channel(read["channel"]), text),
        ActionKind.REOPEN: lambda: told.Reopened(read["decision"], reason, text),
        ActionKind.ANSWER_COMPLAINT: lambda: told.ComplaintAnswered(at.complaint, text),
        ActionKind.COMMENT: lambda: told.Commented(text),
    }
    return made[at.kind]()


def _make_hand_over(read: dict[str, Any], text: str) -> told.HandedOver:
    to_decide = read["to"] == DECISION
    return told.HandedOver(to_account="" if to_decide else read["to"], for_decision=to_decide, text=text)


def _make_step_payload(at: DeedAt, read: dict[str, Any], reason: str, text: str) -> Payload:
    if at.kind is ActionKind.TAKE_OVER_STEP:
        brought = {name.removeprefix("result-"): value for name, value in read.items() if name.startswith("result-")}
        result = {name: value.isoformat() if isinstance(value, date) else value for name, value in brought.items()}
        return told.StepTakenOver(at.step, reason, text, result)
    if at.kind is ActionKind.UNDO_STEP:
        return told.StepUndone(at.step, UndoPhase.DONE, reason=reason, text=text)
    made = told.StepResent if at.kind is ActionKind.RESEND_STEP else told.StepReplaced
    return made(at.step, at.message_id, reason, text)


DECISION: Final = "decision"
"""To whom a case is handed over, in place of an account: to whoever decides."""


def _make_reason(kind: ActionKind) -> forms.Field:
    return forms.ChoiceField(
        label=_("Reason"),
        choices=[(reason, REASON_WORDS[reason]) for reason in REASONS[kind]],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason"), "invalid_choice": _("Choose a reason")},
    )


def _make_text(kind: ActionKind) -> forms.Field:
    label, missing = _NEEDED_TEXTS.get(kind, (_("In your own words (optional)"), ""))
    is_note = kind is ActionKind.COMMENT
    return forms.CharField(
        label=label,
        help_text=_("The applicant does not see it.") if is_note else _("The applicant reads this."),
        max_length=MOST_TEXT,
        required=kind in _NEEDED_TEXTS,
        widget=forms.Textarea,
        error_messages={"required": missing},
    )


_NEEDED_TEXTS: Final = {
    ActionKind.COMMENT: (_("Note for your office"), _("Write the note")),
    ActionKind.ANSWER_COMPLAINT: (_("Your office's answer"), _("Write the answer")),
}
"""The kinds that are nothing without text: what the text is called, and what is said where it is missing."""


def _make_result(name: str) -> forms.Field:
    if name.endswith(("_on", "_date")):
        field = forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"})
        return forms.DateField(
            label=RESULT_NAMES.get(name, name),
            help_text=_("Day/month/year."),
            input_formats=DAY_FORMATS,
            widget=field,
            error_messages=_DAY_ERRORS,
        )
    return forms.CharField(
        label=RESULT_NAMES.get(name, name),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter what the agency's result says")},
    )


RESULT_NAMES: Final = {
    "number": _("Personal number"),
    "full_name": _("Full name"),
    "certificate": _("Number of the certificate"),
    "registered_on": _("Day of registration"),
    "office": _("Office that registered it"),
    "household": _("Number of the household"),
    "card": _("Number of the card"),
    "extract": _("Number of the extract"),
}
"""What results of agencies hold, as officers call it; a name that is not here is shown as it is."""


def _make_items(at: DeedAt) -> forms.Field:
    return forms.MultipleChoiceField(
        label=_("What is needed anew"),
        choices=[(field.name, say(field.label)) for field in at.procedure.form.fields()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _make_until(at: DeedAt) -> forms.Field:
    is_needed = at.kind is ActionKind.EXTEND
    return forms.DateField(
        label=_("New date") if is_needed else _("Until when (optional)"),
        help_text=_("Day/month/year."),
        input_formats=DAY_FORMATS,
        required=is_needed,
        widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"}),
        error_messages=_DAY_ERRORS,
    )


def _make_amount(at: DeedAt) -> forms.Field:
    attributes = {"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-10"}
    return forms.IntegerField(
        label=_("Amount in đồng"),
        min_value=1,
        initial=at.fee or None,
        widget=forms.TextInput(attrs=attributes),
        error_messages=_AMOUNT_ERRORS,
    )


def _make_reference(_at: DeedAt) -> forms.Field:
    return forms.CharField(
        label=_("Number of the receipt of payment"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
        error_messages={"required": _("Enter the number of the receipt of payment")},
    )


def _make_to(at: DeedAt) -> forms.Field:
    return forms.ChoiceField(
        label=_("To whom"),
        choices=[(DECISION, _("To whoever decides")), *at.colleagues],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose to whom it goes"), "invalid_choice": _("Choose to whom it goes")},
    )


def _make_channel(_at: DeedAt) -> forms.Field:
    return forms.ChoiceField(
        label=_("How the applicant got it"),
        choices=[(channel.value, words) for channel, words in CHANNELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the applicant got it")},
    )


def _make_decision(_at: DeedAt) -> forms.Field:
    return forms.CharField(
        label=_("Number and date of the decision or paper"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the number and date of the decision or paper")},
    )


_FIELDS: Final[dict[ActionKind, tuple[tuple[str, Callable[[DeedAt], forms.Field]], ...]]] = {
    ActionKind.ASK_SUPPLEMENT: (("items", _make_items), ("until", _make_until)),
    ActionKind.ASK_PAYMENT: (("amount", _make_amount),),
    ActionKind.PAY: (("amount", _make_amount), ("reference", _make_reference)),
    ActionKind.HAND_OVER: (("to", _make_to),),
    ActionKind.EXTEND: (("until", _make_until),),
    ActionKind.RETURN_RESULT: (("channel", _make_channel),),
    ActionKind.REOPEN: (("decision", _make_decision),),
}
