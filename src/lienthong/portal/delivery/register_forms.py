"""The form by which a person puts a document into the register, with its chapters and clauses."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lienthong.delivery.directive_words import RelationKind
from lienthong.delivery.directives import DirectiveKey, NewDirective, NewPart, NewRelation
from lienthong.delivery.models import Directive
from lienthong.delivery.sources import SourceTerms
from lienthong.delivery.words import SourceKind
from lienthong.portal.delivery.candidate_forms import DirectiveForm
from lienthong.portal.delivery.task_forms import DirectiveField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

PARTS_CHARACTERS: Final = 100_000
"""A long resolution has some hundred clauses of a few hundred characters."""
PATH_CHARACTERS: Final = 20
HEADING_CHARACTERS: Final = 500

_LINE: Final = re.compile(r"(?P<path>[IVXLC\d]+(?:\.[\w]+)*|[A-ZĐ]|Điều \d+(?:\.\w+)*)\s*[|.):-]\s+(?P<heading>\S.*)")
"""`II.1 | Phát triển công nghiệp`, or as a document writes it: `II.1. Phát triển công nghiệp`."""


class RegisterForm(DirectiveForm):
    """A document for the register, as the person has it before them."""

    source = forms.CharField(
        label=_("Where you have it from"),
        max_length=300,
        help_text=_("For example: the official gazette, the paper in the archive, a site of the State."),
        error_messages={"required": _("Enter where you have it from")},
    )
    address = forms.URLField(
        label=_("Address where it can be read, if there is one"),
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Enter an address that begins with https://")},
    )
    implements = DirectiveField(
        label=_("Document that it implements"),
        queryset=Directive.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    parts = forms.CharField(
        label=_("Chapters and clauses"),
        max_length=PARTS_CHARACTERS,
        required=False,
        widget=forms.Textarea,
        help_text=_("One a line, with its number: II.1. Industry. Lines without a number belong to the one above."),
    )

    def offer(self, directives: QuerySet[Directive]) -> None:
        """Offer the documents of the register that this one may implement."""
        implements = self.fields["implements"]
        if isinstance(implements, forms.ModelChoiceField):
            implements.queryset = directives

    def clean_parts(self) -> tuple[NewPart, ...]:
        """Read the lines; raises what is shown at the field."""
        parts = tuple(_read_parts(self.cleaned_data["parts"]))
        paths = [part.path for part in parts]
        if twice := next((path for path in paths if paths.count(path) > 1), ""):
            raise ValidationError(gettext("%(path)s stands twice") % {"path": twice})
        return parts

    def find_source(self) -> SourceTerms:
        """Give the source, of a form that is valid: the same words and address are the same source."""
        told = self.cleaned_data
        digest = hashlib.sha256(f"{told['source']}\n{told['address']}".encode()).hexdigest()
        return SourceTerms(
            code=f"entered-{digest[:16]}", kind=SourceKind.DOCUMENT, title=told["source"], address=told["address"]
        )

    def make_directive(self) -> NewDirective:
        """Make the document, of a form that is valid."""
        own = {
            name: self.cleaned_data[name] for name in ("number", "issued_on", "issuer", "title", "kind", "side", "tier")
        }
        other = self.cleaned_data["implements"]
        relations: tuple[NewRelation, ...] = ()
        if other is not None:
            key = DirectiveKey(other.number, other.issuer, other.issued_on)
            relations = (NewRelation(RelationKind.IMPLEMENTS, key),)
        is_illustrative = other is not None and other.is_illustrative
        return NewDirective(
            **own,
            source=self.find_source().code,
            parts=self.cleaned_data["parts"],
            relations=relations,
            is_illustrative=is_illustrative,
        )


def _read_parts(text: str) -> Iterator[NewPart]:
    path, heading, lines = "", "", list[str]()
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            if not path:
                raise ValidationError(
                    gettext("Line %(number)d has no number: write II.1. before it") % {"number": number}
                )
            lines.append(line)
            continue
        if path:
            yield NewPart(path, heading, "\n".join(lines))
        path, heading, lines = found["path"], found["heading"], []
        if len(path) > PATH_CHARACTERS or len(heading) > HEADING_CHARACTERS:
            raise ValidationError(
                gettext("Line %(number)d is too long: break it after its heading") % {"number": number}
            )
    if path:
        yield NewPart(path, heading, "\n".join(lines))
