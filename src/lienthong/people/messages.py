"""Each message takes effect once: the same X-Road-Id with the same content gets the recorded answer.

The row of a message is written before its effect and in the same transaction. A crash before the end leaves
neither; after it, both. Of two that come at the same time, the second waits at the row for the first. A
refused message changed nothing and is not kept: sent again, it is judged again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from django.db import connection, transaction

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import AnsweredMessage

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CLIENT_CHARACTERS: Final = 1100
"""Four segments of 255 characters, as X-Road allows, with what stands between."""
MAX_ID_CHARACTERS: Final = 255

_CLAIM: Final = """
INSERT INTO people_answeredmessage (client, message_id, content_hash, answer) VALUES (%s, %s, %s, '')
ON CONFLICT DO NOTHING RETURNING id
"""

Answer = TypeVar("Answer", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that changes something: who sent it, its id, and what identifies its content."""

    client: str
    message_id: str
    content: bytes

    @property
    def source(self) -> str:
        """How events name the message as their source."""
        return f"exchange:{self.client}#{self.message_id}"[:300]


def answer_once(message: Message, effect: Callable[[], Answer], shape: type[Answer]) -> tuple[Answer, bool]:
    """Run `effect` in one transaction, or give the answer that was recorded for this message before.

    True means that the answer is a repeated one. Raises MESSAGE_REUSED for the same id with other content.
    """
    _require_identified(message)
    digest = hashlib.sha256(message.content).digest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [message.client, message.message_id, digest])
            claimed = cursor.fetchone()
        if claimed is None:
            return _repeat(message, digest, shape), True
        answer = effect()
        AnsweredMessage.objects.filter(pk=claimed[0]).update(answer=msgspec.json.encode(answer))
        return answer, False


def _repeat(message: Message, digest: bytes, shape: type[Answer]) -> Answer:
    known = AnsweredMessage.objects.get(client=message.client, message_id=message.message_id)
    if bytes(known.content_hash) != digest:
        text = (
            f"X-Road-Id {message.message_id}: a message with this id and other content was answered at "
            f"{known.recorded_at:%Y-%m-%d %H:%M:%S} UTC; a changed message needs an id of its own"
        )
        raise PeopleError(PeopleErrorKind.MESSAGE_REUSED, text)
    return msgspec.json.decode(bytes(known.answer), type=shape)


def _require_identified(message: Message) -> None:
    if not message.message_id or len(message.message_id) > MAX_ID_CHARACTERS:
        text = f"X-Road-Id: expected 1 to {MAX_ID_CHARACTERS} characters, got {len(message.message_id)}"
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, text)
    if not message.client or len(message.client) > MAX_CLIENT_CHARACTERS:
        text = f"X-Road-Client: expected 1 to {MAX_CLIENT_CHARACTERS} characters, got {len(message.client)}"
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, text)
