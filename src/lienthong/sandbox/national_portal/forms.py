"""The forms that the simulated portal holds our calls to: JSON Schemas beside this file, not the program's own types.

So a field that the program spells otherwise than the schema is refused here, and no test of ours agrees with itself.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from lienthong.cases.national_portal.messages import NotTaken

FOLDER: Final = Path(__file__).parent
SCHEMAS: Final = FOLDER / "schemas"
FIXTURES: Final = FOLDER / "fixtures"


class NotTakenError(Exception):
    """What the portal does not take, and as which status it says so."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.told = NotTaken(kind, text[:1000])


def read_call(name: str, body: bytes) -> dict[str, Any]:
    """Read what was sent as a call; raises `NotTakenError` for anything but what the schema says."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise NotTakenError(400, "khong-phai-json", str(error)) from error
    faults = [
        f"{'/'.join(map(str, error.absolute_path)) or '.'}: {error.message}"
        for error in load_validator(name).iter_errors(document)
    ]
    if faults:
        raise NotTakenError(422, "sai-cau-truc", "; ".join(faults))
    read: dict[str, Any] = document
    return read


@cache
def load_validator(name: str) -> Draft202012Validator:
    """Give the validator of a call."""
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")))


def read_fixture(name: str) -> dict[str, Any]:
    """Give the document of a committed example."""
    document: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))["document"]
    return document
