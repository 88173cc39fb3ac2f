"""Client certificates of the commune's own systems, and a gateway that takes them."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

from lienthong.directory.authority import issue_certificate, make_authority, make_tls_key
from tests.exchange.gateway.province import COMMUNE, SERVICE
from tests.exchange.gateway.running import PATIENCE_S

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province

TARGET = f"/r1/{SERVICE}/granted/06886"


class Certificates:
    """Client certificates of the commune's two subsystems and of nobody, and a gateway that takes the first two."""

    def __init__(self, province: Province) -> None:
        self.folder = province.commune.folder
        self.trusted = province.directory.authority
        for name in ("server", "portal", "clerk", "nobody"):
            key = make_tls_key()
            made = issue_certificate(
                province.authority if name != "nobody" else make_authority("another"),
                f"{COMMUNE}/{name}",
                key.public_der,
                ("127.0.0.1:1",),
                1,
            )
            (self.folder / f"{name}.key").write_bytes(key.private_pem)
            (self.folder / f"{name}.pem").write_bytes(made)
        settings = (self.folder / "gateway.toml").read_text()
        settings = settings.replace("[listen]", '[listen]\ncertificate = "server.pem"\nkey = "server.key"')
        settings = settings.replace("certificates = []", 'certificates = ["portal.pem"]')
        settings += 'certificates = ["clerk.pem"]\n'
        (self.folder / "gateway.toml").write_text(settings)

    def ask(self, address: str, name: str | None, client: str) -> int | str:
        """Call with a certificate; gives the status, or "cut off"."""
        tls = ssl.create_default_context(cadata=self.trusted)
        if name is not None:
            tls.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        host, _, port = address.rpartition(":")
        connection = http.client.HTTPSConnection(host, int(port), timeout=PATIENCE_S, context=tls)
        try:
            connection.request("GET", TARGET, headers={"X-Road-Client": client})
            return connection.getresponse().status
        except (ssl.SSLError, ConnectionError):
            return "cut off"
        finally:
            connection.close()
