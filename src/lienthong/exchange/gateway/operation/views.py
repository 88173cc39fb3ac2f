"""What the admin API and the gateway page show, as values: read from a gateway's parts as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lienthong.exchange.access import show_methods
from lienthong.exchange.gateway.operation.readiness import find_unready
from lienthong.exchange.granting.grant_file import load_grants

if TYPE_CHECKING:
    from lienthong.exchange.access import Grant
    from lienthong.exchange.gateway.assembly import Assembly


class StatusView(msgspec.Struct, frozen=True):
    """This gateway in a line: what it is, and whether it is ready."""

    gateway: str
    log: str
    entries: int
    ready: bool
    reasons: list[str]
    directory_version: int
    directory_expires: int
    unknown_outcomes: int
    reliable_messages: dict[str, int]


class MemberView(msgspec.Struct, frozen=True):
    """A member of the directory."""

    id: str
    name: str
    subsystems: list[str]
    gateways: list[str]


class ServiceView(msgspec.Struct, frozen=True):
    """One of our services; never its secret."""

    name: str
    type: str
    disabled: bool
    requires_purpose: bool
    idempotent: bool
    grants: int


class GrantView(msgspec.Struct, frozen=True):
    """A grant as grants.toml has it; `until` in Unix ms."""

    id: str
    to: str
    service: str
    methods: str
    paths: list[str]
    purposes: list[str]
    until: int | None


class NewGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A grant to add; keys as in grants.toml."""

    to: str
    service: str
    methods: list[str]
    paths: list[str]
    purposes: list[str] = []
    rate: str = ""


class PeerView(msgspec.Struct, frozen=True):
    """Another gateway of the directory, and its traffic now. `linked` is the size that a cosigned head covers."""

    gateway: str
    links: int
    under_way: int
    seen: int
    linked: int


class CheckpointView(msgspec.Struct, frozen=True):
    """Our log's heads: durable, published and cosigned sizes, the cosigned note, and the witnesses."""

    origin: str
    size: int
    published: int
    cosigned: str
    witnesses: list[str]


class EntryView(msgspec.Struct, frozen=True):
    """An entry of an exchange: its number in the log, its kind, and when it was written (Unix ms)."""

    entry: int
    kind: str
    time: int


class ExchangeView(msgspec.Struct, frozen=True):
    """What the log has of one exchange; its content is in no view."""

    exchange: str
    entries: list[EntryView]


def show_status(parts: Assembly) -> StatusView:
    """Show this gateway."""
    directory, reasons = parts.directory(), find_unready(parts)
    return StatusView(
        gateway=parts.home.settings.gateway,
        log=parts.evidence.log.origin,
        entries=parts.evidence.log.size,
        ready=not reasons,
        reasons=reasons,
        directory_version=directory.version,
        directory_expires=directory.expires,
        unknown_outcomes=parts.gateway.unresolved.count(),
        reliable_messages=parts.gateway.outbox.count_states(),
    )


def list_members(parts: Assembly) -> list[MemberView]:
    """Show the directory's members."""
    directory = parts.directory()
    return [
        MemberView(
            each.id,
            each.name,
            [subsystem.code for subsystem in each.subsystems],
            [gateway.id for gateway in directory.gateways_of(each.id)],
        )
        for each in directory.members
    ]


def list_services(parts: Assembly) -> list[ServiceView]:
    """Show our services."""
    policy = parts.gateway.policy
    return [
        ServiceView(
            each.name,
            each.type,
            each.disabled,
            each.requires_purpose,
            each.idempotent,
            len(policy.grants.by_service.get(each.name, ())),
        )
        for each in policy.services.by_name.values()
    ]


def list_grants(parts: Assembly) -> list[GrantView]:
    """Show the grants of grants.toml, as it is now; raises ExchangeError where it is invalid."""
    _, grants = load_grants(parts.home.grants)
    return [show_grant(each) for each in grants]


def show_grant(grant: Grant) -> GrantView:
    """Show one grant."""
    return GrantView(
        grant.id,
        grant.to,
        grant.service,
        show_methods(grant),
        list(grant.paths),
        sorted(grant.purposes),
        grant.until_ms,
    )


def list_peers(parts: Assembly) -> list[PeerView]:
    """Show the other gateways of the directory."""
    found: dict[str, list[Any]] = {}
    for link in parts.peers.links:
        if link.is_ready:
            found.setdefault(link.peer, []).append(link)
    views = []
    for gateway in parts.directory().gateways:
        if gateway.id == parts.home.settings.gateway:
            continue
        links, log = found.get(gateway.id, []), gateway.find_open_log()
        known = parts.heads.find(log.origin) if log is not None else None
        views.append(
            PeerView(
                gateway.id,
                len(links),
                sum(link.stream_count for link in links),
                known.size if known is not None else 0,
                parts.watch.linked_size(log.origin) if log is not None else 0,
            )
        )
    return views


def show_checkpoints(parts: Assembly) -> CheckpointView:
    """Show our log's heads."""
    log, witnessing = parts.evidence.log, parts.witnessing
    names = [each.name for each in witnessing.witnesses()]
    return CheckpointView(log.origin, log.size, log.published_size, witnessing.cosigned.decode(), names)


def find_exchange(parts: Assembly, exchange: str) -> ExchangeView | None:
    """Show what the log has of an exchange (X-Road-Request-Id), or None."""
    rows = parts.evidence.index.find_exchange(exchange)
    return ExchangeView(exchange, [EntryView(row.entry, row.kind, row.time) for row in rows]) if rows else None
