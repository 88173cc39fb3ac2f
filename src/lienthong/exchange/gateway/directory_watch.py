"""The gateway's side of the directory's server: the certificate's renewal, and the alarm on a key of ours (rule 7).

Asking is done in a thread; what comes of it is taken on the loop. Links that stand keep their certificate; the next
handshake shows the new one, with the same key.
"""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from lienthong.directory.authority import days_left, spki_fingerprint
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import DirectoryFile
from lienthong.directory.succession import state_key
from lienthong.directory.tls_files import public_fingerprint
from lienthong.exchange.gateway.alarms import report_directory, report_start, report_unknown_key
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.durable import replace_file
from lienthong.kernel.keys import load_private, load_signing_key

if TYPE_CHECKING:
    from lienthong.directory.client import DirectoryClient
    from lienthong.directory.members import Directory
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock

RENEW_BELOW_DAYS: Final = 30.0
ASK_AGAIN_S: Final = 2.0
"""How often a gateway that is not admitted yet asks for its certificate."""
MAX_CERTIFICATE_BYTES: Final = 16 * 1024
TIMEOUT_S: Final = 10.0


def open_directory(home: GatewayHome) -> DirectoryFile | DirectoryClient:
    """Give the directory from where `gateway.toml` says: the server's address, or a file."""
    settings = home.settings.directory
    if not settings.url:
        return DirectoryFile(home.directory_file, home.root_key)
    from lienthong.directory.client import DirectoryClient  # noqa: PLC0415 # its libraries are slow to import
    from lienthong.directory.fetching import HttpFetcher  # noqa: PLC0415 # as above

    client = DirectoryClient(home.folder / "directory", settings.url, home.root_key, HttpFetcher())
    try:
        client.fetch()
        client.refresh()
    except DirectoryError as error:
        report_directory(error)
    return client


def wait_for_admission(home: GatewayHome) -> None:
    """Return when this gateway has its certificate; until a person admits it, ask again and again.

    At once where it has one, or where there is no server to ask.
    """
    if not home.settings.directory.url or (home.keys / "tls.pem").exists():
        return
    report_start("waiting until the directory's operator admits this gateway")
    while not fetch_certificate(home):
        time.sleep(ASK_AGAIN_S)


def fetch_certificate(home: GatewayHome) -> bool:
    """Ask for the certificate of our TLS key and keep it; False if the server does not give one (yet).

    One for another key is refused: the key that the directory pins never changes by a renewal.
    """
    from lienthong.directory.fetching import require_plain_address  # noqa: PLC0415 # its libraries are slow to import

    fingerprint = public_fingerprint(load_private(home.keys / "tls.key"))
    url = f"{require_plain_address(home.settings.directory.url)}/certificates/{fingerprint}"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - http or https only, see above
            pem: bytes = answer.read(MAX_CERTIFICATE_BYTES)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
    try:
        offered = spki_fingerprint(ssl.PEM_cert_to_DER_cert(pem.decode("ascii")))
    except ValueError as error:
        raise DirectoryError(DirectoryErrorKind.INVALID_CERTIFICATE, f"directory: no certificate: {error}") from error
    if offered != fingerprint:
        message = f"directory: expected a certificate of the key {fingerprint}, got one of {offered}"
        raise DirectoryError(DirectoryErrorKind.INVALID_CERTIFICATE, message)
    replace_file(home.keys / "tls.pem", pem)
    return True


def renew_certificate(home: GatewayHome, clock: Clock) -> bool:
    """Fetch a new certificate if the one there is over soon, and tell whether there is a new one."""
    before = (home.keys / "tls.pem").read_bytes()
    if days_left(before, clock.now_ms()) >= RENEW_BELOW_DAYS:
        return False
    return fetch_certificate(home) and (home.keys / "tls.pem").read_bytes() != before


class OwnKeys:
    """Tells, once each, keys that the directory lists for our member and that nobody told this gateway of."""

    def __init__(self, home: GatewayHome) -> None:
        log = encode_base64url(load_signing_key(home.keys / "log.key").verify_key.raw)
        tls = public_fingerprint(load_private(home.keys / "tls.key"))
        self._member = home.member.text
        # A log that ours follows stays open in the directory until its operator has closed it.
        earlier = [load_signing_key(path).verify_key for path in home.keys.glob("log-*.key")]
        self._known = {log, tls, *map(state_key, earlier), *home.settings.directory.known_keys}

    def look(self, directory: Directory) -> None:
        """Compare with a directory; a closed log's key signs nothing any more and is let be."""
        for gateway in directory.gateways_of(self._member):
            logs = [encode_base64url(log.key.raw) for log in gateway.logs if log.closed is None]
            for key in (*logs, *gateway.tls):
                if key not in self._known:
                    self._known.add(key)
                    report_unknown_key(gateway.id, key)
