"""X-Road's metaservices as forms: who the members are, what a subsystem offers, what a client may call.

Pure: the directory, services, endpoints and grants are given; `gateway/metaservice_answers.py` finds them and answers.
JSON is that of X-Road's own servers (snake case), XML that of its service metadata protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.identifiers import parse_member_id
from lienthong.exchange.paths import overlap
from lienthong.exchange.services import RESERVED_CODES, Endpoint
from lienthong.kernel.ids import parse_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from lienthong.directory.members import Directory
    from lienthong.exchange.access import Grant, Grants
    from lienthong.exchange.identifiers import ClientId
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.services import Service

LIST_CLIENTS: Final = b"/listClients"
LIST_METHODS: Final = "listMethods"
ALLOWED_METHODS: Final = "allowedMethods"
GET_OPENAPI: Final = "getOpenAPI"
FIND_USAGE: Final = "findUsage"
"""Ours: who looked at the data of the person whose token is shown."""
GET_USAGE_PACKAGE: Final = "getUsagePackage"
"""Ours: the evidence package of one of these look-ups."""

JSON_TYPE: Final = b"application/json;charset=utf-8"
XML_TYPE: Final = b"text/xml;charset=utf-8"

_NAMESPACES: Final = ' xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers"'
_PARTS: Final = (
    ("xroad_instance", "xRoadInstance"),
    ("member_class", "memberClass"),
    ("member_code", "memberCode"),
    ("subsystem_code", "subsystemCode"),
    ("service_code", "serviceCode"),
)


class Form(NamedTuple):
    """A rendered list."""

    content_type: bytes
    body: bytes


class Listed(NamedTuple):
    """A service and what of it is listed."""

    service: Service
    endpoints: Sequence[Endpoint]


def list_clients(directory: Directory, target: bytes, accept: bytes) -> Form:
    """Answer `/listClients[?xRoadInstance=]`: JSON where Accept names it, else XML, as X-Road does.

    Another target, or an instance that this directory is not of, raises INVALID_REQUEST of the caller's side.
    """
    path, _, query = target.partition(b"?")
    if path.rstrip(b"/") != LIST_CLIENTS:
        message = "the target is neither /r1/INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE[/path][?query] nor /listClients"
        raise ExchangeError(ExchangeErrorKind.INVALID_REQUEST, message)
    instance = read_parameter(query, "xRoadInstance")
    if instance not in {None, directory.instance}:
        message = f"xRoadInstance: this directory is that of {directory.instance} alone"
        raise ExchangeError(ExchangeErrorKind.INVALID_REQUEST, message, Side.CALLER)
    clients = _clients_of(directory)
    if names_json(accept):
        return Form(JSON_TYPE, msgspec.json.encode({"member": [_client_json(client) for client in clients]}))
    members = "".join(map(_client_xml, clients))
    return _xml(f"<xrd:clientList{_NAMESPACES}>{members}</xrd:clientList>")


def list_methods(provider: ClientId, listed: Iterable[Listed], accept: bytes) -> Form:
    """Answer listMethods and allowedMethods: JSON, or XML where Accept asks for XML and not for JSON."""
    found = list(listed)
    if names_json(accept) or not names_xml(accept):
        return Form(JSON_TYPE, msgspec.json.encode({"service": [_service_json(provider, each) for each in found]}))
    services = "".join(
        f"<xrd:service{_id_xml('SERVICE', _service_segments(provider, each.service))}</xrd:service>" for each in found
    )
    return _xml(f"<xrd:methodList{_NAMESPACES}>{services}</xrd:methodList>")


def is_metaservice(directory: Directory, request: IncomingRequest) -> bool:
    """Tell whether the provider's gateway answers a request itself; raises if it is one that nobody answers."""
    service = request.service
    if service.code not in RESERVED_CODES:
        return False
    if directory.find_subsystem(service.provider.text) is None:
        message = f"the directory knows no subsystem {service.provider.text}"
        raise ExchangeError(ExchangeErrorKind.UNKNOWN_MEMBER, message, Side.PROVIDER)
    if request.method != b"GET":
        raise ExchangeError(ExchangeErrorKind.METHOD_NOT_GRANTED, f"{service.code} is asked by GET")
    if request.target.path not in {b"", b"/"}:
        raise ExchangeError(ExchangeErrorKind.PATH_NOT_GRANTED, f"{service.code} has nothing below it")
    return True


def services_of(subsystem: str, services: Iterable[Service]) -> list[Service]:
    """Give the services of one subsystem (percent-encoded code) that REST can call."""
    return [each for each in services if each.type != "WSDL" and each.name.partition("/")[0] == subsystem]


def find_open_grants(
    grants: Grants, service: Service, client: str, members_of: Callable[[str], Collection[str]], now_ms: int
) -> list[Grant]:
    """Give the grants that open something of `service` to `client` now."""
    return [
        grant
        for grant in grants.by_service.get(service.name, ())
        if grant.is_for(client, members_of) and not grant.is_over(now_ms)
    ]


def restrict(endpoints: Sequence[Endpoint], grants: Sequence[Grant]) -> list[Endpoint]:
    """Give what of `endpoints` some grant opens; of a service that describes none, what the grants themselves say."""
    if not endpoints:
        return [
            Endpoint(method.decode(), path)
            for grant in grants
            for method in sorted(grant.methods)
            for path in grant.paths
        ]
    return [
        endpoint
        for endpoint in endpoints
        if any(
            endpoint.method.encode() in grant.methods and any(overlap(endpoint.path, path) for path in grant.paths)
            for grant in grants
        )
    ]


def read_parameter(query: bytes | None, name: str) -> str | None:
    """Give a query's parameter; None if it is missing, empty, repeated or not UTF-8."""
    try:
        values = parse_qs((query or b"").decode("ascii"), errors="strict", max_num_fields=16).get(name, [])
    except ValueError:
        return None
    return values[0] if len(values) == 1 else None


def names_json(accept: bytes) -> bool:
    """Tell whether Accept names JSON itself."""
    return b"application/json" in _media_types(accept)


def names_xml(accept: bytes) -> bool:
    """Tell whether Accept names XML."""
    return not _media_types(accept).isdisjoint({b"text/xml", b"application/xml", b"text/*"})


def _media_types(accept: bytes) -> set[bytes]:
    return {item.split(b";", 1)[0].strip().lower() for item in accept.split(b",")}


class _Client(NamedTuple):
    segments: tuple[str, ...]
    name: str
    subsystem: str | None = None

    @property
    def kind(self) -> str:
        return "MEMBER" if self.subsystem is None else "SUBSYSTEM"


def _clients_of(directory: Directory) -> list[_Client]:
    """Give each member, and after it its subsystems."""
    clients = []
    for member in directory.members:
        segments = parse_member_id(member.id).segments
        clients.append(_Client(segments, member.name))
        clients += [
            _Client((*segments, *parse_identifier(part.code, 1, 1)), member.name, part.name)
            for part in member.subsystems
        ]
    return clients


def _client_json(client: _Client) -> dict[str, object]:
    form: dict[str, object] = {"id": _id_json(client.kind, client.segments), "name": client.name}
    return form if client.subsystem is None else {**form, "subsystem_name": client.subsystem}


def _client_xml(client: _Client) -> str:
    name = f"<xrd:name>{escape(client.name)}</xrd:name>"
    if client.subsystem is not None:
        name += f"<xrd:subsystemName>{escape(client.subsystem)}</xrd:subsystemName>"
    return f"<xrd:member><xrd:id{_id_xml(client.kind, client.segments)}</xrd:id>{name}</xrd:member>"


def _service_segments(provider: ClientId, service: Service) -> tuple[str, ...]:
    return (*provider.segments, parse_identifier(service.name, 2, 2)[1])


def _service_json(provider: ClientId, listed: Listed) -> dict[str, object]:
    pairs = dict.fromkeys((endpoint.method, endpoint.path) for endpoint in listed.endpoints)
    return {
        **_id_json("SERVICE", _service_segments(provider, listed.service)),
        "service_type": listed.service.type,
        "endpoint_list": [{"method": method, "path": path} for method, path in pairs],
    }


def _id_json(kind: str, segments: tuple[str, ...]) -> dict[str, str]:
    parts = {name: segment for (name, _), segment in zip(_PARTS, segments, strict=False)}
    return {"object_type": kind, **parts}


def _id_xml(kind: str, segments: tuple[str, ...]) -> str:
    parts = zip(_PARTS, segments, strict=False)
    elements = "".join(f"<id:{xml}>{escape(segment)}</id:{xml}>" for (_, xml), segment in parts)
    return f' id:objectType="{kind}">{elements}'


def _xml(body: str) -> Form:
    return Form(XML_TYPE, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode())
