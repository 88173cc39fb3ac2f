"""A kit that a provider runs against its own service, to see that it carries out each message once.

The service runs somewhere the kit can call it, against a database that may be written to. `count_effects(id)` is the
provider's: how many effects the message with that X-Road-Id had. Each check raises `not_once` with what it saw.
"""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lienthong.kernel.ids import new_uuid4
from lienthong.provider.errors import ProviderError, ProviderErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    CountEffects = Callable[[str], int]

AT_ONCE: Final = 8
TIMEOUT_S: Final = 30.0


@dataclass(frozen=True)
class Probe:
    """A request that changes something each time it is carried out, and one with other content.

    `headers` are those that the service asks of its gateway, such as X-Road-Gateway-Secret.
    """

    url: str
    body: bytes
    other_body: bytes
    method: str = "POST"
    client: str = "DEMO/GOV/Z99.01/KIT"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the service answered; None for the status where it gave no whole answer."""

    status: int | None
    body: bytes


def ask(probe: Probe, message_id: str, body: bytes | None = None) -> Answer:
    """Send the probe's request under an X-Road-Id, as a gateway does."""
    url = urlsplit(probe.url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=TIMEOUT_S)
    headers = {"X-Road-Client": probe.client, "X-Road-Id": message_id, "X-Road-Request-Id": new_uuid4()}
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection.request(probe.method, target, probe.body if body is None else body, headers | dict(probe.headers))
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return Answer(None, b"")
    finally:
        connection.close()


def check_sent_twice(probe: Probe, count_effects: CountEffects) -> None:
    """The same message twice: one effect, and the same answer."""
    message_id = new_uuid4()
    first, second = ask(probe, message_id), ask(probe, message_id)
    _require_answered(first)
    if (first.status, first.body) != (second.status, second.body):
        raise _not_once(f"the second answer differs: {second}, the first was {first}")
    _require_one(count_effects(message_id), "sent twice")


def check_other_content(probe: Probe, count_effects: CountEffects) -> None:
    """Another message under the same id: refused by a status from 400 on, and without an effect."""
    message_id = new_uuid4()
    _require_answered(ask(probe, message_id))
    other = ask(probe, message_id, probe.other_body)
    if other.status is None or other.status < HTTPStatus.BAD_REQUEST:
        raise _not_once(f"other content under the same X-Road-Id was answered by {other.status}: expected a refusal")
    _require_one(count_effects(message_id), "sent with other content")


def check_sent_at_once(probe: Probe, count_effects: CountEffects) -> None:
    """The same message several times at once: one effect; each gets the answer or is told to come again."""
    message_id = new_uuid4()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: ask(probe, message_id), range(AT_ONCE)))
    good = {each.body for each in answers if each.status is not None and each.status < HTTPStatus.BAD_REQUEST}
    if len(good) != 1:
        raise _not_once(f"sent {AT_ONCE} times at once, it gave {len(good)} different answers: expected one")
    _require_one(count_effects(message_id), f"sent {AT_ONCE} times at once")


def check_killed(probe: Probe, count_effects: CountEffects, kill_and_start: Callable[[], None], kills: int = 5) -> None:
    """The service is killed while it carries out a message, started again, and asked again: one effect.

    `kill_and_start` ends the service's process without warning and returns when it answers again.
    """
    for _ in range(kills):
        message_id = new_uuid4()
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(ask, probe, message_id)
            kill_and_start()
            asked.result()
        _require_answered(ask(probe, message_id))
        _require_one(count_effects(message_id), "killed and asked again")


def _require_answered(answer: Answer) -> None:
    if answer.status is None or answer.status >= HTTPStatus.BAD_REQUEST:
        raise _not_once(f"the probe itself is not carried out: {answer}")


def _require_one(count: int, when: str) -> None:
    if count != 1:
        raise _not_once(f"a message that was {when} had {count} effects: expected one")


def _not_once(what: str) -> ProviderError:
    return ProviderError(ProviderErrorKind.NOT_ONCE, what)
