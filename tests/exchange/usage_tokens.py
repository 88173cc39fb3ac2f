"""A registry of the tests: its key set as a file, and tokens of its making."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from jwcrypto import jwk, jws

if TYPE_CHECKING:
    from pathlib import Path

ISSUER = "https://registry.example"


class Registry:
    """Signs tokens; what a token says can be changed claim by claim."""

    def __init__(self, file: Path, now: int | None = None) -> None:
        """`now`, in seconds, is its clock where the test does not use the real time."""
        self.now = now
        self.key = jwk.JWK.generate(kty="EC", crv="P-256")
        self.file = file
        public = {**self.key.export_public(as_dict=True), "kid": self.key.thumbprint()}
        file.write_text(json.dumps({"keys": [public]}))

    def sign(self, person: str, member: str, typ: str = "usage+jwt", **changed: Any) -> str:  # noqa: ANN401 - a claim
        now = int(time.time()) if self.now is None else self.now
        claims = {"iss": ISSUER, "aud": member, "number": person, "iat": now, "exp": now + 300, "level": 2}
        signed = jws.JWS(json.dumps({**claims, **changed}))
        header = {"alg": "ES256", "typ": typ, "kid": self.key.thumbprint()}
        signed.add_signature(self.key, None, json.dumps(header))
        return str(signed.serialize(compact=True))
