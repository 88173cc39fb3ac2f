"""The way to agencies: the own gateway's reliable mode, and who stands behind each agency's name.

Thin: what is sent, what is read and what follows is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.exchange.client import DeliveryState, Question
from lienthong.kernel.ids import new_uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.step_messages import StepMessage
    from lienthong.exchange.client import Answer, Delivery, GatewayClient

FIRST_PAUSE_S: Final = 1.0
PATIENCE_S: Final = 2.0
"""How long a worker waits for an answer right after sending: most agencies answer at once, and the chain goes on."""


@dataclass(frozen=True, slots=True)
class AgencyExchange:
    """`services` are the subsystems by the names that procedures use; pauses are in seconds."""

    client: GatewayClient
    services: Mapping[str, str]
    life_s: int
    longest_pause_s: float = 300.0
    patience_s: float = PATIENCE_S

    def find_member(self, agency: str) -> str:
        """Give the subsystem that answers for an agency; raises UNKNOWN_AGENCY."""
        found = self.services.get(agency)
        if found is None:
            message = (
                f"agency {agency!r}: the settings name none ([agencies.services]), only {', '.join(self.services)}"
            )
            raise CasesError(CasesErrorKind.UNKNOWN_AGENCY, message)
        return found

    def send(self, message: StepMessage, sent_as: str) -> Delivery:
        """Hand a message over; what is returned is durable at the gateway. Raises `ExchangeError`."""
        return self.client.send_reliably(self._make_question(message, message.path.rstrip("/"), sent_as), self.life_s)

    def look(self, delivery: Delivery) -> tuple[Delivery, Answer | None]:
        """Ask how far a message is, and take the answer if there is one; raises `ExchangeError`."""
        found = self.client.look(delivery)
        answer = self.client.find_answer(found) if found.state is DeliveryState.ANSWERED else None
        return found, answer

    def enquire(self, message: StepMessage, sent_as: str) -> Answer:
        """Ask the agency what became of a message; raises `ExchangeError`."""
        return self.client.ask(self._make_question(message, f"/outcome/{sent_as}", new_uuid4()))

    # A path of `/` is the service itself: `…/births`, and not what would stand below it.
    def _make_question(self, message: StepMessage, path: str, xroad_id: str) -> Question:
        return Question(
            f"{self.find_member(message.agency)}/{message.service}",
            path,
            "POST",
            message.body,
            purpose=message.purpose,
            user=message.user or None,
            xroad_id=xroad_id,
        )
