"""Our own head and the directory's witnesses (rule 7.1): submitted in rounds, never on a message's way.

The newest head that a witness has cosigned is kept in the home, sent to peers (peer_watch.py), and put under packages;
the earlier ones are kept for what was received from logs that end later.
At a start it and the witnesses' own memory are what the head check goes by (rule 6.3).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import parse_decimal, verify_checkpoint
from lienthong.evidence.cosignature import add_cosignatures, cosigners_for, find_cosignatures
from lienthong.evidence.cosigned_history import HISTORY_FILE, keep_cosigned
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.witness import format_add_checkpoint
from lienthong.evidence.witness_app import ADD_CHECKPOINT, LATEST_CHECKPOINT
from lienthong.exchange.gateway.alarms import report_witness
from lienthong.exchange.gateway.witness_client import post_to_witness
from lienthong.kernel.durable import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lienthong.directory.members import Directory, Witness
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.log import Log
    from lienthong.exchange.gateway.witness_client import WitnessReply
    from lienthong.kernel.keys import VerifyKey

MAX_COSIGN_S = 60.0
"""The longest time between two rounds, and the usual one: a receiver gives 5 minutes, so four rounds may fail."""
_TRIES = 3
"""The first names a size that may be old, the second goes on from the one that was told; one more for a race."""
_DONE, _NOTHING, _CONFLICT = 200, 204, 409


class Witnessing:
    """The witnesses and our own log. `cosigned` is the newest cosigned head, b"" if there is none."""

    def __init__(self, log: Log, key: VerifyKey, directory: Callable[[], Directory], path: Path) -> None:
        self._log = log
        self._key = key
        self._directory = directory
        self._path = path
        self._sizes: dict[str, int] = {}
        self.reachable_since: float | None = None
        """Since when (the loop's time) a witness has answered in each round; None if none did in the last one."""
        self.cosigned = path.read_bytes() if path.exists() else b""
        if not self._read_heads([self.cosigned]):
            self.cosigned = b""  # of another log, which this one follows
        self._kept_size = 0

    def witnesses(self) -> list[Witness]:
        """Give the witnesses whose word counts for our log."""
        directory = self._directory()
        counting = {each.name for each in cosigners_for(directory, self._log.origin)}
        return [each for each in directory.witnesses if each.name in counting]

    async def submit(self) -> bool:
        """Have our head cosigned by each witness that is there; True if one did.

        Raises nothing: what is wrong is told to the operator. A crash here leaves an older cosigned head, as true.
        """
        witnesses = self.witnesses()
        if not witnesses:
            self.reachable_since = None
            return False
        note, size = self._log.checkpoint(), self._log.size
        answers = await asyncio.gather(*(self._submit_to(each, note, size) for each in witnesses))
        if all(answer is None for answer in answers):
            self.reachable_since = None
            report_witness("no witness is reachable; what is exchanged meanwhile is not witnessed")
        elif self.reachable_since is None:
            self.reachable_since = asyncio.get_running_loop().time()
        lines = b"".join(answer for answer in answers if answer)
        if not lines:
            return False
        cosigners = cosigners_for(self._directory(), self._log.origin)
        try:
            cosigned = add_cosignatures(note, lines, cosigners)
            if not find_cosignatures(cosigned, cosigners):
                report_witness("what a witness gave for our head is no cosignature by its listed key")
                return False
        except EvidenceError as error:
            report_witness(f"what a witness gave for our head cannot be read: {error}")
            return False
        self._keep(cosigned, size)
        return True

    async def ask_latest(self) -> tuple[list[Checkpoint], int]:
        """Ask each witness for the head of ours that it cosigned last: the heads, and how many answered.

        Includes the head that we kept ourselves. A head counts only under our own key (rule 6.3); a witness that knows
        none has answered only if nobody ever cosigned our log.
        """
        replies = await self._ask_witnesses()
        told = self._read_heads([each.body for each in replies if each.status == _DONE])
        empty = [each for each in replies if each.status == _NOTHING]
        kept = self._read_heads([self.cosigned] if self.cosigned else [])
        return [head for head, _ in kept + told], len(told) + (0 if self.cosigned else len(empty))

    async def find_latest(self) -> tuple[int, bytes]:
        """Give size and note of the highest head of ours that is known to be cosigned; (0, b"") if there is none."""
        notes = [self.cosigned, *(each.body for each in await self._ask_witnesses() if each.status == _DONE)]
        return max(((head.size, note) for head, note in self._read_heads(notes)), default=(0, b""))

    async def _ask_witnesses(self) -> list[WitnessReply]:
        """Ask each witness for what it cosigned of our log; it wants to see any signed head of it."""
        note = self._log.signed_head
        if not note:
            return []
        replies = await asyncio.gather(*(_post(each, LATEST_CHECKPOINT, note) for each in self.witnesses()))
        return [reply for reply in replies if reply is not None]

    async def _submit_to(self, witness: Witness, note: bytes, size: int) -> bytes | None:
        """Give the signature lines of a witness, b"" if it will not cosign, None if it is not reachable."""
        old = min(self._sizes.get(witness.name, 0), size)
        why = "it tells another size each time"
        for _ in range(_TRIES):
            proof = self._log.prove_consistency(old, size) if 0 < old < size else ()
            reply = await _post(witness, ADD_CHECKPOINT, format_add_checkpoint(old, proof, note))
            if reply is None or not reply.is_answer:
                return None
            if reply.status == _DONE:
                self._sizes[witness.name] = size
                return reply.body
            if reply.status != _CONFLICT:
                why = f"status {reply.status}: {reply.body[:200].decode(errors='replace').strip()}"
                break
            told = _read_size(reply)
            if told > size or told == old:
                why = f"it cosigned {told} entries of our log, which has {size}: was it restored, or its key stolen?"
                break
            old = told
        report_witness(f"{witness.name} will not cosign our head of {size} entries: {why}")
        return b""

    def _keep(self, cosigned: bytes, size: int) -> None:
        self.cosigned = cosigned
        # About once a minute: short enough for the loop.
        replace_file(self._path, cosigned)
        if size > self._kept_size:
            keep_cosigned(self._path.with_name(HISTORY_FILE), cosigned)
            self._kept_size = size

    def _read_heads(self, notes: Sequence[bytes]) -> list[tuple[Checkpoint, bytes]]:
        """Give those that our own key signed, with their notes."""
        heads = []
        for note in notes:
            try:
                heads.append((verify_checkpoint(note, self._log.origin, self._key), note))
            except EvidenceError:
                continue
        return heads


async def _post(witness: Witness, name: str, body: bytes) -> WitnessReply | None:
    return await asyncio.to_thread(post_to_witness, witness, name, body)


def _read_size(reply: WitnessReply) -> int:
    try:
        return parse_decimal(reply.body.decode("ascii", "replace").strip())
    except EvidenceError:
        return -1
