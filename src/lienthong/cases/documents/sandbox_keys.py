"""The sandbox's own authority and the keys it gives to sample agencies: made when first needed, worth nothing.

Its certificates say so in every name, and no program of the world trusts its root. A site that is no sandbox never
comes here: its keys are brought by the operator.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

AUTHORITY_DAYS: Final = 3650
KEY_DAYS: Final = 1095
"""The usual life of an agency's certificate."""

MARK: Final = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"  # noqa: RUF001 # a dash, as the mark is written everywhere
AUTHORITY_NAME: Final = f"Lienthong DEMO ({MARK})"
AUTHORITY: Final = "authority"
ROOT_FILE: Final = f"{AUTHORITY}.pem"

_MOST_NAME: Final = 64
"""Characters of a common name (RFC 5280, ub-common-name)."""


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def ensure_key(folder: Path, unit: str, agency: str, now: datetime) -> None:
    """Make a sample agency's key, and before it the authority, where they are not there yet.

    Each file is whole before it has its name; a crash between two leaves the first, and the next call goes on.
    """
    if (folder / f"{unit}.p12").is_file():
        return
    folder.mkdir(0o700, parents=True, exist_ok=True)
    with _locked(folder):
        authority = _ensure_authority(folder, now)
        if not (folder / f"{unit}.p12").is_file():
            _make_key(folder, authority, unit, agency, now)


def _ensure_authority(folder: Path, now: datetime) -> _Authority:
    key_path, certificate_path = folder / f"{AUTHORITY}.key", folder / ROOT_FILE
    if certificate_path.is_file():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return _Authority(key, x509.load_pem_x509_certificate(certificate_path.read_bytes()))
    key = ec.generate_private_key(ec.SECP256R1())
    name = _make_name(AUTHORITY_NAME)
    builder = _begin(name, name, key.public_key(), now, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_make_usage(signs_certificates=True), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    _write(key_path, _write_key(key))
    _write(certificate_path, certificate.public_bytes(serialization.Encoding.PEM))
    return _Authority(key, certificate)


def _make_key(folder: Path, authority: _Authority, unit: str, agency: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _make_name(f"{agency[: _MOST_NAME - 8]} (DEMO)")
    builder = _begin(name, authority.certificate.subject, key.public_key(), now, KEY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_make_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
    )
    certificate = builder.sign(authority.key, hashes.SHA256())
    password = secrets.token_urlsafe(24).encode()
    encryption = serialization.BestAvailableEncryption(password)
    packed = pkcs12.serialize_key_and_certificates(unit.encode(), key, certificate, [authority.certificate], encryption)
    # The password first: a key without one is never seen.
    _write(folder / f"{unit}.password", password)
    _write(folder / f"{unit}.p12", packed)


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _make_name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_MOST_NAME]),
        ]
    )


def _make_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    arriving = path.with_name(f"{path.name}.new")
    arriving.unlink(missing_ok=True)
    with os.fdopen(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    arriving.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder against other processes of the site."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
