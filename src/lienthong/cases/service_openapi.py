"""The OpenAPI 3.1 document of what this house answers to its member's own gateway, made from the same types."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from lienthong.cases.case_check import CheckAnswer, CheckQuestion

VERSION: Final = "1.0.0"

_REFERENCES: Final = "#/components/schemas/{name}"


@cache
def make_description() -> dict[str, Any]:
    """Give the whole document."""
    forms = (CheckQuestion, CheckAnswer)
    _, components = msgspec.json.schema_components(forms, ref_template=_REFERENCES)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cases", "version": VERSION, "description": "For the member's own gateway alone"},
        "paths": {
            "/check": {
                "post": {
                    "operationId": "check-case",
                    "summary": "Whether a case or draft is open, and everybody named is a party to it",
                    "requestBody": {"required": True, "content": _refer(CheckQuestion)},
                    "responses": {
                        "200": {"description": "Yes or no to both", "content": _refer(CheckAnswer)},
                        "400": {"description": "The question is none"},
                    },
                }
            }
        },
        "components": {"schemas": components},
    }


def _refer(form: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCES.format(name=form.__name__)}}}
