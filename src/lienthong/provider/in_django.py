"""Each message once in a Django project, by a table of the project's own.

The project gives a model with the columns of `MessageColumns` and a unique constraint over client and message_id:

    class CarriedOut(MessageColumns):
        class Meta:
            constraints = [models.UniqueConstraint(fields=["client", "message_id"], name="carried_out_once")]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction

from lienthong.provider.once import MAX_CLIENT_CHARACTERS, MAX_ID_CHARACTERS, Message, Recorded, answer_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


class MessageColumns(models.Model):
    """What a table of messages has; a project's model adds the unique constraint."""

    client = models.CharField(max_length=MAX_CLIENT_CHARACTERS)
    message_id = models.CharField(max_length=MAX_ID_CHARACTERS)
    content_hash = models.BinaryField(max_length=32)
    answer = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """No table of its own."""

        abstract = True


class DjangoMessages:
    """A model's rows, in the transaction that is open on its database (PostgreSQL, SQLite)."""

    def __init__(self, model: type[models.Model], using: str = "default") -> None:
        self._rows = model._default_manager.using(using)  # noqa: SLF001 - Django's own name for it
        self._using = using

    def claim(self, message: Message, content_hash: bytes) -> Recorded | None:
        """See `Messages.claim`: the database's own uniqueness makes the second of two wait for the first."""
        row = self._rows.model(client=message.client, message_id=message.message_id, content_hash=content_hash)
        try:
            # A transaction within: a clash undoes this row alone.
            with transaction.atomic(using=self._using):
                row.save(using=self._using, force_insert=True)
        except IntegrityError:
            known = self._rows.filter(client=message.client, message_id=message.message_id).values_list(
                "content_hash", "answer"
            )
            found_hash, answer = known.get()
            return Recorded(bytes(found_hash), bytes(answer))
        return None

    def record(self, message: Message, answer: bytes) -> None:
        """See `Messages.record`."""
        self._rows.filter(client=message.client, message_id=message.message_id).update(answer=answer)


def answer_request_once(
    model: type[models.Model], request: HttpRequest, effect: Callable[[], bytes], using: str = "default"
) -> tuple[bytes, bool]:
    """Carry out what a request asks once; for a view that is open to the member's own gateway alone.

    `effect` writes through the same database and gives the answer's body. Errors are those of `answer_once`.
    """
    content = b"\0".join(((request.method or "").encode(), request.get_full_path().encode(), request.body))
    headers = request.headers
    message = Message(headers.get("X-Road-Client", ""), headers.get("X-Road-Id", ""), content)
    with transaction.atomic(using=using):
        return answer_once(DjangoMessages(model, using), message, effect)
