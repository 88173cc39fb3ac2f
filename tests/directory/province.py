"""A small valid directory to change in tests: two members, one gateway each, one closed and one open log."""

from __future__ import annotations

from lienthong.directory.authority import TlsKey, make_authority, make_tls_key
from lienthong.directory.members import Directory, Gateway, LogClosure, LogKey, Member, Subsystem
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import SigningKey, VerifyKey

ISSUED = 1_795_000_000_000
EXPIRES = ISSUED + 7 * 24 * 3600 * 1000
AUTHORITY = make_authority("DEMO").certificate_pem.decode()
TLS_KEYS: tuple[TlsKey, TlsKey] = (make_tls_key(), make_tls_key())


def log_key(number: int) -> VerifyKey:
    """The verify key of the log key made from this number."""
    return SigningKey(number.to_bytes(32, "big")).verify_key


def make_directory(version: int = 1, name: str = "Commune") -> Directory:
    """A directory that differs from its sisters in version and in the first member's name only."""
    closed = LogClosure(size=5, root=encode_base64url(bytes(32)), time=ISSUED + 1, reason="rotation")
    return Directory(
        version=version,
        instance="DEMO",
        issued=ISSUED,
        expires=EXPIRES,
        authority=AUTHORITY,
        members=(
            Member("DEMO/GOV/Z99.01", name, (Subsystem("PORTAL", "Portal"),)),
            Member("DEMO/GOV/Z99.02", "Areas", (Subsystem("AREAS", "Areas"), Subsystem("%C4%90", "Đ"))),
        ),
        gateways=(
            Gateway(
                "DEMO/GOV/Z99.01/GW1",
                ("127.0.0.1:5500",),
                (TLS_KEYS[0].fingerprint,),
                (
                    LogKey("DEMO/GOV/Z99.01/GW1/1", log_key(1), ISSUED, closed),
                    LogKey("DEMO/GOV/Z99.01/GW1/2", log_key(2), ISSUED),
                ),
            ),
            Gateway(
                "DEMO/GOV/Z99.02/GW1",
                ("127.0.0.1:5501", "[::1]:5501"),
                (TLS_KEYS[1].fingerprint,),
                (LogKey("DEMO/GOV/Z99.02/GW1/1", log_key(3), ISSUED),),
            ),
        ),
        groups={"communes": ("DEMO/GOV/Z99.01/PORTAL",)},
    )
