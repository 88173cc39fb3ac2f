"""An evidence package of one exchange: exported, verified, and a forged copy of it refused.

The forgery is the best that a liar without the log's key can make: the answer's text is changed and the
package is put together again properly, so that only the proof itself can give it away.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.package import ContentState, format_package, parse_package
from lienthong.evidence.verify import verify_package
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.kernel.keys import VerifyKey
    from lienthong.sandbox.gateway_home import GatewayHome

DURABLE_SECONDS: Final = 15.0
"""Index, bodies, published tree and cosigned head follow the log within a second or two; later they do not come."""

LOOK_SECONDS: Final = 0.1

_NOT_YET: Final = {EvidenceErrorKind.NOT_FOUND, EvidenceErrorKind.UNPUBLISHED, EvidenceErrorKind.INDEX}
"""Why a fresh exchange cannot be exported a moment after its answer."""


def export_whole(home: GatewayHome, exchange: str, check: Callable[[], None]) -> bytes:
    """Export the exchange from a running gateway's home as soon as both messages are there whole, and witnessed.

    `check` is called while waiting and may raise; what does not come in time raises.
    """
    deadline = time.monotonic() + DURABLE_SECONDS
    evidence = EvidenceHome(home.folder)
    while True:
        try:
            raw = export_exchange(evidence, exchange)
            verdict = verify_package(raw, evidence.root)
            is_witnessed = verdict.request_witnessed and verdict.response_witnessed
            if is_witnessed and verdict.response_content is ContentState.WHOLE:
                return raw
        except EvidenceError as error:
            if error.kind not in _NOT_YET or time.monotonic() > deadline:
                raise
        check()
        if time.monotonic() > deadline:
            message = f"expected exchange {exchange} whole and witnessed in {home.folder}, found it not to be"
            raise SandboxError(SandboxErrorKind.EVIDENCE, message)
        time.sleep(LOOK_SECONDS)


def forge_answer(raw: bytes) -> bytes:
    """Make the copy in which an undecided answer became a decided one; raises if there is nothing to change."""
    package = parse_package(raw)
    answer = package.response
    truth, lie = b'"decided":false', b'"decided":true'
    if answer is None or answer.body is None or truth not in answer.body:
        message = "expected a package with an undecided answer, got another"
        raise SandboxError(SandboxErrorKind.EVIDENCE, message)
    forged = msgspec.structs.replace(answer, body=answer.body.replace(truth, lie))
    return format_package(msgspec.structs.replace(package, response=forged))


def require_refusal(raw: bytes, root: VerifyKey) -> str:
    """Verify what must not hold and return why it was refused; raises if it was accepted."""
    try:
        verify_package(raw, root)
    except EvidenceError as error:
        return error.message
    message = "expected the forged package to be refused, but it was accepted"
    raise SandboxError(SandboxErrorKind.EVIDENCE, message)
