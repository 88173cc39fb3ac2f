"""The consumer's own systems under load: keep-alive callers that remember what they were told."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from lienthong.kernel.ids import new_uuid4
from lienthong.sandbox.federation import CLIENT, SERVICE

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_S = 30.0
PAUSE_S = 0.02
"""After a failed call, so that callers of a gateway that is down leave the processor to its start."""


@dataclass(frozen=True)
class Door:
    """Where the consumer's gateway listens, and the token that opens it."""

    address: str
    token: str


@dataclass(frozen=True)
class Question:
    """One request: its X-Road-Id is new, so each is another message."""

    method: str
    path: str = "/units"
    body: bytes = b""
    xroad_id: str = field(default_factory=new_uuid4)


@dataclass
class Outcomes:
    """What callers were told. `acknowledged` has the exchange (X-Road-Request-Id) of each answer with status 200.

    `refused` counts errors that a gateway told, by X-Road-Error; `unanswered` counts calls that got nothing whole.
    """

    acknowledged: dict[str, str] = field(default_factory=dict)  # exchange -> X-Road-Id
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0

    def add(self, other: Outcomes) -> None:
        self.acknowledged |= other.acknowledged
        self.refused += other.refused
        self.unanswered += other.unanswered


class Caller:
    """One connection to the consumer's gateway, opened again after each failure."""

    def __init__(self, door: Door) -> None:
        self.outcomes = Outcomes()
        self._door = door
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, question: Question) -> bool:
        """Ask, and note the outcome; False if the exchange was not acknowledged."""
        try:
            status, headers, body = self._exchange(question)
        except (OSError, http.client.HTTPException):
            self.outcomes.unanswered += 1
            self.close()
            return False
        if status != http.HTTPStatus.OK:
            self.outcomes.refused[headers.get("X-Road-Error", f"status {status}")] += 1
            return False
        told = json.loads(body)
        assert told == {"id": question.xroad_id, "length": len(question.body)}, "an answer to another question"
        assert headers["X-Road-Id"] == question.xroad_id
        self.outcomes.acknowledged[headers["X-Road-Request-Id"]] = question.xroad_id
        return True

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, question: Question) -> tuple[int, http.client.HTTPMessage, bytes]:
        if self._connection is None:
            host, _, port = self._door.address.rpartition(":")
            self._connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S)
        headers = {
            "X-Road-Client": CLIENT,
            "X-Road-Id": question.xroad_id,
            "X-Road-Token": self._door.token,
        }
        self._connection.request(question.method, f"/r1/{SERVICE}{question.path}", question.body or None, headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.will_close:
            self.close()
        return response.status, response.headers, body


class Load:
    """Callers that ask one question after the other, each in its thread, until the block is left."""

    def __init__(self, door: Door, callers: int, seed: int, largest_body: int = 2000) -> None:
        self._callers = [Caller(door) for _ in range(callers)]
        self._largest_body = largest_body
        self._is_over = threading.Event()
        self._faults: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(caller, random.Random(f"{seed} {number}")))
            for number, caller in enumerate(self._callers)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        for caller in self._callers:
            caller.close()
        if self._faults and error is None:
            raise self._faults[0]

    @property
    def acknowledged(self) -> int:
        """How many exchanges were acknowledged so far."""
        return sum(len(caller.outcomes.acknowledged) for caller in self._callers)

    @property
    def failed(self) -> int:
        """How many calls got an error or nothing so far."""
        return sum(caller.outcomes.unanswered + caller.outcomes.refused.total() for caller in self._callers)

    def outcomes(self) -> Outcomes:
        """Give what all callers were told, once the block is left."""
        whole = Outcomes()
        for caller in self._callers:
            whole.add(caller.outcomes)
        return whole

    def _run(self, caller: Caller, chance: random.Random) -> None:
        try:
            while not self._is_over.is_set():
                if not caller.ask(self._make_question(chance)):
                    time.sleep(PAUSE_S)
        except BaseException as fault:  # noqa: BLE001 - told by the thread that started this one
            self._faults.append(fault)

    def _make_question(self, chance: random.Random) -> Question:
        path = f"/units/{chance.randrange(1000)}?bytes={chance.randrange(self._largest_body)}"
        if chance.random() < 0.5:
            return Question("GET", path)
        return Question("POST", path, chance.randbytes(chance.randrange(self._largest_body)))
