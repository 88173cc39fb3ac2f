"""The questions of a procedure's form as the simulated portal draws them; names are those in which forms are posted."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lienthong.cases.form_parts import FieldKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.form_parts import Field


def draw_field(field: Field, posted: Mapping[str, str], faults: Mapping[str, str]) -> str:
    """Draw one question by its kind, with what was typed and what is wrong with it."""
    name, label = field.name, field.label.vi
    match field.kind:
        case FieldKind.FILE:
            return f"<p><strong>{escape(label)}</strong>: cổng mô phỏng tự đính kèm một tệp mẫu.</p>"
        case FieldKind.CHOICE:
            return _draw_choice(name, label, [(each.value, each.label.vi) for each in field.options], posted, faults)
        case FieldKind.YES_NO:
            return _draw_choice(name, label, [("yes", "Có"), ("no", "Không")], posted, faults)
        case FieldKind.DATE:
            days = ((f"{name}-day", "Ngày", ""), (f"{name}-month", "Tháng", ""), (f"{name}-year", "Năm", ""))
            return _draw_parts(name, label, days, posted, faults)
        case FieldKind.ADDRESS:
            places = ((f"{name}-area", "Mã xã", ""), (f"{name}-line", "Số nhà, đường", "wide"))
            return _draw_parts(name, label, places, posted, faults)
    return draw_input(name, label, posted, faults)


def draw_input(name: str, label: str, posted: Mapping[str, str], faults: Mapping[str, str]) -> str:
    """Draw one line to type."""
    value = escape(posted.get(name, ""))
    field = f'<input id="{name}" name="{name}" value="{value}">'
    return f'<label for="{name}">{escape(label)}</label>{_fault(name, faults)}{field}'


def _draw_choice(
    name: str, label: str, options: list[tuple[str, str]], posted: Mapping[str, str], faults: Mapping[str, str]
) -> str:
    chosen = posted.get(name, "")
    drawn = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in [("", ""), *options]
    )
    field = f'<select id="{name}" name="{name}">{drawn}</select>'
    return f'<label for="{name}">{escape(label)}</label>{_fault(name, faults)}{field}'


def _draw_parts(
    name: str,
    label: str,
    parts: tuple[tuple[str, str, str], ...],
    posted: Mapping[str, str],
    faults: Mapping[str, str],
) -> str:
    drawn = "".join(
        f'<div class="{kind}"><label for="{part}">{escape(text)}</label>'
        f'<input id="{part}" name="{part}" value="{escape(posted.get(part, ""))}"></div>'
        for part, text, kind in parts
    )
    return (
        f'<fieldset><legend>{escape(label)}</legend>{_fault(name, faults)}<div class="parts">{drawn}</div></fieldset>'
    )


def _fault(name: str, faults: Mapping[str, str]) -> str:
    return f'<p class="fault">{escape(faults[name])}</p>' if name in faults else ""
