"""Figures from a file: checked without a trace first, then taken in; each bad row is told by row, column and rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.delivery.code_names import CodeNames
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.import_files import COLUMNS
from lienthong.delivery.import_rows import ImportFile, ImportRule
from lienthong.delivery.importing import import_sent
from lienthong.delivery.sources import list_sources
from lienthong.delivery.tasks import find_day
from lienthong.identity.signed_in import find_account
from lienthong.portal.delivery.pages import find_language, for_keepers, show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.importing import ImportReport
    from lienthong.identity.models import Account

MOST_BYTES: Final = 4 * 1024 * 1024
"""Some 20,000 rows: what is checked while somebody waits. Larger files go by the command."""

SHOWN_FINDINGS: Final = 500
"""More on one page help nobody: the file is put right and sent again."""

RULES: Final = {
    ImportRule.MISSING: _("A value is missing"),
    ImportRule.UNKNOWN_INDICATOR: _("No indicator has this code"),
    ImportRule.UNKNOWN_AREA: _("No unit has this code on that day"),
    ImportRule.UNKNOWN_SOURCE: _("No source has this code"),
    ImportRule.BAD_PERIOD: _("No period"),
    ImportRule.BAD_NUMBER: _("No number, or one that could mean two things"),
    ImportRule.BAD_UNIT: _("Another unit than the indicator's"),
    ImportRule.BAD_WORD: _("None of the words that may stand here"),
    ImportRule.BAD_DAY: _("No day"),
    ImportRule.BAD_BREAKDOWN: _("A breakdown that the indicator has not"),
    ImportRule.NOT_PUBLISHABLE: _("Must not be published"),
    ImportRule.DUPLICATE: _("The same figure twice"),
    ImportRule.JUMP: _("More than double, or less than half, of the period before"),
    ImportRule.TOTAL: _("The parts exceed their whole"),
}


class ImportForm(forms.Form):
    """A file, the source of its rows that name none, and whether it is only to be checked."""

    file = forms.FileField(
        label=_("File of figures"),
        help_text=_("CSV, XLSX, SDMX-CSV or SDMX-ML, 4 MB at most."),
        error_messages={
            "required": _("Choose a file"),
            "empty": _("The file is empty"),
            "invalid": _("Choose a file"),
        },
    )
    source = forms.ChoiceField(label=_("Source of rows that name none"), required=False)
    accepts_jumps = forms.BooleanField(label=_("Take in figures that jump: I have checked them"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        named = [(code, f"{each.title_in(find_language())} ({code})") for code, each in list_sources().items()]
        source = self.fields["source"]
        if isinstance(source, forms.ChoiceField):
            source.choices = [("", _("Each row names its own")), *named]

    def clean_file(self) -> Any:  # noqa: ANN401 # Django's uploaded file
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 4 MB: split it, or use the command"))
        return file


@for_keepers
@require_http_methods(["GET", "HEAD", "POST"])
def show_import(request: HttpRequest) -> HttpResponse:
    """Ask for a file, check or import it, and report."""
    account = find_account(request)
    if account is None:
        raise PermissionDenied
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    told: dict[str, Any] = {"place": "import", "form": form, "columns": COLUMNS}
    if request.method == "POST" and form.is_valid():
        try:
            report = _import(form, account, is_dry="check" in request.POST)
        except DeliveryError as error:
            form.add_error("file", _("The file cannot be read, and nothing was imported"))
            told["detail"] = error.message if error.reason is None else error.reason.write(find_language(), CodeNames())
        else:
            told |= {"report": report, "shown": report.findings[:SHOWN_FINDINGS], "rules": RULES, "names": CodeNames()}
            told["refused"] = len({finding.row for finding in report.findings})
            return show_page(request, "import_report", told)
    return show_page(request, "import", told)


def _import(form: ImportForm, account: Account, *, is_dry: bool) -> ImportReport:
    read = form.cleaned_data
    today = find_day(timezone.now())
    file, accepts = ImportFile(read["file"].name, read["source"], today), read["accepts_jumps"]
    return import_sent(read["file"].read(), file, account, today, is_dry=is_dry, accepts_jumps=accepts)
