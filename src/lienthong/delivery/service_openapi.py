"""The OpenAPI 3.1 document of the service for questions, made from the same types; its paths are below `asks`."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from lienthong.delivery.asks import AskAnswer
from lienthong.delivery.incoming import IncomingQuestion

VERSION: Final = "1.0.0"

_REFERENCES: Final = "#/components/schemas/{name}"


def _header(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return {"name": name, "in": "header", "required": True, "description": description, "schema": schema}


_PURPOSE: Final = _header("X-Road-Purpose", "The legal basis, such as 990/KH-UBND")
_MESSAGE_ID: Final = _header("X-Road-Id", "The same id with the same question is kept once; with another it is refused")


@cache
def make_description() -> dict[str, Any]:
    """Give the whole document."""
    _, components = msgspec.json.schema_components((IncomingQuestion, AskAnswer), ref_template=_REFERENCES)
    message = {"name": "message", "in": "path", "required": True, "description": "The question's X-Road-Id"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Questions for tasks",
            "version": VERSION,
            "description": "An agency asks for a task of its own; a person here answers, once. Nobody is named in it.",
        },
        "paths": {
            "/": {
                "post": {
                    "operationId": "ask",
                    "summary": "Put a question; kept once for each X-Road-Id",
                    "parameters": [_PURPOSE, _MESSAGE_ID],
                    "requestBody": {"required": True, "content": _refer(IncomingQuestion)},
                    "responses": {
                        "202": {"description": "Received; ask for the answer by the id", "content": _refer(AskAnswer)},
                        "400": {"description": "No question, or another one under this X-Road-Id"},
                        "422": {"description": "It bears a mark of state secrecy, and nothing of it was kept"},
                    },
                }
            },
            "/{message}": {
                "get": {
                    "operationId": "show-answer",
                    "summary": "Whether a person has answered; told to who asked alone",
                    "parameters": [_PURPOSE, {**message, "schema": {"type": "string", "minLength": 1}}],
                    "responses": {
                        "200": {"description": "Received, or answered with the answer", "content": _refer(AskAnswer)},
                        "404": {"description": "This client has put no question with this id"},
                    },
                }
            },
        },
        "components": {"schemas": components},
    }


def _refer(form: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCES.format(name=form.__name__)}}}
