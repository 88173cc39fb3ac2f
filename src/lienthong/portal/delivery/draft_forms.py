"""The forms that complete an accepted draft: what its text does not say of a figure, or of a target."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lienthong.delivery.drafts import DocumentWords, FigureWords, TargetWords
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.indicators import list_definitions
from lienthong.delivery.labels import COMPARISONS, STATUSES, UNITS, get_label
from lienthong.delivery.models.columns import CODE_CHARACTERS, DECIMALS, DIGITS, NAME_CHARACTERS, PERIOD_CHARACTERS
from lienthong.delivery.periods import parse_period
from lienthong.delivery.target_words import Comparison, TargetKind
from lienthong.delivery.targets import list_plans
from lienthong.delivery.units import parse_unit
from lienthong.delivery.words import Qualifier, Status, is_illustrative_area
from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.portal.delivery.pages import find_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.delivery.candidates import Draft
    from lienthong.delivery.sources import SourceTerms

KINDS: Final = {
    TargetKind.VALUE: _("A figure to get to"),
    TargetKind.RANGE: _("A figure to stay between two"),
    TargetKind.TREND: _("A change from each period to the next"),
    TargetKind.RANK: _("A place among others"),
}
_MEANT: Final = {
    Qualifier.OVER: Comparison.OVER,
    Qualifier.UNDER: Comparison.UNDER,
    Qualifier.AT_MOST: Comparison.AT_MOST,
}
"""What a promise's words say of its goal; whatever else they say, the goal is the least."""

_ENDS: Final = re.compile(r"([0-9.]+?)\.\.([0-9.]+)")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UNIT_OF_TEXT: Final = {"%": "percent", "điểm %": "pp", "điểm phần trăm": "pp", "tỷ đồng": "bn_VND"}
"""Units that texts write otherwise than their labels are, or that several labels share."""


def _choose(label: Any, asks: Any, help_text: Any = "") -> forms.ChoiceField:  # noqa: ANN401 # lazy text
    return forms.ChoiceField(
        label=label, required=asks is not None, help_text=help_text, error_messages={"required": asks or ""}
    )


def _line(label: Any, most: int, asks: Any, help_text: Any = "") -> forms.CharField:  # noqa: ANN401 # lazy text
    return forms.CharField(
        label=label,
        max_length=most,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": asks},
    )


def _number(label: Any, asks: Any = None, help_text: Any = "") -> forms.DecimalField:  # noqa: ANN401 # lazy text
    wrong = _("Enter a number with a point for decimals, such as 2.23")
    return forms.DecimalField(
        label=label,
        required=asks is not None,
        max_digits=DIGITS,
        decimal_places=DECIMALS,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": asks or "", "invalid": wrong},
    )


class DocumentPart(forms.Form):
    """What a person says of the document, and what figures and targets share; its fields come last."""

    published_on = forms.DateField(
        label=_("Day on which the document was published"),
        input_formats=DAY_FORMATS,
        widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"}),
        error_messages={
            "required": _("Enter the day on which the document was published"),
            "invalid": _("Enter the date as day/month/year, for example 17/5/1990"),
        },
    )
    is_cited = forms.BooleanField(label=_("The document is public and can be cited"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        last = ("published_on", "is_cited")
        self.order_fields([*(name for name in self.fields if name not in last), *last])
        language = find_language()
        shown = [each for each in list_definitions().values() if settings.IS_SANDBOX or not each.is_illustrative]
        named = sorted(
            (f"{each.name_in(language)} ({each.code}, {_name_unit(each.unit)})", each.code) for each in shown
        )
        first = _("Choose the indicator") if self.fields["indicator"].required else _("None is known")
        self._offer("indicator", [("", first), *((code, name) for name, code in named)])
        units = {*UNITS, *(each.unit for each in shown)}
        self._offer(
            "unit", [("", _("Choose the unit")), *sorted(((unit, _name_unit(unit)) for unit in units), key=_word)]
        )

    def document(self) -> DocumentWords:
        """Give what was said of the document, of a form that is valid."""
        read = self.cleaned_data
        return DocumentWords(published_on=read["published_on"], is_cited=read["is_cited"])

    def clean_unit(self) -> str:
        """Require a unit that can be computed with."""
        return _parse(self.cleaned_data["unit"], parse_unit, _("Choose the unit"))

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


class FigureForm(DocumentPart):
    """A reported figure, on its way to the observations."""

    indicator = _choose(_("Indicator"), _("Choose the indicator"))
    area = _line(
        _("Code of the area"),
        5,
        _("Enter the code of the area"),
        _("For example 22 for a province, or VN for the country."),
    )
    period = _line(_("Period"), PERIOD_CHARACTERS, _("Enter the period"), _("For example 2023, 2023-Q2 or 2023-05."))
    unit = _choose(_("Unit"), _("Choose the unit"))
    status = _choose(_("Status"), _("Choose the status"))
    is_reported = forms.BooleanField(
        label=_("Nobody gives what it rests on: it is shown, and never computed with"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        self._offer("status", [(each.value, get_label(text, find_language())) for each, text in STATUSES.items()])

    def clean_area(self) -> str:
        """Refuse an invented area on a site that is no sandbox."""
        area: str = self.cleaned_data["area"].upper()
        if is_illustrative_area(area) and not settings.IS_SANDBOX:
            raise ValidationError(_("This code is of an invented area"))
        return area

    def clean_period(self) -> str:
        """Require a period."""
        return _parse(self.cleaned_data["period"], parse_period, _("Enter a period such as 2023, 2023-Q2 or 2023-05"))

    def make(self) -> FigureWords:
        """Make what the figure lacked, of a form that is valid."""
        read = {name: self.cleaned_data[name] for name in FigureWords.__struct_fields__}
        return FigureWords(**{**read, "status": Status(read["status"])})


class TargetForm(DocumentPart):
    """A promise, on its way into a plan."""

    plan = _choose(_("Plan"), _("Choose the plan"))
    code = _line(_("Code of the target within the plan"), CODE_CHARACTERS, _("Enter a code for the target"))
    is_amended = forms.BooleanField(label=_("The plan has this target, and the document amends it"), required=False)
    name_en = _line(_("Name in English"), NAME_CHARACTERS, _("Enter the name in English"))
    indicator = _choose(_("Indicator"), None)
    kind = _choose(_("What sort of promise it is"), _("Choose what sort of promise it is"))
    comparison = _choose(_("How the figure must stand to the goal"), _("Choose how the figure must stand to the goal"))
    goal = _number(_("Goal"), _("Enter the goal"))
    goal_high = _number(_("Upper end of a range"))
    unit = _choose(_("Unit"), _("Choose the unit"))
    due = _line(_("Due period"), PERIOD_CHARACTERS, _("Enter the due period"), _("For example 2026-Q2 or 2030."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        language = find_language()
        plans = [
            (each.code, each.title_in(language))
            for each in list_plans()
            if settings.IS_SANDBOX or not each.is_illustrative
        ]
        self._offer("plan", [("", _("Choose the plan")), *plans])
        self._offer("kind", [(kind.value, text) for kind, text in KINDS.items()])
        self._offer("comparison", [(each.value, _name_comparison(each, language)) for each in Comparison])

    def clean_code(self) -> str:
        """Require a code that an address can hold."""
        code: str = self.cleaned_data["code"]
        if _CODE.fullmatch(code) is None:
            raise ValidationError(_("Enter a code of letters without accents, digits, points and dashes"))
        return code

    def clean_due(self) -> str:
        """Require a period."""
        return _parse(self.cleaned_data["due"], parse_period, _("Enter a period such as 2026-Q2 or 2030"))

    def make(self) -> TargetWords:
        """Make what the promise lacked, of a form that is valid."""
        read = {name: self.cleaned_data[name] for name in TargetWords.__struct_fields__}
        kind, comparison = TargetKind(read["kind"]), Comparison(read["comparison"])
        return TargetWords(**{**read, "kind": kind, "comparison": comparison})


def make_figure_form(told: Any, draft: Draft, source: SourceTerms) -> FigureForm:  # noqa: ANN401 # what was posted
    """Make the form of a figure, filled in with what the draft says."""
    own = {"area": draft.area, "period": draft.period, "status": Status.UNVERIFIED.value, "is_reported": True}
    return FigureForm(told, initial={**own, **_propose(draft, source)})


def make_target_form(told: Any, draft: Draft, source: SourceTerms) -> TargetForm:  # noqa: ANN401 # what was posted
    """Make the form of a target, filled in with what the draft says."""
    ends = _ENDS.fullmatch(draft.value)
    comparison = Comparison.WITHIN if ends else _MEANT.get(Qualifier(draft.qualifier), Comparison.AT_LEAST)
    own = {
        "kind": (TargetKind.RANGE if ends else TargetKind.VALUE).value,
        "comparison": comparison.value,
        "goal": ends[1] if ends else draft.value.partition("/")[0],
        "goal_high": ends[2] if ends else "",
        "due": draft.period,
    }
    return TargetForm(told, initial={**own, **_propose(draft, source)})


def _propose(draft: Draft, source: SourceTerms) -> dict[str, Any]:
    day = source.published_on
    return {
        "indicator": draft.indicator,
        "unit": _find_unit(draft.unit),
        "published_on": f"{day.day}/{day.month}/{day.year}" if day else "",
        "is_cited": source.is_cited,
    }


def _find_unit(text: str) -> str:
    """Give the unit that a text names, where exactly one has that name."""
    named = [unit for unit, label in UNITS.items() if text and text in (unit, *label)]
    return _UNIT_OF_TEXT.get(text, named[0] if len(named) == 1 else "")


def _name_unit(unit: str) -> str:
    label = get_label(UNITS[unit], find_language()) if unit in UNITS else ""
    return f"{label} ({unit})" if label and label != unit else label or unit


def _name_comparison(comparison: Comparison, language: str) -> str:
    if comparison in COMPARISONS:
        return get_label(COMPARISONS[comparison], language)
    return gettext("between two, both included")


def _word(choice: tuple[str, Any]) -> str:
    return str(choice[1])


def _parse(text: str, parse: Any, asks: Any) -> str:  # noqa: ANN401 # a parser of the house, and lazy text
    try:
        parse(text)
    except DeliveryError as error:
        raise ValidationError(asks) from error
    return text
