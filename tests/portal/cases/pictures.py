"""A small picture that a person could hand in."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def make_picture() -> bytes:
    into = BytesIO()
    Image.new("RGB", (40, 30), "white").save(into, "PNG")
    return into.getvalue()


PICTURE = make_picture()
