"""A gateway's home folder as the sandbox sets it up: its keys, made once, and its settings, written anew.

Owns which files a sandbox gateway has. Keys are never replaced: a home whose log key changed would refuse its
own log. The local caller's token itself is not in the home; the gateway keeps only its hash.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.directory.authority import make_tls_key
from lienthong.directory.members import Gateway, LogKey
from lienthong.directory.tls_files import public_fingerprint
from lienthong.evidence.log import create_log
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import (
    VerifyKey,
    load_private,
    load_secret,
    load_signing_key,
    make_secret,
    make_signing_key,
    store_secret,
    store_signing_key,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BESIDE: Final = 'file = "../directory.json"'
"""In a gateway's settings: the signed directory is a file beside the home."""

PRIVATE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class GatewayHome:
    """One gateway: its id, its home folder, and the three addresses (`host:port`) that it listens on."""

    gateway: str
    folder: Path
    consumers: str
    peers: str
    admin: str

    @property
    def origin(self) -> str:
        """The origin of its log; the sandbox never opens a second one."""
        return f"{self.gateway}/1"

    @property
    def keys(self) -> Path:
        """The folder of its keys."""
        return self.folder / "keys"

    @property
    def tls_fingerprint(self) -> str:
        """The text under which the directory pins its TLS key."""
        return public_fingerprint(load_private(self.keys / "tls.key"))

    def list_in_directory(self, since: int) -> Gateway:
        """Give this gateway as the directory lists it, its log open since `since` (ms UTC)."""
        key = load_signing_key(self.keys / "log.key").verify_key
        log = LogKey(origin=self.origin, key=key, since=since)
        return Gateway(self.gateway, (self.peers,), (self.tls_fingerprint,), (log,))


def ensure_keys(home: GatewayHome) -> None:
    """Make those of the keys that are missing; a crash between two leaves the rest to the next call."""
    for folder in (home.folder, home.keys):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if not (home.keys / "log.key").exists():
        store_signing_key(home.keys / "log.key", make_signing_key())
    for name in ("store.key", "index.key"):
        ensure_secret(home.keys / name)
    if not (home.keys / "tls.key").exists():
        write_private(home.keys / "tls.key", make_tls_key().private_pem)


def ensure_log(home: GatewayHome) -> None:
    """Make the log if it is not there; only for one that no directory lists yet, for a lost log is no new one."""
    if not (home.folder / "log").exists():
        create_log(home.folder / "log", home.origin, load_signing_key(home.keys / "log.key"))


def ensure_secret(path: Path) -> bytes:
    """Give the 32 secret bytes at `path`, made now if they are not there."""
    if not path.exists():
        store_secret(path, make_secret())
    return load_secret(path)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; an older one is replaced whole."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)


def write_settings(
    home: GatewayHome, root: VerifyKey, tokens: Mapping[str, tuple[str, ...]], source: str = BESIDE, more: str = ""
) -> None:
    """Write `gateway.toml`: each subsystem's `tokens` prove it.

    `source` says in `[directory]` where the directory comes from, `more` are further tables.
    """
    subsystems = "\n".join(describe_subsystem(subsystem, *each) for subsystem, each in tokens.items())
    text = f"""\
gateway = "{home.gateway}"
log = "{home.origin}"

[directory]
{source}
root = "{encode_base64url(root.raw)}"

[listen]
consumers = "{home.consumers}"
peers = "{home.peers}"
admin = "{home.admin}"

{subsystems}{more}"""
    write_private(home.folder / "gateway.toml", text.encode())


def describe_subsystem(subsystem: str, *tokens: str) -> str:
    """Give the lines of `gateway.toml` by which a subsystem is known."""
    hashes = ", ".join(f'"{hash_token(token)}"' for token in tokens)
    return f"""\
[subsystems.{subsystem}]
tokens = [{hashes}]
certificates = []
open_on_loopback = false
"""


def describe_operator(token: str) -> str:
    """Give the lines of `gateway.toml` by which an operator is known."""
    return f'\n[admin]\noperators = ["{hash_token(token)}"]\n'


def hash_token(token: str) -> str:
    """Give the form in which a gateway keeps a caller's token: base64url of its text's SHA-256."""
    return encode_base64url(hashlib.sha256(token.encode("ascii")).digest())
