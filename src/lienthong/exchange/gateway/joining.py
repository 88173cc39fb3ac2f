"""A new gateway: its keys, home folder, settings and empty log, and the signed request that it sends to the directory.

Nothing that is there is replaced; the same command after a crash goes on with the keys that are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lienthong.directory.admission import Admission, sign_admission
from lienthong.directory.authority import make_tls_key
from lienthong.directory.members import Subsystem
from lienthong.directory.tls_files import public_der
from lienthong.evidence.log import create_log
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.durable import replace_file
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import parse_identifier
from lienthong.kernel.keys import (
    load_private,
    load_signing_key,
    make_secret,
    make_signing_key,
    store_private,
    store_secret,
    store_signing_key,
)

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY_SEGMENTS = 4
FIRST_SERIAL = "1"


@dataclass(frozen=True, slots=True)
class Plan:
    """What `lienthong gateway init` is told: who this is, where the directory is, and where it listens."""

    gateway: str
    name: str
    subsystems: tuple[str, ...]
    directory: str
    root: str
    peers: str
    consumers: str
    admin: str
    is_open: bool

    @property
    def log(self) -> str:
        """The origin of a new gateway's first log."""
        return f"{self.gateway}/{FIRST_SERIAL}"


def make_home(folder: Path, plan: Plan) -> Admission:
    """Make what is missing in the home; gives the request, which is in `request.json` too."""
    try:
        parse_identifier(plan.gateway, GATEWAY_SEGMENTS, GATEWAY_SEGMENTS)
    except KernelError as error:
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"gateway: {error.message}") from error
    keys = folder / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (keys / "log.key").exists():
        store_signing_key(keys / "log.key", make_signing_key())
    for name in ("store.key", "index.key"):
        if not (keys / name).exists():
            store_secret(keys / name, make_secret())
    if not (keys / "tls.key").exists():
        store_private(keys / "tls.key", make_tls_key().private_pem)
    _write_new(folder / "gateway.toml", _settings(plan))
    for name in ("services.toml", "grants.toml"):
        _write_new(folder / name, "")
    key = load_signing_key(keys / "log.key")
    if not (folder / "log").exists():
        create_log(folder / "log", plan.log, key)
    instance, _, _ = plan.gateway.partition("/")
    admission = Admission(
        instance=instance,
        member=plan.gateway.rpartition("/")[0],
        name=plan.name,
        subsystems=tuple(Subsystem(code, code) for code in plan.subsystems),
        gateway=plan.gateway,
        addresses=(plan.peers,),
        tls=encode_base64url(public_der(load_private(keys / "tls.key"))),
        log=plan.log,
        key=encode_base64url(key.verify_key.raw),
    )
    (folder / "request.json").write_bytes(sign_admission(admission, key))
    return admission


def offer(folder: Path, services: tuple[str, ...], clients: tuple[str, ...]) -> None:
    """Write the services (`SUBSYSTEM/SERVICE=URL`) and who may call them, where a new home has none yet."""
    tables, grants = [], []
    for text in services:
        service, equals, url = text.partition("=")
        if not equals or any(sign in text for sign in '"\\\n'):
            message = f"--service {text!r}: expected SUBSYSTEM/SERVICE=URL"
            raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, message)
        tables.append(f'[services."{service}"]\nurl = "{url}"\n')
        grants += [
            f'[[grant]]\nto = "{client}"\nservice = "{service}"\nmethods = ["*"]\npaths = ["**"]\n'
            for client in clients
        ]
    for name, parts in (("services.toml", tables), ("grants.toml", grants)):
        path = folder / name
        if parts and not path.read_text():
            path.write_text("\n".join(parts))


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        replace_file(path, text.encode())


def _settings(plan: Plan) -> str:
    opened = "true" if plan.is_open else "false"
    subsystems = "".join(f"\n[subsystems.{code}]\nopen_on_loopback = {opened}\n" for code in plan.subsystems)
    return f"""\
gateway = "{plan.gateway}"
log = "{plan.log}"

[directory]
url = "{plan.directory}"
root = "{plan.root}"

[listen]
consumers = "{plan.consumers}"
peers = "{plan.peers}"
admin = "{plan.admin}"
{subsystems}"""
