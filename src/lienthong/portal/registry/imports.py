"""A clerk imports a file of people; good rows go in, and every other value is reported by row, column and rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.people.errors import PeopleError
from lienthong.people.import_rows import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, ImportRule
from lienthong.people.importing import import_people
from lienthong.people.lookup_purposes import MOST_REFERENCE_CHARACTERS
from lienthong.people.site_registry import make_site_registry
from lienthong.portal.registry.office import for_clerks, get_clerk, show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_PAGE_BYTES: Final = 4 * 1024 * 1024
"""Some 30,000 rows: what is read, checked and written while somebody waits. Larger files go by the operator."""

SHOWN_FINDINGS: Final = 500
"""More on one page help nobody: the file is put right and sent again."""

RULES: Final = {
    ImportRule.COLUMNS: _("Another number of values than the header has"),
    ImportRule.MISSING: _("A value is missing"),
    ImportRule.LENGTH: _("Too long"),
    ImportRule.NUMBER_FORM: _("Not a personal number of 12 digits"),
    ImportRule.NUMBER_AGREES: _("The number contradicts sex or year of birth"),
    ImportRule.NUMBER_RANGE: _("The number is not of this registry's range"),
    ImportRule.NUMBER_TWICE: _("The number stands twice in the file"),
    ImportRule.NUMBER_TAKEN: _("Somebody has this number already"),
    ImportRule.NAME: _("Not a name in Latin letters"),
    ImportRule.NAME_PUT_RIGHT: _("The spelling was put right"),
    ImportRule.SEX: _("Expected Nam or Nữ"),
    ImportRule.DAY: _("No possible day"),
    ImportRule.AREA: _("No commune of today has this code"),
}


class ImportForm(forms.Form):
    """A file, where it comes from, and that the clerk knows what it does."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8, 4 MB at most."),
        error_messages={
            "required": _("Choose a file"),
            "empty": _("The file is empty"),
            "invalid": _("Choose a file"),
        },
    )
    source = forms.CharField(
        label=_("Where the file comes from"),
        help_text=_("The register or paper, with its date. Each imported person sees it as the source."),
        max_length=MOST_REFERENCE_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter where the file comes from")},
    )
    knows = forms.BooleanField(
        label=_("I know that what goes in stays: an import cannot be undone"),
        error_messages={"required": _("Confirm that an import cannot be undone")},
    )

    def clean_file(self) -> bytes:
        """Read the file; one that is too large is refused before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_PAGE_BYTES:
            raise forms.ValidationError(_("The file is larger than 4 MB: split it"))
        content: bytes = file.read()
        return content


@for_clerks
@require_http_methods(["GET", "HEAD", "POST"])
def show_import(request: HttpRequest) -> HttpResponse:
    """Ask for a file, import it, and report."""
    registry, clerk = make_site_registry(), get_clerk(request)
    if not clerk.may_import:
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    told: dict[str, Any] = {"page": "import", "form": form, "rules": RULES}
    if request.method == "POST" and form.is_valid():
        source = f"officer:{clerk.text}; {form.cleaned_data['source']}"[:300]
        try:
            report = import_people(registry, form.cleaned_data["file"], source)
        except PeopleError as error:
            form.add_error("file", _("The file cannot be read, and nothing was imported"))
            told["detail"] = error.message
        else:
            told |= {"report": report, "shown": report.findings[:SHOWN_FINDINGS]}
            return show_page(request, "registry/import_report.html", told)
    told |= {"required": REQUIRED_COLUMNS, "optional": OPTIONAL_COLUMNS}
    return show_page(request, "registry/import.html", told)
