"""The services that a member offers, from services.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.lookups import SubjectPlace, read_subject_place
from lienthong.exchange.tables import bad_settings, convert_table, parse_toml
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import format_identifier, parse_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lienthong.exchange.identifiers import ServiceId

DEFAULT_TIMEOUT_S: Final = 60.0
"""What X-Road gives a service."""
MAX_TIMEOUT_S: Final = 300.0
"""A synchronous request lives for five minutes (rule 4.4); an answer after that cannot be used."""

DEFAULT_MAX_BODY: Final = 100 * 1024 * 1024

RESERVED_CODES: Final = frozenset({"listMethods", "allowedMethods", "getOpenAPI", "findUsage", "getUsagePackage"})
"""X-Road's metaservices, and ours of who looked: the gateway answers these itself, for every subsystem."""


class Address(msgspec.Struct, frozen=True):
    """Where a service listens. `path` is percent-encoded and may be empty."""

    tls: bool
    host: str
    port: int
    path: bytes


class Endpoint(NamedTuple):
    """One operation of a service: its method, the glob of its path, and its name in the service's document."""

    method: str
    path: str
    operation: str = ""


class DocumentPlace(msgspec.Struct, frozen=True):
    """Where a service's OpenAPI document is: a file (below the home unless absolute), or an address and a target."""

    text: str
    """As the settings have it."""
    address: Address | None = None
    target: bytes = b""


class Service(msgspec.Struct, frozen=True):
    """One service; `name` is `SUBSYSTEM/SERVICE` in the normal percent-encoding."""

    name: str
    type: Literal["REST", "OPENAPI", "WSDL"]
    address: Address | None
    timeout_s: float
    max_body: int
    idempotent: bool
    """It deduplicates by X-Road-Id, so that an interrupted call may be made again (rule 5)."""
    subject: str | None
    """Where a request names the person that it asks about, such as `path:/persons/{number}`."""
    asks_purpose: bool
    """As the file says; `requires_purpose` is what holds."""
    disabled: bool
    notice: str
    secret_file: str = ""
    """Below the gateway's home; what is in it tells the service that its own gateway calls."""
    secret: str = ""
    document: DocumentPlace | None = None
    """Where its OpenAPI document is."""
    subject_place: SubjectPlace | None = None
    """`subject`, read."""

    @property
    def requires_purpose(self) -> bool:
        """Whether each request must carry X-Road-Purpose: always where it names a person (rule 4.6)."""
        return self.asks_purpose or self.subject is not None


class Services(msgspec.Struct, frozen=True):
    """All services of a member, by `SUBSYSTEM/SERVICE`."""

    by_name: dict[str, Service]

    def get_service(self, service: ServiceId) -> Service:
        """Find the service that a request names; else raise UNKNOWN_SERVICE."""
        found = self.by_name.get(service.local)
        if found is None:
            raise ExchangeError(ExchangeErrorKind.UNKNOWN_SERVICE, f"Unknown service: {service.text}")
        return found


class _ServiceTable(msgspec.Struct):
    url: str = ""
    type: Literal["REST", "OPENAPI", "WSDL"] = "REST"
    timeout_s: float = DEFAULT_TIMEOUT_S
    max_body: int = DEFAULT_MAX_BODY
    idempotent: bool = False
    subject: str | None = None
    requires_purpose: bool | None = None
    disabled: bool = False
    notice: str = ""
    secret_file: str = ""
    openapi: str = ""


def read_services(text: str, source: str) -> Services:
    """Read services.toml; `source` names it in messages. Raises MALFORMED_SETTINGS."""
    tables = parse_toml(text, source, "services")
    if tables is None:
        return Services({})
    if not isinstance(tables, dict):
        raise bad_settings(source, '`services` must hold tables: [services."SUBSYSTEM/SERVICE"]')
    services: dict[str, Service] = {}
    for key, table in tables.items():
        place = f'{source}: [services."{key}"]'
        name = require_service_name(key, place)
        if name in services:
            raise bad_settings(place, f"names {name} a second time")
        services[name] = _read_service(name, table, place)
    return Services(services)


def fill_secrets(services: Services, source: str, load: Callable[[str], bytes]) -> Services:
    """Give the services with their secrets, which `load` reads by file; MALFORMED_SETTINGS where one is not good."""
    filled = dict(services.by_name)
    for name, service in services.by_name.items():
        if service.secret_file:
            try:
                secret = encode_base64url(load(service.secret_file))
            except KernelError as error:
                raise bad_settings(f'{source}: [services."{name}"]', f"secret_file: {error.message}") from error
            filled[name] = msgspec.structs.replace(service, secret=secret)
    return Services(filled)


def require_service_name(text: str, place: str) -> str:
    """Check a `SUBSYSTEM/SERVICE` of a settings file and give its normal spelling."""
    try:
        segments = parse_identifier(text, 2, 2)
    except KernelError as error:
        raise bad_settings(place, f"expected SUBSYSTEM/SERVICE: {error.message}") from error
    if segments[1] in RESERVED_CODES:
        raise bad_settings(place, f"{segments[1]} is reserved: every gateway answers it itself")
    return format_identifier(segments)


def _read_service(name: str, raw: Mapping[str, object], place: str) -> Service:
    table = convert_table(raw, _ServiceTable, place)
    if not 0 < table.timeout_s <= MAX_TIMEOUT_S:
        raise bad_settings(place, f"timeout_s is {table.timeout_s}: expected over 0, at most {MAX_TIMEOUT_S}")
    if table.max_body <= 0:
        raise bad_settings(place, f"max_body is {table.max_body}: expected a number of bytes over 0")
    subject_place = _read_subject(table, place)
    if table.openapi and table.type == "WSDL":
        raise bad_settings(place, "openapi: a service of type WSDL has none")
    return Service(
        name=name,
        type="OPENAPI" if table.openapi else table.type,
        address=_read_url(table.url, place) if table.url else None,
        timeout_s=table.timeout_s,
        max_body=table.max_body,
        idempotent=table.idempotent,
        subject=table.subject,
        asks_purpose=table.requires_purpose or False,
        disabled=table.disabled,
        notice=table.notice,
        secret_file=table.secret_file,
        document=_read_document_place(table.openapi, place) if table.openapi else None,
        subject_place=subject_place,
    )


def _read_document_place(text: str, place: str) -> DocumentPlace:
    """Tell a file from an address; an address may have a query."""
    if not text.lower().startswith(("http:", "https:")):
        return DocumentPlace(text)
    base, mark, query = text.partition("?")
    address = _read_url(base, place)
    if not _is_visible_ascii(query) or "#" in query:
        raise bad_settings(place, f"openapi {text!r}: expected a percent-encoded query without a fragment")
    return DocumentPlace(text, address, (address.path or b"/") + (mark + query).encode("ascii"))


def _read_subject(table: _ServiceTable, place: str) -> SubjectPlace | None:
    if table.subject is None:
        return None
    if table.requires_purpose is False:
        raise bad_settings(place, "a service with a subject always requires a purpose: remove requires_purpose")
    try:
        return read_subject_place(table.subject)
    except ValueError as error:
        raise bad_settings(place, f"subject is {table.subject!r}: {error}") from error


def _read_url(url: str, place: str) -> Address:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise bad_settings(place, f"url {url!r}: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _is_visible_ascii(url):
        raise bad_settings(place, f"url {url!r}: expected http://HOST[:PORT][/path] or https, percent-encoded")
    if parts.query or parts.fragment or "@" in parts.netloc or "?" in url or "#" in url:
        raise bad_settings(place, f"url {url!r}: expected no user, query or fragment")
    tls = parts.scheme == "https"
    return Address(tls, parts.hostname, port or (443 if tls else 80), parts.path.encode("ascii"))


def _is_visible_ascii(text: str) -> bool:
    return all("!" <= character <= "~" for character in text)
