from __future__ import annotations

import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from lienthong.directory.authority import (
    Authority,
    TlsKey,
    issue_certificate,
    make_authority,
    make_tls_key,
    spki_fingerprint,
)
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from tests.clocks import SetClock

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = "DEMO/GOV/Z99.01/GW1"
ADDRESSES = ["127.0.0.1:5500", "gw.example:5500", "[::1]:5500", "127.0.0.1:5501"]


def _der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


def _context(folder: Path, name: str, authority: Authority, key: TlsKey, purpose: int) -> ssl.SSLContext:
    certificate = issue_certificate(authority, f"DEMO/GOV/Z99.01/{name}", key.public_der, ADDRESSES, 30)
    chain = folder / f"{name}.pem"
    chain.write_bytes(key.private_pem + certificate)
    context = ssl.SSLContext(purpose)
    context.load_cert_chain(chain)
    context.load_verify_locations(cadata=authority.certificate_pem.decode())
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _connect(client: ssl.SSLContext, server: ssl.SSLContext) -> tuple[bytes, bytes]:
    """Give the certificates (DER) that the client and the server saw of each other."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes | None] = []

    def serve() -> None:
        accepted, _ = listener.accept()
        with accepted, server.wrap_socket(accepted, server_side=True) as link:
            seen.append(link.getpeercert(binary_form=True))
            link.sendall(b"x")

    thread = threading.Thread(target=serve)
    thread.start()
    with (
        socket.create_connection(listener.getsockname()) as raw,
        client.wrap_socket(raw, server_hostname="127.0.0.1") as link,
    ):
        link.recv(1)
        server_certificate = link.getpeercert(binary_form=True)
    thread.join()
    listener.close()
    assert server_certificate is not None
    assert seen[0] is not None
    return server_certificate, seen[0]


def test_two_gateways_meet_over_mutual_tls_and_see_each_others_pinned_keys(tmp_path: Path) -> None:
    authority = make_authority("DEMO")
    dialler, listener = make_tls_key(), make_tls_key()

    seen_by_client, seen_by_server = _connect(
        _context(tmp_path, "GW1", authority, dialler, ssl.PROTOCOL_TLS_CLIENT),
        _context(tmp_path, "GW2", authority, listener, ssl.PROTOCOL_TLS_SERVER),
    )

    assert spki_fingerprint(seen_by_client) == listener.fingerprint
    assert spki_fingerprint(seen_by_server) == dialler.fingerprint


def test_a_renewed_certificate_keeps_the_fingerprint_of_its_key() -> None:
    authority, key = make_authority("DEMO"), make_tls_key()
    first = issue_certificate(authority, GATEWAY, key.public_der, ADDRESSES, 30)
    renewed = issue_certificate(authority, GATEWAY, key.public_der, [], 90)

    assert first != renewed
    assert spki_fingerprint(_der(first)) == spki_fingerprint(_der(renewed)) == key.fingerprint
    assert make_tls_key().fingerprint != key.fingerprint


def test_a_certificate_names_its_gateway_and_hosts_and_is_no_authority() -> None:
    authority, key = make_authority("DEMO"), make_tls_key()
    certificate = x509.load_pem_x509_certificate(issue_certificate(authority, GATEWAY, key.public_der, ADDRESSES, 30))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"lienthong:gateway/{GATEWAY}"]
    assert names.get_values_for_type(x509.DNSName) == ["gw.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate_pem))


def test_a_certificate_is_valid_from_an_hour_ago_for_the_days_asked() -> None:
    now = 1_795_000_000_000
    authority, key = make_authority("DEMO", SetClock(now)), make_tls_key()
    certificate = x509.load_pem_x509_certificate(
        issue_certificate(authority, GATEWAY, key.public_der, ADDRESSES, 30, SetClock(now))
    )

    assert certificate.not_valid_before_utc.timestamp() == now / 1000 - 3600
    assert certificate.not_valid_after_utc.timestamp() == now / 1000 + 30 * 86400


def test_a_long_gateway_id_still_gets_a_certificate() -> None:
    authority, key = make_authority("DEMO"), make_tls_key()
    long = "DEMO/GOV/" + "Z" * 200 + "/GW1"
    certificate = x509.load_pem_x509_certificate(issue_certificate(authority, long, key.public_der, [], 1))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"lienthong:gateway/{long}"]


@given(st.binary(max_size=64))
def test_bytes_that_are_no_certificate_have_no_fingerprint(raw: bytes) -> None:
    with pytest.raises(DirectoryError) as refused:
        spki_fingerprint(raw)

    assert refused.value.kind is DirectoryErrorKind.INVALID_CERTIFICATE


def test_a_certificate_is_issued_only_for_p256_keys_and_by_an_authority() -> None:
    authority, key = make_authority("DEMO"), make_tls_key()
    encoding = serialization.Encoding
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    larger = ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(encoding.DER, spki)
    other = ed25519.Ed25519PrivateKey.generate()
    other_pem = other.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    for wrong, public, addresses in [
        (authority, larger, ADDRESSES),
        (authority, other.public_key().public_bytes(encoding.DER, spki), ADDRESSES),
        (authority, b"none", ADDRESSES),
        (authority, key.public_der, ["đ:1"]),
        (authority._replace(key_pem=b"none"), key.public_der, ADDRESSES),
        (authority._replace(key_pem=other_pem), key.public_der, ADDRESSES),
        (authority._replace(certificate_pem=b"none"), key.public_der, ADDRESSES),
    ]:
        with pytest.raises(DirectoryError) as refused:
            issue_certificate(wrong, GATEWAY, public, addresses, 1)
        assert refused.value.kind is DirectoryErrorKind.INVALID_CERTIFICATE
