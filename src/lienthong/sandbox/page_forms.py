"""The forms of a page, as whoever reads the page finds them: where each goes, and what stands in its fields."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN_TYPE: Final = "application/x-www-form-urlencoded"
FILES_TYPE: Final = "multipart/form-data"
_NOT_SENT: Final = frozenset({"submit", "button", "image", "reset"})
_CHOSEN: Final = frozenset({"radio", "checkbox"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to hand in."""

    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, what its fields hold, and the names of all that can be told with it."""

    action: str
    encoding: str = PLAIN_TYPE
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def encode(self, told: Mapping[str, str], files: Mapping[str, Upload]) -> tuple[str, bytes]:
        """Give the content type and the body in which a browser sends the form."""
        values = {**self.fields, **told}
        if self.encoding != FILES_TYPE:
            return PLAIN_TYPE, urlencode(values).encode()
        boundary = secrets.token_hex(16)
        parts = [_encode_part(boundary, f'name="{name}"', value.encode()) for name, value in values.items()]
        parts += [
            _encode_part(boundary, f'name="{name}"; filename="{each.name}"', each.content, each.content_type)
            for name, each in files.items()
        ]
        return f"{FILES_TYPE}; boundary={boundary}", b"".join((*parts, f"--{boundary}--\r\n".encode()))


def read_forms(text: str) -> list[Form]:
    """Give the forms of a page that are sent by POST."""
    reader = _FormReader()
    reader.feed(text)
    return reader.forms


def _encode_part(boundary: str, disposition: str, content: bytes, content_type: str = "") -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


class _FormReader(HTMLParser):
    """Collects forms and what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "").lower() == "post":
            self._form = Form(told.get("action", ""), told.get("enctype", PLAIN_TYPE))
            self.forms.append(self._form)
        elif self._form is not None:
            self._take(self._form, tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.fields[self._area] = self._form.fields.get(self._area, "") + data

    def _take(self, form: Form, tag: str, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "option" and self._select:
            self._take_option(form, told)
        if not name or (tag == "input" and kind in _NOT_SENT):
            return
        if tag in {"input", "select", "textarea"}:
            form.names.add(name)
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area, form.fields[name] = name, ""
        elif tag == "input" and kind != "file" and (kind not in _CHOSEN or "checked" in told):
            form.fields[name] = told.get("value", "on" if kind in _CHOSEN else "")

    def _take_option(self, form: Form, told: dict[str, str]) -> None:
        """The first option stands unless another is marked."""
        if "selected" in told or self._select not in form.fields:
            form.fields[self._select] = told.get("value", "")
