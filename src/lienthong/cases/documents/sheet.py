"""What every paper says beside its own facts: which agency, number and day, how it is checked, and who signed."""

from __future__ import annotations

from typing import Any

import msgspec
import segno


class Office(msgspec.Struct, frozen=True):
    """The agency whose paper it is: its names, the agency above, and the place it dates its papers from."""

    code: str
    name: str
    english: str = ""
    superior: str = ""
    place: str = ""
    phone: str = ""


class CheckMark(msgspec.Struct, frozen=True):
    """Where a paper can be checked: its code, the address, how the page's address is shown, and the QR code as SVG."""

    code: str
    url: str
    shown: str
    svg: str


class SignedBy(msgspec.Struct, frozen=True):
    """Who signs the file, and the local time at which it was set."""

    by: str
    at: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One paper as its template reads it. `holds` names in the file's title what it is about, without a person."""

    language: str
    sandbox: bool
    agency: Office
    day: str
    holds: str
    code: str = ""
    """The case's code."""
    number: str = ""
    form: str = ""
    check: CheckMark | None = None
    signed: SignedBy | None = None
    facts: dict[str, Any] = {}


def make_check_mark(code: str, address: str) -> CheckMark:
    """Give the mark for a check code; `address` is the site's own, such as https://dichvu.example.vn."""
    url = f"{address}/check/{code}"
    svg = segno.make(url, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff")
    shown = f"{address}/check".removeprefix("https://").removeprefix("http://")
    return CheckMark(code, url, shown, svg)
