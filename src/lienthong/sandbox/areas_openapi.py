"""The areas service's description, OpenAPI 3.1: its paths by hand, its answers' schemas from their types."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from lienthong.sandbox.areas_answers import ProblemAnswer, SuccessorsAnswer, UnitAnswer, UnitsAnswer
from lienthong.sandbox.marks import HOME_AFFAIRS_AGENCY, INSTANCE, NO_LEGAL_VALUE

PROBLEM_TYPE: Final = "application/problem+json"
JSON_TYPE: Final = "application/json"

_SCHEMAS: Final = "#/components/schemas/{name}"
_CODE: Final[dict[str, Any]] = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "The unit's national code; it means nothing without a day.",
    "schema": {"type": "string", "pattern": "^[0-9]{5}$", "examples": ["06652"]},
}
_ON: Final[dict[str, Any]] = {
    "name": "on",
    "in": "query",
    "required": False,
    "description": "The day at which the code is read; today in Vietnam when left out.",
    "schema": {"type": "string", "format": "date", "examples": ["2025-06-30"]},
}


def make_description() -> dict[str, Any]:
    """Make the whole document, ready to be encoded as JSON."""
    answers = (UnitsAnswer, UnitAnswer, SuccessorsAnswer, ProblemAnswer)
    _, schemas = msgspec.json.schema_components(answers, ref_template=_SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Areas: the administrative units of Quảng Ninh over time",
            "version": "1.0.0",
            "description": f"{NO_LEGAL_VALUE}. A sandbox agency answers; its unit data is real and public.",
        },
        "x-sandbox": {"instance": INSTANCE, "agency": HOME_AFFAIRS_AGENCY, "notice": NO_LEGAL_VALUE},
        "paths": {
            "/units": _describe("listUnits", "All units of a day", UnitsAnswer, [_ON]),
            "/units/{code}": _describe("getUnit", "The unit of a code on a day", UnitAnswer, [_CODE, _ON]),
            "/units/{code}/successors": _describe(
                "getSuccessors", "Which unit is it now?", SuccessorsAnswer, [_CODE, _ON]
            ),
        },
        "components": {"schemas": schemas},
    }


def _describe(name: str, summary: str, answer: type, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    refusal = _respond("Refused or unknown; the type says which", PROBLEM_TYPE, ProblemAnswer)
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": _respond(summary, JSON_TYPE, answer),
                "400": refusal,
                "404": refusal,
            },
        }
    }


def _respond(description: str, content_type: str, answer: type) -> dict[str, Any]:
    schema = {"$ref": _SCHEMAS.format(name=answer.__name__)}
    return {"description": description, "content": {content_type: {"schema": schema}}}
