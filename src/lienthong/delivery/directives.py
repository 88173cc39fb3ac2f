"""The register of directives: what is in it, how it is found, and what holds on a day.

A directive is found by number, issuer and day together. A number alone may be several documents, for numbers begin
again with each term: then all of them are given, and a person chooses.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from lienthong.delivery.directive_words import DirectiveKind, RelationKind, Side, Tier
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Directive, DirectivePart, DirectiveRelation, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

RELATIONS_LOCK: Final = 0x6C74646972
"""The number of the advisory lock under which relations are added: two at once could close a circle."""


class DirectiveKey(msgspec.Struct, frozen=True):
    """What names one document."""

    number: str
    issuer: str
    issued_on: date | None = None

    def __str__(self) -> str:
        return f"{self.number} of {self.issuer}, {self.issued_on or 'no day'}"


class NewPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chapter, clause or point: `path` such as II.3.b."""

    path: str
    heading: str
    text: str = ""


class NewRelation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a directive does to another."""

    kind: RelationKind
    other: DirectiveKey
    other_path: str = ""


class NewDirective(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document to put into the register."""

    number: str
    issuer: str
    issued_on: date | None = None
    kind: DirectiveKind
    side: Side
    tier: Tier
    title: str
    source: str
    short_name: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    note: str = ""
    is_illustrative: bool = False
    parts: tuple[NewPart, ...] = ()
    relations: tuple[NewRelation, ...] = ()

    @property
    def key(self) -> DirectiveKey:
        """What names it."""
        return DirectiveKey(self.number, self.issuer, self.issued_on)


def get_directive(key: DirectiveKey) -> Directive:
    """Give the directive of a key; raises `UNKNOWN_DIRECTIVE`."""
    found = find_directive(key)
    if found is None:
        message = f"directive {key}: not in the register; register it first"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_DIRECTIVE, message)
    return found


def find_directive(key: DirectiveKey) -> Directive | None:
    """Give the directive of a key, if there."""
    rows = Directive.objects.filter(number=key.number, issuer=key.issuer, issued_on=key.issued_on)
    return rows.select_related("source").first()


def list_named(value: str, dated: str = "") -> list[Directive]:
    """List what a reference in a text can mean: by number or short name, and by its day where the text has one."""
    rows = Directive.objects.filter(Q(number=value) | Q(short_name=value)).select_related("source")
    if dated:
        rows = rows.filter(Q(issued_on=dated) | Q(issued_on=None))
    return list(rows.order_by("issued_on", "issuer"))


def list_directives(words: str = "") -> QuerySet[Directive]:
    """List the register, the newest first; with `words`, what has them in number, title, name or issuer."""
    rows = Directive.objects.select_related("source").order_by("-issued_on", "number", "pk")
    if words:
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(title__icontains=words)
            | Q(short_name__icontains=words)
            | Q(issuer__icontains=words)
        )
    return rows


def register_directive(new: NewDirective) -> Directive:
    """Put a document into the register with its parts and relations; raises `BAD_DIRECTIVE`, `UNKNOWN_DIRECTIVE`.

    A crash leaves all of it or nothing. The same key twice is refused: what is there is changed by `relate`, or by
    another document that amends it.
    """
    with transaction.atomic():
        if find_directive(new.key) is not None:
            raise refuse_directive(f"{new.key}: it is in the register already")
        return put_directive(new)


def put_directive(new: NewDirective) -> Directive:
    """Write a new document or the changed texts of one that is there, in the caller's transaction (seeds)."""
    _require_whole(new)
    values = {
        name: getattr(new, name)
        for name in ("kind", "side", "tier", "title", "short_name", "valid_from", "valid_until", "note")
    }
    source = Source.objects.filter(code=new.source).first()
    if source is None:
        message = f"source {new.source!r} of {new.key}: not known; load it first"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_SOURCE, message)
    try:
        with transaction.atomic():
            directive, _ = Directive.objects.update_or_create(
                number=new.number,
                issuer=new.issuer,
                issued_on=new.issued_on,
                defaults={**values, "source": source},
                create_defaults={**values, "source": source, "is_illustrative": new.is_illustrative},
            )
    except IntegrityError as error:
        raise refuse_directive(f"{new.key}: expected an end of validity after its beginning") from error
    for place, part in enumerate(new.parts):
        DirectivePart.objects.update_or_create(
            directive=directive, path=part.path, defaults={"place": place, "heading": part.heading, "text": part.text}
        )
    for relation in new.relations:
        relate(directive, relation)
    return directive


def relate(directive: Directive, relation: NewRelation) -> DirectiveRelation:
    """Record what a directive does to another; raises `UNKNOWN_DIRECTIVE`, and `BAD_DIRECTIVE` for a circle."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RELATIONS_LOCK])
        other = get_directive(relation.other)
        if relation.other_path and not other.parts.filter(path=relation.other_path).exists():
            raise refuse_directive(f"{relation.other}: it has no part {relation.other_path!r}")
        pairs = DirectiveRelation.objects.filter(kind=relation.kind).values_list("directive_id", "other_id")
        if is_circle([*pairs, (directive.pk, other.pk)]):
            raise refuse_directive(f"{directive} {relation.kind} {other}: by that it would {relation.kind} itself")
        row, _ = DirectiveRelation.objects.get_or_create(
            directive=directive, kind=relation.kind, other=other, other_path=relation.other_path
        )
    return row


def is_circle(pairs: Iterable[tuple[int, int]]) -> bool:
    """Tell whether relations lead back to where they began."""
    ahead: dict[int, set[int]] = {}
    for one, other in pairs:
        ahead.setdefault(one, set()).add(other)
    while ahead:
        # Whatever leads only to what leads nowhere cannot be on a circle.
        ends = [one for one, others in ahead.items() if not others & ahead.keys()]
        if not ends:
            return True
        for one in ends:
            del ahead[one]
    return False


def is_in_force(directive: Directive, day: date) -> bool:
    """Tell whether a directive holds on a day: valid, and not replaced by one that had come by then."""
    begin = directive.valid_from or directive.issued_on
    if (begin is not None and day < begin) or (directive.valid_until is not None and day > directive.valid_until):
        return False
    return not any(
        (relation.directive.valid_from or relation.directive.issued_on or day) <= day
        for relation in list_changes(directive)
        if relation.kind == RelationKind.REPLACES and not relation.other_path
    )


def list_changes(directive: Directive) -> list[DirectiveRelation]:
    """List what amends or replaces a directive, by day."""
    rows = directive.related.filter(kind__in=(RelationKind.AMENDS, RelationKind.REPLACES))
    return list(rows.select_related("directive").order_by("directive__issued_on", "pk"))


def refuse_directive(message: str) -> DeliveryError:
    """Make the error for a directive that the register does not take."""
    return DeliveryError(DeliveryErrorKind.BAD_DIRECTIVE, f"directive: {message}")


def _require_whole(new: NewDirective) -> None:
    for name in ("number", "issuer", "title"):
        if not getattr(new, name).strip():
            raise refuse_directive(f"{new.key}: expected its {name}, got nothing")
    paths = [part.path for part in new.parts]
    if len(set(paths)) != len(paths):
        raise refuse_directive(f"{new.key}: a part stands twice among {', '.join(paths)}")
