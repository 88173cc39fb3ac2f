"""TLS keys and certificates for the links between gateways: elliptic curve P-256, one authority per instance.

What a peer proves is its key: gateways pin the SHA-256 of the public key (SPKI) that the directory lists, so
a renewed certificate changes nothing, and a certificate of this authority for an unlisted key opens no link.
"""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.kernel.clock import Clock

AUTHORITY_DAYS: Final = 3650
"""An authority outlives many certificates; the directory replaces it at any time."""

_BACKDATED: Final = timedelta(hours=1)
"""A peer whose clock is behind should not refuse a fresh certificate."""

_MAX_COMMON_NAME: Final = 64
"""RFC 5280 appendix A, ub-common-name."""


class TlsKey(NamedTuple):
    """A P-256 key pair: the private key as PEM (PKCS 8), the public key as DER (SPKI)."""

    private_pem: bytes
    public_der: bytes

    @property
    def fingerprint(self) -> str:
        """The text under which the directory pins this key."""
        return _fingerprint(self.public_der)


class Authority(NamedTuple):
    """The key and the self-signed certificate, both PEM, that gateways' certificates are issued with."""

    key_pem: bytes
    certificate_pem: bytes


def make_tls_key() -> TlsKey:
    """Make a key pair on P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return TlsKey(private, _public_der(key.public_key()))


def make_authority(name: str, clock: Clock | None = None) -> Authority:
    """Make an authority: a new key, and a certificate that may issue for gateways but not for authorities."""
    pair = make_tls_key()
    key = _load_private(pair.private_pem)
    subject = _name(name)
    builder = (
        _builder(subject, subject, key.public_key(), AUTHORITY_DAYS, clock)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(issues=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    return Authority(pair.private_pem, certificate.public_bytes(serialization.Encoding.PEM))


def issue_certificate(
    authority: Authority,
    gateway_id: str,
    public_der: bytes,
    addresses: Sequence[str],
    days: int,
    clock: Clock | None = None,
) -> bytes:
    """Give a PEM certificate for a gateway's public key, for both ends of a link.

    `addresses` are the gateway's `host:port` addresses, whose hosts it names; the gateway's id stands in it
    as a URI. Bytes that are not a P-256 key or an authority raise `INVALID_CERTIFICATE`.
    """
    key = _load_private(authority.key_pem)
    issuer = _load_certificate(authority.certificate_pem)
    public = _load_public(public_der)
    builder = (
        _builder(_name(gateway_id), issuer.subject, public, days, clock)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(issues=False), critical=True)
        .add_extension(_both_ends(), critical=False)
        .add_extension(_alternative_names(gateway_id, addresses), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def spki_fingerprint(certificate_der: bytes) -> str:
    """Give the base64url SHA-256 of a certificate's public key (DER of its SubjectPublicKeyInfo).

    The certificate itself is not verified: what counts is whether the directory lists this key. Bytes that
    are no certificate raise `INVALID_CERTIFICATE`.
    """
    try:
        public = x509.load_der_x509_certificate(certificate_der).public_key()
        return _fingerprint(
            public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise _invalid("expected a certificate in DER", error) from error


def days_left(certificate_pem: bytes, now_ms: int) -> float:
    """Give how many days a certificate is still valid."""
    until = x509.load_pem_x509_certificate(certificate_pem).not_valid_after_utc
    return (until - datetime.fromtimestamp(now_ms / 1000, UTC)) / timedelta(days=1)


def _fingerprint(public_der: bytes) -> str:
    return encode_base64url(hashlib.sha256(public_der).digest())


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int, clock: Clock | None
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp((clock or SystemClock()).now_ms() // 1000, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(text: str) -> x509.Name:
    short = text if len(text) <= _MAX_COMMON_NAME else hashlib.sha256(text.encode()).hexdigest()
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        key_cert_sign=issues,
        crl_sign=issues,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _both_ends() -> x509.ExtendedKeyUsage:
    # A gateway dials its peers and is dialled by them, under one key.
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])


def _alternative_names(gateway_id: str, addresses: Sequence[str]) -> x509.SubjectAlternativeName:
    # A set: several addresses may share one host. Sorted, so that the same request gives the same names.
    hosts = sorted({address.rpartition(":")[0].strip("[]") for address in addresses})
    identity = x509.UniformResourceIdentifier(f"lienthong:gateway/{gateway_id}")
    try:
        return x509.SubjectAlternativeName([identity, *(_host_name(host) for host in hosts)])
    except ValueError as error:
        raise _invalid(f"gateway {gateway_id}: expected ASCII host:port, got {addresses}", error) from error


def _host_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _public_der(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _load_private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _invalid("expected a private key in PEM", error) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _not_p256()
    return key


def _load_public(der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, TypeError) as error:
        raise _invalid("expected a public key in DER", error) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _not_p256()
    return key


def _load_certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise _invalid("expected the authority's certificate in PEM", error) from error


def _not_p256() -> DirectoryError:
    message = "TLS: expected a key on P-256, got another sort"
    return DirectoryError(DirectoryErrorKind.INVALID_CERTIFICATE, message)


def _invalid(expected: str, error: Exception) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.INVALID_CERTIFICATE, f"TLS: {expected} ({error})")
