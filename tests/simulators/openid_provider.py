"""An OpenID provider that does everything right, or lies in exactly the way a test tells it to.

It listens on loopback and speaks HTTP like a real one; the part that a person sees (the sign-in page) is a method,
`answer`, which gives the parameters that a browser would carry back. Its lies are plain dictionaries laid over what it
would say: `document` (discovery), `header` and `claims` (ID token), `told` (user information), `tokens` (the token
endpoint's answer).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto import jwk

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
CLIENT = "province"
SECRET = "s" * 43
NUMBER = "000204000017"


@dataclass
class Lies:
    """What the provider says instead of the truth; `None` as a value leaves the member out."""

    document: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    signing_key: jwk.JWK | None = None


class OpenIdProvider:
    """A provider with one client and one person; use as a context. `asked` lists the paths that were called."""

    def __init__(self) -> None:
        self.lies = Lies()
        self.level = "urn:lienthong:level:1"
        self.subject = "subject-of-the-person"
        self.keys = [make_key("first")]
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = _Server((HOST, 0), _make_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.issuer = f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, address: str, **changes: str | None) -> dict[str, str]:
        """Let the person sign in at the address that the party sent them to; gives the answer's parameters."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer: dict[str, str | None] = {"code": code, "state": asked["state"], "iss": self.issuer, **changes}
        return {name: value for name, value in answer.items() if value is not None}

    def respond(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer a call of the party."""
        self.asked.append(path)
        if path in self.lies.statuses:
            return self.lies.statuses[path], {"error": "server_error"}
        match path:
            case "/.well-known/openid-configuration":
                return 200, _lay(self._describe(), self.lies.document)
            case "/keys":
                return 200, {"keys": [_publish(key) for key in self.keys]}
            case "/token":
                return self._exchange(form, authorization)
            case "/user":
                told = {"sub": self.subject, "name": "Nguyễn Thị Mẫu", "personal_number": NUMBER}
                return 200, _lay(told, self.lies.told)
        return 404, {}

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign claims as an ID token, or not as one."""
        key = self.lies.signing_key or self.keys[-1]
        header = _lay({"alg": "ES256", "kid": key["kid"], "typ": "JWT"}, self.lies.header)
        body = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
        match header.get("alg"):
            case "none":
                return f"{body}."
            case "HS256":
                # With the client's own secret as if it were a key.
                return f"{body}.{_encode(hmac.digest(SECRET.encode(), body.encode(), 'sha256'))}"
        return f"{body}.{_encode(_sign(key, body.encode()))}"

    def _describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/user",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/sign-out",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.forms.append(form)
        asked = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {basic}" and form.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        challenge = _encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(16)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 5,
            "nonce": asked["nonce"],
            "acr": self.level,
            "amr": ["pwd"],
            "at_hash": _encode(hashlib.sha256(token.encode()).digest()[:16]),
        }
        tokens = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(_lay(claims, self.lies.claims)),
        }
        return 200, _lay(tokens, self.lies.tokens)


def make_key(kid: str, **kind: Any) -> jwk.JWK:  # noqa: ANN401 # of the JOSE library
    """Make a signing key."""
    return jwk.JWK.generate(**{"kty": "EC", "crv": "P-256", **kind}, kid=kid)


def _publish(key: jwk.JWK) -> dict[str, Any]:
    public: dict[str, Any] = key.export_public(as_dict=True)
    return {"use": "sig", **public}


def _lay(truth: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**truth, **lies}.items() if value is not None}


def _sign(key: jwk.JWK, body: bytes) -> bytes:
    """Sign without asking whether one should: a JOSE library refuses what liars do (RFC 7518 section 3.4)."""
    private = load_pem_private_key(key.export_to_pem(private_key=True, password=None), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    first, second = decode_dss_signature(private.sign(body, ec.ECDSA(hashes.SHA256())))
    size = private.curve.key_size // 8
    return first.to_bytes(size, "big") + second.to_bytes(size, "big")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _make_handler(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024  # head and body leave in one write

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self._answer(dict(parse_qsl(body.decode())))

        def _answer(self, form: dict[str, str]) -> None:
            status, told = provider.respond(urlsplit(self.path).path, form, self.headers.get("Authorization", ""))
            body = json.dumps(told).encode()
            with suppress(OSError):
                self.send_response(status)
                if 300 <= status < 400:  # redirects
                    self.send_header("Location", f"{provider.issuer}/keys")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class's name
            """Keep the test's output clean."""

    return Handler
