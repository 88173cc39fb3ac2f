"""Tells the member's own systems that their reliable messages have ended: signed calls to registered addresses only.

A call says which message ended and how; what was answered is fetched at the status address, by the system's own
credential. The outbox keeps what is still to be told, so a restart forgets none. A call may come twice (a crash after
it, an answer that was lost): a system takes the second as the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from lienthong.exchange.callback import SIGNATURE_HEADER, Callback, sign_callback
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.accepting import STATUS_PATH
from lienthong.exchange.gateway.own_address import read_own_address
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.gateway.upstream import ServiceRequest
from lienthong.kernel.keys import load_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.exchange.gateway.outbox import Message, Outbox
    from lienthong.exchange.gateway.own_address import OwnAddress
    from lienthong.exchange.gateway.upstream import Upstream
    from lienthong.kernel.clock import Clock

TIMEOUT_S: Final = 10.0
MAX_ANSWER: Final = 4096
AT_ONCE: Final = 16
"""Calls under way together, over all systems."""
FIRST_PAUSE_MS: Final = 2_000
LONGEST_PAUSE_MS: Final = 60 * 60 * 1000
MAX_DOUBLINGS: Final = 12
TOLD_FOR_MS: Final = 24 * 60 * 60 * 1000
"""After a day a system that takes no calls is told no more: the status address still says it."""


class CallbackTarget(NamedTuple):
    """A system's registered address, and the secret that it shares with this gateway."""

    place: OwnAddress
    secret: bytes


class Callbacks:
    """What makes the calls. `look` and everything that follows run in the loop's thread."""

    def __init__(
        self,
        targets: Mapping[str, CallbackTarget],
        outbox: Outbox,
        upstream: Upstream,
        clock: Clock,
        report: Callable[[str, Exception], None],
    ) -> None:
        self._targets = targets
        self._outbox = outbox
        self._upstream = upstream
        self._clock = clock
        self._report = report
        self._under_way: set[str] = set()

    def schedule(self, message: Message) -> Message:
        """Give a message with its end to be told, where it has one and its system has registered an address."""
        if message.is_open or message.client not in self._targets:
            return message
        return msgspec.structs.replace(message, tell=message.changed)

    def look(self) -> None:
        """Begin the calls that are due; once a second."""
        room = AT_ONCE - len(self._under_way)
        if not self._targets or room <= 0:
            return
        for message in self._outbox.find_untold(self._clock.now_ms(), AT_ONCE):
            if message.id not in self._under_way and room > 0:
                room -= 1
                self._under_way.add(message.id)
                run_story(self._tell(message))

    async def _tell(self, message: Message) -> None:
        """Call once, and write down whether it was heard; never raises."""
        target = self._targets.get(message.client)
        try:
            if target is None:
                # Its address was taken out of the settings: nobody is to be told.
                await self._outbox.write_told(message.id, 0, message.tell_tries)
                return
            try:
                await self._call(target, message)
                after = 0
            except ExchangeError as error:
                after = self._postpone(message, error)
            # A crash before this has the system told again.
            await self._outbox.write_told(message.id, after, message.tell_tries + 1)
        except ExchangeError as error:
            self._report(f"callback of {message.client}", error)
        finally:
            self._under_way.discard(message.id)

    async def _call(self, target: CallbackTarget, message: Message) -> None:
        status = STATUS_PATH.decode() + message.id
        told = msgspec.json.encode(Callback(status, message.exchange, message.service, message.state, message.changed))
        signature = sign_callback(target.secret, told, self._clock.now_ms() // 1000)
        headers = f"Content-Type: application/json\r\n{SIGNATURE_HEADER}: {signature}\r\n".encode("ascii")
        place = target.place
        call = ServiceRequest(place.address, b"POST", place.target, headers, Body(told), TIMEOUT_S, MAX_ANSWER)
        answer = await self._upstream.call(call)
        answer.body.close()
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
            raise ExchangeError(ExchangeErrorKind.SERVICE_FAILED, f"it answered {answer.status}")

    def _postpone(self, message: Message, error: ExchangeError) -> int:
        """Give when to call again, 0 for never."""
        now = self._clock.now_ms()
        after = now + min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(message.tell_tries, MAX_DOUBLINGS))
        if after <= message.changed + TOLD_FOR_MS:
            return after
        self._report(f"callback of {message.client}", error)
        return 0


def read_targets(home: GatewayHome) -> dict[str, CallbackTarget]:
    """Give the registered addresses by client; raises MALFORMED_SETTINGS, and a kernel error for a bad secret file."""
    targets = {}
    for code, settings in home.settings.subsystems.items():
        if not settings.callback:
            continue
        place = read_own_address(settings.callback, f"subsystems.{code}.callback")
        targets[f"{home.member.text}/{code}"] = CallbackTarget(
            place, load_secret(home.path(settings.callback_secret_file))
        )
    return targets
