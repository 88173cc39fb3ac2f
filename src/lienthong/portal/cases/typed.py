"""What stands in the fields of a form: answers as text, under the names that a browser sends.

The opposite of `read_page` of the house of cases: what this gives, that reads.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lienthong.cases.form_parts import FieldKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.form_parts import Field, FormPage


def write_page(page: FormPage, answers: Mapping[str, Any]) -> dict[str, str]:
    """Give what stands in all fields of a page."""
    return {name: text for field in page.fields for name, text in write_field(field, answers.get(field.name)).items()}


def write_field(field: Field, value: Any) -> dict[str, str]:  # noqa: ANN401 # of what kind is the field's to say
    """Give what stands in one field, which may have several parts; an answer that is missing leaves it empty."""
    if value is None:
        return {}
    if field.kind is FieldKind.DATE:
        day = date.fromisoformat(value)
        parts = {"day": day.day, "month": day.month, "year": day.year}
        return {f"{field.name}-{part}": str(number) for part, number in parts.items()}
    if field.kind is FieldKind.ADDRESS:
        return {f"{field.name}-area": value.get("area_code", ""), f"{field.name}-line": value.get("line", "")}
    if field.kind is FieldKind.YES_NO:
        return {field.name: "yes" if value else "no"}
    return {field.name: str(value)}
