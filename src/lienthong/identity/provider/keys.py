"""The keys that sign ID tokens: a folder of private files, and the rule that says which signs and which are published.

The rule is pure and needs only when each key was made, so that every process and machine with the same folder comes to
the same answer, without a switch that could be forgotten:

* a key is published from the moment it is made, but signs only AHEAD later: by then every client that keeps our key
  set for as long as we let it has asked for it again;
* the newest key of that age signs (the oldest one, if none has the age: a new installation);
* a key that was replaced stays published OVERLAP longer, so that what it signed last can still be verified.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jwcrypto import jwk
from jwcrypto.common import JWException

from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.keys import load_private, store_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEY_SET_SECONDS: Final = 900
"""How long clients may keep our key set (its Cache-Control)."""

AHEAD_MS: Final = 2 * KEY_SET_SECONDS * 1000
"""From making a key to signing with it: the key set's life, twice to be sure."""

OVERLAP_MS: Final = 24 * 3600 * 1000
"""From replacing a key to forgetting it: far longer than an ID token lives, and a hint at signing out is a day old."""

ALGORITHMS: Final[dict[str, dict[str, Any]]] = {
    "RS256": {"kty": "RSA", "size": 2048},
    "ES256": {"kty": "EC", "crv": "P-256"},
}
"""How a key of each algorithm is made (RFC 7518 section 3.1; 2048 bits are its least for RSA)."""

_SETTLED_NS: Final = 5_000_000_000
"""A folder that changed longer ago than this does not change again unseen."""


@dataclass(frozen=True)
class ProviderKey:
    """One key pair: its algorithm, when it was made (ms since 1970) and its id (RFC 7638 thumbprint)."""

    algorithm: str
    made_ms: int
    pair: jwk.JWK

    @property
    def kid(self) -> str:
        """Give the id that a token's header names."""
        return str(self.pair.thumbprint())

    def describe(self) -> dict[str, Any]:
        """Give the public half as a JWK."""
        public: dict[str, Any] = self.pair.export_public(as_dict=True)
        return {**public, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


def choose_signing(keys: Iterable[ProviderKey], algorithm: str, now_ms: int) -> ProviderKey | None:
    """Give the key that signs with `algorithm` now; None if there is none at all."""
    fitting = sorted((key for key in keys if key.algorithm == algorithm), key=lambda key: key.made_ms)
    ready = [key for key in fitting if key.made_ms + AHEAD_MS <= now_ms]
    return ready[-1] if ready else next(iter(fitting), None)


def choose_published(keys: Iterable[ProviderKey], now_ms: int) -> list[ProviderKey]:
    """Give the keys of the key set, oldest first: all but those that were replaced OVERLAP ago."""
    listed = sorted(keys, key=lambda key: key.made_ms)
    return [key for key in listed if not _is_over(key, listed, now_ms)]


def _is_over(key: ProviderKey, keys: list[ProviderKey], now_ms: int) -> bool:
    took_over = [
        other.made_ms + AHEAD_MS for other in keys if other.algorithm == key.algorithm and other.made_ms > key.made_ms
    ]
    return min(took_over, default=now_ms) + OVERLAP_MS < now_ms


class KeyFolder:
    """The keys in a folder, read again when the folder changes. One per process; threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._keys: dict[str, ProviderKey] = {}

    def list_keys(self) -> tuple[ProviderKey, ...]:
        """Give all keys. A folder that cannot be read raises `KernelError` (`KEY_MISSING`)."""
        changed = self._read_change()
        with self._lock:
            if changed != self._seen:
                known = self._keys
                # A key file never changes, and an RSA key takes 50 ms to read: only new ones are.
                self._keys = {
                    path.name: known.get(path.name) or _load_key(path) for path in sorted(self.folder.glob("*.jwk"))
                }
                # Two changes within one tick of the disk's clock look like one: a fresh folder is read again.
                self._seen = changed if time.time_ns() - changed > _SETTLED_NS else None
            return tuple(self._keys.values())

    def get_signing(self, algorithm: str, now_ms: int) -> ProviderKey:
        """Give the key that signs with `algorithm` now."""
        key = choose_signing(self.list_keys(), algorithm, now_ms)
        if key is None:
            message = f"no {algorithm} key in {self.folder}; run: lienthong openid rotate-keys"
            raise KernelError(KernelErrorKind.KEY_MISSING, message)
        return key

    def _read_change(self) -> int:
        try:
            return self.folder.stat().st_mtime_ns
        except OSError as error:
            message = f"key folder {self.folder} cannot be read ({error.strerror}); run: lienthong openid rotate-keys"
            raise KernelError(KernelErrorKind.KEY_MISSING, message) from error


def rotate_keys(folder: Path, now_ms: int) -> tuple[list[str], list[str]]:
    """Make a key of each algorithm, and remove those that are over. Gives the ids made and the ids removed.

    Safe to repeat. A crash between leaves one algorithm without its new key: run it again.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = [_store_key(folder, algorithm, now_ms) for algorithm in ALGORITHMS]
    keys = KeyFolder(folder).list_keys()
    published = {key.kid for key in choose_published(keys, now_ms)}
    removed = [key for key in keys if key.kid not in published]
    for key in removed:
        _place(folder, key).unlink()
    return [key.kid for key in made], [key.kid for key in removed]


def ensure_keys(folder: Path, now_ms: int) -> None:
    """Make the first keys of a new installation; a folder that has any is left alone."""
    if not any(folder.glob("*.jwk")):
        rotate_keys(folder, now_ms)


def _store_key(folder: Path, algorithm: str, now_ms: int) -> ProviderKey:
    key = ProviderKey(algorithm, now_ms, jwk.JWK.generate(**ALGORITHMS[algorithm]))
    store_private(_place(folder, key), key.pair.export_private().encode("ascii"))
    return key


def _place(folder: Path, key: ProviderKey) -> Path:
    return folder / f"{key.algorithm}.{key.made_ms}.{key.kid}.jwk"


def _load_key(path: Path) -> ProviderKey:
    algorithm, _, rest = path.name.partition(".")
    made, _, kid = rest.removesuffix(".jwk").partition(".")
    try:
        key = ProviderKey(algorithm, int(made), jwk.JWK.from_json(load_private(path).decode("ascii")))
        if algorithm in ALGORITHMS and key.kid == kid:
            return key
    except (ValueError, JWException) as error:
        raise _damaged(path) from error
    raise _damaged(path)


def _damaged(path: Path) -> KernelError:
    message = f"key file {path}: expected ALGORITHM.MADE.KID.jwk with that private key; restore it from its backup"
    return KernelError(KernelErrorKind.KEY_DAMAGED, message)
