"""Which of the member's own systems is calling (rule 3.1): by token, by client certificate, or openly on loopback."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.headers import TOKEN
from lienthong.kernel.canonical import decode_base64url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lienthong.exchange.gateway.home import SubsystemSettings
    from lienthong.exchange.gateway.listener import LocalRequest
    from lienthong.exchange.identifiers import ClientId, MemberId


class Callers:
    """The proofs that gateway.toml accepts, by subsystem."""

    def __init__(self, member: MemberId, subsystems: Mapping[str, SubsystemSettings], home: Path) -> None:
        self._by_token: dict[bytes, str] = {}
        self._by_certificate: dict[bytes, str] = {}
        self._open: set[str] = set()
        self.trusted_certificates: list[bytes] = []
        for code, settings in subsystems.items():
            name = f"{member.text}/{code}"
            for token in settings.tokens:
                self._by_token[decode_base64url(token)] = name
            for file in settings.certificates:
                pem = (home / file).read_bytes()
                self.trusted_certificates.append(pem)
                self._by_certificate[_fingerprint_pem(pem)] = name
            if settings.open_on_loopback:
                self._open.add(name)

    def identify(self, request: LocalRequest) -> set[str]:
        """Give the subsystems that the caller proved to be; raises ExchangeError `caller_unauthenticated`."""
        proven: set[str] = set()
        token = request.named.get(TOKEN)
        if token is not None:
            named = self._by_token.get(hashlib.sha256(token).digest())
            if named is None:
                raise _unauthenticated("the X-Road-Token is not known here")
            proven.add(named)
        if request.certificate is not None:
            named = self._by_certificate.get(hashlib.sha256(request.certificate).digest())
            if named is not None:
                proven.add(named)
        if request.is_loopback:
            proven |= self._open
        if not proven:
            raise _unauthenticated("send the subsystem's X-Road-Token, or call with its client certificate")
        return proven

    def require_named(self, proven: set[str], client: ClientId) -> None:
        """Require that X-Road-Client names a subsystem that the caller proved to be."""
        if client.text not in proven:
            raise ExchangeError(
                ExchangeErrorKind.CALLER_NOT_CLIENT,
                f"X-Road-Client names {client.text}; the caller proved another",
            )


def _fingerprint_pem(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256())


def _unauthenticated(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.CALLER_UNAUTHENTICATED, why)
