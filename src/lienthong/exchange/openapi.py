"""OpenAPI 3 documents of services: their endpoints, and a text that may be shown to other members.

A document comes from the member's own system, as JSON or YAML. What it says of the addresses of its servers is nobody
else's affair: `Description.text` names this exchange instead. Endpoints are read as globs (`/units/{code}` is
`/units/*`), the form that grants have. References to other documents are not followed.
"""

from __future__ import annotations

import codecs
from typing import Any, Final
from urllib.parse import unquote

import msgspec
import yaml

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.paths import compile_glob
from lienthong.exchange.services import Endpoint

MAX_DESCRIPTION: Final = 1024 * 1024
"""Bytes of a document; a large country's registries describe themselves in less."""
MAX_ENDPOINTS: Final = 5000
MAX_REASON: Final = 300
"""Characters of a parser's own words, which quote the document."""

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""Fields of a path item that are operations (OpenAPI 3.1, 4.8.9)."""

_REFERENCE: Final = "#/"


class Description(msgspec.Struct, frozen=True):
    """A service's document as others may see it. `problem` says why `endpoints` could not be read."""

    text: bytes
    content_type: bytes
    endpoints: tuple[Endpoint, ...]
    problem: str = ""


def read_description(raw: bytes, place: str, address: str) -> Description:
    """Read a document; `place` is where it was found, `address` the one server that others are shown.

    Raises MALFORMED_DESCRIPTION where it is no OpenAPI 3 document. It may take a second: not for the event loop.
    """
    document, is_yaml = parse_document(raw, place)
    try:
        endpoints, problem = read_endpoints(document, place), ""
    except ExchangeError as error:
        endpoints, problem = (), error.message
    _Hider().hide(document)
    document["servers"] = [{"url": address}]
    if is_yaml:
        text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, encoding="utf-8")
        return Description(text, b"application/yaml;charset=utf-8", endpoints, problem)
    return Description(msgspec.json.encode(document), b"application/json;charset=utf-8", endpoints, problem)


def parse_document(raw: bytes, place: str) -> tuple[dict[str, Any], bool]:
    """Give the document, and whether it is YAML; else MALFORMED_DESCRIPTION."""
    if len(raw) > MAX_DESCRIPTION:
        raise _malformed(place, f"{len(raw)} bytes, at most {MAX_DESCRIPTION}")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    is_yaml = not raw.lstrip(b" \t\r\n").startswith(b"{")
    try:
        document = yaml.load(raw, Loader=yaml.CSafeLoader) if is_yaml else msgspec.json.decode(raw)
    except (msgspec.DecodeError, yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        why = " ".join(str(error).split())[:MAX_REASON]
        raise _malformed(place, f"not {'YAML' if is_yaml else 'JSON'}: {why}") from error
    if not isinstance(document, dict):
        raise _malformed(place, "expected an object with `openapi` and `paths`")
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3."):
        found = f"`openapi` is {version!r}" if "swagger" not in document else "it is a Swagger 2 document"
        raise _malformed(place, f"{found}: expected OpenAPI 3")
    return document, is_yaml


def read_endpoints(document: dict[str, Any], place: str) -> tuple[Endpoint, ...]:
    """Give the operations in the document's order; MALFORMED_DESCRIPTION where a path or an item is not one."""
    endpoints: list[Endpoint] = []
    for path, item in _mapping(document.get("paths"), place, "paths").items():
        glob = _read_path(path, place)
        item = _resolve(document, item, place, f"paths.{path}")  # noqa: PLW2901 - the item itself
        for method in METHODS:
            if method in item:
                operation = _mapping(item[method], place, f"paths.{path}.{method}").get("operationId", "")
                if not isinstance(operation, str):
                    raise _malformed(place, f"paths.{path}.{method}.operationId is not text")
                endpoints.append(Endpoint(method.upper(), glob, operation))
        if len(endpoints) > MAX_ENDPOINTS:
            raise _malformed(place, f"more than {MAX_ENDPOINTS} operations")
    return tuple(endpoints)


def _read_path(path: object, place: str) -> str:
    """Turn `/units/{code}` into `/units/*`: what stands in braces is one segment or a part of one."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise _malformed(place, f"the path {path!r} does not begin with /")
    glob = "/".join(_read_segment(unquote(segment), place, path) for segment in path.split("/"))
    try:
        compile_glob(glob)
    except ValueError as error:
        raise _malformed(place, f"the path {path!r}: {error}") from error
    return glob


def _read_segment(segment: str, place: str, path: str) -> str:
    if "*" in segment:
        raise _malformed(place, f"the path {path!r} holds `*`, which means something else in grants")
    before, opened, rest = segment.partition("{")
    _, closed, after = rest.partition("}")
    if not opened and "}" not in segment:
        return segment
    if not closed or "}" in before:
        raise _malformed(place, f"the path {path!r} has a brace without its other one")
    # Two variables in one segment: a grant knows one `*` there, so the whole segment is open.
    return "*" if "{" in after else f"{before}*{after}"


def _resolve(document: dict[str, Any], item: object, place: str, where: str) -> dict[str, Any]:
    """Give a path item, or the one in this document that it refers to."""
    found = _mapping(item, place, where)
    reference = found.get("$ref")
    if reference is None:
        return found
    if not isinstance(reference, str) or not reference.startswith(_REFERENCE):
        raise _malformed(place, f"{where} refers to {reference!r}, which is not in this document")
    target: object = document
    for token in reference[len(_REFERENCE) :].split("/"):
        key = unquote(token).replace("~1", "/").replace("~0", "~")
        target = _mapping(target, place, reference).get(key)
    return _mapping(target, place, reference)


def _mapping(value: object, place: str, where: str) -> dict[str, Any]:
    if value is None and where == "paths":
        return {}  # a document of webhooks or components alone
    if not isinstance(value, dict):
        raise _malformed(place, f"{where} is not an object")
    return value


class _Hider:
    """Takes every list of servers out of a document, wherever OpenAPI 3 has one; each part is looked at once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def hide(self, document: dict[str, Any]) -> None:
        document.pop("servers", None)
        components = _object(document.get("components"))
        for items in (document.get("paths"), document.get("webhooks"), components.get("pathItems")):
            self._hide_in_items(items)
        for items in _object(components.get("callbacks")).values():
            self._hide_in_items(items)
        for response in _object(components.get("responses")).values():
            _hide_in_links(_object(response).get("links"))
        _hide_in_links(components.get("links"))

    def _hide_in_items(self, items: object) -> None:
        for item in _object(items).values():
            if not isinstance(item, dict) or id(item) in self._seen:
                continue
            self._seen.add(id(item))
            item.pop("servers", None)
            for method in METHODS:
                self._hide_in_operation(item.get(method))

    def _hide_in_operation(self, operation: object) -> None:
        if not isinstance(operation, dict):
            return
        operation.pop("servers", None)
        for response in _object(operation.get("responses")).values():
            _hide_in_links(_object(response).get("links"))
        for items in _object(operation.get("callbacks")).values():
            self._hide_in_items(items)


def _hide_in_links(links: object) -> None:
    for link in _object(links).values():
        if isinstance(link, dict):
            link.pop("server", None)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _malformed(place: str, problem: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.MALFORMED_DESCRIPTION, f"{place}: {problem}")
