"""Each message once: the same X-Road-Id of the same client gets the recorded answer (docs/providers.md).

A gateway that was interrupted calls a service that is declared `idempotent` again, with the same X-Road-Id. The rule
for the service is one sentence: the row that says "this message was carried out" is written in the transaction of
its effect. A crash before the end leaves neither, after it both; of two that come at once, the second waits.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lienthong.provider.errors import ProviderError, ProviderErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CLIENT_CHARACTERS: Final = 1100
"""Four segments of 255 characters, as X-Road allows, with what stands between."""
MAX_ID_CHARACTERS: Final = 255


@dataclass(frozen=True, slots=True)
class Message:
    """A message that changes something: who sent it (X-Road-Client), its X-Road-Id, and what identifies its content.

    `content` is all that the effect depends on: method, path, query and body.
    """

    client: str
    message_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of a message: the SHA-256 of its content, and its answer."""

    content_hash: bytes
    answer: bytes


class Messages(Protocol):
    """The table of messages, inside a transaction that the caller has begun."""

    def claim(self, message: Message, content_hash: bytes) -> Recorded | None:
        """Write the row of a message, and give None; or give what is recorded, after waiting for who writes it."""

    def record(self, message: Message, answer: bytes) -> None:
        """Write the answer into the row."""


def answer_once(messages: Messages, message: Message, effect: Callable[[], bytes]) -> tuple[bytes, bool]:
    """Run `effect`, or give the answer that was recorded for this message before; True for a repeated answer.

    Must run inside the transaction that holds the effect. Raises `message_reused` for the same id with other content.
    An effect that raises leaves nothing behind once its transaction is rolled back: sent again, it is judged again.
    """
    require_identified(message)
    content_hash = hashlib.sha256(message.content).digest()
    known = messages.claim(message, content_hash)
    if known is None:
        answer = effect()
        messages.record(message, answer)
        return answer, False
    if known.content_hash != content_hash:
        text = (
            f"X-Road-Id {message.message_id}: a message with this id and other content was carried out before; a "
            "changed message needs an id of its own"
        )
        raise ProviderError(ProviderErrorKind.MESSAGE_REUSED, text)
    return known.answer, True


def require_identified(message: Message) -> None:
    """Require that a message names its client and its id."""
    for name, value, most in (
        ("X-Road-Id", message.message_id, MAX_ID_CHARACTERS),
        ("X-Road-Client", message.client, MAX_CLIENT_CHARACTERS),
    ):
        if not 0 < len(value) <= most:
            text = f"{name}: expected 1 to {most} characters, got {len(value)}"
            raise ProviderError(ProviderErrorKind.BAD_MESSAGE, text)
