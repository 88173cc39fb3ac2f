"""One request to a witness over HTTP: blocking, short, and in a thread of its own.

What a witness answers is verified by its key, so TLS is for privacy alone.
"""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from lienthong.evidence.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from lienthong.directory.members import Witness

TIMEOUT_S = 5.0
"""A witness that has not answered by then is taken as not reachable, until the next round."""
MAX_ANSWER_BYTES = MAX_NOTE_BYTES
"""Signature lines, a size, or a whole note."""
_BAD_SERVER = 500
_TOO_MANY = 429


class WitnessReply(msgspec.Struct, frozen=True):
    """The status and the body, cut at MAX_ANSWER_BYTES."""

    status: int
    body: bytes

    @property
    def is_answer(self) -> bool:
        """False for a server that cannot answer now, which is as good as unreachable."""
        return self.status < _BAD_SERVER and self.status != _TOO_MANY


def post_to_witness(witness: Witness, name: str, body: bytes) -> WitnessReply | None:
    """Post a body to `name` under the witness's url; None if it is not reachable."""
    parts = urlsplit(witness.url)
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.netloc, timeout=TIMEOUT_S, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_S)
        try:
            connection.request("POST", f"{parts.path.rstrip('/')}/{name}", body)
            answer = connection.getresponse()
            return WitnessReply(answer.status, answer.read(MAX_ANSWER_BYTES))
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
