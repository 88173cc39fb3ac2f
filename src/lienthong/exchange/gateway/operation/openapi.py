"""The OpenAPI 3.1 document of the admin API, made of the same shapes as its answers."""

from __future__ import annotations

import importlib.metadata
from typing import Any, Final

import msgspec

from lienthong.exchange.gateway.operation import views
from lienthong.exchange.gateway.operation.doctor import Finding
from lienthong.exchange.gateway.operation.monitoring import MAX_PAGE, MonitoringPage
from lienthong.exchange.gateway.unresolved import Doubt

_REFERENCE: Final = "#/components/schemas/{name}"
_TIME: Final = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}


class _Answers:
    """Makes the responses of an operation out of shapes."""

    def __init__(self, problem: type, resolution: type) -> None:
        shapes = [
            *(views.StatusView, views.GrantView, views.NewGrant, views.ExchangeView, views.CheckpointView),
            *(list[views.MemberView], list[views.ServiceView], list[views.GrantView], list[views.PeerView]),
            *(list[Finding], list[Doubt], Doubt, MonitoringPage, problem, resolution),
        ]
        schemas, self.components = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
        self._schemas = dict(zip(map(str, shapes), schemas, strict=True))
        self._problem = problem

    def schema(self, shape: object) -> dict[str, Any]:
        """Give the schema of a shape."""
        return self._schemas[str(shape)]

    def of(self, shape: object, status: str = "200", *more: str) -> dict[str, Any]:
        """Give the responses: `shape` with `status`, and a problem with each other code; None: no content."""
        answer = {"description": "Done"} if shape is None else _content("As asked", self.schema(shape))
        refused = _content("Refused", self.schema(self._problem))
        return {"responses": {status: answer, **dict.fromkeys(("400", "401", "500", *more), refused)}}


def describe_api(problem: type, resolution: type) -> dict[str, Any]:
    """Give the document; `problem` and `resolution` are the API's own shapes."""
    answers = _Answers(problem, resolution)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lienthong gateway: admin API", "version": importlib.metadata.version("lienthong")},
        "security": [{"operator": []}],
        "paths": {**_describe_reading(answers), **_describe_changing(answers, resolution)},
        "components": {
            "schemas": answers.components,
            "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_reading(answers: _Answers) -> dict[str, Any]:
    of = answers.of
    return {
        "/api/v1/status": _get("This gateway", "showStatus", of(views.StatusView)),
        "/api/v1/members": _get("The directory's members", "listMembers", of(list[views.MemberView])),
        "/api/v1/services": _get("Our services", "listServices", of(list[views.ServiceView])),
        "/api/v1/exchanges/{id}": {
            "parameters": [_path()],
            **_get("What the log has of an exchange", "showExchange", of(views.ExchangeView, "200", "404")),
        },
        "/api/v1/peers": _get("Other gateways and their traffic", "listPeers", of(list[views.PeerView])),
        "/api/v1/checkpoints": _get("Our log's heads", "showCheckpoints", of(views.CheckpointView)),
        "/api/v1/doctor": _get("Findings, as of the command", "showFindings", of(list[Finding])),
        "/api/v1/monitoring": _get("Monitoring records", "showMonitoring", of(MonitoringPage), _wanted()),
    }


def _describe_changing(answers: _Answers, resolution: type) -> dict[str, Any]:
    of = answers.of
    resolved = [_query("resolved", {"type": "boolean"})]
    new, told = _body(answers.schema(views.NewGrant)), _body(answers.schema(resolution))
    return {
        "/api/v1/grants": {
            **_get("Grants", "listGrants", of(list[views.GrantView])),
            "post": {
                "summary": "Add a grant",
                "operationId": "addGrant",
                "requestBody": new,
                **of(views.GrantView, "201", "413"),
            },
        },
        "/api/v1/grants/{id}": {
            "parameters": [_path()],
            "delete": {"summary": "Revoke a grant", "operationId": "revokeGrant", **of(None, "204", "404")},
        },
        "/api/v1/unknown": {
            **_get("Calls in doubt", "listUnknown", of(list[Doubt]), resolved),
            "post": {
                "summary": "Write down what was found out about a call in doubt",
                "operationId": "resolveUnknown",
                "requestBody": told,
                **of(Doubt, "200", "404", "413"),
            },
        },
    }


def _get(summary: str, name: str, answers: dict[str, Any], parameters: list[Any] | None = None) -> dict[str, Any]:
    more = {"parameters": parameters} if parameters else {}
    return {"get": {"summary": summary, "operationId": name, **more, **answers}}


def _wanted() -> list[dict[str, Any]]:
    text = {"type": "string"}
    pages = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}
    return [
        *(_query(name, _TIME) for name in ("from", "to", "after")),
        *(_query(name, text) for name in ("client", "service")),
        _query("limit", pages),
    ]


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _path() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _content(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}
