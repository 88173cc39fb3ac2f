"""One message's way: handed to the own gateway, looked after there, and asked about at the agency where in doubt.

`carry_on` does what is due and gives what came of it. The message's row (models/step_delivery.py) is written here, but
never to `OVER`: that is only for after the outcome has been recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from lienthong.cases.agency_answers import AgencyAnswer, Outcome, cut_text, read_answer
from lienthong.cases.errors import CasesError
from lienthong.cases.models import Stage, StepDelivery
from lienthong.cases.words import StepState
from lienthong.exchange.client import Delivery, DeliveryState
from lienthong.exchange.errors import ExchangeError

if TYPE_CHECKING:
    from lienthong.cases.agency_exchange import AgencyExchange
    from lienthong.cases.house import Cases
    from lienthong.cases.step_messages import StepMessage
    from lienthong.cases.steps import StepView

FIRST_PAUSE_S: Final = 1.0
AGE_PER_PAUSE: Final = 4.0
"""A message is looked at again after a quarter of its age: often at first, and an old one is no hurry."""
MOST_DOUBLINGS: Final = 20

_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Carrier:
    """What messages are carried with."""

    cases: Cases
    exchange: AgencyExchange

    def carry_on(self, message: StepMessage, step: StepView, row: StepDelivery) -> AgencyAnswer | None:
        """Do what is due about one message; gives what came of it, None: nothing yet."""
        if row.stage == Stage.TO_SEND and not message.fault:
            self._send(message, row)
        elif row.stage == Stage.TO_SEND:
            # It may have been sent before it could not be made any more.
            self._doubt(row, cut_text(message.fault))
        if row.stage == Stage.SENT:
            answer = self._look(row)
            if answer is not None and answer.outcome is not Outcome.UNCLEAR:
                return answer
        return self._enquire(message, step, row) if row.stage == Stage.TO_ENQUIRE else None

    def _send(self, message: StepMessage, row: StepDelivery) -> None:
        """Hand the message over. A crash behind it leaves it on its way: sent again, it is the same promise."""
        try:
            delivery = self.exchange.send(message, row.sent_as)
        except (ExchangeError, CasesError) as error:
            self.note_failure(row, error.kind)
            return
        row.stage, row.status, row.exchange = Stage.SENT, delivery.status, delivery.exchange
        row.until = _read_deadline(delivery)
        self._save(row)

    def _look(self, row: StepDelivery) -> AgencyAnswer | None:
        """Ask the own gateway how far the message is, and take the answer that is there."""
        before = Delivery(row.status, row.exchange, row.sent_as)
        try:
            delivery, answer = self.exchange.look(before)
        except ExchangeError as error:
            self.note_failure(row, error.kind)
            return None
        if answer is not None:
            return self._take(row, read_answer(answer))
        if delivery.is_open:
            self._note_progress(row, delivery)
        elif delivery.state is DeliveryState.REFUSED:
            # Nothing was done: the same message is sent again, after a pause.
            row.stage, row.until = Stage.TO_SEND, None
            self.note_failure(row, delivery.code)
        else:
            self._doubt(row, delivery.code or delivery.state)
        return None

    def _take(self, row: StepDelivery, answer: AgencyAnswer) -> AgencyAnswer:
        if answer.outcome is Outcome.UNCLEAR:
            self._doubt(row, answer.text)
        else:
            self._note_told(row, answer)
        return answer

    def _doubt(self, row: StepDelivery, why: str) -> None:
        """It may have had its effect: before a person is troubled, the agency is asked."""
        row.stage, row.code, row.next_at = Stage.TO_ENQUIRE, why[:200], self.cases.now()
        self._save(row, pause_s=0)

    def _enquire(self, message: StepMessage, step: StepView, row: StepDelivery) -> AgencyAnswer | None:
        """Ask the agency what became of a message that it has, or may have."""
        told = self._ask_agency(message, row)
        if told.outcome in {Outcome.ACCEPTED, Outcome.DONE, Outcome.REFUSED}:
            self._note_told(row, told)
            return told
        if step.state is StepState.REQUESTED and step.since is not None and step.since > row.changed_at:
            # A person had it sent again.
            self._begin_again(row, told)
            return None
        self.note_failure(row, told.text or told.outcome)
        return None if step.state is not StepState.REQUESTED else AgencyAnswer(Outcome.UNCLEAR, text=row.code)

    def _ask_agency(self, message: StepMessage, row: StepDelivery) -> AgencyAnswer:
        """Ask for the outcome, with the message itself: the person that it is about may stand only there."""
        if message.fault:
            return AgencyAnswer(Outcome.UNCLEAR, text=cut_text(message.fault))
        try:
            return read_answer(self.exchange.enquire(message, row.sent_as))
        except (ExchangeError, CasesError) as error:
            return AgencyAnswer(Outcome.UNCLEAR, text=error.kind)

    def _begin_again(self, row: StepDelivery, told: AgencyAnswer) -> None:
        """Send anew.

        Where the agency says that it never had the message, the attempt gets an id of its own at the exchange, which
        would give the old attempt's outcome again; else the same id keeps the agency from acting twice.
        """
        row.attempt += 1
        if told.outcome is Outcome.UNHEARD:
            row.sent_as = f"{row.message_id}.{row.attempt}"
        row.stage, row.status = Stage.TO_SEND, ""
        self._save(row, pause_s=0)

    def _note_progress(self, row: StepDelivery, delivery: Delivery) -> None:
        row.tries, row.code = max(row.tries, delivery.tries), delivery.code
        row.until = _read_deadline(delivery) or row.until
        self._note_trouble(row)
        self._save(row)

    def _note_told(self, row: StepDelivery, told: AgencyAnswer) -> None:
        row.tries, row.failing_since, row.code = 0, None, ""
        if told.outcome is Outcome.ACCEPTED or told.pending:
            row.stage = Stage.TO_ENQUIRE
        self._save(row)

    def note_failure(self, row: StepDelivery, code: str) -> None:
        """Write down why a message does not get on; it is tried again, after longer and longer pauses."""
        row.tries, row.code = row.tries + 1, code[:200]
        self._note_trouble(row)
        self._save(row, min(self.exchange.longest_pause_s, FIRST_PAUSE_S * 2 ** min(row.tries - 1, MOST_DOUBLINGS)))

    def _note_trouble(self, row: StepDelivery) -> None:
        if not row.code:
            row.failing_since = None
        elif row.failing_since is None:
            row.failing_since = self.cases.now()

    def _save(self, row: StepDelivery, pause_s: float | None = None) -> None:
        now = self.cases.now()
        if pause_s is None:
            age_s = (now - row.began_at).total_seconds()
            pause_s = min(self.exchange.longest_pause_s, max(FIRST_PAUSE_S, age_s / AGE_PER_PAUSE))
        row.changed_at, row.next_at = now, now + timedelta(seconds=pause_s)
        row.save()


def _read_deadline(delivery: Delivery) -> datetime | None:
    """Give until when the gateway goes on."""
    return datetime.fromtimestamp(delivery.deadline / _MS, UTC) if delivery.deadline else None
