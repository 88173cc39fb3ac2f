"""A registry that exchanges any access token, and a session whose sign-in it vouched for."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import parse_qsl

from lienthong.identity.relying.configuration import RelyingParty, RelyingSettings
from lienthong.identity.relying.session import SESSION_KEY

if TYPE_CHECKING:
    from types import TracebackType

    from django.test import Client
    from pytest_django.fixtures import Settings


@dataclass
class UsageRegistry:
    """Runs while used as a context; `asked` keeps the forms of its token endpoint."""

    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def vouch_for(self, client: Client, settings: Settings, until: int = 300) -> None:
        """Let the session of `client` be a sign-in at this registry, `until` seconds from now."""
        told = RelyingSettings(issuer=self.issuer, client_id="province")
        settings.RELYING_PARTY = RelyingParty(told, "s" * 43, "http://testserver/answer", "http://testserver/")
        settings.CITIZEN_LOGIN_URL = "/sign-in/provider/"
        session = client.session
        session[SESSION_KEY] = {
            "issuer": self.issuer,
            "subject": "s",
            "account": session["_auth_user_id"],
            "level": 2,
            "at": int(time.time()),
            "access": "access-token-of-the-person",
            "access_until": int(time.time()) + until,
        }
        session.save()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, registry: UsageRegistry) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.registry = registry


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        issuer = cast("_Server", self.server).registry.issuer
        document: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": issuer,
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "userinfo_endpoint": issuer,
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }
        self._tell(200, {"keys": []} if self.path == "/keys" else document)

    def do_POST(self) -> None:
        registry = cast("_Server", self.server).registry
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        registry.asked.append(form)
        self._tell(
            registry.status, {"access_token": f"for {form['audience']}".replace(" ", "-"), "token_type": "Bearer"}
        )

    def _tell(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class names it so
        """Say nothing."""
