"""A gateway's home folder: `gateway.toml`, keys, and where everything else lies (docs/operate.md)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Spelling
from lienthong.exchange.gateway.case_check import CaseCheckSettings
from lienthong.exchange.gateway.delays import USUAL_MAXIMUM, DelayMaximum, DelayRules
from lienthong.exchange.gateway.places import MAX_CALLERS_REQUESTS, MAX_PEERS_REQUESTS
from lienthong.exchange.gateway.timeliness import RELIABLE_LIFE_MS
from lienthong.exchange.gateway.upstream import MAX_CONNECTIONS
from lienthong.exchange.gateway.witnessing import MAX_COSIGN_S
from lienthong.exchange.identifiers import MemberId, parse_member_id
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.keys import VerifyKey
from lienthong.kernel.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MEBIBYTE = 1024 * 1024
MAX_PORT = 65_535
HOURS_PER_DAY = 24
MS_PER_HOUR = 60 * 60 * 1000


class DirectorySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one key that is trusted (base64url), and where the signed directory comes from: an address or a file.

    With `url` the gateway fetches it every `poll_s` and keeps it in the home's `directory/`; else `file` (relative to
    the home) is read. `known_keys` are the member's other gateways' log and TLS keys, which raise no alarm. Its
    witnesses cosign the log's head every `cosign_s`.
    """

    root: str
    file: str = "directory/directory.json"
    url: str = ""
    poll_s: float = 60.0
    cosign_s: float = MAX_COSIGN_S
    known_keys: tuple[str, ...] = ()


class ListenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Addresses, `host:port`, port 0 for a free one. The listener for own systems is plain unless it has a key."""

    consumers: str = "127.0.0.1:8080"
    peers: str = "127.0.0.1:5500"
    admin: str = "127.0.0.1:4000"
    certificate: str = ""
    key: str = ""


class SubsystemSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the callers of one own subsystem prove that they are it.

    `tokens` are SHA-256 of X-Road-Token values (base64url), `certificates` PEM files of client certificates.
    `open_on_loopback` lets any process of this machine speak for the subsystem: for trying out only.
    `callback` is where it is told that a reliable message of its own has ended, signed with the secret of the file.
    """

    tokens: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    open_on_loopback: bool = False
    callback: str = ""
    callback_secret_file: str = ""


class LimitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits that an operator may move."""

    body_bytes: int = 100 * MEBIBYTE
    spool_bytes: int = 1024 * MEBIBYTE
    answer_s: float = 60.0
    """How long the consumer's side waits for an answer."""
    segment_bytes: int = 16 * MEBIBYTE
    own_requests: int = MAX_CALLERS_REQUESTS
    """Requests of own systems under way at once; beyond it, and beyond a system's share of it, 503."""
    peer_requests: int = MAX_PEERS_REQUESTS
    """Requests of other members under way at once, likewise."""
    service_requests: int = MAX_CONNECTIONS
    """Calls to one of your services under way at once."""


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long header parts and bodies are kept, and whether bodies are kept at all."""

    keep_days: int = 365
    keep_bodies: bool = True


class OutboxSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reliable messages: how long they are delivered where the caller names no deadline, and the pauses between tries.

    `keep_days` is how long a status URL tells of a message that has come to its end.
    """

    deadline_hours: float = 72.0
    keep_days: int = 30
    first_pause_s: float = 1.0
    longest_pause_s: float = 300.0
    open_messages: int = 10_000
    """Of one own system, under delivery at once: a provider that is away for days fills no disk."""
    open_bytes: int = 4096 * MEBIBYTE
    """The same in bytes of header parts and bodies."""


class AdminSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose bearer tokens are taken (SHA-256, base64url).

    Members and auditors read the published log, auditors also its entries; operators use the admin API; exporters are
    the member's own sites, which read counts and export packages for the people at their screens.
    """

    members: tuple[str, ...] = ()
    auditors: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()
    exported: tuple[str, ...] = ()
    """Services (`INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE`) whose exchanges the exporters may export: no other's."""
    monitoring_file: str = ""
    """Where monitoring records are written as JSON Lines, relative to the home; empty: nowhere."""


class WitnessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether this gateway cosigns other members' heads, under which name. Its key is keys/witness.key."""

    name: str = ""


class TrackerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who looked: the registry (issuer) whose tokens open a person's own look-ups, and the file of its public keys.

    `approvers` are who may approve delays of disclosure: the SHA-256 (base64url) of each one's own token, by name.
    """

    issuer: str = ""
    keys: str = ""
    approvers: dict[str, str] = {}
    delay_maximum: tuple[DelayMaximum, ...] = USUAL_MAXIMUM


class BenchSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For measurements only: lengthens each sync of the log, to stand for a slower disk."""

    sync_delay_ms: float = 0.0


class GatewaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `gateway.toml`. `log` is the origin of the log that this gateway appends to."""

    gateway: str
    log: str
    directory: DirectorySettings
    listen: ListenSettings = ListenSettings()
    subsystems: dict[str, SubsystemSettings] = {}
    limits: LimitSettings = LimitSettings()
    store: StoreSettings = StoreSettings()
    outbox: OutboxSettings = OutboxSettings()
    admin: AdminSettings = AdminSettings()
    witness: WitnessSettings = WitnessSettings()
    tracker: TrackerSettings = TrackerSettings()
    case_check: CaseCheckSettings = CaseCheckSettings()
    bench: BenchSettings = BenchSettings()
    error_codes: Spelling = Spelling.SNAKE


class GatewayHome:
    """The folder and its settings. Nothing is read but `gateway.toml` until it is asked for."""

    def __init__(self, folder: Path, settings: GatewaySettings) -> None:
        self.folder = folder
        self.settings = settings
        self.keys = folder / "keys"
        self.log = folder / "log"
        self.store = folder / "store"
        self.spool = folder / "spool"
        self.index = folder / "index.sqlite"
        self.outbox = folder / "outbox.sqlite"
        self.recall = folder / "recall.sqlite"
        self.tracker = folder / "tracker.sqlite"
        self.delays = folder / "delays.json"
        self.run_file = folder / "run.json"
        self.peer_heads = folder / "peer-heads.json"
        self.cosigned = folder / "cosigned-head"
        self.witnessed = folder / "witness.sqlite"
        self.retention_mark = folder / "retention"
        self.services = folder / "services.toml"
        self.grants = folder / "grants.toml"
        self.directory_file = (folder / settings.directory.file).resolve()

    @property
    def member(self) -> MemberId:
        """The member that this gateway serves."""
        return parse_member_id(self.settings.gateway.rpartition("/")[0])

    @property
    def root_key(self) -> VerifyKey:
        """The trusted key of the directory."""
        return VerifyKey(decode_base64url(self.settings.directory.root))

    @property
    def delay_rules(self) -> DelayRules:
        """Who may approve a delay of disclosure, and how long it may be."""
        return DelayRules(self.settings.tracker.approvers, self.settings.tracker.delay_maximum)

    def path(self, name: str) -> Path:
        """Give a file named in the settings, relative to the home."""
        return self.folder / name


def open_home(folder: Path, environ: Mapping[str, str]) -> GatewayHome:
    """Read `gateway.toml`; raises KernelError, or ExchangeError where its names contradict each other."""
    settings = load_settings(folder / "gateway.toml", GatewaySettings, environ)
    home = GatewayHome(folder, settings)
    if not settings.log.startswith(settings.gateway + "/"):
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"gateway.toml: log {settings.log!r} must be {settings.gateway}/SERIAL",
        )
    for folder_needed in (home.store, home.spool):
        folder_needed.mkdir(mode=0o700, exist_ok=True)
    _require_rounds(settings.directory)
    _require_outbox(settings.outbox)
    limits = settings.limits
    if min(limits.own_requests, limits.peer_requests, limits.service_requests) < 1:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            "gateway.toml: limits.own_requests, peer_requests and service_requests must be 1 or more",
        )
    if settings.store.keep_days < 1:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"gateway.toml: store.keep_days is {settings.store.keep_days}, expected 1 or more; "
            "to keep no bodies, set store.keep_bodies to false",
        )
    _require_kept(settings)
    return home


def _require_rounds(settings: DirectorySettings) -> None:
    if settings.poll_s <= 0 or not 0 < settings.cosign_s <= MAX_COSIGN_S:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"gateway.toml: directory.poll_s is {settings.poll_s:g} and directory.cosign_s {settings.cosign_s:g}, "
            f"expected over 0, and the second at most {MAX_COSIGN_S:g}: peers refuse heads that nobody has cosigned",
        )


def _require_outbox(settings: OutboxSettings) -> None:
    if not 0 < settings.deadline_hours * MS_PER_HOUR <= RELIABLE_LIFE_MS:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"gateway.toml: outbox.deadline_hours is {settings.deadline_hours}, expected over 0 and at most "
            f"{RELIABLE_LIFE_MS // MS_PER_HOUR}",
        )
    counts = min(settings.keep_days, settings.open_messages, settings.open_bytes)
    if counts < 1 or not 0 < settings.first_pause_s <= settings.longest_pause_s:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            "gateway.toml: [outbox]: expected keep_days, open_messages and open_bytes of 1 or more and pauses over "
            "0, the longest the longer",
        )


def _require_kept(settings: GatewaySettings) -> None:
    """Require that the store keeps what the outbox resends and shows."""
    kept, outbox = settings.store.keep_days, settings.outbox
    if outbox.keep_days > kept:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"gateway.toml: outbox.keep_days is {outbox.keep_days}, expected at most {kept} as store.keep_days: "
            "a status address would show an answer that is to be erased",
        )
    if outbox.deadline_hours > kept * HOURS_PER_DAY:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"gateway.toml: outbox.deadline_hours is {outbox.deadline_hours}, expected at most "
            f"{kept * HOURS_PER_DAY}, the {kept} days of store.keep_days: a promised message would be erased before "
            "it is delivered",
        )


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Turn an error of the system into one that names what it is about: a file or a setting that cannot be used."""
    try:
        yield
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = getattr(error, "strerror", None) or error
        text = f"{what}: {why}; free or correct it, and start again"
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, text) from error


def split_address(address: str) -> tuple[str, int]:
    """Split `host:port` (an IPv6 host in brackets)."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or int(port) > MAX_PORT:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"address {address!r}: expected host:port, such as 127.0.0.1:8080",
        )
    return host.strip("[]"), int(port)
