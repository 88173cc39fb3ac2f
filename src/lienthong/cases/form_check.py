"""What must hold in a form beyond its schema: every question stands on one page, and conditions can be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.errors import CasesError
from lienthong.cases.expressions import compile_expression, find_names
from lienthong.cases.form_parts import FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.cases.marked_file import Fault, MarkedFile, Place

JSON_TYPES: Final = {
    FieldKind.NUMBER: "integer",
    FieldKind.YES_NO: "boolean",
    FieldKind.ADDRESS: "object",
}
"""The JSON type of an answer; of the other kinds it is `string`."""

NEVER_FILLED: Final = ("ethnicity", "religion")
"""What no form takes from a registry, whatever the registry would tell."""

_LENGTHS: Final = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NAME)


def check_form(file: MarkedFile) -> Iterator[Fault]:
    """Give all that is wrong with a form which its schema found right."""
    order = [name for page in file.value["x-pages"] for name in page["fields"]]
    yield from _check_pages(file)
    for name, field in file.value["properties"].items():
        place: Place = ("properties", name)
        yield from _check_kind(file, place, field)
        yield from _check_prefill(file, place, field)
        if "x-when" in field:
            yield from _check_condition(
                file, (*place, "x-when"), order[: order.index(name)] if name in order else order
            )
            if name in file.value.get("required", ()):
                said = "a question that is not always asked cannot stand in required; say x-required: true"
                yield file.fault((*place, "x-when"), said)
    yield from _check_named(file)


def _check_pages(file: MarkedFile) -> Iterator[Fault]:
    """Check that each question stands on one page, once."""
    order: set[str] = set()
    for number, page in enumerate(file.value["x-pages"]):
        for position, name in enumerate(page["fields"]):
            place: Place = ("x-pages", number, "fields", position)
            if name not in file.value["properties"]:
                yield file.fault(place, f"{name!r} is no question; describe it in properties")
            if name in order:
                yield file.fault(place, f"{name!r} stands on another page too")
            order.add(name)
    for name in file.value["properties"]:
        if name not in order:
            yield file.fault(("properties", name), "stands on no page of x-pages")


def _check_kind(file: MarkedFile, place: Place, field: dict[str, Any]) -> Iterator[Fault]:
    kind = FieldKind(field["x-kind"])
    expected = JSON_TYPES.get(kind, "string")
    if field.get("type", expected) != expected:
        yield file.fault((*place, "type"), f"an answer of kind {kind} is of type {expected}")
    if (kind is FieldKind.CHOICE) is not ("x-options" in field):
        yield file.fault(place, "x-options: expected with the kind choice, and with no other")
    if kind is not FieldKind.NUMBER and ("minimum" in field or "maximum" in field):
        yield file.fault(place, "minimum, maximum: only a number has them")
    if kind not in _LENGTHS and ("minLength" in field or "maxLength" in field):
        yield file.fault(place, "minLength, maxLength: only text and names have them")
    if kind is not FieldKind.DATE and ("x-not-after-today" in field or "x-not-before" in field):
        yield file.fault(place, "x-not-after-today, x-not-before: only a date has them")
    other = file.value["properties"].get(field.get("x-not-before", ""), {})
    if "x-not-before" in field and other.get("x-kind") != FieldKind.DATE:
        yield file.fault((*place, "x-not-before"), f"{field['x-not-before']!r} is no question of kind date")


def _check_prefill(file: MarkedFile, place: Place, field: dict[str, Any]) -> Iterator[Fault]:
    """Check that only the applicant's own data is filled in, and nothing sensitive."""
    if "x-prefill" not in field:
        return
    if not field.get("x-own"):
        yield file.fault(place, "x-prefill: only a question about the applicant (x-own: true) is filled in")
    if field.get("x-sensitive"):
        yield file.fault(place, "x-prefill: what is sensitive is never filled in")
    path = field["x-prefill"]["path"]
    if any(word in path for word in NEVER_FILLED):
        yield file.fault((*place, "x-prefill", "path"), f"never filled in: {', '.join(NEVER_FILLED)}")
    try:
        compile_expression(path)
    except CasesError as error:
        yield file.fault((*place, "x-prefill", "path"), error.message)


def _check_condition(file: MarkedFile, place: Place, before: list[str]) -> Iterator[Fault]:
    """Check that a condition can be read, and looks only at questions asked before."""
    text = file.value[place[0]][place[1]][place[2]]
    try:
        names = {way[0] for way in find_names(text)}
    except CasesError as error:
        yield file.fault(place, error.message)
        return
    for name in sorted(names - set(before)):
        yield file.fault(place, f"{name!r} is no question asked before this one")


def _check_named(file: MarkedFile) -> Iterator[Fault]:
    """Check that matches and number checks name questions of the right kind."""
    kinds = {name: field["x-kind"] for name, field in file.value["properties"].items()}
    wanted = {"number": "personal-number", "full_name": "name", "birth_date": "date", "sex": "choice"}
    for part in ("x-matches", "x-number-checks"):
        for position, one in enumerate(file.value.get(part, ())):
            for role, kind in wanted.items():
                if role in one and kinds.get(one[role]) != kind:
                    yield file.fault((part, position, role), f"{one[role]!r} is no question of kind {kind}")
    for name in file.value.get("required", ()):
        if name not in kinds:
            yield file.fault(("required",), f"{name!r} is no question")
