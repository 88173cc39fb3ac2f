"""The head check (rule 6): before its first signature after a start, a gateway asks what is known of its log.

A machine restored from a copy has an older log than the world has seen; signing anew from there would fork it. A head
counts only under our own signature. If nobody answers, an intact tail starts with an alarm, and a torn one waits.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.errors import EvidenceError

if TYPE_CHECKING:
    from lienthong.directory.members import Gateway
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.exchange.gateway.peers import Peers
    from lienthong.kernel.keys import VerifyKey

PATIENCE_S = 10.0
"""How long an answer is waited for (rule 6)."""
NEW_LOG_PATIENCE_S = 1.0
"""A log without entries needs no answer, yet a lost folder looks like one: a peer that is there is asked."""
OTHERS_S = 1.0
"""Once one gateway has answered, the others get this long: one answer is enough, and one that hangs may not delay."""
ASK_AGAIN_S = 0.1
"""Before the second round, and twice as long before each further one. Gateways that start at the same time, as after a
power cut, so find each other, and one that is refused fills no peer's messages."""
MAX_ASKED = 8
"""Gateways that are asked; one answer is enough before witnesses exist."""


async def find_highest_head(
    peers: Peers, gateways: list[Gateway], key: VerifyKey, patience_s: float, *, is_new: bool
) -> tuple[Checkpoint | None, int]:
    """Ask gateways for the highest head they know of our log, again and again until one answers or time is up.

    For a new log each is asked once. Gives the highest head that our own key signed, or None, and how many gateways
    answered.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + (min(patience_s, NEW_LOG_PATIENCE_S) if is_new else patience_s)
    notes: list[tuple[Gateway, bytes]] = []
    pause = ASK_AGAIN_S
    peers.is_checking_head = True
    try:
        while gateways:
            notes = await _ask_all(peers, gateways[:MAX_ASKED], deadline - loop.time())
            if notes or is_new or loop.time() + pause >= deadline:
                break
            await asyncio.sleep(pause)
            pause *= 2
            peers.forget_failures()
    finally:
        peers.is_checking_head = False
        peers.forget_failures()
    heads = [_read_head(peers.own_origin, note, key) for _, note in notes]
    known = [head for head in heads if head is not None]
    answers = len(known) + sum(not note and not _was_met(peers, gateway) for gateway, note in notes)
    return max(known, key=lambda head: head.size, default=None), answers


async def _ask_all(peers: Peers, gateways: list[Gateway], seconds: float) -> list[tuple[Gateway, bytes]]:
    """Ask each once; give what came, empty where a gateway knows nothing of our log."""
    asked = {asyncio.ensure_future(_ask(peers, gateway)) for gateway in gateways}
    late = asked
    notes: list[tuple[Gateway, bytes]] = []
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        while late and (left := deadline - asyncio.get_running_loop().time()) > 0:
            patience = min(left, OTHERS_S) if notes else left
            done, late = await asyncio.wait(late, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            notes += [task.result() for task in done if task.exception() is None]
            if not done:
                break
    finally:
        for task in late:
            task.cancel()
    return notes


async def _ask(peers: Peers, gateway: Gateway) -> tuple[Gateway, bytes]:
    calls = await peers.wait_for(peers.reach(gateway))
    return gateway, await peers.wait_for(calls.link.ask_head(peers.own_origin))


def _was_met(peers: Peers, gateway: Gateway) -> bool:
    """Say whether our log has entries of this gateway: it then knows ours, or has forgotten it."""
    return any(peers.heads.find(log.origin) is not None for log in gateway.logs)


def _read_head(origin: str, note: bytes, key: VerifyKey) -> Checkpoint | None:
    try:
        return verify_checkpoint(note, origin, key)
    except EvidenceError:
        return None


def is_start_allowed(*, answers: int, is_new: bool, is_torn: bool) -> bool:
    """Say whether the log may go on: a new log needs nobody, a torn one needs an answer, an intact one alarms only."""
    return is_new or answers > 0 or not is_torn


def peers_to_ask(gateways: tuple[Gateway, ...], own: str, met: frozenset[str]) -> list[Gateway]:
    """Give the gateways to ask, those first that this log has met."""
    others = [gateway for gateway in gateways if gateway.id != own]
    return sorted(others, key=lambda gateway: not any(log.origin in met for log in gateway.logs))
